"""Combine neighbouring items into one expression of time, or refuse what contradicts or is left over."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from scrapbook.text.due.clocks import read_after, read_clock, read_part, read_range
from scrapbook.text.due.days import read_day
from scrapbook.text.due.frequencies import read_bound, read_frequency
from scrapbook.text.due.holidays import HOLIDAYS
from scrapbook.text.due.items import (
    Clock,
    Date,
    Day,
    During,
    Every,
    Except,
    First,
    Found,
    Holiday,
    Item,
    Month,
    NthWeekday,
    Part,
    Period,
    Span,
    Times,
    Today,
    Unreadable,
    Until,
    Weekdays,
)
from scrapbook.text.due.spans import read_span
from scrapbook.text.due.words import (
    MONTHS,
    WEEKDAY_NUMBERS,
    Words,
    is_of_noun,
    number,
    ordinal,
    skip,
    text_at,
    unit_named,
    word_set,
)

_MOST_ITEMS = 12
"""Items of one expression; a text that lists more names no time."""

_AFTER_HOUR = frozenset(["", ".", "!", "?", ",", ":", "to", "please", "thanks", "remind"])
"""What follows the bare number of ``tomorrow 5``, if it is an hour."""

_STARTS = word_set(
    "next last first second half quarter every each daily hourly nightly weekly fortnightly monthly"
    " quarterly yearly annually everyday biweekly bimonthly biannually semiweekly semimonthly once twice"
    " thrice today tomorrow tonight overmorrow yesterday noon midday midnight morning afternoon evening"
    " night mornings afternoons evenings nights late early later end close eod cob eob eom eow eoy"
    " starting beginning commencing start begin ending couple sometime anytime final mwf weekdays weekends"
    " workdays weeknights sunrise sunset dawn dusk someday month alternate lunchtime dinnertime bedtime"
    " breakfast lunch dinner supper work week weekend year day few several while same seconds working"
    " business"
)
"""Words that an item begins with, beside numbers and names."""

_SMALL_STARTS = word_set(
    "the a an this at by around before about in on from after until for except but come some any mid"
    " within through coming upcoming just over during between"
)
"""Words that it may begin with if another of it follows soon."""

_SOON = 4
_HOLIDAY_STARTS = frozenset(name.split()[0].replace("'", "") for name in HOLIDAYS)


@dataclass(frozen=True, slots=True)
class Expression:
    """What an expression of time says; what it does not say is None or empty.

    Attributes:
        claimed: the weekday that is named beside a date, which it need not be.
    """

    day: Day | None = None
    span: Span | None = None
    claimed: Weekdays | None = None
    within: Period | None = None
    clocks: tuple[Clock, ...] = ()
    part: Part | None = None
    every: Every | None = None
    but: Except | None = None
    first: Day | None = None
    until: Day | None = None
    times: Times | None = None
    during: During | None = None

    @property
    def has_time(self) -> bool:
        """Return whether a time of day is named."""
        return bool(self.clocks or self.part)

    @property
    def has_day(self) -> bool:
        """Return whether a day, or a span of time from now, is named."""
        return bool(self.day or self.span)

    @property
    def is_recurring(self) -> bool:
        """Return whether it comes again."""
        day = self.day
        several = isinstance(day, Date) and len(day.days) > 1
        several = several or (isinstance(day, NthWeekday) and len(day.nth) > 1)
        is_plural = isinstance(day, Weekdays) and day.is_plural
        return bool(self.every or several or is_plural or (self.part and self.part.is_plural))


@dataclass(frozen=True, slots=True)
class Run:
    """A row of items in a text.

    Attributes:
        start: the index of its first word, and ``end`` that of the word after its last.
        expression: None if the items contradict each other, or cannot be read.
    """

    start: int
    end: int
    items: tuple[Item, ...]
    expression: Expression | None


def runs_in(words: Words) -> Iterator[Run]:
    """Yield the longest rows of items in a text, in order."""
    at = 0
    while at < len(words):
        run = _run(words, at) if _may_start(words, at) and not is_of_noun(words, at) else None
        if run:
            yield run
        at = run.end if run else at + 1


def run_at(words: Words, at: int) -> Run | None:
    """Return the row of items at an index, where a bare number is an hour. None if there is none."""
    return _run(words, at, is_licensed=True)


def combine(items: Sequence[Item]) -> Expression | None:
    """Return what the items say together. None if they contradict each other, or one is unreadable."""
    said = Expression()
    for item in items:
        more = _with(said, item)
        if more is None:
            return None
        said = more
    return said if _is_whole(said) else None


def _may_start(words: Words, at: int) -> bool:
    """Return whether an item may begin with a word, before it is tried whether one does."""
    if text_at(words, at) in _SMALL_STARTS:
        return any(_names_time(words, at + ahead) for ahead in range(1, _SOON))
    return _names_time(words, at)


def _names_time(words: Words, at: int) -> bool:
    text = text_at(words, at)
    return (
        text in _STARTS
        or text[:1].isdecimal()
        or text.removesuffix("s") in WEEKDAY_NUMBERS
        or text in WEEKDAY_NUMBERS
        or text in MONTHS
        or text.replace("'", "") in _HOLIDAY_STARTS
        or unit_named(text.removesuffix("'s")) is not None
        or (number(words, at) or ordinal(words, at)) is not None
    )


def _run(words: Words, at: int, is_licensed: bool = False) -> Run | None:
    found = _item(words, at, is_licensed)
    if found is None or isinstance(found[0][0], During | Times | Except | Until):
        return None
    items, end = list(found[0]), found[1]
    while len(items) < _MOST_ITEMS:
        more = _next_item(words, end, items)
        if more is None:
            break
        items.extend(more[0])
        end = more[1]
    return Run(at, end, tuple(items), combine(items))


def _next_item(words: Words, end: int, items: list[Item]) -> Found:
    """Read the item after others."""
    text, last = text_at(words, end), items[-1]
    if text in {"and", "&", "or"}:
        return _joined(words, end, last)
    if text in {"am", "pm"} and isinstance(last, Day):
        return (Part("morning" if text == "am" else "afternoon"),), end + 1
    if text in {"of", "before", "after"} and (found := _of_day(words, end, last)):
        return found
    is_before_every = text_at(words, end + 1) in {"every", "each"}
    after = skip(words, end, ",", "of", "in") if text == "," or is_before_every else end
    found = _item(words, after) or _hour_after(words, end, last)
    return found or (_until_day(words, end) if text == "-" and isinstance(last, Day) else None)


def _joined(words: Words, at: int, before: Item) -> Found:
    """Read the item after "and". One that is joined by "or", or is no part of what is said, is unreadable."""
    is_clock = text_at(words, at) != "or" and isinstance(before, Clock | Part)
    if is_clock and (clock := read_clock(words, at + 1, is_licensed=isinstance(before, Clock))):
        return clock
    found = _item(words, at + 1)
    if found is None or found[1] <= at + 1:
        return None
    is_amount = text_at(words, at) != "or" and isinstance(found[0][0], During | Times)
    return found if is_amount else ((Unreadable(),), found[1])


def _of_day(words: Words, at: int, before: Item) -> Found:
    """Read the day of ``friday of next week`` and ``the evening of the 3rd``, not of ``the night before``."""
    found = read_day(words, at + 1)
    if found is None or (not isinstance(before, Part) and text_at(words, at) != "of"):
        return None
    if text_at(words, at) != "of":
        return (Unreadable(),), found[1]
    return found if isinstance(before, Part) or isinstance(found[0][0], Period) else None


def _until_day(words: Words, at: int) -> Found:
    """Read the end of a span of days, such as ``5-8 december``, as unreadable."""
    found = read_day(words, at + 1)
    return ((Unreadable(),), found[1]) if found else None


def _hour_after(words: Words, at: int, before: Item) -> Found:
    """Read the hour of ``tomorrow 5`` and ``tonight 815``."""
    clock = read_clock(words, at, is_licensed=True) if isinstance(before, Today | Part) else None
    return (
        clock
        if clock and text_at(words, at).isdecimal() and text_at(words, clock[1]) in _AFTER_HOUR
        else None
    )


def _item(words: Words, at: int, is_licensed: bool = False) -> Found:
    """Return the longest item at an index."""
    if at >= len(words):
        return None
    readers = (read_frequency, read_bound, read_day, read_span, read_part, read_after, read_range)
    found = [one for reader in readers if (one := reader(words, at))]
    if clock := read_clock(words, at, is_licensed):
        found.append(clock)
    return max(found, key=lambda one: one[1], default=None)


def _with(said: Expression, item: Item) -> Expression | None:
    """Return the expression with one item more. None if it contradicts what is said."""
    match item:
        case Clock():
            return replace(said, clocks=(*said.clocks, item))
        case Part():
            return None if said.part and said.part != item else replace(said, part=item)
        case Span():
            return None if said.span or said.day else replace(said, span=item)
        case Every():
            return _with_every(said, item)
        case Except() | First() | Until() | Times() | During() | Unreadable():
            return _with_bound(said, item)
        case _:
            return _with_day(said, item)


def _with_bound(said: Expression, item: Item) -> Expression | None:
    """Return the expression with a bound of its recurrence; of its end only one is said."""
    match item:
        case Except() if not said.but:
            return replace(said, but=item)
        case First(day) if not said.first:
            return replace(said, first=day)
        case Until(day) if not _ends(said):
            return replace(said, until=day)
        case Times() if not _ends(said):
            return replace(said, times=item)
        case During() if not _ends(said):
            return replace(said, during=item)
        case _:
            return None


def _ends(said: Expression) -> bool:
    return bool(said.until or said.times or said.during)


def _with_every(said: Expression, every: Every) -> Expression | None:
    if said.every is None or said.every.unit == "":
        return replace(said, every=every) if said.every is None or said.every.interval == 1 else None
    same = every.unit in {"", said.every.unit} and every.interval == 1
    return said if same else None


def _with_day(said: Expression, day: Day) -> Expression | None:
    """Return the expression with a day; two of them have to say the same day together."""
    if said.span:
        return None
    if said.day is None or said.day == day:
        return replace(said, day=day)
    return _both_days(said, said.day, day) or _both_days(said, day, said.day)


def _both_days(said: Expression, one: Day, other: Day) -> Expression | None:
    match one, other:
        case Weekdays(days=(_,)), Date() | Today() | Holiday() if not said.claimed:
            return replace(said, day=other, claimed=one)
        case Weekdays(), Period(unit="week"):
            return replace(said, day=one, within=other)
        case Date(month=None) | NthWeekday(month=None), Period(unit="month", is_end=False):
            return replace(said, day=one, within=other)
        case Date(month=None, days=days), Month(month, year):
            return replace(said, day=Date(days, month, year))
        case Weekdays(weeks=0), Weekdays(weeks=0) if one.is_plural or other.is_plural:
            both = tuple(dict.fromkeys((*one.days, *other.days)))
            return replace(said, day=Weekdays(both, is_plural=True))
        case _:
            return None


def _is_whole(said: Expression) -> bool:
    """Return whether something is left that has no meaning without what is not said."""
    if (_ends(said) or said.first or said.but) and not said.is_recurring:
        return False
    if said.every and said.every.unit == "" and not (said.day or said.part or said.clocks):
        return False
    return not (said.is_recurring and said.span) and not (len(said.clocks) > 1 and not said.is_recurring)
