"""Write when a reminder is due, in words that ``read_due`` reads as the same.

But for the hours from 1 to 6: they are written on a clock of 24 hours, and whoever texts "at 5" means 17:00.
"""

import calendar
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from scrapbook.text.clock import clock
from scrapbook.text.due.model import Due
from scrapbook.text.due.recurrence import parts_of

_UNITS = {f"{unit.upper()}LY": unit for unit in ("minute", "hour", "week", "month", "year")} | {
    "DAILY": "day"
}
_WEEKDAYS = {name[:2].upper(): name for name in calendar.day_name}
_WORKING_WEEK = {"MO", "TU", "WE", "TH", "FR"}
_NTHS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}


def say_due(due: Due, now: datetime, zone: ZoneInfo) -> str:
    """Return ``Monday 30 November at 9:00``, or ``every weekday at 7:00, first on Monday 30 November``.

    Raises:
        KeyError, ValueError: the rule is none that ``read_due`` makes.
    """
    if due.rule is None:
        return format_due_date(due.at, now, zone)
    parts = parts_of(due.rule)
    often = _often(parts)
    if "BYHOUR" in parts:
        return f"{often} at {_hours(parts)}, first on {_day(due.at, now, zone)}{_end(parts)}"
    return f"{often}, first on {format_due_date(due.at, now, zone)}{_end(parts)}"


def say_rule(rule: str) -> str:
    """Return how often a rule comes, without a first time: ``every weekday at 7:00``, ``every 2 weeks``.

    Raises:
        KeyError, ValueError: as ``say_due`` does.
    """
    parts = parts_of(rule)
    hours = f" at {_hours(parts)}" if "BYHOUR" in parts else ""
    return f"{_often(parts)}{hours}{_end(parts)}"


def format_due_date(due: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return ``Friday 27 November at 9:00``; with the year if it is not the present one."""
    local = due.astimezone(zone)
    return f"{_day(due, now, zone)} at {clock(local.hour, local.minute)}"


def _day(due: datetime, now: datetime, zone: ZoneInfo) -> str:
    local = due.astimezone(zone)
    year = "" if local.year == now.astimezone(zone).year else f" {local.year}"
    return f"{local:%A} {local.day} {local:%B}{year}"


def _often(parts: dict[str, str]) -> str:
    """Return how often a rule comes and on which days: ``every 2 weeks on Monday``."""
    interval = int(parts.get("INTERVAL", 1))
    unit = _UNITS[parts["FREQ"]]
    every = f"every {unit}" if interval == 1 else f"every {interval} {unit}s"
    days = parts.get("BYDAY", "").split(",") if "BYDAY" in parts else []
    if parts["FREQ"] == "WEEKLY" and days:
        return _weekly(every, days, interval)
    if parts.get("BYMONTHDAY") == "-1":
        return f"{every} at the end of the month"
    if "BYMONTH" in parts:
        return f"{every} on {_of_month(parts, days)} {calendar.month_name[int(parts['BYMONTH'])]}".strip()
    return f"{every} on {_of_month(parts, days)}" if days or "BYMONTHDAY" in parts else every


def _weekly(every: str, days: Sequence[str], interval: int) -> str:
    if interval > 1:
        return f"{every} on {_listed([_WEEKDAYS[day] for day in days])}"
    return (
        "every weekday"
        if set(days) == _WORKING_WEEK
        else f"every {_listed([_WEEKDAYS[day] for day in days])}"
    )


def _of_month(parts: dict[str, str], days: Sequence[str]) -> str:
    """Return the days of a month: ``the first Monday``, ``the 1st and 15th``, ``5`` before its month."""
    if days:
        nths = _listed([_NTHS[int(day[:-2])] for day in days])
        return f"the {nths} {_WEEKDAYS[days[0][-2:]]} of{'' if 'BYMONTH' in parts else ' the month'}"
    numbers = [int(day) for day in parts["BYMONTHDAY"].split(",")]
    if "BYMONTH" in parts and len(numbers) == 1:
        return str(numbers[0])
    return f"the {_listed([_ordinal(number) for number in numbers])}{' of' if 'BYMONTH' in parts else ''}"


def _ordinal(number: int) -> str:
    ending = "th" if number in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _hours(parts: dict[str, str]) -> str:
    return _listed([clock(int(hour), int(parts["BYMINUTE"])) for hour in parts["BYHOUR"].split(",")])


def _end(parts: dict[str, str]) -> str:
    """Return when a rule ends: ``, 4 times``, ``, until 5 June 2027``; empty if it does not."""
    if "COUNT" in parts:
        return f", {parts['COUNT']} {'time' if parts['COUNT'] == '1' else 'times'}"
    if "UNTIL" not in parts:
        return ""
    last = datetime.strptime(parts["UNTIL"][:8], "%Y%m%d")  # noqa: DTZ007 - only its day is used
    return f", until {last.day} {last:%B} {last.year}"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
