"""Two values, their ratio, and whether that is what it should be."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Goal:
    """``reached`` takes the stock value, which may be missing, and ours."""

    text: str
    reached: Callable[[float, float], bool]


def at_most(ratio: float) -> Goal:
    return Goal(f"ratio <= {ratio:g}", lambda stock, ours: ours <= ratio * stock)


def at_least(ratio: float) -> Goal:
    return Goal(f"ratio >= {ratio:g}", lambda stock, ours: ours >= ratio * stock)


def over(limit: float, unit: str) -> Goal:
    return Goal(f"ours >= {limit:g} {unit}", lambda _stock, ours: ours >= limit)


def under(limit: float, unit: str) -> Goal:
    return Goal(f"ours < {limit:g} {unit}", lambda _stock, ours: ours < limit)


@dataclass(frozen=True)
class Row:
    """One comparison. What one side does not have is None."""

    name: str
    unit: str
    stock: float | None
    ours: float | None
    goal: Goal | None = None

    @property
    def ratio(self) -> float | None:
        return self.ours / self.stock if self.ours is not None and self.stock else None

    @property
    def verdict(self) -> str:
        if self.goal is None or self.ours is None:
            return ""
        return "met" if self.goal.reached(self.stock or 0.0, self.ours) else "MISSED"

    def cells(self) -> tuple[str, ...]:
        goal = self.goal.text if self.goal else ""
        values = (_figure(self.stock), _figure(self.ours), _figure(self.ratio))
        return (self.name, self.unit, *values, goal, self.verdict)


@dataclass(frozen=True)
class Section:
    title: str
    rows: Sequence[Row]


HEAD = ("", "unit", "stock", "ours", "ratio", "goal", "")


def as_text(sections: Sequence[Section]) -> str:
    """One Markdown table, padded so that it can be read as it is."""
    lines = [HEAD, tuple("-" for _ in HEAD)]
    for section in sections:
        lines += [(f"**{section.title}**", *[""] * 6), *(row.cells() for row in section.rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    lines[1] = tuple("-" * width for width in widths)
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in lines
    )


def as_json(sections: Sequence[Section]) -> str:
    return json.dumps(
        [
            {
                "section": section.title,
                **{key: value for key, value in asdict(row).items() if key != "goal"},
                "ratio": row.ratio,
                "goal": row.goal.text if row.goal else None,
                "verdict": row.verdict or None,
            }
            for section in sections
            for row in section.rows
        ],
        indent=2,
    )


def _figure(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
