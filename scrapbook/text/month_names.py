"""Months by their names in the languages in which readers and phones write dates."""

from functools import cache
from importlib import import_module
from typing import Any

_LANGUAGES = ("en", "es", "fr", "de", "it", "pt", "nl", "ru", "pl", "tr", "sv", "da", "nb", "fi", "ca")
"""The first that knows a name decides: where several know it, it is the same month in all of them."""

_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october"),
    *("november", "december"),
)


def month_number(name: str) -> int | None:
    """Return the number of a month by its name or abbreviation in any case. None if it is none."""
    return _numbers().get(name.casefold().rstrip("."))


@cache
def _numbers() -> dict[str, int]:
    """Return the numbers by names, out of the language data of dateparser."""
    numbers: dict[str, int] = {}
    for language in _LANGUAGES:
        data: dict[str, Any] = import_module(f"dateparser.data.date_translation_data.{language}").info
        for number, month in enumerate(_MONTHS, start=1):
            for name in data.get(month, ()):
                numbers.setdefault(str(name).casefold().rstrip("."), number)
    return numbers
