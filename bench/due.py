"""Measure how well times of reminders are read: the share right, missed and wrong, by what is expected.

usage: python -m bench.due FILE [--show wrong]

FILE has a head line and, between tabs, the local reference time, the time zone, the text and what is
expected: ``2026-03-04T15:00``, ``2026-03-04`` (any time of that day), two times with a slash between (any
time within), a recurrence of RFC 5545 (parts that are missing are free), or ``-`` for none.
"""

import argparse
import csv
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from scrapbook.text.due import Due, read_due

DEFAULTS = {"INTERVAL": "1", "COUNT": None, "UNTIL": None}
"""Parts that have a value even if they are missing."""


GROUPS = ("all", "one-off and none", "  minute", "  day", "  span", "  none", "recurring")


@dataclass(frozen=True)
class Row:
    reference: datetime
    zone: ZoneInfo
    text: str
    expected: str

    @property
    def kind(self) -> str:
        if self.expected == "-":
            return "none"
        if self.expected.startswith("FREQ"):
            return "recurring"
        if "/" in self.expected:
            return "span"
        return "minute" if "T" in self.expected else "day"


def rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            zone = ZoneInfo(row["zone"])
            reference = datetime.fromisoformat(row["reference_time"]).replace(tzinfo=zone)
            yield Row(reference, zone, row["text"], row["expected"])


def outcome(row: Row, due: Due | None) -> str:
    if due is None:
        return "right" if row.expected == "-" else "missed"
    return "right" if is_right(row, due) else "wrong"


def is_right(row: Row, due: Due) -> bool:
    if row.kind in {"none", "recurring"} or due.rule:
        return row.kind == "recurring" and due.rule is not None and is_same_rule(row.expected, due.rule)
    local = due.at.astimezone(row.zone).strftime("%Y-%m-%dT%H:%M")
    first, _, last = row.expected.partition("/")
    return first <= local <= last if last else local.startswith(first)


def is_same_rule(expected: str, found: str) -> bool:
    wanted, given = (
        DEFAULTS | {name: _sorted(value) for name, value in (part.split("=") for part in rule.split(";"))}
        for rule in (expected, found)
    )
    return all(given.get(name) == value for name, value in wanted.items())


def _sorted(value: str) -> str:
    return ",".join(sorted(value.split(",")))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--show", metavar="OUTCOME", help="print the rows that are missed, or wrong")
    arguments = parser.parse_args()
    counts: dict[str, Counter[str]] = {}
    started = time.perf_counter()
    for row in rows(arguments.file):
        due = read_due(row.text, row.reference.astimezone(UTC), row.zone)
        found = outcome(row, due)
        groups = ("all", "recurring" if row.kind == "recurring" else "one-off and none", f"  {row.kind}")
        for group in dict.fromkeys(groups):
            counts.setdefault(group, Counter())[found] += 1
        if found == arguments.show:
            at = due and due.at.astimezone(row.zone).strftime("%Y-%m-%dT%H:%M")
            print(
                row.reference.strftime("%Y-%m-%dT%H:%M %a"),
                row.text,
                row.expected,
                at,
                due and due.rule,
                sep=" | ",
            )
    took = time.perf_counter() - started
    print(f"{'':20}{'rows':>6}{'right':>8}{'missed':>8}{'wrong':>8}")
    for group in (name for name in GROUPS if name in counts):
        found = counts[group]
        total = found.total()
        shares = "".join(f"{found[name] / total:8.3f}" for name in ("right", "missed", "wrong"))
        print(f"{group:20}{total:6}{shares}")
    print(f"{1000 * took / counts['all'].total():.2f} ms a text")


if __name__ == "__main__":
    main()
