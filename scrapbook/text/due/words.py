"""The words of a text, with the numbers, units and names among them that tell times.

Misspelt names of days and months are corrected where only one can be meant and the word is no ordinary one.
"""

import calendar
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from scrapbook.text.calendar_words import NUMBERS, SHORT_WEEKDAYS, WEEKDAYS
from scrapbook.text.word_frequency import zipf_frequency


@dataclass(frozen=True, slots=True)
class Word:
    """A word, a number or a sign.

    Attributes:
        text: in lower case, in its usual spelling.
        start: the index at which it begins in the text, and ``end`` that at which it ends.
        is_glued: whether no space is before it.
    """

    text: str
    start: int
    end: int
    is_glued: bool


Words = Sequence[Word]


def word_set(words: str) -> frozenset[str]:
    """Return the words of a string."""
    return frozenset(words.split())


MONTHS = {
    name.lower(): number
    for names in (calendar.month_name, calendar.month_abbr)
    for number, name in enumerate(names)
    if name
} | {"sept": 9}
"""The number of each month, by its name and by its short ones."""

WEEKDAY_NUMBERS = {name: number for number, name in enumerate(WEEKDAYS)} | {
    short: number for short in (*SHORT_WEEKDAYS, "weds") for number, name in enumerate(WEEKDAYS)
    if name.startswith(short[:3])
}  # fmt: skip
"""The number of each weekday, 0 for Monday, by its name and by its short ones."""

_TEENS = ("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")

UNITS = {
    "minute": ("minute", 1), "min": ("minute", 1), "m": ("minute", 1), "hour": ("hour", 1), "hr": ("hour", 1),
    "h": ("hour", 1), "day": ("day", 1), "week": ("week", 1), "wk": ("week", 1), "month": ("month", 1),
    "year": ("year", 1), "yr": ("year", 1), "fortnight": ("week", 2), "quarter": ("month", 3),
}  # fmt: skip
"""What each word for a span of time is, in one of the units minute, hour, day, week, month and year."""

_SMALL = {word: number for number, word in enumerate(("zero", *NUMBERS, *_TEENS))}
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "ninety": 90}
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "twentieth": 20, "thirtieth": 30,
    **{f"{teen}th": number for number, teen in enumerate(_TEENS, start=13)},
}  # fmt: skip

_SPELLINGS = {
    "at": "@",
    "tomorrow": "tmrw tmr tmw tmrow tmorrow tomoz tomo 2moro 2morrow 2morow 2mrw 2mro",
    "tonight": "tonite 2nite 2night tnite",
    "today": "2day",
    "afternoon": "arvo aft",
    "weekday": "wkday",
    "weekdays": "wkdays",
    "weekly": "wkly",
    "night": "nite",
    "nights": "nites",
    "morning": "morn",
    "every": "evry",
    "everyday": "evryday",
    "about": "abt",
    "before": "b4",
    "until": "til till 'til",
    "please": "pls",
    "christmas": "xmas",
    "next": "nxt",
    "noon": "noonish",
    "weekend": "wknd wkend",
}
"""How people text some words, by the usual spelling."""

_USUAL = {spelt: usual for usual, spellings in _SPELLINGS.items() for spelt in spellings.split()}

_CORRECTED = (
    *WEEKDAYS,
    *(f"{day}s" for day in WEEKDAYS),
    *(month for month in MONTHS if len(month) > 5 or month == "april"),
    *("tomorrow", "tonight", "today", "morning", "afternoon", "evening", "everyday"),
)
_LEAST_LETTERS, _MOST_LETTERS = 5, 11
_LONG = 8
"""Letters of a name from which on two errors are corrected, and wrong letters. In a shorter name, a wrong
letter often makes another word, such as "sundaes" or "mooning"."""

_WORD = re.compile(
    r"2m(?:o+r+o+w?|rw|ro)\b|2n(?:ite|ight)\b|2day\b|b4\b"  # 2moro, 2nite
    r"|(?<![^\W\d_])[ap] ?\. ?m\b(?: ?\.)?"  # p.m.
    r"|\d+|'?[^\W\d_]+(?:'[^\W\d_]+)*|[^\w\s]|_",
    re.IGNORECASE,
)
_NUMBERED = word_set(
    "chapter chapters ch page pages p room number no gate platform bus line part parts step level"
    " episode ep season unit units flat exercise lesson version v terminal section question item table"
    " lane floor track volume vol issue route stage phase size week day channel bay desk seat row ticket"
    " order invoice task article grade"
)
"""Words before a number that make it their own."""

_SHORTENED = frozenset(name for name in (*MONTHS, *WEEKDAY_NUMBERS) if len(name) < 6) - {
    *("march", "april", "may", "june", "july", "sat", "sun")
}
"""Names of days and months after which a full stop ends no sentence."""

_QUOTES = str.maketrans("’‘ʼ", "'''")


def words_of(text: str, first: int = 0, last: int | None = None) -> list[Word]:
    """Return the words of a text in order; those from one index up to another, if these are given."""
    found: list[Word] = []
    end = -1
    for match in _WORD.finditer(text.translate(_QUOTES), first, len(text) if last is None else last):
        is_glued = match.start() == end
        end = match.end()
        if match[0] == "." and is_glued and found[-1].text in _SHORTENED:
            continue
        found.append(Word(_spelt(match[0].lower()), *match.span(), is_glued))
    return found


def text_at(words: Words, at: int) -> str:
    """Return the text of a word; empty before the first and after the last."""
    return words[at].text if 0 <= at < len(words) else ""


def is_glued(words: Words, at: int) -> bool:
    """Return whether there is a word at that index, and no space before it."""
    return 0 <= at < len(words) and words[at].is_glued


def skip(words: Words, at: int, *texts: str) -> int:
    """Return the index after a word if it is one of these, else the index itself."""
    return at + 1 if text_at(words, at) in texts else at


def skip_all(words: Words, at: int, *texts: str) -> int:
    """Return the index after these words if all of them are there, else the index itself."""
    there = all(text_at(words, at + ahead) == text for ahead, text in enumerate(texts))
    return at + len(texts) if there else at


def digits(words: Words, at: int, most: int = 2) -> int | None:
    """Return the number written in at most so many digits. None if there is none."""
    text = text_at(words, at)
    return int(text) if text.isdecimal() and len(text) <= most else None


def is_of_noun(words: Words, at: int) -> bool:
    """Return whether a number belongs to the word before it: ``chapter 4``."""
    return text_at(words, at - 1) in _NUMBERED and number(words, at) is not None


def number(words: Words, at: int) -> tuple[int, int] | None:
    """Return the number below 1,000 at an index, in digits or words, and the index after it."""
    value = digits(words, at, 3)
    if text_at(words, at + 1) in {"hundred", "thousand"}:
        return None
    if value is not None:
        return value, at + 1
    text = text_at(words, at)
    if text in _SMALL:
        return _SMALL[text], at + 1
    if text in _TENS:
        after = skip(words, at + 1, "-")
        ones = _SMALL.get(text_at(words, after), 0)
        return (_TENS[text] + ones, after + 1) if 0 < ones < 10 else (_TENS[text], at + 1)
    return None


def ordinal(words: Words, at: int) -> tuple[int, int] | None:
    """Return the number of ``3rd``, ``third`` or ``twenty-first``, and the index after it."""
    value, text = digits(words, at), text_at(words, at)
    if value is not None:
        has_ending = text_at(words, at + 1) in {"st", "nd", "rd", "th"} and is_glued(words, at + 1)
        return (value, at + 2) if has_ending else None
    if text in _ORDINALS:
        return _ORDINALS[text], at + 1
    if text in _TENS:
        after = skip(words, at + 1, "-")
        ones = _ORDINALS.get(text_at(words, after), 0)
        return (_TENS[text] + ones, after + 1) if 0 < ones < 10 else None
    return None


def unit_named(text: str) -> tuple[str, int] | None:
    """Return the unit that a word names, and how many of it: ("month", 3) for ``quarter`` and ``quarters``.

    None if it names none.
    """
    return UNITS.get(text) or UNITS.get(text.removesuffix("s"))


def _spelt(text: str) -> str:
    if text in _USUAL:
        return _USUAL[text]
    if "." in text and len(text) > 1:
        return text[0] + "m"
    is_name = _LEAST_LETTERS <= len(text) <= _MOST_LETTERS and text.isascii() and text.isalpha()
    return _corrected(text) if is_name else text


@lru_cache(maxsize=4096)
def _corrected(text: str) -> str:
    """Return the one name of a day or month that a misspelt word means; else the word itself."""
    near = sorted((wrong, name) for name in _CORRECTED if (wrong := _errors(text, name)) is not None)
    if not near or near[0][0] == 0 or (len(near) > 1 and near[0][0] == near[1][0]):
        return text
    return text if zipf_frequency(text) else near[0][1]


def _errors(text: str, name: str) -> int | None:
    """Return how many letters are wrong in a word that may mean a name. None if it hardly does."""
    if text[0] != name[0]:
        return None
    most = 2 if len(name) >= _LONG else 1
    wrong = OSA.distance(text, name, score_cutoff=most)
    is_other_letter = wrong and len(name) < _LONG and len(text) == len(name) and sorted(text) != sorted(name)
    return None if wrong > most or is_other_letter else wrong


def named(table: Mapping[str, int], words: Words, at: int) -> int | None:
    """Return what a word is in a table of names. None if it is not there."""
    return table.get(text_at(words, at))
