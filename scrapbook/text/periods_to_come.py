"""Read the days, weeks and months to come that a text names: ``reminders this week``."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from scrapbook.text.calendar_words import ANY_WEEKDAY, weekday_index

_NAMED = re.compile(
    r"\b(?:(?P<today>today|tonight)|(?P<after>(?:the\s+)?day\s+after\s+tomorrow)|(?P<tomorrow>tom+or+ow)"
    rf"|(?P<which>this|next)\s+(?P<unit>week|weekend|month)|(?:(?:this|next)\s+)?(?P<weekday>{ANY_WEEKDAY}))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PeriodToCome:
    """Days from ``first`` to before ``end``, and what they are called after "reminders" or "no reminders"."""

    name: str
    first: date
    end: date


def period_to_come(text: str, today: date) -> PeriodToCome | None:
    """Return the period that a text names; None if it names none.

    Weeks begin on Monday (ISO 8601). A weekday is the next one, or today.
    """
    found = _NAMED.search(text)
    if found is None:
        return None
    first, end = _days(found, today)
    named = re.sub(r"\s+", " ", found[0].lower())
    return PeriodToCome(named, first, end)


def _days(found: "re.Match[str]", today: date) -> tuple[date, date]:
    if found["weekday"]:
        first = today + timedelta(days=(weekday_index(found["weekday"].lower()) - today.weekday()) % 7)
    elif found["unit"]:
        return _several(found["unit"].lower(), found["which"].lower() == "next", today)
    else:
        first = today + timedelta(days=0 if found["today"] else 2 if found["after"] else 1)
    return first, first + timedelta(days=1)


def _several(unit: str, is_next: bool, today: date) -> tuple[date, date]:
    if unit == "month":
        first = _month_after(today) if is_next else today.replace(day=1)
        return first, _month_after(first)
    monday = today - timedelta(days=today.weekday()) + timedelta(days=7 if is_next else 0)
    return (monday + timedelta(days=5) if unit == "weekend" else monday), monday + timedelta(days=7)


def _month_after(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
