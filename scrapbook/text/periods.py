"""Read the period of the past that a text names: ``last week``, ``on 12 May``, ``since monday``."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from scrapbook.text.calendar_words import (
    ANY_WEEKDAY,
    COUNT,
    DAY_OF_MONTH,
    DAYS_IN,
    MONTH,
    UNIT,
    WEEKDAY,
    count_of,
)

if TYPE_CHECKING:
    from dateparser.date import DateDataParser

_PARTS_OF_DAY = {"morning": (0, 12), "afternoon": (12, 18), "evening": (18, 24), "night": (18, 30)}
"""The hours at which each part of a day begins and ends, counted from the midnight before."""

_FEW = {"few": 3, "couple": 2}

_YEAR = r"(?:19|20)\d\d"
_SEVERAL = rf"(?:{COUNT}|(?:a )?few|(?:a )?couple(?: of)?)"
_DATE = (
    rf"(?:{DAY_OF_MONTH} (?:of )?(?:{MONTH})|(?:{MONTH}) (?:the )?{DAY_OF_MONTH})(?:,? {_YEAR})?"
    rf"|{_YEAR}-\d\d(?:-\d\d)?"
)
# Names a time wherever it is in the text.
_CLEAR = (
    r"(?:the )?day before yesterday|last night|tonight|(?:this|yesterday) (?:morning|afternoon|evening)"
    rf"|today|yesterday|(?:this|last|past) (?:week|month|year|weekend|{ANY_WEEKDAY}|{MONTH})"
    rf"|(?:the )?(?:last|past) {_SEVERAL} (?:{UNIT})s"
    rf"|{_SEVERAL} (?:{UNIT})s? ago"
    rf"|(?:(?:{ANY_WEEKDAY}),? (?:the )?)?(?:{_DATE})"
    rf"|(?:{MONTH}),? {_YEAR}"
)
# Names a time only after a word like "in".
_DOUBTFUL = rf"{MONTH}|{WEEKDAY}|{_YEAR}|\d{{1,2}}(?:st|nd|rd|th)"
_EITHER = rf"{_CLEAR}|{_DOUBTFUL}"
_PERIOD = re.compile(
    rf"(?:^|(?<= ))(?:(?:between|from) (?P<first>{_EITHER}) (?:and|to|until|till) (?P<last>{_EITHER})"
    r"|(?P<how>from|in|on|of|over|during|within|since|before|until|till|after) (?:the )?"
    rf"(?P<led>{_EITHER})|(?P<bare>{_CLEAR}))(?=$| )",
    re.IGNORECASE,
)
_SPAN = re.compile(rf"(?:last|past) (?P<count>{_SEVERAL}) (?P<unit>{UNIT})s")
_AGO = re.compile(rf"(?P<count>{_SEVERAL}) (?P<unit>{UNIT})s? ago")
_PART = re.compile(r"(?P<day>this|yesterday|last) (?P<part>morning|afternoon|evening|night)|tonight")
_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th)")
_BEFORE_A_DATE = re.compile(rf"(?:{ANY_WEEKDAY}),? (?:the )?(?={_DATE})")


@dataclass(frozen=True, slots=True)
class Period:
    """A period of the past that a text names.

    Attributes:
        since: when it begins, and ``until`` when it has ended; aware. None where it is open.
        how: ``since``, ``before``, ``until`` or ``after``; empty where the period itself is meant.
        name: the period as it can be said back: ``last week``, ``Friday 21 November``.
        start: the index at which it begins in the text, and ``end`` that at which it ends.
    """

    since: datetime | None
    until: datetime | None
    how: str
    name: str
    start: int
    end: int

    @property
    def when(self) -> str:
        """Return ``from last week``, ``since Monday 23 November``."""
        return f"{self.how or 'from'} {self.name}"


@dataclass(frozen=True, slots=True)
class _Span:
    """A span of time, from ``since`` until before ``until``, and how it is said back."""

    since: datetime
    until: datetime
    name: str


def find_period(text: str, now: datetime) -> Period | None:
    """Return the first period that a text names; None if it names none.

    Weeks begin on Monday (ISO 8601). A weekday or a month that may be past or to come is the latest past one.

    Args:
        text: with single spaces.
        now: aware, in the time zone of the days in the text.
    """
    return next(_periods(text, now), None)


def _periods(text: str, now: datetime) -> Iterator[Period]:
    for found in _PERIOD.finditer(text):
        if period := _between(found, now) if found["first"] else _one(found, now):
            yield period


def _one(found: re.Match[str], now: datetime) -> Period | None:
    span = _span(found["led"] or found["bare"], now)
    if span is None:
        return None
    how = (found["how"] or "").lower()
    since, until, how = {
        "before": (None, span.since, "before"),
        "until": (None, span.until, "until"),
        "till": (None, span.until, "until"),
        "since": (span.since, None, "since"),
        "after": (span.until, None, "after"),
    }.get(how, (span.since, span.until, ""))
    return Period(since, until, how, span.name, *found.span())


def _between(found: re.Match[str], now: datetime) -> Period | None:
    first, last = _span(found["first"], now), _span(found["last"], now)
    if first is None or last is None or first.since >= last.until:
        return None
    return Period(first.since, last.until, "", f"{first.name} to {last.name}", *found.span())


def _span(said: str, now: datetime) -> _Span | None:
    said = said.lower().removeprefix("the ")
    if found := _PART.fullmatch(said):
        return _part_of_day(said, found, now)
    days = _days(_BEFORE_A_DATE.sub("", said), now)
    if days is None:
        return None
    first, end = days
    return _Span(_midnight(first, now), _midnight(end, now), _name(said, first, end, now))


def _part_of_day(said: str, found: re.Match[str], now: datetime) -> _Span:
    begins, ends = _PARTS_OF_DAY[found["part"] or "evening"]
    day = _midnight(now.date() - timedelta(days=found["day"] in {"yesterday", "last"}), now)
    return _Span(day + timedelta(hours=begins), day + timedelta(hours=ends), said)


def _name(said: str, first: date, end: date, now: datetime) -> str:
    """Return how the days are said back: a date or a month in full, so that a wrong reading is seen."""
    if _SPAN.fullmatch(said):
        return f"the {said}"
    if re.fullmatch(r"today|yesterday|(?:this|last|past) (?:week|weekend|month|year)", said):
        return said.replace("past", "last")
    year = "" if first.year == now.year else f" {first.year}"
    if end == _next(first):
        return f"{calendar.day_name[first.weekday()]} {first.day} {calendar.month_name[first.month]}{year}"
    if first.day == end.day == 1 and (end - first).days < 32:
        return f"{calendar.month_name[first.month]} {first.year}"
    return said


def _days(said: str, now: datetime) -> tuple[date, date] | None:
    """Return the first day, and the day after the last; None if it is no date."""
    today = now.date()
    if said == "day before yesterday":
        return today - timedelta(days=2), today - timedelta(days=1)
    if found := _SPAN.fullmatch(said):
        return today - timedelta(days=_several(found["count"]) * DAYS_IN[found["unit"]]), _next(today)
    if found := _ORDINAL.fullmatch(said):
        return _day_of_month(int(found[1]), today)
    if said.endswith("weekend"):
        is_latest = today.weekday() < 5 or said.startswith("this")
        saturday = today - timedelta(days=(today.weekday() - 5) % 7 + (0 if is_latest else 7))
        return saturday, saturday + timedelta(days=2)
    return _dated(said, today)


def _several(said: str) -> int:
    return next((count for word, count in _FEW.items() if word in said), None) or count_of(said)


def _day_of_month(day: int, today: date) -> tuple[date, date] | None:
    """Return the latest past day of that number, today included."""
    past = (today - timedelta(days=back) for back in range(62))
    found = next((one for one in past if one.day == day), None)
    return (found, _next(found)) if found else None


def _dated(said: str, today: date) -> tuple[date, date] | None:
    found = _reader(today).get_date_data(_readable(said))
    if found.date_obj is None:
        return None
    day = found.date_obj.date()
    if found.period == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=7)
    if found.period == "month":
        first = day.replace(day=1)
        return first, _next(first + timedelta(days=30)).replace(day=1)
    if found.period == "year":
        return date(day.year, 1, 1), date(day.year + 1, 1, 1)
    return day, _next(day)


def _readable(said: str) -> str:
    """Return the date in words that dateparser knows."""
    plain = re.sub(rf"(?:last|past|this) (?=(?:{ANY_WEEKDAY}|{MONTH})$)", "", said)
    if ago := _AGO.fullmatch(plain):
        return f"{_several(ago['count'])} {ago['unit']}s ago"
    return re.sub(r"^past ", "last ", re.sub(r"\bthurs?\b", "thu", plain))


def _next(day: date) -> date:
    return day + timedelta(days=1)


def _midnight(day: date, now: datetime) -> datetime:
    return datetime.combine(day, time.min, now.tzinfo)


@lru_cache(maxsize=4)
def _reader(today: date) -> "DateDataParser":
    """Return dateparser's reader for a day. The first call takes a second, reading a date a millisecond."""
    from dateparser.date import DateDataParser  # noqa: PLC0415 - slow to import

    settings = {
        "RELATIVE_BASE": datetime.combine(today, time(12)),
        "PREFER_DATES_FROM": "past",
        "PREFER_DAY_OF_MONTH": "first",
        "PREFER_MONTH_OF_YEAR": "first",
    }
    return DateDataParser(languages=["en"], settings=settings)
