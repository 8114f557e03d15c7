"""English words for months, weekdays, numbers and units of time, and patterns that match them.

The patterns are parts of regular expressions: to be put into a group, and matched without regard to case.
"""

from typing import Literal, TypeAlias, get_args

MONTH = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?"
)

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SHORT_WEEKDAYS = ("mon", "tues", "tue", "wed", "thurs", "thur", "thu", "fri", "sat", "sun")

WEEKDAY = "|".join(WEEKDAYS)
ANY_WEEKDAY = "|".join((*WEEKDAYS, *SHORT_WEEKDAYS))
CLEAR_WEEKDAY = "|".join((*WEEKDAYS, *(day for day in SHORT_WEEKDAYS if day not in {"sat", "sun"})))
"""Those that are no other words, as "sat" and "sun" are."""

DAY_OF_MONTH = r"\d{1,2}(?:st|nd|rd|th)?"

NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
NUMBER = "|".join(NUMBERS)
COUNT = rf"\d{{1,3}}|an?|{NUMBER}"

DAYS_IN = {"day": 1, "week": 7, "month": 30, "year": 365}
"""The length of each unit of time, in days; of a month and a year roughly, as in "the last 3 months"."""

UNIT = "|".join(DAYS_IN)

Period: TypeAlias = Literal["today", "yesterday", "this week", "last week", "this month", "last month"]
PERIODS: tuple[Period, ...] = get_args(Period)
"""The periods whose entries can be listed."""


def count_of(said: str) -> int:
    """Return the number that a match of ``COUNT`` names, in lower case: 1 for ``a`` and ``an``.

    Raises:
        ValueError: it names none.
    """
    if said in {"a", "an"}:
        return 1
    return int(said) if said.isdigit() else NUMBERS.index(said) + 1


def weekday_index(named: str) -> int:
    """Return 0 for ``monday`` or ``mon``, 6 for ``sunday``. Raises StopIteration if it is no weekday."""
    return next(index for index, name in enumerate(WEEKDAYS) if name.startswith(named[:3]))
