"""When somebody wants to be reminded, in plain words: ``remind me to call mum tomorrow at 5``.

A time is read only where it ends the text, or stands beside ``remind me``: anywhere else it may be part of
what is to be remembered. What could mean several days means none.
"""

import calendar
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias
from zoneinfo import ZoneInfo

from scrapbook.filters import MONTH

if TYPE_CHECKING:
    from dateparser.date import DateDataParser

USUAL = time(9)
"""Of a day without a time."""

_PARTS = {"morning": USUAL, "afternoon": time(15), "evening": time(19), "night": time(20)}
_SHORT = {
    "minute": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "hr": timedelta(hours=1),
}
_HALF_DAYS = {"morning": "a", "afternoon": "p", "evening": "p", "night": "p"}
_WEEKDAYS = tuple(name.lower() for name in calendar.day_name)
_HOURS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_EARLIEST, _LATEST = 6, 23
"""Hours at which somebody wants to be reminded who says neither "am" nor "pm"."""
_DAYTIME = 7
"""On another day "at 7" is in the morning, and "at 6" in the evening."""

_FULL_DAY = "|".join(_WEEKDAYS)
_ANY_DAY = f"{_FULL_DAY}|mon|tues?|wed|thurs?|thu|fri|sat|sun"
_TOMORROW = "(?:tom+or+ow|tmrw|tmr|2mor+ow)"
_NTH = r"\d{1,2}(?:st|nd|rd|th)?"
_YEAR = r"(?:,? 20\d\d)?"
_DATE = rf"{_NTH} (?:of )?(?:{MONTH}){_YEAR}|(?:{MONTH}) {_NTH}{_YEAR}|20\d\d-\d\d-\d\d"
_DAY = (
    rf"(?:(?:on|by|before) )?(?:(?P<claimed>{_ANY_DAY}),? )?(?:the )?(?P<date>{_DATE})"
    rf"|(?P<named>today|tonight|{_TOMORROW}|(?:the )?day after {_TOMORROW}|next week)"
    rf"|(?:(?:on |by )?(?P<which>this|next)|on|by|before) (?P<short>{_ANY_DAY})|(?P<weekday>{_FULL_DAY})"
    r"|(?:(?:on|by|before) )?(?P<first>\d\d?)/(?P<second>\d\d?)(?:/(?P<year>20\d\d))?"
    r"|(?:on|by|before) the (?P<ordinal>\d{1,2})(?:st|nd|rd|th)"
)
_NUMBER = r"\d{1,3}|an?|" + "|".join(_HOURS)
_SPAN = (
    r"in (?:(?P<half>half an hour)|(?P<ninety>an hour and a half)"
    rf"|(?P<count>{_NUMBER}) (?P<unit>minute|min|hour|hr|day|week|month|year)s?)"
)
_HOUR = r"\d{1,2}|" + "|".join(_HOURS)
_TIME = (
    r"(?:(?:at|by|around) )?(?:(?P<full>\d{1,2})(?:[:.](?P<minutes>[0-5]\d))? ?(?P<half_day>[ap])\.?m\b\.?"
    r"|(?P<clock>\d{1,2}:[0-5]\d|(?<=at )\d{1,2}\.[0-5]\d))"
    rf"|(?:at|by|around) (?P<hour>{_HOUR})(?: o'?clock)?"
    rf"|(?:at|by|around) (?P<past>half past|quarter past|quarter to) (?P<past_hour>{_HOUR})"
)
_NOON = r"(?P<noon>noon|midday|midnight)"
_AND_A_DAY = rf"\w+ (?:on |this |next )?(?:today|tonight|{_TOMORROW}|{_ANY_DAY}|the )\b"
_NOON_OF_A_DAY = rf"(?:(?:at|by) |(?={_AND_A_DAY})){_NOON}"
_PART = r"(?P<part>morning|afternoon|evening|night)"
_ENDS = r"(?![\w/:-]|\.\d)"
_FIRST = re.compile(
    rf"(?:(?P<DAY>{_DAY})|(?P<SPAN>{_SPAN})|(?P<TIME>{_TIME}|{_NOON_OF_A_DAY})"
    rf"|(?P<PART>(?:in the |(?P<this>this )|at (?=night)){_PART})){_ENDS}",
    re.IGNORECASE,
)
_NEXT = re.compile(
    rf",? (?:(?P<DAY>{_DAY})|(?P<TIME>{_TIME}|(?:(?:at|by) )?{_NOON})|(?P<PART>(?:in the |at )?{_PART}))"
    rf"{_ENDS}",
    re.IGNORECASE,
)
_REMIND = r"remind(?:er)?(?: me)?(?: again)?"
_AFTER = re.compile(rf"\b{_REMIND}(?P<for> for)? ", re.IGNORECASE)
_GOES_ON = re.compile(r",? (?:to|about|of|that|for|i|we)\b|: ", re.IGNORECASE)
_BEFORE = re.compile(
    rf",? (?:please )?(?:can you |could you |would you |i need you to )?{_REMIND}\b", re.IGNORECASE
)
_CLOSING = re.compile(r"[\s.,!?]*(?:\b(?:please|thanks|thank you))?[\s.!?]*$", re.IGNORECASE)
_NO_TIME_AFTER = re.compile(
    r"\b(?:about|of|from|since|every|each|last|black|good|ash|easter|the|and|or|to|than|with|after|till|until|a|not|"
    r"happy|my|our|his|her|their|called|named|titled)$|[-–—:/&\"“'‘]$",
    re.IGNORECASE,
)
# "On easter sunday at 5", "in a couple of days at 5": not at the next 5 o'clock.
_OTHER_DAY = re.compile(
    rf"\b(?:{_FULL_DAY}|{MONTH}|days?|daily|weeks?|weekends?|fortnight|months?|years?|every|tomorrow|"
    r"christmas|easter|birthday)\b",
    re.IGNORECASE,
)
_MAY_SAY_WHEN = re.compile(
    r"\b(?:when|whenever|as soon as|once (?:i|we|you|the|it|he|she|they)|every|each|daily|weekly|monthly"
    rf"|yearly|before|after|until|till|soon|later|{_FULL_DAY}|mon|tues?|wed|thurs?|thu|fri|{MONTH}|{_TOMORROW}"
    r"|today|tonight|morning|afternoon|evening|night|noon|midday|midnight|weekends?|weeks?|fortnight|months?"
    r"|years?|days?|hours?|minutes?|o'?clock|easter|christmas|\d{1,2}[:/.]\d{1,2}|\d{1,2} ?[ap]\.?m"
    r"|\d{1,2}(?:st|nd|rd|th))\b",
    re.IGNORECASE,
)
_READ = 100
"""Characters at either end of a text that a time is looked for in."""


def read(text: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The moment, later than ``now``; aware as that is. None where none is named, or none surely.

    Days and clocks are those of the time zone.
    """
    said = _said(" ".join(text.split()))
    due = _moment(said, now.astimezone(zone)) if said else None
    return due if due and due > now else None


def may_say_when(text: str) -> bool:
    """Whether it has words that name times, be they read or not."""
    return _MAY_SAY_WHEN.search(text) is not None


def weekday_named(text: str) -> str | None:
    """``Monday`` where the date is named with it: ``on monday 24 november``. It may be another's."""
    claimed = (_said(" ".join(text.split())) or {}).get("claimed")
    return next(
        (name for name in calendar.day_name if claimed and name.lower().startswith(claimed[:3])), None
    )


def shown(due: datetime, now: datetime, zone: ZoneInfo) -> str:
    """``Friday 27 November at 9:00``; with the year where that is not this one."""
    local = due.astimezone(zone)
    year = "" if local.year == now.astimezone(zone).year else f" {local.year}"
    return f"{local:%A} {local.day} {local:%B}{year} at {local.hour}:{local:%M}"


_Said: TypeAlias = Mapping[str, str]
"""What was said of the time, by the names of the groups above; what was not is missing."""


def _said(text: str) -> _Said | None:
    """A day beside "remind me" may have its time at the end."""
    beside, last = _beside_remind(text[:_READ]), _at_the_end(text)
    if beside and last:
        return beside if beside.keys() & last.keys() or "SPAN" in {*beside, *last} else {**last, **beside}
    if last and not {"DAY", "SPAN"} & last.keys() and _OTHER_DAY.search(text):
        return None
    return beside or last


def _beside_remind(text: str) -> _Said | None:
    """``remind me tomorrow to ...``, ``tomorrow at 5 remind me ...``"""
    for after in _AFTER.finditer(text):
        said, end = _items(text, after.end())
        is_said_for = after["for"] and text[end : end + 1] in {" ", ","}
        if said and (is_said_for or _GOES_ON.match(text, end) or _CLOSING.match(text, end)):
            return said
    said, end = _items(text, 0)
    return said if said and _BEFORE.match(text, end) else None


def _at_the_end(text: str) -> _Said | None:
    """``... tomorrow at 5``: the longest run of items that ends the text."""
    for word in re.finditer(r"(?<!\S)\S", text[-_READ:]):
        start = max(len(text) - _READ, 0) + word.start()
        said, end = _items(text, start)
        if said and _CLOSING.match(text, end):
            return None if _NO_TIME_AFTER.search(text[:start].rstrip()) else said
    return None


def _items(text: str, start: int) -> tuple[_Said | None, int]:
    """What the items from there on say, each kind of them once, and where they end."""
    said: dict[str, str] = {}
    found, end = _FIRST.match(text, start), start
    while found and found.lastgroup not in said:
        said |= {name: value.lower() for name, value in found.groupdict().items() if value}
        end = found.end()
        found = _NEXT.match(text, end)
    return said or None, end


def _moment(said: _Said, now: datetime) -> datetime | None:
    if "SPAN" in said and said.get("unit", "hour") in _SHORT:
        return _after(said, now)
    moments = (_at(day, clock, now) for day in _days(said, now) for clock in _clocks(said, day, now))
    return next((moment for moment in moments if moment > now), None)


def _at(day: date, clock: time | None, now: datetime) -> datetime:
    """``None`` is midnight, at the end of the day."""
    return datetime.combine(day if clock else day + timedelta(days=1), clock or time.min, now.tzinfo)


def _after(said: _Said, now: datetime) -> datetime | None:
    """Minutes and hours from now. None where a time of day is named as well."""
    if said.keys() & {"DAY", "TIME", "PART"}:
        return None
    named = {"half": timedelta(minutes=30), "ninety": timedelta(minutes=90)}
    spans = [span for name, span in named.items() if name in said]
    span = spans[0] if spans else _count(said["count"]) * _SHORT[said["unit"]]
    # By the clock of the world: the person's may be set forward or back meanwhile.
    later = now.astimezone(UTC) + span
    return later.astimezone(now.tzinfo)


def _days(said: _Said, now: datetime) -> list[date]:
    """The days that may be meant, the likeliest first."""
    today = now.date()
    if "SPAN" in said:
        return [] if "DAY" in said else _dated(f"in {_count(said['count'])} {said['unit']}s", now)
    if "DAY" not in said:
        return [today] if "this" in said else [today, today + timedelta(days=1)]
    if named := said.get("named"):
        ahead = {"today": 0, "tonight": 0, "next week": 7}.get(named, 2 if " after " in named else 1)
        return [today + timedelta(days=ahead)]
    if day := said.get("weekday") or said.get("short"):
        return _weekdays(day, said.get("which") == "next", today)
    if ordinal := said.get("ordinal"):
        return [day for day in _days_from(today, 62) if day.day == int(ordinal)]
    return _dated(said.get("date") or _unambiguous(said), now)


def _weekdays(named: str, of_next_week: bool, today: date) -> list[date]:
    """Weeks begin on Monday (ISO 8601)."""
    weekday = _place_in_week(named)
    if of_next_week:
        monday = today + timedelta(days=7 - today.weekday())
        return [monday + timedelta(days=weekday)]
    return [day for day in _days_from(today, 8) if day.weekday() == weekday]


def _place_in_week(named: str) -> int:
    """Monday is 0."""
    return next(place for place, name in enumerate(_WEEKDAYS) if name.startswith(named[:3]))


def _days_from(today: date, count: int) -> list[date]:
    return [today + timedelta(days=ahead) for ahead in range(count)]


def _dated(written: str, now: datetime) -> list[date]:
    """Empty where it is no date."""
    found = _dates(now.date()).get_date_data(written).date_obj if written else None
    return [found.date()] if found else []


def _unambiguous(said: _Said) -> str:
    """As dateparser reads it in one way only; empty for 3/4, which is one day here and another there, and
    for 24/7."""
    first, second = int(said["first"]), int(said["second"])
    day, month = (first, second) if first > 12 else (second, first)
    if (
        (first <= 12 and second <= 12 and first != second)
        or not 1 <= month <= 12
        or (first, second) == (24, 7)
    ):
        return ""
    return f"{day} {calendar.month_name[month]} {said.get('year', '')}".strip()


def _clocks(said: _Said, day: date, now: datetime) -> Sequence[time | None]:
    """The times of day that may be meant, the likeliest first."""
    part = "night" if said.get("named") == "tonight" else said.get("part")
    if "TIME" not in said:
        of_today = tuple(_PARTS.values()) if said.get("named") == "today" else (USUAL,)
        return (_PARTS[part],) if part else of_today
    if noon := said.get("noon"):
        return (None if noon == "midnight" else time(12),)
    hour, minute = _hour_and_minute(said)
    is_near = day == now.date() or "DAY" not in said
    hours = _hours(hour, said.get("half_day") or _HALF_DAYS.get(part or "", ""), is_near)
    return [time(hour, minute) for hour in hours]


def _hours(hour: int, half_day: str, is_near: bool) -> list[int]:
    """What an hour means before ("a") or after noon ("p"), or where neither is said."""
    if hour > 12 or hour == 0:
        return [hour] if hour <= 23 and not half_day else []
    if half_day:
        return [hour % 12 + (12 if half_day == "p" else 0)]
    both = (hour, hour % 12 + 12) if is_near or hour >= _DAYTIME else (hour % 12 + 12,)
    return [hour for hour in both if _EARLIEST <= hour <= _LATEST]


def _hour_and_minute(said: _Said) -> tuple[int, int]:
    if past := said.get("past"):
        hour = _count(said["past_hour"])
        return {"half past": (hour, 30), "quarter past": (hour, 15)}.get(past, ((hour - 2) % 12 + 1, 45))
    if clock := said.get("clock"):
        hour, minute = re.split("[:.]", clock)
        return int(hour), int(minute)
    return _count(said.get("full") or said["hour"]), int(said.get("minutes", 0))


def _count(said: str) -> int:
    if said in {"a", "an"}:
        return 1
    return int(said) if said.isdigit() else _HOURS.index(said) + 1


@lru_cache(maxsize=4)
def _dates(today: date) -> "DateDataParser":
    """The first takes a second to get going."""
    from dateparser.date import DateDataParser  # noqa: PLC0415 - slow to import

    settings = {"RELATIVE_BASE": datetime.combine(today, time.min), "PREFER_DATES_FROM": "future"}
    return DateDataParser(languages=["en"], settings=settings)
