"""Write dates and spans of time as a book does: ``2 March 2024``, ``six weeks``, ``four years ago``."""

from datetime import date

_NUMBERS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
_DAYS_OF_WEEKS = 84
"""Days from which on a span is told in months."""
_DAYS_OF_MONTHS = 548
"""Days from which on it is told in years: a year and a half."""


def day_words(day: date) -> str:
    """Return ``2 March 2024``."""
    return f"{day.day} {day:%B} {day.year}"


def day_and_month(day: date) -> str:
    """Return ``2 March``."""
    return f"{day.day} {day:%B}"


def month_words(day: date) -> str:
    """Return ``March 2024``."""
    return f"{day:%B} {day.year}"


def counted(count: int, one: str, several: str = "") -> str:
    """Return ``three quotes``, ``1 quote`` as ``one quote``; from thirteen on in figures."""
    number = _NUMBERS[count] if count < len(_NUMBERS) else f"{count:,}"
    return f"{number} {one if count == 1 else several or one + 's'}"


def span_words(days: int) -> str:
    """Return about how long so many days are: ``five days``, ``six weeks``, ``two years``."""
    if days < 14:
        return counted(days, "day")
    if days < _DAYS_OF_WEEKS:
        return counted(round(days / 7), "week")
    if days < _DAYS_OF_MONTHS:
        return counted(round(days / 30.4), "month")
    return counted(round(days / 365.25), "year")
