"""Read how often something comes again: ``every other day``, ``weekly``, ``until friday``."""

from collections.abc import Mapping

from scrapbook.text.due.days import one_day
from scrapbook.text.due.items import (
    UNREADABLE,
    Date,
    During,
    Every,
    Except,
    First,
    Found,
    Item,
    Month,
    NthWeekday,
    Part,
    Times,
    Until,
    Weekdays,
)
from scrapbook.text.due.spans import count
from scrapbook.text.due.words import (
    MONTHS,
    WEEKDAY_NUMBERS,
    Words,
    number,
    ordinal,
    skip,
    skip_all,
    text_at,
    unit_named,
)

_EVERY = ("every", "each")
_OTHER = frozenset({"other", "second", "alternate", "2nd"})
_WORKING_DAYS = Weekdays((0, 1, 2, 3, 4), is_plural=True)
_WORKING_NIGHTS: tuple[Item, ...] = (_WORKING_DAYS, Part("night"))
_GROUPS: Mapping[str, tuple[Item, ...]] = {
    **dict.fromkeys(("weekday", "weekdays", "workday"), (_WORKING_DAYS,)),
    **dict.fromkeys(("weekend", "weekends"), (Weekdays((5, 6), is_plural=True),)),
    **dict.fromkeys(("weeknight", "weeknights"), _WORKING_NIGHTS),
}
_ADVERBS: Mapping[str, tuple[Item, ...]] = {
    "hourly": (Every("hour"),),
    "daily": (Every("day"),),
    "everyday": (Every("day"),),
    "nightly": (Every("day"), Part("night")),
    "weekly": (Every("week"),),
    "fortnightly": (Every("week", 2),),
    "monthly": (Every("month"),),
    "quarterly": (Every("month", 3),),
    "yearly": (Every("year"),),
    "annually": (Every("year"),),
    "weeknights": _WORKING_NIGHTS,
    # Two readings each: twice in a week, or every two weeks. "Twice a day" does not say when.
    **dict.fromkeys(
        ("biweekly", "bimonthly", "biannually", "semiweekly", "semimonthly", "twice", "thrice"), UNREADABLE
    ),
}


def read_frequency(words: Words, at: int) -> Found:
    """Read a frequency. Where it is told by what follows, such as ``every friday``, only "every" is read."""
    text = text_at(words, at)
    if text in _ADVERBS:
        return _ADVERBS[text], at + 1
    if text in _EVERY:
        return _every(words, skip(words, at + 1, "single"))
    if text == "alternate":
        return _interval(words, at + 1, 2)
    return _times_a_unit(words, at)


def _every(words: Words, at: int) -> Found:
    text = text_at(words, at)
    if text in _GROUPS:
        return _GROUPS[text], at + 1
    if text == "few" or (text == "couple" and text_at(words, at + 1) != "of"):
        return UNREADABLE, at + 1
    if text in _OTHER and (found := _interval(words, at + 1, 2)):
        return found
    if said := ordinal(words, at) or count(words, at):
        return _numbered(words, at, *said)
    return _each_unit(words, at) or ((Every(""),), at)


def _each_unit(words: Words, at: int) -> Found:
    """Read the unit of ``every day``, ``every half hour``, ``every hour and a half``."""
    if (half := skip_all(words, skip(words, at, "half"), "hour")) > at + 1:
        return (Every("minute", 30),), half
    named = unit_named(text_at(words, at))
    if named is None:
        return None
    if named == ("hour", 1) and (end := skip_all(words, at + 1, "and", "a", "half")) > at + 1:
        return (Every("minute", 90),), end
    return (Every(*named),), skip_all(words, at + 1, "of", "the", "week")


def _numbered(words: Words, at: int, much: int, end: int) -> Found:
    """Read ``every 3 days``, ``every third day``, ``every 5th``, ``every first monday``."""
    text = text_at(words, end)
    after = _of_the_month(words, end + 1)
    is_ordinal = ordinal(words, at) is not None
    if text in WEEKDAY_NUMBERS:
        # Every third friday is one of the month, or of three weeks.
        is_clear = 1 <= much <= 5 and (much == 1 or after > end + 1)
        day = (Every("month"), NthWeekday((much,), WEEKDAY_NUMBERS[text]))
        return (day, after) if is_clear else (UNREADABLE, end + 1)
    named = unit_named(text)
    if named and is_ordinal and text == "day" and after > end + 1:
        return (Every("month"), Date((much,))), after
    if named and much > 0:
        is_first = is_ordinal and much == 1
        return (UNREADABLE if is_first else (Every(named[0], named[1] * much),)), end + 1
    is_date = is_ordinal and 1 <= much <= 31 and text not in {"of", "in", "and", ",", "&"}
    return ((Every(""), Date((much,))), end) if is_date else ((Every(""),), at)


def _of_the_month(words: Words, at: int) -> int:
    for said in (
        ("of", "the", "month"),
        ("of", "each", "month"),
        ("of", "every", "month"),
        ("in", "the", "month"),
    ):
        if (end := skip_all(words, at, *said)) > at:
            return end
    return at


def _interval(words: Words, at: int, interval: int) -> Found:
    """Read the unit or weekday of ``every other``."""
    if named := unit_named(text_at(words, at)):
        return (Every(named[0], named[1] * interval),), at + 1
    if text_at(words, at).removesuffix("s") in WEEKDAY_NUMBERS and _of_the_month(words, at + 1) == at + 1:
        return (Every("week", interval),), at
    return None


def _times_a_unit(words: Words, at: int) -> Found:
    """Read ``once a week``, ``once every 2 weeks``; ``3 times a day`` does not say when."""
    if text_at(words, at) == "once":
        if text_at(words, at + 1) in _EVERY:
            return _every(words, at + 2)
        named = unit_named(text_at(words, at + 2))
        is_each = text_at(words, at + 1) in {"a", "an", "per"}
        return ((Every(*named),), at + 3) if named and is_each else None
    said = number(words, at)
    if said is None or text_at(words, said[1]) not in {"times", "x"}:
        return None
    each = skip(words, said[1] + 1, "a", "an", "per", *_EVERY)
    if each > said[1] + 1 and unit_named(text_at(words, each)):
        return UNREADABLE, each + 1
    return None


def read_bound(words: Words, at: int) -> Found:
    """Read when a recurrence begins and ends, and on which days it does not come."""
    text = text_at(words, at)
    if text in {"starting", "beginning", "commencing", "from", "first", "start", "begin"}:
        return _first(words, at)
    if text in {"until", "through", "thru", "ending"}:
        day = one_day(words, at + 1) or _month(words, at + 1)
        return ((Until(day[0]),), day[1]) if day else None
    if text in {"except", "but"}:
        start = skip(words, skip(words, at + 1, "for", "not"), "on")
        return _except(words, start)
    return _how_long(words, at)


def _month(words: Words, at: int) -> tuple[Month, int] | None:
    month = MONTHS.get(text_at(words, at))
    return (Month(month), at + 1) if month else None


def _first(words: Words, at: int) -> Found:
    start = skip(words, skip(words, at + 1, "on", "from"), "on")
    day = one_day(words, start)
    if day is None or (text_at(words, at) == "first" and text_at(words, at + 1) != "on"):
        return None
    return (First(day[0]),), skip(words, skip(words, day[1], "on"), "onwards", "onward")


def _except(words: Words, at: int) -> Found:
    day = one_day(words, at)
    if day is None:
        return None
    return ((Except(day[0].days),) if isinstance(day[0], Weekdays) else UNREADABLE), day[1]


def _how_long(words: Words, at: int) -> Found:
    """Read ``for 3 weeks``, ``for the next 5 days``, ``4 times``."""
    if text_at(words, at) == "for":
        start = skip(words, skip(words, at + 1, "the"), "next", "following")
        counted = count(words, start)
        said = counted or ((1, start) if start > at + 1 else None)
        if said is None:
            return None
        weekday = text_at(words, said[1]).removesuffix("s")
        if weekday in WEEKDAY_NUMBERS and counted and said[0] > 0:
            return (Weekdays((WEEKDAY_NUMBERS[weekday],), is_plural=True), Times(said[0])), said[1] + 1
        named = unit_named(text_at(words, said[1]))
        return ((During(said[0] * named[1], named[0]),), said[1] + 1) if named else None
    said = number(words, at)
    if said and text_at(words, said[1]) in {"times", "occurrences"} and said[0] > 0:
        return (Times(said[0]),), said[1] + 1
    return None
