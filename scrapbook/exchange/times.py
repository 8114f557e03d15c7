"""Read the times that programs write: ISO 8601, seconds since 1970 and finer, and dates in words."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from math import isfinite
from zoneinfo import ZoneInfo

from scrapbook.text.month_names import month_number

NOON = time(12)
"""The time of an entry of which only the day is known: the same day in every inhabited zone but a few."""

_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)

_TOO_LATE = 1e11
"""Seconds since 1970 that nothing was written at: a number from there on is of a finer unit."""

_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(Z?)")
_DAY_ALONE = re.compile(r"\d{4}-\d\d-\d\d")
_FAR_EAST = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")
_DAY_FIRST = re.compile(
    r"(\d{1,2})(?:\.|st|nd|rd|th|º|er)?\s+(?:de\s+)?([^\W\d_]{3,})\.?,?\s+(?:de\s+)?(\d{4}|\d{2})\b(?!:)"
)
_MONTH_FIRST = re.compile(r"([^\W\d_]{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b")
_YEAR_FIRST = re.compile(r"\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b")
_CLOCK = re.compile(
    r"(上午|下午|午前|午後|오전|오후)?\s*(?<!\d)(\d{1,2})[:.h](\d{2})(?:[:.](\d{2}))?\s*([ap])?\.?\s?(m)?\b",
    re.IGNORECASE,
)
_AFTERNOON = frozenset({"下午", "午後", "오후"})


def from_iso(text: str) -> datetime | None:
    """Return the time of an ISO 8601 text, naive where it names no zone. None if it is none."""
    text = text.strip()
    if found := _COMPACT.fullmatch(text):
        *parts, mark = found.groups()
        try:
            year, month, day, hour, minute, second = map(int, parts)
            made = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - its zone follows
        except ValueError:
            return None
        return made.replace(tzinfo=UTC) if mark else made
    if _DAY_ALONE.fullmatch(text):
        return _at_noon(text)
    try:
        return _plausible(datetime.fromisoformat(text.replace(" UTC", "+00:00").replace(" +", "+")))
    except ValueError:
        return None


def from_epoch(value: object) -> datetime | None:
    """Return the time of a number of seconds, milli-, micro- or nanoseconds since 1970, by its size.

    Returns None for zero, and for what is no such number.
    """
    try:
        number = float(str(value))
    except ValueError:
        return None
    if not number or not isfinite(number):
        return None
    while abs(number) >= _TOO_LATE:
        number /= 1000
    try:
        return _plausible(datetime.fromtimestamp(0, UTC) + timedelta(seconds=number))
    except OverflowError:
        return None


def from_words(text: str) -> datetime | None:
    """Return the naive time of a date in words, such as ``lundi 3 mars 2024 09:15:00``. None without a date.

    Without a time it is noon. The weekday is not looked at.
    """
    found = _date_in(text)
    if found is None:
        return None
    day, begin, end = found
    clock = _clock_in(f"{text[:begin]} | {text[end:]}")
    if isinstance(clock, bool):
        return None
    return datetime.combine(day, clock or NOON)


def at_noon(day: date) -> datetime:
    """Return noon of a day, naive."""
    return datetime.combine(day, NOON)


def in_zone(moment: datetime | None, zone: tzinfo) -> datetime | None:
    """Return a time as an aware one: one without a zone is of ``zone``. None if it is none that can be."""
    if moment is None:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    try:
        return aware if _EARLIEST <= aware < _LATEST else None
    except OverflowError:
        return None


def zone_named(name: object) -> tzinfo | None:
    """Return a zone by its IANA name, or by its offset (``GMT+0100``). None if there is none."""
    if not isinstance(name, str) or not name:
        return None
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return None


def _at_noon(text: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), NOON)
    except ValueError:
        return None


def _plausible(moment: datetime) -> datetime | None:
    return moment if _EARLIEST.year <= moment.year < _LATEST.year else None


def _date_in(text: str) -> tuple[date, int, int] | None:
    """Return the first date of a text, and where it begins and ends."""
    for form, order in ((_FAR_EAST, "ymd"), (_DAY_FIRST, "dmy"), (_MONTH_FIRST, "mdy"), (_YEAR_FIRST, "ymd")):
        for found in form.finditer(text):
            named = dict(zip(order, found.groups(), strict=True))
            month = int(named["m"]) if named["m"].isdigit() else month_number(named["m"])
            year = int(named["y"]) + (2000 if len(named["y"]) == 2 else 0)
            if month is None:
                continue
            try:
                return date(year, month, int(named["d"])), found.start(), found.end()
            except ValueError:
                return None
    return None


def _clock_in(text: str) -> time | bool | None:
    """Return the time of day in a text; None without one, False if it is none that can be."""
    found = _CLOCK.search(text)
    if found is None:
        return None
    half, hour, minute, second, letter, _ = found.groups()
    hours = int(hour)
    if half or letter:
        is_afternoon = half in _AFTERNOON or (letter or "").lower() == "p"
        hours = hours % 12 + 12 * is_afternoon if hours <= 12 else hours
    try:
        return time(hours, int(minute), int(second or 0))
    except ValueError:
        return False
