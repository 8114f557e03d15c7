"""The kinds of arguments that commands take: what they look like and which look-alikes they refuse."""

import re
from dataclasses import dataclass
from typing import Callable, Dict, List, Optional, Tuple

from rapidfuzz import process

# (value, start, end), offsets into the argument
Values = List[Tuple[str, int, int]]

PERIODS = ("today", "yesterday", "this week", "last week", "this month", "last month")
NUMBERS = {word: str(n) for n, word in enumerate("one two three four five six seven eight nine ten".split(), 1)}
ORDINALS = {"first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5"}
ORDINALS.update({"1st": "1", "2nd": "2", "3rd": "3", "4th": "4", "5th": "5"})
DIGITS = re.compile(r"\d+")

_TIMES = frozenset(
    "today tonight tomorrow tmrw tmr 2moro yesterday morning afternoon evening night noon midnight day days week "
    "weeks weekend month months year years hour hours minute minutes time later now soon monday tuesday wednesday "
    "thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun january february march april may "
    "june july august september october november december am pm".split()
)
_PEOPLE = frozenset(
    "i me you u him her us them it he she we they myself yourself someone somebody anyone anybody everyone "
    "everybody something anything nothing".split()
)
_DETERMINERS = frozenset("a an the my your ur his her its our their some any this that these those no more".split())
_FUNCTION = frozenset(
    "is are was were be been am do does did have has had will would can could should shall must may might not "
    "don't dont didn't can't cant won't wont i'm im i'll ill i've ive it's u're you're if when while because but so "
    "who what where why how which out up off away way".split()
)
_NOT_A_TOPIC = _TIMES | _PEOPLE | _DETERMINERS | _FUNCTION
_NOT_A_NOTE_START = _PEOPLE | _DETERMINERS | _FUNCTION
# "find a plumber", "find out", "look up to you": things to do and idioms, not questions to a scrapbook
_NOT_A_QUERY_START = _PEOPLE | frozenset("a an some someone out your ur his their time way".split())
_IDIOMS_OF_UNDER = frozenset("way construction pressure control stress attack arrest review age".split())


def _words(value: str) -> List[str]:
    return re.findall(r"[^\s,;:.!?\"“”]+", value.lower())


def _whole(value: str) -> Values:
    return [(value, 0, len(value))]


def numbers(value: str) -> Values:
    """Each run of digits in the value by itself."""
    return [(found[0], found.start(), found.end()) for found in DIGITS.finditer(value)]


def _count(value: str) -> Optional[Values]:
    digits = NUMBERS.get(value.lower(), value)
    return [(digits, 0, len(value))]


def period(value: str) -> Optional[Values]:
    """The period of time nearest to a phrase, whose spelling may be off."""
    nearest = process.extractOne(" ".join(value.lower().split()), PERIODS, score_cutoff=80)
    return [(nearest[0], 0, len(value))] if nearest else None


def _choice(value: str) -> Optional[Values]:
    word = value.lower()
    digits = NUMBERS.get(word) or ORDINALS.get(word) or word
    return [(digits, 0, len(value))]


def _topic(value: str) -> Optional[Values]:
    words = _words(value)
    if not words or any(word in _NOT_A_TOPIC or word[0].isdigit() for word in words):
        return None
    return _whole(value)


def _short_topic(value: str) -> Optional[Values]:
    return None if value.lower() in _IDIOMS_OF_UNDER else _topic(value)


def _note(value: str) -> Optional[Values]:
    words = _words(value)
    if not words or words[0] in _NOT_A_NOTE_START or any(word in _TIMES for word in words):
        return None
    return _whole(value)


def _list_note(value: str) -> Optional[Values]:
    words = _words(value)
    return None if not words or words[0] in _PEOPLE else _whole(value)


def _query(value: str) -> Optional[Values]:
    words = _words(value)
    if not words or words[0] in _NOT_A_QUERY_START or any(word in _FUNCTION for word in words):
        return None
    return _whole(value)


@dataclass(frozen=True)
class Kind:
    """``pattern`` says what an argument looks like; ``read`` gives its values, None when it is not one after all."""

    pattern: str
    read: Callable[[str], Optional[Values]]


def _up_to(count: int) -> str:
    """A pattern for at most so many words, without anything that ends a sentence or a clause."""
    word = r"[^\s,;:.!?()\"“”]+(?:[.'’:/-][^\s,;:.!?()\"“”]+)*"
    return rf"{word}(?:\s+{word}){{0,{count - 1}}}"


_ENTRY = r"#?\d{1,9}"
_LIST = rf"{_ENTRY}(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*|\s+){_ENTRY})*"

KINDS: Dict[str, Kind] = {
    "entry": Kind(_ENTRY, numbers),
    "entries": Kind(_LIST, numbers),
    "count": Kind(r"\d{1,3}|" + "|".join(NUMBERS), _count),
    "period": Kind(r"[^\W\d_]+(?:\s+[^\W\d_]+)?", period),
    "choice": Kind(r"[12]?\d|" + "|".join([*NUMBERS, *ORDINALS]), _choice),
    "ordinal": Kind("|".join(ORDINALS), _choice),
    "topic": Kind(_up_to(3), _topic),
    "short_topic": Kind(_up_to(2), _short_topic),
    "note": Kind(_up_to(8), _note),
    "list_note": Kind(_up_to(10), _list_note),
    "query": Kind(_up_to(6), _query),
    "timezone": Kind(r"[^\W\d]+(?:[/ -][^\W\d]+){0,3}(?:[+-]\d{1,2})?", _whole),
    "text": Kind(r"(?s:.+)", lambda value: []),
}
