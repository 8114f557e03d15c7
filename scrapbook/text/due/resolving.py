"""Find the moment, or the rule and its first moment, that an expression of time means.

Days and times are those of the local clock; the time zone comes last. Minutes and hours from now go by the
clock of the world.
"""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from scrapbook.text.due.clocks import PARTS
from scrapbook.text.due.expressions import Expression
from scrapbook.text.due.holidays import HOLIDAYS, is_known, next_holiday, nth_weekday
from scrapbook.text.due.items import (
    Clock,
    Date,
    Day,
    Holiday,
    Month,
    NthWeekday,
    Part,
    Period,
    Span,
    Today,
    Weekdays,
)
from scrapbook.text.due.recurrence import following, join_parts, on_wall

USUAL_HOUR = 9
"""When a reminder is due on a day for which no time is named."""

_LATER_HOURS = (15, 19, 20)
"""When it is due today, if the usual hour is over."""

_EARLIEST, _LATEST = 6, 23
"""The hours that may be meant if neither "am" nor "pm" is said."""

_DAYTIME = 7
"""The first hour that means the morning of another day: "at 7" is in the morning, "at 6" in the evening."""

_FRIDAY = 4
_WEEKDAY_NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_FREQUENCIES = {unit: f"{unit.upper()}LY" for unit in ("minute", "hour", "week", "month", "year")} | {
    "day": "DAILY"
}
_ORDER = ("FREQ", "INTERVAL", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYHOUR", "BYMINUTE", "COUNT", "UNTIL")
_MONTHS_AHEAD = 24


@dataclass(frozen=True, slots=True)
class Resolved:
    """When an expression is due first, in UTC, and the rule by which it comes again."""

    at: datetime
    rule: str | None


def resolve(said: Expression, now: datetime, zone: ZoneInfo) -> Resolved | None:
    """Return when an expression is due. None if that is past, or no day at all.

    Args:
        now: aware; what is returned is later.
        zone: the time zone of the days and times that are said.
    """
    if said.is_recurring:
        return _recurring(said, now, zone)
    if said.span and said.span.minutes:
        moment = _after(said.span, now, zone) if not said.has_time else None
        return Resolved(moment, None) if moment and moment > now else None
    local = now.astimezone(zone)
    for day in _days(said, local.date(), zone):
        for ahead, clock in _clocks(said, day, local):
            moment = _moment(day + timedelta(days=ahead), clock, now, zone)
            if moment > now:
                return Resolved(moment, None)
    return None


def _moment(day: date, clock: time, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment of a time that the clock shows; the second of two if the first is over."""
    first = on_wall(day, clock, zone)
    second = datetime.combine(day, clock.replace(fold=1), zone).astimezone(UTC)
    return second if first <= now < second else first


def _after(span: Span, now: datetime, zone: ZoneInfo) -> datetime:
    local = now.astimezone(zone)
    day = local.date() + relativedelta(months=span.months) + timedelta(days=span.days)
    start = now if day == local.date() else datetime.combine(day, local.time(), zone)
    return start.astimezone(UTC) + timedelta(minutes=span.minutes)


def _days(said: Expression, today: date, zone: ZoneInfo) -> Iterator[date]:
    """Yield the days that may be meant, the likeliest first."""
    if said.span:
        yield from _days_of_span(said.span, today, zone)
    elif said.day is None:
        yield from (today, today + timedelta(days=1))
    elif said.within:
        yield from _days_within(said.day, said.within, today)
    else:
        # "Friday", said on a friday, is the next one, unless a time that is still to come is named.
        is_other_day = isinstance(said.day, Weekdays) and said.day.weeks == 0 and not said.has_time
        claimed = said.claimed.days if said.claimed and not _is_full_date(said.day) else None
        found = days_of(said.day, today + timedelta(days=1) if is_other_day else today, zone)
        yield from (day for day in found if not claimed or day.weekday() in claimed)


def _is_full_date(day: Day) -> bool:
    return isinstance(day, Date) and day.month is not None


def _days_of_span(span: Span, today: date, zone: ZoneInfo) -> Iterator[date]:
    sign = -1 if span.is_before else 1
    length = relativedelta(months=sign * span.months) + timedelta(days=sign * span.days)
    for start in days_of(span.anchor, today, zone) if span.anchor else (today,):
        if (day := start + length) >= today:
            yield day


def _days_within(day: Day, within: Period, today: date) -> Iterator[date]:
    """Yield the day of a week or month: ``friday next week``, ``the 3rd of next month``."""
    match day:
        case Weekdays():
            monday = today + timedelta(days=7 * within.ahead - today.weekday())
            yield from (monday + timedelta(days=weekday) for weekday in day.days)
        case Date() | NthWeekday():
            first = today.replace(day=1) + relativedelta(months=within.ahead)
            yield from _in_month(day, first.year, first.month)
        case _:
            return


def days_of(day: Day, today: date, zone: ZoneInfo) -> Iterator[date]:
    """Yield the days to come that a day's name may mean, the likeliest first."""
    match day:
        case Today(ahead):
            yield today + timedelta(days=ahead)
        case Weekdays():
            yield from _weekdays(day, today)
        case Date() | NthWeekday():
            yield from _in_months(day, today)
        case Holiday():
            yield from _holiday(day, today) if is_known(day.name, zone.key) else ()
        case Month(month, year):
            yield from _month(month, year, today)
        case Period():
            yield from _period(day, today)


def _holiday(said: Holiday, today: date) -> Iterator[date]:
    if said.year:
        yield HOLIDAYS[said.name].in_year(said.year)
        return
    found = next_holiday(said.name, today)
    yield from (found, next_holiday(said.name, found + timedelta(days=1)))


def _weekdays(said: Weekdays, today: date) -> Iterator[date]:
    if said.weeks == 1:
        # Weeks begin on Monday (ISO 8601).
        monday = today + timedelta(days=7 - today.weekday())
        yield monday + timedelta(days=said.days[0])
        return
    later = 7 if said.weeks == 2 else 0
    for ahead in range(8):
        day = today + timedelta(days=ahead)
        if day.weekday() in said.days and not (later and ahead == 0):
            yield day + timedelta(days=later)


def _in_months(day: Date | NthWeekday, today: date) -> Iterator[date]:
    if day.year:
        found = _in_month(day, day.year, day.month or 1)
        yield from (one for one in found if one >= today)
        return
    first = today.replace(day=1)
    for ahead in range(_MONTHS_AHEAD if day.month is None else 12 * 8 + 1):
        month = first + relativedelta(months=ahead)
        if day.month in {None, month.month}:
            yield from (one for one in _in_month(day, month.year, month.month) if one >= today)


def _in_month(day: Date | NthWeekday, year: int, month: int) -> Iterator[date]:
    """Yield the days in a month; none if the month has no such day."""
    if isinstance(day, NthWeekday):
        for nth in day.nth:
            found = _nth_or_none(year, month, nth, day.weekday)
            if found:
                yield found
        return
    length = monthrange(year, month)[1]
    for number in day.days:
        if number <= length:
            yield date(year, month, length if number < 0 else number)


def _nth_or_none(year: int, month: int, nth: int, weekday: int) -> date | None:
    try:
        return nth_weekday(year, month, nth, weekday)
    except ValueError:
        return None


def _month(month: int, year: int | None, today: date) -> Iterator[date]:
    """Yield the first day of a month to come; none for the present one, which may be that of next year."""
    if year:
        yield date(year, month, 1)
    elif month != today.month:
        yield date(today.year + (month < today.month), month, 1)


def _period(said: Period, today: date) -> Iterator[date]:
    match said.unit:
        case "week":
            monday = today + timedelta(days=7 * said.ahead - today.weekday())
            if said.is_end:
                yield monday + timedelta(days=_FRIDAY)
            elif said.ahead:
                yield monday
            else:
                yield from (today + timedelta(days=ahead) for ahead in range(1, 7 - today.weekday()))
        case "weekend":
            if today.weekday() < 5:
                yield today + timedelta(days=7 * said.ahead + 5 - today.weekday())
        case "month":
            first = today.replace(day=1) + relativedelta(months=said.ahead)
            yield first + relativedelta(day=31) if said.is_end else first
        case _:
            yield (
                date(today.year + said.ahead, 12, 31) if said.is_end else date(today.year + said.ahead, 1, 1)
            )


def _clocks(said: Expression, day: date, local: datetime) -> Iterator[tuple[int, time]]:
    """Yield the times of day that may be meant, the likeliest first, each with the days that it is later."""
    is_near = day == local.date() or not said.has_day
    if said.clocks:
        yield from _hours(said.clocks[0], said.part, is_near)
    elif said.part:
        usual = PARTS[said.part.name].usual
        yield from ((0, time(hour)) for hour in (usual if said.day == Today(0) else usual[:1]))
    else:
        is_today = said.day == Today(0)
        yield from ((0, time(hour)) for hour in (USUAL_HOUR, *(_LATER_HOURS if is_today else ())))


def _hours(clock: Clock, part: Part | None, is_near: bool) -> Iterator[tuple[int, time]]:
    """Yield the times that a clock time may mean; midnight ends the day."""
    if clock.is_midnight:
        yield 1, time.min
        return
    for hour in _hours_of(clock.hour, clock.half, part, is_near):
        yield hour // 24, time(hour % 24, clock.minute)


def _hours_of(hour: int, half: str, part: Part | None, is_near: bool) -> list[int]:
    """Return the hours that may be meant, from 0 on; 24 and more are of the next day."""
    if half == "24":
        return [hour] if part is None or _fits(hour, part) else []
    if half:
        exact = hour % 12 + (12 if half == "pm" else 0)
        return [exact] if part is None or _fits(exact, part) else []
    if part:
        return _hours_in(hour, part)
    both = (hour, hour % 12 + 12) if is_near or hour >= _DAYTIME else (hour % 12 + 12,)
    return [one for one in both if _EARLIEST <= one <= _LATEST]


def _hours_in(hour: int, part: Part) -> list[int]:
    """Return the hour of a part of the day; after midnight at night, it is of the next day."""
    if "night" in part.name:
        if hour == 12:
            return [24]
        return [hour + 12] if hour >= 5 else [hour + 24]
    found = hour % 12 + (0 if PARTS[part.name].half == "am" else 12)
    return [found] if _fits(found, part) else []


def _fits(hour: int, part: Part) -> bool:
    """Return whether an hour is in a part of the day, in a wide sense."""
    name = part.name.rsplit(" ", maxsplit=1)[-1]
    first, last = {"morning": (0, 12), "afternoon": (12, 19), "evening": (16, 23), "night": (16, 24)}.get(
        name, (0, 24)
    )
    return first <= hour <= last or (name == "night" and hour < 5)


# Recurrences.


def _recurring(said: Expression, now: datetime, zone: ZoneInfo) -> Resolved | None:
    parts = _rule_of_day(said, zone)
    if parts is None:
        return None
    is_short = parts["FREQ"] in {"HOURLY", "MINUTELY"}
    times = {} if is_short else _rule_of_times(said, is_daily=parts["FREQ"] == "DAILY")
    if times is None or (is_short and (said.part or bool(said.clocks) != bool(said.first))):
        return None
    today = now.astimezone(zone).date()
    start = next(iter(days_of(said.first, today, zone)), None) if said.first else today
    if start is None or start < today:
        return None
    rule = {**_on_day(parts, start), **times}
    is_open = rule.keys() - parts.keys() - times.keys() and not said.first
    at = _first_of_open(said, rule, now, zone) if is_open else _first_moment(said, rule, start, now, zone)
    bounds = _rule_of_bounds(said, rule, at, now, zone) if at else None
    if at is None or bounds is None:
        return None
    rule |= bounds
    return Resolved(at, join_parts({name: rule[name] for name in _ORDER if name in rule}))


def _rule_of_day(said: Expression, zone: ZoneInfo) -> dict[str, str] | None:
    """Return the parts of a rule that tell its days. None if no rule has these days."""
    if said.within or said.claimed:
        return None
    unit, interval = (said.every.unit, said.every.interval) if said.every else ("", 1)
    parts = _of_day(said.day, unit, zone) if said.day else {"FREQ": _FREQUENCIES[unit or "day"]}
    if isinstance(said.day, Date) and not said.every:
        return None
    if parts and said.but:
        parts = _without(parts, said.but.days)
    return _with_interval(parts, interval) if parts else None


def _of_day(day: Day, unit: str, zone: ZoneInfo) -> dict[str, str] | None:
    match day:
        case Weekdays():
            return _of_weekdays(day, unit)
        case NthWeekday():
            return _of_nth(day, unit)
        case Date():
            return _of_date(day, unit)
        case Holiday(name, None) if unit in {"", "year"} and is_known(name, zone.key):
            return dict(HOLIDAYS[name].rule or {}) or None
        case Period(unit="month", is_end=True) if unit in {"", "month"}:
            return {"FREQ": "MONTHLY", "BYMONTHDAY": "-1"}
        case _:
            return None


def _with_interval(parts: dict[str, str], interval: int) -> dict[str, str]:
    if interval == 1:
        return parts
    first, *rest = parts.items()
    return dict([first, ("INTERVAL", str(interval)), *rest])


def _of_weekdays(day: Weekdays, unit: str) -> dict[str, str] | None:
    if unit not in {"", "week"} or day.weeks:
        return None
    return {"FREQ": "WEEKLY", "BYDAY": ",".join(_WEEKDAY_NAMES[one] for one in sorted(set(day.days)))}


def _of_nth(day: NthWeekday, unit: str) -> dict[str, str] | None:
    by_day = ",".join(f"{nth}{_WEEKDAY_NAMES[day.weekday]}" for nth in day.nth)
    if day.year:
        return None
    if day.month:
        in_year = {"FREQ": "YEARLY", "BYMONTH": str(day.month), "BYDAY": by_day}
        return in_year if unit in {"", "year"} else None
    return {"FREQ": "MONTHLY", "BYDAY": by_day} if unit in {"", "month"} else None


def _of_date(day: Date, unit: str) -> dict[str, str] | None:
    days = ",".join(str(one) for one in day.days)
    if day.year:
        return None
    if day.month:
        in_year = {"FREQ": "YEARLY", "BYMONTH": str(day.month), "BYMONTHDAY": days}
        return in_year if unit in {"", "year"} else None
    return {"FREQ": "MONTHLY", "BYMONTHDAY": days} if unit in {"", "month"} else None


def _without(parts: Mapping[str, str], days: tuple[int, ...]) -> dict[str, str] | None:
    """Return a daily rule without some weekdays."""
    if parts["FREQ"] == "DAILY":
        left = _WEEKDAY_NAMES
    elif parts["FREQ"] == "WEEKLY" and "BYDAY" in parts:
        left = tuple(parts["BYDAY"].split(","))
    else:
        return None
    kept = [name for name in left if _WEEKDAY_NAMES.index(name) not in days]
    return {"FREQ": "WEEKLY", "BYDAY": ",".join(kept)} if kept else None


def _rule_of_times(said: Expression, is_daily: bool) -> dict[str, str] | None:
    """Return the parts of a rule that tell its hours; None if one rule cannot have all of them."""
    clocks = [_recurring_clock(clock, said.part, is_daily) for clock in said.clocks]
    if not clocks:
        clocks = [time(PARTS[said.part.name].usual[0] if said.part else USUAL_HOUR)]
    found = [clock for clock in clocks if clock is not None]
    if len(found) < len(clocks) or len({clock.minute for clock in found}) > 1:
        return None
    hours = ",".join(str(hour) for hour in sorted({clock.hour for clock in found}))
    return {"BYHOUR": hours, "BYMINUTE": str(found[0].minute)}


def _recurring_clock(clock: Clock, part: Part | None, is_daily: bool) -> time | None:
    """Return the time of day. None if there is none, or if it is on the day after the one that is named."""
    days, found = next(_hours(clock, part, is_near=False), (1, None))
    return found if days == 0 or is_daily else None


def _on_day(parts: dict[str, str], day: date) -> dict[str, str]:
    """Return the parts with the day on which they come, where they leave it open."""
    open_parts = {
        "WEEKLY": {"BYDAY": _WEEKDAY_NAMES[day.weekday()]},
        "MONTHLY": {"BYMONTHDAY": str(day.day)},
        "YEARLY": {"BYMONTH": str(day.month), "BYMONTHDAY": str(day.day)},
    }
    is_open = not (parts.keys() & {"BYDAY", "BYMONTHDAY"})
    return parts | open_parts.get(parts["FREQ"], {}) if is_open else parts


def _first_moment(
    said: Expression, rule: dict[str, str], start: date, now: datetime, zone: ZoneInfo
) -> datetime | None:
    """Return when a rule comes first, from the start on. Its interval counts from there."""
    if rule["FREQ"] in {"HOURLY", "MINUTELY"}:
        return _first_short(said, rule, start, now, zone)
    begin = max(now, on_wall(start, time.min, zone) - timedelta(minutes=1)) if said.first else now
    return following(
        join_parts({name: value for name, value in rule.items() if name != "INTERVAL"}), begin, zone
    )


def _first_of_open(said: Expression, rule: dict[str, str], now: datetime, zone: ZoneInfo) -> datetime:
    """Return the first moment of ``every 2 weeks``: today if a time to come is named, else in 2 weeks."""
    today = now.astimezone(zone).date()
    clock = time(int(rule["BYHOUR"].split(",")[0]), int(rule["BYMINUTE"]))
    moment = on_wall(today, clock, zone)
    if said.has_time and moment > now:
        return moment
    much = int(rule.get("INTERVAL", 1))
    units = {"WEEKLY": relativedelta(weeks=much), "MONTHLY": relativedelta(months=much)}
    return on_wall(today + units.get(rule["FREQ"], relativedelta(years=much)), clock, zone)


def _first_short(
    said: Expression, parts: dict[str, str], start: date, now: datetime, zone: ZoneInfo
) -> datetime | None:
    if not said.first:
        return following(join_parts(parts), now.replace(second=0, microsecond=0), zone)
    clock = _recurring_clock(said.clocks[0], said.part, is_daily=False) if len(said.clocks) == 1 else None
    moment = _moment(start, clock, now, zone) if clock else None
    return moment if moment and moment > now else None


def _rule_of_bounds(
    said: Expression, parts: dict[str, str], at: datetime, now: datetime, zone: ZoneInfo
) -> dict[str, str] | None:
    """Return the parts of a rule that say when it ends. None if it ends before it comes."""
    if said.times:
        return {"COUNT": str(said.times.count)}
    if said.during:
        count = _count(parts, said.during.count, said.during.unit)
        return {"COUNT": str(count)} if count else None
    if said.until:
        last = next(iter(days_of(said.until, now.astimezone(zone).date(), zone)), None)
        if last and isinstance(said.until, Month | Period) and not getattr(said.until, "is_end", False):
            last -= timedelta(days=1)
        is_ahead = last and last >= at.astimezone(zone).date()
        return {"UNTIL": f"{last:%Y%m%d}T235959"} if is_ahead else None
    return {}


def _count(parts: dict[str, str], much: int, unit: str) -> int | None:
    """Return how often a rule comes in so many of a unit. None if that is no whole number."""
    each = {"minute": 1, "hour": 60, "day": 1440, "week": 10080}
    interval = int(parts.get("INTERVAL", 1))
    own = next(name for name, frequency in _FREQUENCIES.items() if frequency == parts["FREQ"])
    on_a_day = len(parts.get("BYHOUR", "0").split(","))
    if own in {"month", "year"} or unit in {"month", "year"}:
        months = {"month": 1, "year": 12}
        if own not in months or unit not in months:
            return None
        length, step = much * months[unit], interval * months[own]
    else:
        length, step = much * each[unit], interval * each[own]
    times, rest = divmod(length, step)
    days = (
        len(parts["BYDAY"].split(",")) if "BYDAY" in parts else len(parts.get("BYMONTHDAY", "1").split(","))
    )
    return times * days * on_a_day if not rest and times else None
