"""Read spans of time: ``in 45 minutes``, ``an hour and a half from now``, ``two weeks after christmas``."""

from dataclasses import dataclass

from scrapbook.text.due.items import UNREADABLE, Found, Span, Today
from scrapbook.text.due.words import Words, digits, is_glued, number, skip, skip_all, text_at, unit_named

MOST_MINUTES = 180
"""``in 90`` is so many minutes; more than these are more likely the number of something else."""

_ABOUT = ("about", "around", "like", "exactly", "approximately", "approx", "just", "another", "roughly")
_VAGUE = frozenset({"few", "several", "some", "while", "bit", "couple-few", "many"})
_MINUTES = {"minute": 1, "hour": 60}
_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}
_ENDS = frozenset(["", "to", "2", ",", ".", "!", "?", ":", "that", "about", "remind", "please", "i"])


@dataclass(frozen=True, slots=True)
class Amount:
    """How much time: months and days on the calendar, minutes by the clock of the world."""

    months: int = 0
    days: int = 0
    minutes: int = 0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.months + other.months, self.days + other.days, self.minutes + other.minutes)

    def span(self) -> Span:
        """Return it as a span from now on."""
        return Span(self.months, self.days, self.minutes)


def read_span(words: Words, at: int) -> Found:
    """Read a span of time from now: ``in 3 days``, ``3 days from now``, ``three days later``."""
    if text_at(words, at) in {"in", "within", "after"}:
        return _in(words, at)
    found = amount(words, skip(words, at, *_ABOUT))
    if found is None:
        return None
    much, end = found
    if text_at(words, end) == "ago":
        return UNREADABLE, end + 1
    if text_at(words, end) in {"before", "after", "prior"}:
        return UNREADABLE, end + 1
    for ending in (("from", "now"), ("from", "today"), ("from", "this", "moment"), ("later",), ("hence",)):
        if (after := skip_all(words, end, *ending)) > end:
            return (much.span(),), after
    return None


def _in(words: Words, at: int) -> Found:
    start = skip(words, at + 1, *_ABOUT)
    is_vague = text_at(words, skip(words, start, "a")) in _VAGUE or text_at(words, start + 1) == "next"
    if is_vague:
        return _vague(words, start)
    found = amount(words, start)
    if found is None:
        return _bare_minutes(words, start) if text_at(words, at) == "in" else None
    much, end = found
    end = skip(words, skip(words, end, "'"), "time")
    end = skip_all(words, skip_all(words, end, "or", "so"), "from", "now")
    if text_at(words, at) == "within":
        return UNREADABLE, end
    return (much.span(),), end


def _vague(words: Words, start: int) -> Found:
    for end in range(start + 1, start + 5):
        if unit_named(text_at(words, end)) or text_at(words, end) in _VAGUE:
            return UNREADABLE, end + 1
    return None


def _bare_minutes(words: Words, at: int) -> Found:
    """Read ``in 45``."""
    said = number(words, at)
    if said is None or not 0 < said[0] <= MOST_MINUTES or text_at(words, said[1]) not in _ENDS:
        return None
    return (Span(minutes=said[0]),), said[1]


def amount(words: Words, at: int) -> tuple[Amount, int] | None:
    """Read ``2 hours``, ``an hour and a half``, ``2h30m``, ``1 hour and 20 minutes``. Return also its end."""
    found = _one_amount(words, at)
    if found is None:
        return None
    total, end = found
    for _ in range(3):
        more = _one_amount(words, skip(words, skip(words, end, ","), "and", "&")) or _glued_minutes(
            words, end
        )
        if more is None:
            break
        total, end = total + more[0], more[1]
    return total, end


def _glued_minutes(words: Words, at: int) -> tuple[Amount, int] | None:
    """Read the minutes of ``1h30``."""
    minutes = digits(words, at)
    is_after_hours = text_at(words, at - 1) == "h" and is_glued(words, at)
    return (Amount(minutes=minutes), at + 1) if is_after_hours and minutes is not None else None


def _one_amount(words: Words, at: int) -> tuple[Amount, int] | None:
    return _part_of_hour(words, at) or _counted(words, at)


def _part_of_hour(words: Words, at: int) -> tuple[Amount, int] | None:
    """Read ``half an hour``, ``a half hour``, ``three quarters of an hour``, ``a quarter of an hour``."""
    half = skip_all(words, at, "1", "/", "2")
    end = half if half > at else skip(words, skip(words, at, "a"), "half")
    if half > at or text_at(words, end - 1) == "half":
        unit = skip(words, skip(words, end, "of"), "an", "a", "-")
        found = unit_named(text_at(words, unit))
        return (_halves(found[0], 1), unit + 1) if found and found[0] in {"hour", "year", "day"} else None
    for counted, minutes in (
        (("three", "quarters"), 45),
        (("a", "quarter"), 15),
        (("quarter",), 15),
        (("3", "quarters"), 45),
    ):
        end = skip_all(words, at, *counted)
        if end > at and (after := skip_all(words, skip(words, end, "of"), "an", "hour")) > end + 1:
            return Amount(minutes=minutes), after
    return None


def _counted(words: Words, at: int) -> tuple[Amount, int] | None:
    said = count(words, at)
    if said is None:
        return None
    much, after = said
    halves = 2 * much
    fraction = skip_all(words, after, "and", "a", "half")
    if text_at(words, after) == "." and digits(words, after + 1, 1) == 5 and is_glued(words, after + 1):
        fraction = after + 2
    if fraction > after:
        halves, after = halves + 1, fraction
    unit = _unit(words, after)
    if unit is None:
        is_seconds = text_at(words, after) in {"sec", "secs", "seconds"}
        return (Amount(minutes=-(-halves // 120)), after + 1) if is_seconds else None
    after += 1
    if (end := skip_all(words, after, "and", "a", "half")) > after:
        halves, after = halves + 1, end
    if halves % 2 and unit not in {("hour", 1), ("day", 1), ("year", 1), ("minute", 1)}:
        return None
    return (_halves(unit[0], halves) if halves % 2 else _whole(unit, halves // 2)), after


def _unit(words: Words, at: int) -> tuple[str, int] | None:
    text = text_at(words, at).removesuffix("'s")
    if text in {"m", "h", "d", "w"} and not is_glued(words, at):
        return None
    return {"d": ("day", 1), "w": ("week", 1)}.get(text) or unit_named(text)


def _whole(unit: tuple[str, int], much: int) -> Amount:
    name, times = unit[0], unit[1] * much
    if name in _MINUTES:
        return Amount(minutes=times * _MINUTES[name])
    return Amount(days=times * _DAYS[name]) if name in _DAYS else Amount(months=times * _MONTHS[name])


def _halves(unit: str, halves: int) -> Amount:
    """Return so many halves of a unit; half a minute is a whole one."""
    if unit == "year":
        return Amount(months=6 * halves)
    return Amount(minutes={"minute": (halves + 1) // 2, "hour": 30 * halves, "day": 720 * halves}[unit])


def count(words: Words, at: int) -> tuple[int, int] | None:
    """Return the number of ``3``, ``three``, ``a`` or ``a couple of``, and the index after it."""
    for couple in (("a", "couple", "of"), ("a", "couple"), ("couple", "of"), ("couple",)):
        if (end := skip_all(words, at, *couple)) > at:
            return 2, end
    if text_at(words, at) in {"a", "an"}:
        return 1, at + 1
    return number(words, at)


def is_about_now(span: Span) -> bool:
    """Return whether a span begins now and not on another day."""
    return span.anchor is None or span.anchor == Today(0)
