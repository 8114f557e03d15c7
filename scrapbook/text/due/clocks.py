"""Read times of day: ``at 5``, ``3:30 pm``, ``half past six``, ``noon``, ``in the evening``."""

from collections.abc import Callable
from dataclasses import dataclass

from scrapbook.text.due.days import read_day
from scrapbook.text.due.items import UNREADABLE, Clock, Found, Item, Part, Today, Unreadable
from scrapbook.text.due.words import Words, digits, is_glued, number, skip, skip_all, text_at, word_set


@dataclass(frozen=True, slots=True)
class Hours:
    """When a part of the day is, if no hour is said.

    Attributes:
        usual: the hours that may be meant, the usual one first and then later ones.
        half: the half of the day of a number said with it: "8 in the evening" is pm.
    """

    usual: tuple[int, ...]
    half: str = "pm"


PARTS = {
    "morning": Hours((9, 10, 11), "am"),
    "early morning": Hours((7, 8), "am"),
    "late morning": Hours((11,), "am"),
    "breakfast": Hours((8,), "am"),
    "lunch": Hours((12, 13)),
    "after lunch": Hours((14, 15)),
    "afternoon": Hours((15, 16, 17)),
    "early afternoon": Hours((13, 14)),
    "late afternoon": Hours((17,)),
    "end of day": Hours((17,)),
    "after work": Hours((18, 19)),
    "dinner": Hours((18, 19)),
    "evening": Hours((19, 20, 21, 22)),
    "early evening": Hours((18,)),
    "late evening": Hours((21, 22)),
    "night": Hours((20, 21, 22, 23)),
    "late night": Hours((22, 23)),
    "bedtime": Hours((22, 23)),
}
"""The parts of the day, and other times that people name instead of an hour."""

_NAMES = {
    "morning": "morning", "afternoon": "afternoon", "evening": "evening", "eve": "evening", "night": "night",
    "breakfast": "breakfast", "lunch": "lunch", "lunchtime": "lunch", "dinner": "dinner", "supper": "dinner",
    "dinnertime": "dinner", "bedtime": "bedtime", "eod": "end of day", "eob": "end of day",
    "cob": "end of day",
}  # fmt: skip
_MEALS = {"breakfast", "lunch", "dinner", "supper"}
_AT_MEALS = {"at", "before", "by", "around", "over", "during"}
"""Words after which a meal is a time."""
_NOONS = {"noon": 12, "midday": 12, "noontime": 12, "midnight": 0}
_QUARTERS = {"half": 30, "quarter": 15}
_SINGLE_MINUTES = {5, 10, 15, 20, 25}
_HALVES = {"am": "am", "pm": "pm", "a": "am", "p": "pm"}
_RANGE = {"-", "–", "—", "to", "until", "through", "thru", "/"}
_ZONES = word_set(
    "utc gmt bst est edt et cst cdt ct mst mdt mt pst pdt pt cet cest ist jst aest aedt eastern central"
    " mountain pacific zulu"
)
_PREPOSITIONS = ("at", "by", "around", "before", "about", "from", "after", "till", "until", "for")
_LICENSING = ("at", "by", "around", "before")
"""Words after which a bare number is an hour."""


def read_clock(words: Words, at: int, is_licensed: bool = False) -> Found:
    """Read a time of day. Several times of it in a row are several items.

    Args:
        is_licensed: whether a bare number here is an hour: after "a reminder for".
    """
    start = skip(words, at, *_PREPOSITIONS)
    is_licensed = is_licensed or text_at(words, at) in _LICENSING
    if start > at:
        start = skip(words, start, "about", "around", "exactly", "like", "approximately", "say")
    found = next((found for form in _FORMS if (found := form(words, start, is_licensed))), None)
    if found is None:
        return None
    item, end = found
    end = _after_clock(words, end)
    return (UNREADABLE if _goes_on(words, end) else (item,)), end


_Read = tuple[Item, int] | None


def _after_clock(words: Words, end: int) -> int:
    dash = skip(words, end, "-") if text_at(words, end + 1) == "ish" else end
    if (so := skip_all(words, end, "or", "so")) > end:
        return so
    end = skip(words, dash, "ish", "sharp", "exactly", "promptly", "hours", "hrs")
    return skip_all(words, end, "on", "the", "dot")


def _goes_on(words: Words, end: int) -> bool:
    """Return whether a time is the start of a span, or of another time zone."""
    if text_at(words, end) in _ZONES:
        return True
    return text_at(words, end) in _RANGE and (
        number(words, end + 1) is not None or text_at(words, end + 1) in _NOONS
    )


def _noon(words: Words, at: int, _is_licensed: bool) -> _Read:
    is_twelve = text_at(words, at) in {"12", "twelve"} and text_at(words, at + 1) in _NOONS
    after = at + 1 if is_twelve else at
    hour = _NOONS.get(text_at(words, after))
    return None if hour is None else (Clock(hour, 0, "24", is_midnight=hour == 0), after + 1)


def _past_or_to(words: Words, at: int, is_licensed: bool) -> _Read:
    """Read ``half past six``, ``half six``, ``quarter to noon``, ``20 minutes past 3``."""
    at = skip(words, at, "a") if text_at(words, at + 1) == "quarter" else at
    quarter = _QUARTERS.get(text_at(words, at))
    said = (quarter, at + 1) if quarter else number(words, at)
    if said is None or not 0 < said[0] < 60:
        return None
    minutes, after = said
    is_minutes = text_at(words, after) in {"minutes", "min", "mins"}
    after = after + 1 if is_minutes else after
    how = text_at(words, after)
    is_past, is_to = how in {"past", "after"}, how in {"to", "of", "till", "before", "until"}
    if quarter == 30 and not is_past:
        after, is_past = after - 1, not is_to
    if not (is_past or is_to) or not (quarter or is_minutes or minutes in _SINGLE_MINUTES):
        return None
    is_clear = bool(quarter) or is_minutes or is_licensed or text_at(words, after + 1) in _NOONS
    if is_to and not is_clear and text_at(words, at).isdecimal():
        return None
    return _counted_from(words, after + 1, minutes if is_past else -minutes)


def _counted_from(words: Words, at: int, minutes: int) -> _Read:
    """Read the hour from which so many minutes are counted."""
    if noon := _noon(words, at, False):
        clock, end = Clock(_NOONS[text_at(words, noon[1] - 1)], 0, "24"), noon[1]
    elif (hour := number(words, at)) and 1 <= hour[0] <= 12:
        end = skip(words, hour[1], "o'clock", "oclock")
        half, end = _half(words, end)
        clock = Clock(hour[0], 0, half)
    else:
        return None
    if minutes > 0:
        return Clock(clock.hour, minutes, clock.half), end
    if clock.half == "24":
        return Clock((clock.hour - 1) % 24, 60 + minutes, "24"), end
    # A quarter to 1 pm is before noon's hour is over, a quarter to noon is am.
    half = {"am": "pm", "pm": "am", "": ""}[clock.half] if clock.hour == 12 else clock.half
    return Clock((clock.hour - 2) % 12 + 1, 60 + minutes, half), end


def _half(words: Words, at: int) -> tuple[str, int]:
    text = text_at(words, at)
    if text in {"a", "p"} and (not is_glued(words, at) or is_glued(words, at + 1)):
        return "", at
    return (_HALVES[text], at + 1) if text in _HALVES else ("", at)


def _with_minutes(words: Words, at: int, is_licensed: bool) -> _Read:
    """Read ``15:15``, ``6 : 30 pm``, ``4.30``."""
    hour, minute = digits(words, at), digits(words, at + 2)
    sign = text_at(words, at + 1)
    if hour is None or minute is None or sign not in {":", ".", "h"} or len(text_at(words, at + 2)) != 2:
        return None
    half, end = _half(words, at + 3)
    is_written = is_glued(words, at + 1) and is_glued(words, at + 2)
    if sign != ":" and not (is_written and (half or is_licensed or sign == "h")):
        return None
    if text_at(words, end) == ":" and digits(words, end + 1) is not None:
        end += 2
    if text_at(words, end) in {".", "%"} and is_glued(words, end + 1):
        return None
    end = skip(words, end, "h") if is_glued(words, end) else end
    is_of_24 = text_at(words, at).startswith("0") or (sign == "h" and not half)
    return _clock(hour, minute, half, is_of_24), end


def _four_digits(words: Words, at: int, is_licensed: bool) -> _Read:
    """Read ``1530`` and ``530pm``."""
    text = text_at(words, at)
    if not text.isdecimal() or len(text) not in {3, 4}:
        return None
    half, end = _half(words, at + 1)
    is_hours = text_at(words, end) in {"hours", "hrs", "hour"} and len(text) == 4
    is_round = len(text) == 3 and text.endswith("00")  # "at 200" is a price, a heat
    is_year = text[:2] in {"19", "20"} and text_at(words, at - 1) in {"by", "before", "around", "for"}
    if not (half or is_hours or (is_licensed and not (is_year or is_round))):
        return None
    return _clock(int(text[:-2]), int(text[-2:]), half, is_of_24=len(text) == 4), end


def _hour(words: Words, at: int, is_licensed: bool) -> _Read:
    """Read ``3pm``, ``five``, ``six thirty am``, ``7 o'clock``."""
    said = number(words, at)
    if said is None:
        return None
    hour, after = said
    minute, end = _minutes_in_words(words, after, text_at(words, at).isdecimal(), is_licensed)
    half, end = _half(words, _after_ish(words, end))
    clock_said = skip(words, end, "o'clock", "oclock", "oclk")
    if clock_said == end:
        clock_said = skip_all(words, end, "o", "'", "clock")
    if clock_said > end and not half:
        half, clock_said = _half(words, clock_said)
    is_clear = bool(half) or clock_said > end or end > after or _is_ish(words, end) or is_licensed
    if not is_clear and not (hour <= 12 and _names_part(words, end)):
        return None
    return _clock(hour, minute, half, is_of_24=False), clock_said


def _minutes_in_words(words: Words, at: int, are_digits: bool, is_licensed: bool) -> tuple[int, int]:
    """Return the minutes after an hour, and the index after them: 0 and the same index if there are none."""
    start = at
    if are_digits:
        minute = digits(words, at)
        is_minute = minute is not None and 10 <= minute < 60 and (is_licensed or _half(words, at + 1)[0])
        return (minute, at + 1) if is_minute and minute is not None else (0, at)
    if text_at(words, at) == "-" and is_glued(words, at) and is_glued(words, at + 1):
        at += 1
    if text_at(words, at) in {"oh", "o"} and (ones := number(words, at + 1)) and 0 < ones[0] < 10:
        return ones
    said = number(words, at)
    is_minute = said and 10 <= said[0] < 60 and not text_at(words, at).isdecimal()
    return said if said and is_minute else (0, start)


def _after_ish(words: Words, at: int) -> int:
    """Return the index after the "ish" of ``8ish pm``."""
    ish = skip(words, skip(words, at, "-"), "ish")
    return ish if text_at(words, ish - 1) == "ish" and _half(words, ish)[0] else at


def _is_ish(words: Words, at: int) -> bool:
    return text_at(words, at) == "ish" or (text_at(words, at) == "-" and text_at(words, at + 1) == "ish")


def _names_part(words: Words, at: int) -> bool:
    """Return whether a part of the day follows, as in ``eight tonight`` and ``8 in the evening``."""
    if text_at(words, at) == "tonight":
        return True
    day = read_day(words, at)
    return (day is not None or text_at(words, at) in {"in", "this", "at"}) and (
        read_part(words, day[1] if day else at) is not None
    )


def _clock(hour: int, minute: int, half: str, is_of_24: bool) -> Item:
    if minute > 59 or hour > 23 or (half and not (1 <= hour <= 12 or (half == "pm" and hour > 12))):
        return UNREADABLE[0]
    if half and hour > 12:
        half = "24"
    is_exact = not half and (hour > 12 or hour == 0 or is_of_24)
    return Clock(hour, minute, "24" if is_exact else half)


_FORMS: tuple[Callable[[Words, int, bool], _Read], ...] = (
    _noon,
    _past_or_to,
    _with_minutes,
    _four_digits,
    _hour,
)


def read_part(words: Words, at: int) -> Found:
    """Read a part of the day: ``in the evening``, ``this morning``, ``tonight``, ``by end of day``."""
    if (first := skip_all(words, at, "first", "thing")) > at and text_at(words, first) != "in":
        return (Part("morning"),), first
    start = skip(words, at, "later", "late", "early") if text_at(words, at + 1) == "tonight" else at
    if text_at(words, start) == "tonight":
        is_late = text_at(words, at) == "late"
        return (Today(0), Part("late night" if is_late else "night")), start + 1
    start = skip(words, at, "by", "before", "at", "in", "during", "over", "around", "on", "first")
    if text_at(words, at) == "first":
        start = skip(words, start, "thing")
        start = skip(words, start, "in")
    is_this = text_at(words, start) in {"this", "later"} and text_at(words, start + 1) != "week"
    start = skip(words, skip(words, skip(words, start, "later"), "this"), "the")
    found = _end_of_day(words, start) or _named_part(words, at, start)
    if found is None:
        return None
    part, end = found
    return ((Today(0), part) if is_this else (part,)), end


def _end_of_day(words: Words, at: int) -> tuple[Part, int] | None:
    end = at
    for texts in (("end", "of"), ("close", "of")):
        end = max(end, skip_all(words, at, *texts))
    if end == at:
        return None
    after = skip(words, skip(words, end, "the", "my"), "work", "working", "business", "school")
    last = skip(words, after, "day")
    is_business = text_at(words, last - 1) == "business"
    return (Part("end of day"), last) if last > after or is_business else None


def _named_part(words: Words, at: int, start: int) -> tuple[Part, int] | None:
    how = text_at(words, start) if text_at(words, start) in {"early", "late", "mid"} else ""
    start = skip(words, start + 1, "-", "in") if how else start
    start = skip(words, start, "the") if how else start
    text = text_at(words, start)
    name = _NAMES.get(text) or _NAMES.get(text.removesuffix("s"), "")
    preposition = text_at(words, at)
    if text == "work" and preposition == "after":
        return Part("after work"), start + 1
    if not name or (text.removesuffix("s") in _MEALS and preposition not in _AT_MEALS):
        return None
    qualified = f"{how} {name}" if how != "mid" else name
    end = skip(words, start + 1, "time")
    return Part(qualified if qualified in PARTS else name, is_plural=name != text and text.endswith("s")), end


def read_range(words: Words, at: int) -> Found:
    """Read ``between 9 and 5`` and ``from 9 to 5``, which are no one time."""
    if text_at(words, at) not in {"between", "from"}:
        return None
    first = read_clock(words, at + 1, is_licensed=True)
    if first is None:
        return None
    end = skip(words, first[1], "and", "to", "until", "-", "through")
    last = read_clock(words, end, is_licensed=True) if end > first[1] else None
    if last is None:
        return (UNREADABLE, first[1]) if isinstance(first[0][0], Unreadable) else None
    return UNREADABLE, last[1]


def read_after(words: Words, at: int) -> Found:
    """Read ``after lunch`` and ``after work``; ``the same time`` is none that is known."""
    for same in (("same", "time"), ("this", "time")):
        if (end := skip_all(words, skip(words, skip(words, at, "at"), "the"), *same)) > at + 1:
            return UNREADABLE, end
    if text_at(words, at) != "after":
        return None
    name = {"lunch": "after lunch", "work": "after work", "lunchtime": "after lunch"}.get(
        text_at(words, at + 1)
    )
    return ((Part(name),), at + 2) if name else None
