"""Read when a reminder is due.

Words of time are read next to "remind me", at the start and the end of a text, and before words such as
"about". Anywhere else they may be a part of what is to be remembered.
"""

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from scrapbook.text.calendar_words import CLEAR_WEEKDAY, MONTH
from scrapbook.text.due.expressions import Expression, Run, combine, run_at, runs_in
from scrapbook.text.due.items import Clock, Date, Holiday, Part, Period, Span, Today, Weekdays
from scrapbook.text.due.model import Due
from scrapbook.text.due.resolving import resolve
from scrapbook.text.due.spans import amount
from scrapbook.text.due.words import (
    MONTHS,
    WEEKDAY_NUMBERS,
    Word,
    Words,
    digits,
    is_glued,
    is_of_noun,
    number,
    skip,
    text_at,
    word_set,
    words_of,
)

LEADS = word_set(
    "remind reminder reminders reminded notification notifications notify alarm alert ping nudge wake prompt"
)
"""Words that a reminder is asked for with."""

_AFTER_LEAD = word_set("me us again for to please up that it set : , - –")
_MOST_AFTER_LEAD = 4
_ASKING = word_set(
    "please can could would you will i need want like to hey ok can't don't let set create add a up"
    " make me schedule and so just new"
)
_MAKING = word_set("set create add make schedule put setup")

_ASKED = word_set("what how who whom why where which whose")
"""Words that begin a question after "remind me", whose time is past or a part of it."""

_CLOSING = word_set("please thanks thank you thx ty ok okay cheers . ! ? , ; ) ' … x")
_GAP = "[...]"
"""What stands for the middle of a long text."""

_QUOTES = word_set("\" “ ” « » ' `")

_NEVER_AFTER = word_set("not or than from until whether between - – — / + & : $ £ €")
# "Read about friday", "my monday": the words after these are a part of something else.
_NO_TIME_AFTER = _NEVER_AFTER | word_set(
    "about of since each last black good ash the to with after a an and not happy my our his her their"
    " your called named titled is it's its was are i'm than no # per some any more much"
)
_PREPOSITIONS = word_set("on at by in before around after during over every each")
_NO_TIME_BEFORE = word_set(
    "is are was were will would never has had - – — / & + % $ € £ 's and or vs degrees percent"
)
_GOES_ON = word_set("to about of that for i we with so because re regarding if when : , ; please and")
_WORDS_AFTER_MIDDLE = word_set("about with to so because re regarding for from")
_NO_TIME_ALONE = word_set(
    "sun sat mar may march second noon midnight midday night morning afternoon evening sept fall new easter"
)
_TIMES = word_set(
    "am pm o'clock noon midnight midday morning afternoon evening night tonight today tomorrow"
    " yesterday lunchtime bedtime weekend week month weekday weekdays working business"
)
_MEALS = word_set("breakfast lunch dinner supper")
_BOUNDS = word_set("until between except starting beginning but")
_OF_THE_EVENING = word_set("dinner supper drinks pub party concert cinema theatre theater")
_EVENING_HOURS = range(5, 11)
_AWAY = word_set("before after prior ago")
_OTHER_DAYS = word_set("birthday anniversary payday weekend weekends holiday holidays")
_OWNERS = WEEKDAY_NUMBERS.keys() | MONTHS.keys() | {"tomorrow"}
_DETERMINERS = word_set("the my a an our his her their your this")
_CHARACTERS_READ = 500
"""How many characters at either end of a text are searched for a time."""

_MAY_SAY_WHEN = re.compile(
    r"\b(?:when|whenever|as soon as|once (?:i|we|you|the|it|he|she|they)|every|each|daily|weekly|monthly"
    rf"|yearly|before|after|until|till|soon|later|{CLEAR_WEEKDAY}|{MONTH}|tom+or+ow|tmrw|tmr|2mor+ow"
    r"|today|tonight|morning|afternoon|evening|night|noon|midday|midnight|weekends?|weeks?|fortnight|months?"
    r"|years?|days?|hours?|minutes?|o'?clock|easter|christmas|\d{1,2}[:/.]\d{1,2}|\d{1,2} ?[ap]\.?m"
    r"|\d{1,2}(?:st|nd|rd|th)|yesterday(?!['’]s)|ago|at \d{1,4}(?=\W*$| to\b))\b",
    re.IGNORECASE,
)

_SAYS_PAST = re.compile(
    r"\bremind(?:er)?\s+(?:me\s+)?(?:for\s+|on\s+|from\s+)?"
    rf"(?:yesterday(?!['’]s)\b|last\s+(?:night|week|weekend|month|year|{CLEAR_WEEKDAY}|{MONTH})\b|(?:\w+\s+){{1,3}}ago\b)",
    re.IGNORECASE,
)
"""A time that is over, beside "remind me": elsewhere it may be part of what is to be remembered."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What a text says of the time, and the words that say it."""

    expression: Expression
    start: int
    end: int


def read_due(text: str, now: datetime, zone: ZoneInfo) -> Due | None:
    """Return when a text says that a reminder is due. None if it says no time for sure, or a past one.

    Args:
        now: aware; what is returned is later.
        zone: the time zone of the days and times in the text.
    """
    words = _words_at_ends(text)
    said = _said(words)
    if said is None:
        return None
    try:
        found = resolve(_in_the_evening(said.expression, words), now, zone)
    except (OverflowError, ValueError):  # after the year 9999
        return None
    if found is None:
        return None
    has_time = said.expression.has_time or bool(said.expression.span and said.expression.span.minutes)
    return Due(found.at, found.rule, has_time, (words[said.start].start, words[said.end - 1].end))


def _in_the_evening(said: Expression, words: Words) -> Expression:
    """Return the expression with its hour after noon, if it is that of a dinner or the like."""
    is_open = len(said.clocks) == 1 and not said.part and said.clocks[0].half == ""
    if not is_open or said.clocks[0].hour not in _EVENING_HOURS:
        return said
    if not any(word.text in _OF_THE_EVENING for word in words):
        return said
    return replace(said, clocks=(replace(said.clocks[0], half="pm"),))


def mentions_time(text: str) -> bool:
    """Return whether the text has words that may name a time, even if they cannot be read."""
    return _MAY_SAY_WHEN.search(text) is not None


def is_past(text: str, now: datetime, zone: ZoneInfo) -> bool:
    """Return whether a text asks to be reminded at a time that is over.

    Args:
        now: aware.
        zone: the time zone of the days and times in the text.
    """
    if _SAYS_PAST.search(text):
        return True
    said = _said(_words_at_ends(text))
    if said is None or said.expression.is_recurring or said.expression.claimed:
        return False
    if isinstance(said.expression.day, Holiday):  # some are on no known day
        return False
    try:
        return resolve(said.expression, now, zone) is None
    except (OverflowError, ValueError):  # after the year 9999
        return False


def weekday_named(text: str) -> str | None:
    """Return the weekday that is named with a date, as ``Monday`` for ``on monday 24 november``.

    None if there is none. It need not be the weekday of that date.
    """
    said = _said(_words_at_ends(text))
    claimed = said.expression.claimed if said and isinstance(said.expression.day, Date) else None
    return calendar.day_name[claimed.days[0]] if claimed else None


def _words_at_ends(text: str) -> Words:
    """Return the words at the start and at the end of a text: all of them, if it is not long."""
    if len(text) <= 2 * _CHARACTERS_READ:
        return words_of(text)
    end = len(text) - _CHARACTERS_READ
    gap = Word(_GAP, _CHARACTERS_READ, end, is_glued=False)
    return [*words_of(text, 0, _CHARACTERS_READ), gap, *words_of(text, end, len(text))]


def _said(words: Words) -> _Said | None:
    """Return what is said next to "remind me" or at the end, or in both; ``2 hours`` alone is from now."""
    end = _end_of(words)
    if (much := amount(words, 0)) and much[1] == end:
        return _Said(Expression(span=much[0].span()), 0, end)
    runs = list(runs_in(words))
    beside = next((run for run in _led(words, runs) if _may_be_beside(words, run, end)), None)
    last = next((run for run in reversed(runs) if run.end == end and _may_be_last(words, run)), None)
    if beside is None and last is None:
        return _in_the_middle(words, runs)
    if beside and last and beside.start < last.start:
        return _both(words, runs, beside, last)
    return _one(words, runs, beside or last)


def _end_of(words: Words) -> int:
    """Return the index after the last word that is no thanks, no sign, and no "can you remind me?"."""
    end = len(words)
    while end and words[end - 1].text in _CLOSING:
        end -= 1
    at = end - 1
    while text_at(words, at) in {"me", "again", "us"}:
        at -= 1
    if text_at(words, at) not in LEADS or at == end - 1 or at < 1:
        return end
    while at and (text_at(words, at - 1) in _ASKING or text_at(words, at - 1) in _CLOSING):
        at -= 1
    return at or end


def _led(words: Words, runs: Sequence[Run]) -> list[Run]:
    """Return the rows of items that follow "remind me" or precede it, or begin the text."""
    found = [run for run in runs if _follows_lead(words, run.start)]
    for at in _leads(words):
        # "A reminder for 6" is at 6 o'clock, "a table for 6" is not.
        if text_at(words, at + 1) == "for" and (run := run_at(words, at + 2)):
            found.append(run)
    return [*found, *(run for run in runs[:1] if _begins(words, run))]


def _leads(words: Words) -> list[int]:
    return [at for at, word in enumerate(words) if word.text in LEADS]


def _follows_lead(words: Words, start: int) -> bool:
    at = start - 1
    for _ in range(_MOST_AFTER_LEAD):
        if text_at(words, at) not in _AFTER_LEAD:
            break
        at -= 1
    return text_at(words, at) in LEADS


def _begins(words: Words, run: Run) -> bool:
    """Return whether a row of items begins a text and tells its time, as in ``tomorrow at 5 remind me``."""
    if any(word.text not in _ASKING and word.text != "on" for word in words[: run.start]):
        return False
    if _precedes_lead(words, run.end) or text_at(words, run.end) in {",", ":"}:
        return True
    return run.start == 0 and any(isinstance(item, Clock | Span | Today) for item in run.items)


def _precedes_lead(words: Words, at: int) -> bool:
    at = skip(words, at, ",")
    while text_at(words, at) in _ASKING:
        at += 1
    return text_at(words, at) in LEADS


def _may_be_beside(words: Words, run: Run, end: int) -> bool:
    """Return whether a row of items is not the beginning of what is to be remembered."""
    after = text_at(words, run.end)
    if after in _GOES_ON or run.end >= end or _precedes_lead(words, run.end):
        return True
    if after in _NO_TIME_BEFORE or is_glued(words, run.end) or text_at(words, run.start - 1) == "to":
        return False
    return not _is_weak(words, run) and not all(isinstance(item, Part) for item in run.items)


def _may_be_last(words: Words, run: Run) -> bool:
    """Return whether a row of items at the end is not the end of what is to be remembered."""
    if _follows_lead(words, run.start) or run.start == 0:
        return True
    before = text_at(words, run.start - 1)
    if any(text_at(words, at + 1) == "me" and text_at(words, at + 2) in _ASKED for at in _leads(words)):
        return False
    if before in _QUOTES or _is_weak(words, run) or _is_object(words, run):
        return False
    if before == "for":
        is_asked_after = any(word.text in LEADS for word in words[run.end :])
        return is_asked_after or any(word.text in _MAKING for word in words[: run.start])
    return before not in (_NEVER_AFTER if text_at(words, run.start) in _PREPOSITIONS else _NO_TIME_AFTER)


def _is_weak(words: Words, run: Run) -> bool:
    """Return whether a row of items is a single word that has other meanings."""
    return run.end - run.start == 1 and text_at(words, run.start) in _NO_TIME_ALONE


def _is_object(words: Words, run: Run) -> bool:
    """Return whether a day is what is to be done something with: ``to celebrate easter``."""
    is_named = isinstance(run.items[0], Holiday) or (
        isinstance(run.items[0], Period) and text_at(words, run.start) == "the"
    )
    is_bare = is_named and text_at(words, run.start) not in _PREPOSITIONS
    return is_bare and len(run.items) == 1 and text_at(words, run.start - 2) == "to"


def _is_left_out(words: Words, run: Run) -> bool:
    """Return whether a word of time beside a row of items is not read with it."""
    before, after = text_at(words, run.start - 1), text_at(words, run.end)
    if _names_time(before) or _names_time(after) or before == "mid" or after in _BOUNDS:
        return True
    if after in {"and", "or", "&", "of", "/", "+"} and _goes_on_in_time(words, run.end + 1):
        return True
    hour = digits(words, run.start - 1, 4)
    is_clock_before = hour is not None and hour > 99 and hour % 100 < 60 and hour < 2400
    is_number_after = digits(words, run.end, 4) is not None and after != "2"
    is_plural = isinstance(run.items[0], Weekdays) and run.items[0].is_plural
    is_count = number(words, run.start - 1) is not None and not is_of_noun(words, run.start - 1)
    if is_plural and is_count and text_at(words, run.start) not in _PREPOSITIONS:
        return True
    return (is_clock_before and text_at(words, run.start) not in _PREPOSITIONS) or is_number_after


def _goes_on_in_time(words: Words, at: int) -> bool:
    """Return whether a word of time follows "and", as in ``at breakfast and dinner``."""
    return _names_time(text_at(words, at)) or text_at(words, at) in _MEALS


def _names_time(text: str) -> bool:
    return text in _TIMES or text in WEEKDAY_NUMBERS.keys() - {"sun", "sat"}


def _both(words: Words, runs: Sequence[Run], beside: Run, last: Run) -> _Said | None:
    """Return what is said in both places, if one tells the day and the other the time or how often."""
    one, other = beside.expression, last.expression
    if one is None or _is_left_out(words, beside):
        return None
    if other is None or _is_left_out(words, last):
        return _one(words, runs[: runs.index(last)], beside) if one.has_day else None
    if _complements(one, other) and text_at(words, last.start - 1) != "for":
        together = combine((*beside.items, *last.items))
        main = last if other.has_day and not one.has_day else beside
        return _Said(together, main.start, main.end) if together else None
    return _one(words, runs, beside) if one.has_day or one.is_recurring or not other.has_day else None


def _complements(one: Expression, other: Expression) -> bool:
    """Return whether one tells the day, or how often, and the other the time."""
    if (one.span and one.span.minutes) or (other.span and other.span.minutes):
        return False
    has_days = (one.has_day or one.is_recurring, other.has_day or other.is_recurring)
    if one.has_time and other.has_time:
        return bool(one.part and not one.clocks and other.clocks and not has_days[1])
    return has_days in {(True, False), (False, True)} or _is_open(one) != _is_open(other)


def _is_open(said: Expression) -> bool:
    """Return whether a frequency is named without a day of it: ``every week``."""
    return said.every is not None and said.every.unit not in {"", "day"} and not said.has_day


def _one(words: Words, runs: Sequence[Run], chosen: Run | None) -> _Said | None:
    """Return what one row of items says, if no other row may tell its day or how often it comes."""
    said = chosen.expression if chosen else None
    if chosen is None or said is None or _is_left_out(words, chosen):
        return None
    others = [run for run in runs if run.start != chosen.start]
    before = [run for run in others if run.end <= chosen.start]
    if any(run.expression is None and text_at(words, run.end - 1) in _AWAY for run in before):
        return None
    if not said.is_recurring and (_says_each_time(words) or any(_may_recur(words, run) for run in others)):
        return None
    if not said.has_day and not said.is_recurring:
        is_of_other_day = any(_names_day(run) for run in before)
        is_of_other_day = is_of_other_day or any(_is_other_day(word.text) for word in words[: chosen.start])
        return None if is_of_other_day else _Said(said, chosen.start, chosen.end)
    return _Said(said, chosen.start, chosen.end)


def _says_each_time(words: Words) -> bool:
    """Return whether the reminder is for each time that something happens."""
    return any(
        word.text == "whenever" or (word.text in {"every", "each"} and text_at(words, at + 1) == "time")
        for at, word in enumerate(words)
    )


def _is_other_day(text: str) -> bool:
    """Return whether a word names a day, though not when the reminder is due: ``friday's meeting at 3``."""
    return text in _OTHER_DAYS or (text.endswith("'s") and text[:-2] in _OWNERS)


def _may_recur(words: Words, run: Run) -> bool:
    """Return whether a row of items may tell how often the reminder comes: not in ``the weekly report``."""
    is_adjective = text_at(words, run.start - 1) in _DETERMINERS
    return run.expression is not None and run.expression.is_recurring and not is_adjective


def _names_day(run: Run) -> bool:
    return run.expression is None or run.expression.has_day


def _in_the_middle(words: Words, runs: Sequence[Run]) -> _Said | None:
    """Return what is said before "about" and the like, if nothing else in the text tells a time."""
    if len(runs) != 1 or text_at(words, runs[0].end) not in _WORDS_AFTER_MIDDLE:
        return None
    run = runs[0]
    is_clear = text_at(words, run.start) in _PREPOSITIONS or isinstance(run.items[0], Today)
    before = text_at(words, run.start - 1)
    if run.expression is None or not is_clear or before in _NO_TIME_AFTER or before in {*_QUOTES, "for"}:
        return None
    return None if _is_left_out(words, run) else _Said(run.expression, run.start, run.end)
