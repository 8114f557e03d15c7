"""Read days: ``tomorrow``, ``next friday``, ``the 3rd of march``, ``first monday of the month``."""

from calendar import monthrange
from collections.abc import Callable

from scrapbook.text.due.holidays import holiday_at
from scrapbook.text.due.items import (
    UNREADABLE,
    Date,
    Day,
    Every,
    Found,
    Holiday,
    Item,
    Month,
    NthWeekday,
    Period,
    Span,
    Today,
    Weekdays,
)
from scrapbook.text.due.spans import Amount, amount
from scrapbook.text.due.words import (
    MONTHS,
    WEEKDAY_NUMBERS,
    Words,
    digits,
    is_glued,
    named,
    number,
    ordinal,
    skip,
    skip_all,
    text_at,
    unit_named,
)

_PREPOSITIONS = ("on", "by", "before", "around", "over", "at", "come")
_BEFORE_FIFTH = frozenset({"on", "by", "before", "around"})
"""Words after which ``5th`` is a day."""
_WEEKEND = (5, 6)
_WORKING_WEEK = (0, 1, 2, 3, 4)
_JOINS = (",", "and", "&", "+", "/")
_RANGES = {"-", "–", "—", "to", "through", "thru"}
_EVERY = {"every", "each"}
_MOST_LISTED = 10
"""Days that are read as one list."""
_THIS = ("the", "this", "that", "our", "my")
_AWAY = frozenset({"before", "prior", "after"})
"""Words between a span of time and what it is counted from."""
_YEARS = range(1900, 2200)
_PAST = frozenset({"night", "week", "month", "year", "weekend", "time"})
_ENDS = {"eom": "month", "eow": "week", "eoy": "year"}


def read_day(words: Words, at: int) -> Found:
    """Read a day with its preposition, or a day some time before or after another."""
    start = at
    for sometime in (("sometime",), ("anytime",), ("some", "time"), ("any", "time")):
        start = max(start, skip_all(words, at, *sometime))
    start = skip_all(words, skip(words, start, *_PREPOSITIONS), "first", "thing")
    start = skip(words, start, "or") if text_at(words, start + 1) in _PREPOSITIONS else start
    start = skip(words, start, *_PREPOSITIONS)
    found = (
        _counted_from_day(words, start)
        or _nth_from_now(words, start)
        or plain_day(words, start, text_at(words, start - 1) in _BEFORE_FIFTH)
    )
    return (found[0], skip(words, found[1], "sometime")) if found else None


def plain_day(words: Words, at: int, has_preposition: bool) -> Found:
    """Read a day without anything before it.

    Args:
        has_preposition: whether a word such as "on" is before it, after which ``5th`` is a day.
    """
    for form in _FORMS:
        if found := form(words, at):
            return found
    return _day_of_month(words, at, has_preposition)


def one_day(words: Words, at: int) -> tuple[Day, int] | None:
    """Return the day at an index, and the index after it. None if there is none, or more than a day."""
    found = plain_day(words, skip(words, at, "on"), has_preposition=True)
    if found is None or len(found[0]) != 1:
        return None
    day, end = found[0][0], found[1]
    if isinstance(day, Weekdays) and (dated := _month_date(words, skip(words, end, ","))):
        day, end = dated[0][0], dated[1]
    return (day, end) if isinstance(day, Day) else None


def _counted_from_day(words: Words, at: int) -> Found:
    """Read ``two days after christmas``, ``a week on friday``, ``the day before the 3rd``."""
    start = skip(words, at, "the")
    if text_at(words, start) == "day" and text_at(words, start + 1) in {"after", "before"}:
        much, end = Amount(days=1), start + 1
    elif found := amount(words, at):
        much, end = found
    else:
        return None
    how = text_at(words, end)
    if how not in {"after", "before", "from", "on", "prior", "tomorrow", "today"} or much.minutes:
        return None
    if how in {"on", "tomorrow", "today"} and (
        much.days % 7 or not much.days or text_at(words, at - 1) == "for"
    ):
        return None
    day = one_day(words, end if how in {"tomorrow", "today"} else skip(words, end + 1, "to"))
    if day is None:
        return (UNREADABLE, end + 1) if how in _AWAY else None
    return (Span(much.months, much.days, anchor=day[0], is_before=how in _AWAY - {"after"}),), day[1]


def _nth_from_now(words: Words, at: int) -> Found:
    """Read ``3 fridays from now``."""
    said = number(words, at)
    day = _weekday(words, said[1]) if said else None
    if said is None or day is None or not day[1] or not 0 < said[0] < 100:
        return None
    end = max(skip_all(words, said[1] + 1, "from", now) for now in ("now", "today"))
    return ((Span(days=7 * (said[0] - 1), anchor=Weekdays(day[0])),), end) if end > said[1] + 1 else None


def _relative(words: Words, at: int) -> Found:
    for said, ahead in ((("later", "today"), 0), (("today",), 0), (("tomorrow",), 1), (("overmorrow",), 2)):
        if (end := skip_all(words, at, *said)) > at:
            return (Today(ahead),), end
    return (UNREADABLE, at + 1) if text_at(words, at) == "yesterday" else None


def _numeric(words: Words, at: int) -> Found:
    """Read ``2026-03-20``, ``25/12``, ``12/25/2027``. What may be two days is unreadable."""
    first, second, sign = digits(words, at, 4), digits(words, at + 2), text_at(words, at + 1)
    is_written = all(is_glued(words, at + ahead) for ahead in (1, 2))
    if first is None or second is None or sign not in {"-", "/", "."} or not is_written:
        return None
    has_third = text_at(words, at + 3) == sign and is_glued(words, at + 4)
    third = digits(words, at + 4, 4) if has_third else None
    if first in _YEARS:
        end = skip(words, at + 5, "t") if is_glued(words, at + 5) else at + 5
        return None if third is None else (_date(third, second, first), end)
    if third is None:
        return None if sign != "/" or has_third else (_day_and_month(first, second, None), at + 3)
    year = third if third in _YEARS else 2000 + third
    return (_day_and_month(first, second, year), at + 5) if year in _YEARS else None


def _day_and_month(first: int, second: int, year: int | None) -> tuple[Item, ...]:
    if (first, second) == (24, 7) and year is None:
        return UNREADABLE
    if first <= 12 and second <= 12 and first != second:
        return UNREADABLE
    return _date(first, second, year) if first > 12 else _date(second, first, year)


def _date(day: int, month: int, year: int | None) -> tuple[Item, ...]:
    is_date = 1 <= month <= 12 and 1 <= day <= monthrange(year or 2000, month)[1]
    return (Date((day,), month, year),) if is_date else UNREADABLE


def _nth_weekday(words: Words, at: int) -> Found:
    """Read ``first monday of the month``, ``last friday in may``, ``2nd and 4th tuesday of every month``."""
    start = skip(words, at, "the")
    nths, end = _nths(words, start)
    if not nths:
        return None
    day = WEEKDAY_NUMBERS.get(text_at(words, end))
    is_plural = day is None
    if day is None:
        day = WEEKDAY_NUMBERS.get(text_at(words, end).removesuffix("s"))
    if day is None or any(nth > 5 for nth in nths):
        return None
    again = (Every("month"),) if is_plural or len(nths) > 1 else ()
    of = _of_month(words, end + 1)
    if of is None:
        return ((NthWeekday(nths, day), *again) if len(nths) > 1 else UNREADABLE), end + 1
    which, after = of
    if which and isinstance(which[0], Month):
        return (NthWeekday(nths, day, which[0].month, which[0].year), *which[1:]), after
    return (NthWeekday(nths, day), *(again or which)), after


def _nths(words: Words, at: int) -> tuple[tuple[int, ...], int]:
    """Read ordinals that are listed: ``1st and 3rd``, ``second``, ``last``. Return them, and their end."""
    found: list[int] = []
    end = at
    while len(found) < _MOST_LISTED:
        said = (-1, at + 1) if text_at(words, at) in {"last", "final"} else ordinal(words, at)
        if said is None:
            break
        found.append(said[0])
        end = said[1]
        after = skip(words, skip(words, end, ","), "and", "&")
        if after == end:
            break
        at = skip(words, after, "the")
    return tuple(found), end


def _of_month(words: Words, at: int) -> tuple[tuple[Item, ...], int] | None:
    """Read ``of the month``, ``in may``, ``of every month``, ``next month``. None if no month follows."""
    start = skip(words, skip(words, at, "day"), "of", "in")
    of_every = skip(words, start, "each", "every")
    if (month := named(MONTHS, words, of_every)) is not None:
        found, after = _with_year(words, month, of_every + 1)
        return ((found, Every("year")) if of_every > start else (found,)), after
    if start == skip(words, at, "day") and text_at(words, start) not in {"each", "every", "next", "this"}:
        return None
    which = text_at(words, start)
    after = skip(words, start, "the", "a", "this", "next", "each", "every", "any")
    if text_at(words, after) not in {"month", "months"}:
        return None
    if which in {*_EVERY, "any", "a"} or text_at(words, after) == "months":
        return (Every("month"),), after + 1
    return ((Period("month", 1),) if which == "next" else ()), after + 1


def _with_year(words: Words, month: int, at: int) -> tuple[Month, int]:
    start = skip(words, skip(words, at, ","), "of")
    year = digits(words, start, 4)
    return (Month(month, year), start + 1) if year in _YEARS else (Month(month), at)


def _month_date(words: Words, at: int) -> Found:
    """Read ``march 3rd``, ``3 march 2027``, ``the third of march``."""
    start = skip(words, at, "the")
    month = named(MONTHS, words, start)
    if month is not None:
        days, end = _numbered_days(words, skip(words, start + 1, "the"))
        return _dated(words, days, month, end) if days else None
    days, end = _numbered_days(words, start)
    month = named(MONTHS, words, skip(words, skip(words, end, "day"), "of", "in"))
    if not days or month is None:
        return None
    return _dated(words, days, month, skip(words, skip(words, end, "day"), "of", "in") + 1)


def _dated(words: Words, days: tuple[int, ...], month: int, at: int) -> Found:
    found, end = _with_year(words, month, at)
    if any(_date(day, month, found.year) == UNREADABLE for day in days):
        return UNREADABLE, end
    return (Date(days, month, found.year),), end


def _numbered_days(words: Words, at: int) -> tuple[tuple[int, ...], int]:
    """Read the days of a date: ``3``, ``3rd``, ``twenty first``, ``1st and 15th``."""
    said = ordinal(words, at) or number(words, at)
    if said is None or not 1 <= said[0] <= 31 or _is_clock(words, said[1]):
        return (), at
    found, end = [said[0]], said[1]
    while len(found) < _MOST_LISTED and (after := skip(words, skip(words, end, ","), "and", "&")) > end:
        more = ordinal(words, skip(words, after, "the"))
        if more is None or not 1 <= more[0] <= 31:
            break
        found.append(more[0])
        end = more[1]
    return tuple(found), end


def _is_clock(words: Words, at: int) -> bool:
    """Return whether the number before is that of a clock."""
    if text_at(words, at) in {"am", "pm", "o'clock"} or unit_named(text_at(words, at)):
        return True
    return text_at(words, at) in {":", "."} and is_glued(words, at) and is_glued(words, at + 1)


def _month(words: Words, at: int) -> Found:
    """Read ``in march``, ``next october``. A month without such a word before it may be another word."""
    start = skip(words, at, "in", "next", "this", "early", "during")
    month = named(MONTHS, words, start)
    before = text_at(words, start - 1)
    if month is None or before not in {"in", "by", "next", "this", "early", "during", "before"}:
        return None
    found, end = _with_year(words, month, start + 1)
    return (UNREADABLE if before == "this" else (found,)), end


def _holiday(words: Words, at: int) -> Found:
    found = holiday_at(words, skip(words, at, "the", "this", "next"))
    if found is None:
        return None
    year = digits(words, found[1], 4)
    return ((Holiday(found[0], year),), found[1] + 1) if year in _YEARS else ((Holiday(found[0]),), found[1])


def _weekdays(words: Words, at: int) -> Found:
    start = skip(words, at, "this", "the")
    after_this = skip(words, start, "coming", "upcoming", "following")
    is_next = text_at(words, start) == "next"
    start = start + 1 if is_next else after_this
    is_of_week = text_at(words, start + 1) == "of" and text_at(words, start + 2) in {"this", "next", "the"}
    if start > at and not is_of_week and text_at(words, at) == "the" and not is_next and after_this == at + 1:
        start = at
    days, is_plural, end = _list_of_weekdays(words, start)
    if not days:
        return None
    if text_at(words, end) == "after":
        return UNREADABLE, end + 1
    if text_at(words, end) == "week" and not is_next:
        return (Weekdays(days, is_plural, weeks=2),), end + 1
    return (Weekdays(days, is_plural or len(days) > 1, weeks=1 if is_next else 0),), end


def _list_of_weekdays(words: Words, at: int) -> tuple[tuple[int, ...], bool, int]:
    """Return the weekdays that are listed, whether they are in the plural, and the index after them."""
    first = _weekday(words, at)
    if first is None:
        return (), False, at
    days, is_plural = list(first[0]), first[1]
    end = at + 1
    for _ in range(_MOST_LISTED):
        start = skip(words, skip(words, end, *_JOINS), "and", "&")
        start = skip(words, start, "on") if start > end else start
        is_range = len(days) == 1 and text_at(words, end) in _RANGES
        more = _weekday(words, end + 1 if is_range else start)
        if more is None:
            break
        if is_range:
            days = [(days[0] + ahead) % 7 for ahead in range((more[0][0] - days[0]) % 7 + 1)]
            start = end + 1
        days.extend(more[0])
        is_plural, end = is_plural or more[1], start + 1
    return tuple(dict.fromkeys(days)), is_plural, end


def _weekday(words: Words, at: int) -> tuple[tuple[int, ...], bool] | None:
    """Return the day or days that one word names, and whether it is in the plural."""
    text = text_at(words, at)
    if text in WEEKDAY_NUMBERS:
        return (WEEKDAY_NUMBERS[text],), False
    if text.endswith("s") and len(text) > 4 and text[:-1] in WEEKDAY_NUMBERS:
        return (WEEKDAY_NUMBERS[text[:-1]],), True
    groups = {"weekdays": _WORKING_WEEK, "workdays": _WORKING_WEEK, "weekends": _WEEKEND, "mwf": (0, 2, 4)}
    return (groups[text], True) if text in groups else None


def _day_of_month(words: Words, at: int, has_preposition: bool) -> Found:
    """Read ``the 3rd``, ``on 3rd``, ``the first of next month``, ``the last day of the month``."""
    start = skip(words, at, "the")
    last = skip_all(words, start, "last", "day")
    days, end = ((-1,), last) if last > start else _ordinals(words, start)
    if not days:
        return None
    of = _of_month(words, end)
    has_digits = text_at(words, start).isdecimal()
    if of is None:
        is_day = days != (-1,) and (has_preposition or (start > at and has_digits))
        return ((Date(days),), end) if is_day else None
    which, after = of
    if which and isinstance(which[0], Month):
        return (Date(days, which[0].month, which[0].year), *which[1:]), after
    return (Date(days), *which), after


def _ordinals(words: Words, at: int) -> tuple[tuple[int, ...], int]:
    nths, end = _nths(words, at)
    return (nths, end) if nths and all(1 <= nth <= 31 for nth in nths) else ((), at)


def _period(words: Words, at: int) -> Found:
    """Read ``next week``, ``the weekend``, ``end of the month``, ``the week after next``."""
    if (unit := _ENDS.get(text_at(words, at))) is not None:
        return (Period(unit, 0, is_end=True),), at + 1
    if (end := skip_all(words, at, "month", "end")) > at:
        return (Period("month", 0, is_end=True),), end
    edge, start = _edge(words, at)
    if edge and (month := named(MONTHS, words, start)) is not None:
        found, end = _with_year(words, month, start + 1)
        return (Date((-1,), month, found.year) if edge == "end" else found,), end
    if edge and text_at(words, start) in _EVERY:
        is_month = text_at(words, start + 1) == "month"
        return ((Every("month"), Date((-1 if edge == "end" else 1,))) if is_month else UNREADABLE), start + 2
    return _period_at(words, edge, start)


def _edge(words: Words, at: int) -> tuple[str, int]:
    """Return ``end`` or ``start``, as is said of a period, and the index after it; empty if nothing is."""
    start = skip(words, at, "the", "very")
    edge = {"end": "end", "late": "end", "start": "start", "beginning": "start", "early": "start"}.get(
        text_at(words, start), ""
    )
    return (edge, skip(words, start + 1, "of", "in")) if edge else ("", at)


def _period_at(words: Words, edge: str, start: int) -> Found:
    which = text_at(words, start)
    after = skip(words, start, *_THIS, "next", "following", "coming", "last", "later")
    after = skip(words, after, "this", "coming") if which in {"the", "later", "this"} else after
    unit = text_at(words, after)
    if unit not in {"week", "weekend", "month", "year"} or (after == start and not edge):
        return None
    if which == "last":
        return UNREADABLE, after + 1
    if skip_all(words, after + 1, "after", "next") > after + 1:
        return (Period(unit, 2, is_end=edge == "end"),), after + 3
    if which in {"next", "following"} or text_at(words, after - 1) == "following":
        return (UNREADABLE if unit == "weekend" else (Period(unit, 1, edge == "end"),)), after + 1
    is_clear = edge or unit == "weekend" or (unit == "week" and which in {"this", "later"})
    if not is_clear:
        return (UNREADABLE, after + 1) if which in {"this", "later"} else None
    return (Period(unit, 0, is_end=edge == "end"),), after + 1


def _vague(words: Words, at: int) -> Found:
    """Read words that name a past or an unknown day, so that the words beside them are not read alone."""
    if text_at(words, at) == "last" and (text_at(words, at + 1) in _PAST or text_at(words, at + 1) in MONTHS):
        return UNREADABLE, at + 2
    return (
        (UNREADABLE, at + 1)
        if text_at(words, at) in {"someday", "sunrise", "sunset", "dawn", "dusk"}
        else None
    )


_FORMS: tuple[Callable[[Words, int], Found], ...] = (
    _relative,
    _numeric,
    _nth_weekday,
    _month_date,
    _holiday,
    _weekdays,
    _month,
    _period,
    _vague,
)
