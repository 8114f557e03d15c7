"""Quote words, and list numbers, in replies."""

from collections.abc import Iterable

from scrapbook.text import segments

MAX_QUOTED = 40
"""Characters of a person's own words that are quoted back."""

MAX_NUMBERS = 8
"""Numbers that are listed one by one; more are listed as ranges."""


def quoted(text: str) -> str:
    """Return the beginning of a person's own words."""
    return segments.shorten(text, MAX_QUOTED)


def listed(items: Iterable[object]) -> str:
    """Return ``3, 5, 8``."""
    return ", ".join(str(item) for item in items)


def numbers_listed(numbers: Iterable[int]) -> str:
    """Return ``3, 5, 8``; of many, the ranges in order: ``7, 101-200``."""
    given = list(numbers)
    if len(given) <= MAX_NUMBERS:
        return listed(given)
    runs: list[list[int]] = []
    for number in sorted(given):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    shown = listed(f"{run[0]}-{run[-1]}" if len(run) > 2 else listed(run) for run in runs)
    return shown if len(shown) <= MAX_QUOTED else f"{quoted(shown)} ({len(given)} in all)"
