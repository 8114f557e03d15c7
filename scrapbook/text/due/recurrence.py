"""Compute when a recurrence comes next.

Days are computed by python-dateutil on the calendar, hours on the local clock, and only then the time zone is
applied: a reminder at 7:00 comes at 7:00 in summer and in winter. A frequency of hours or minutes goes by the
clock of the world: "every 2 hours" is never 1 or 3 hours apart.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

_SHORT = {"HOURLY": timedelta(hours=1), "MINUTELY": timedelta(minutes=1)}
_DAYS_LIMIT = 4
"""How many days of a rule are read: the time of the first may be over, and a clock may jump over the next."""


def following(rule: str, after: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the next moment of a rule, in UTC. None if it ended.

    A day that a month lacks is the last of that month: the 31st in April, 29 February in most years (as with
    ``SKIP=BACKWARD`` of RFC 7529). A time that the clock skips is as much later as it skips; of
    a time that it shows twice, the first is meant.

    Args:
        rule: a recurrence of RFC 5545 without DTSTART, in local wall time. Its ``COUNT`` is ignored, as it is
            not known how often it came: see ``used_up``.
        after: aware; what is returned is later. If the rule has an interval, such as every second week, a
            moment at which it came: the interval is counted from there. So is what the rule leaves open.
        zone: the time zone of the rule's wall time.

    Raises:
        ValueError: it is no such rule.
    """
    parts = parts_of(rule)
    if parts.get("FREQ") in _SHORT:
        return _next_short(parts, after, zone)
    local = after.astimezone(zone)
    until = parts.get("UNTIL", "")
    for day in _days(parts, local.date()):
        for clock in _clocks(parts, local):
            moment = on_wall(day, clock, zone)
            if until and f"{day:%Y%m%d}T{clock:%H%M%S}" > until:
                return None
            if moment > after:
                return moment
    return None


def used_up(rule: str) -> str | None:
    """Return a rule after one of its occurrences: its ``COUNT`` one less; None if that was the last."""
    parts = parts_of(rule)
    left = int(parts.get("COUNT", 0)) - 1
    if left == 0:
        return None
    return join_parts(parts | {"COUNT": str(left)}) if left > 0 else rule


def on_wall(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Return the moment, in UTC, at which the local clock shows a time on a day; the first of two."""
    return datetime.combine(day, clock.replace(fold=0), zone).astimezone(UTC)


def parts_of(rule: str) -> dict[str, str]:
    """Return the parts of a rule by name. Raises ValueError if one has no value."""
    return dict(part.split("=", 1) for part in rule.split(";"))


def join_parts(parts: dict[str, str]) -> str:
    """Return the rule of these parts, in their order."""
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _next_short(parts: dict[str, str], after: datetime, zone: ZoneInfo) -> datetime | None:
    moment = after.astimezone(UTC) + int(parts.get("INTERVAL", 1)) * _SHORT[parts["FREQ"]]
    until = parts.get("UNTIL", "")
    return None if until and f"{moment.astimezone(zone):%Y%m%dT%H%M%S}" > until else moment


def _clocks(parts: dict[str, str], local: datetime) -> list[time]:
    hours = parts.get("BYHOUR", str(local.hour)).split(",")
    minutes = parts.get("BYMINUTE", "0" if "BYHOUR" in parts else str(local.minute)).split(",")
    return sorted(time(int(hour), int(minute)) for hour in hours for minute in minutes)


def _days(parts: dict[str, str], first: date) -> Iterator[date]:
    """Yield the days of a rule from ``first`` on, in order."""
    start = datetime.combine(first, time.min)
    days_of_month = [int(day) for day in parts.get("BYMONTHDAY", "").split(",") if day]
    rules = [parts | _existing_day(day) for day in days_of_month] or [parts]
    times = {"BYHOUR", "BYMINUTE", "BYSECOND", "COUNT", "UNTIL"}
    plain = [join_parts({name: value for name, value in rule.items() if name not in times}) for rule in rules]
    found = (day.date() for rule in plain for day in _taken(rule, start))
    yield from sorted(set(found))[:_DAYS_LIMIT]


def _taken(rule: str, start: datetime) -> Iterator[datetime]:
    occurrences = iter(rrulestr(rule, dtstart=start))
    for _ in range(_DAYS_LIMIT):
        if (day := next(occurrences, None)) is None:
            return
        yield day


def _existing_day(day: int) -> dict[str, str]:
    """Return the parts that mean a day of the month, or the last of a month that is shorter."""
    if day <= 28:
        return {"BYMONTHDAY": str(day)}
    days = ",".join(str(one) for one in range(28, min(day, 31) + 1))
    return {"BYMONTHDAY": days, "BYSETPOS": "-1"}
