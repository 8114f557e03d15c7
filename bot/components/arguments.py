"""The kinds of arguments that commands take: what they look like and which look-alikes they refuse."""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Callable, Dict, List, Optional, Tuple

from rapidfuzz import process

from components.number_words import WORD, WORDS, in_digits
from components.vocabulary import (
    BEGIN_NO_QUERY,
    DETERMINERS,
    FUNCTION_WORDS,
    IDIOMS_OF_UNDER,
    PEOPLE,
    TIMES,
)

# (value, start, end), offsets into the argument
Values = List[Tuple[str, int, int]]

PERIODS = ("today", "yesterday", "this week", "last week", "this month", "last month")
MEMOS = ("memos", "voice memos", "recordings")
PICTURES = ("pictures", "photos", "images")
QUOTES = ("quotes", "quotations")
LINKS = ("links",)
LOCATIONS = ("locations", "places")
KINDS_OF_ENTRIES = {
    name: kind
    for kind, names in {
        "memos": MEMOS,
        "pictures": PICTURES,
        "quotes": QUOTES,
        "links": LINKS,
        "locations": LOCATIONS,
    }.items()
    for name in names
}
"""What people call the kinds of entries, and what the actions do."""
NUMBERS = {
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "ten": "10",
}
ORDINALS = {"first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5"}
ORDINALS.update({"1st": "1", "2nd": "2", "3rd": "3", "4th": "4", "5th": "5"})
DIGITS = re.compile(r"\d+")
MOST_IN_A_RANGE = 50
_NUMBER = re.compile(rf"\d+|\b{WORDS}", re.IGNORECASE)

_NOT_A_TOPIC = TIMES | PEOPLE | DETERMINERS | FUNCTION_WORDS
_BEGIN_NO_NOTE = PEOPLE | DETERMINERS | FUNCTION_WORDS


def _words(value: str) -> List[str]:
    return re.findall(r"[^\s,;:.!?\"“”]+", value.lower())


def _whole(value: str) -> Values:
    return [(value, 0, len(value))]


def numbers(value: str) -> Optional[Values]:
    """Each number in the value by itself. "One" alone may stand for anything, and is none."""
    return None if value.lower() == "one" else _all_numbers(value)


def _all_numbers(value: str) -> Values:
    """``1-3`` is 1, 2 and 3."""
    found = [
        (digits, found.start(), found.end())
        for found in _NUMBER.finditer(value)
        for digits in DIGITS.findall(in_digits(found[0]))
    ]
    return found[:1] + [
        one for before, number in pairwise(found) for one in (*_between(value, before, number), number)
    ]


def _between(value: str, first: Tuple[str, int, int], last: Tuple[str, int, int]) -> Values:
    """The numbers that a hyphen between two in digits stands for."""
    is_range = value[first[2] : last[1]].strip() == "-" and value[first[1] : first[2]].isdigit()
    low, high = int(first[0]), int(last[0])
    if not is_range or not low < high <= low + MOST_IN_A_RANGE:
        return []
    return [(str(number), last[1], last[2]) for number in range(low + 1, high)]


def _one_number(value: str) -> Optional[Values]:
    found = _all_numbers(value)
    return found if len(found) == 1 else None


def _one_number_in_digits(value: str) -> Optional[Values]:
    return _one_number(value) if DIGITS.search(value) else None


def _one_named_number(value: str) -> Optional[Values]:
    return None if value.lower() == "one" else _one_number(value)


def _count(value: str) -> Optional[Values]:
    found = _one_number(value)
    return [(found[0][0], 0, len(value))] if found else None


def kind_of_entry(value: str) -> Optional[Values]:
    """What somebody browses by: the kind as the actions know it."""
    kind = KINDS_OF_ENTRIES.get(" ".join(value.lower().split()))
    return [(kind, 0, len(value))] if kind else None


def period(value: str) -> Optional[Values]:
    """The period of time nearest to a phrase, whose spelling may be off."""
    nearest = process.extractOne(" ".join(value.lower().split()), PERIODS, score_cutoff=80)
    return [(nearest[0], 0, len(value))] if nearest else None


def _nothing(_value: str) -> Values:
    """The action reads such an argument from the person's own text."""
    return []


def _choice(value: str) -> Optional[Values]:
    word = value.lower()
    digits = NUMBERS.get(word) or ORDINALS.get(word) or word
    return [(digits, 0, len(value))]


def _topic(value: str) -> Optional[Values]:
    words = _words(value)
    if not words or any(word in _NOT_A_TOPIC or word[0].isdigit() for word in words):
        return None
    return _whole(value)


def _filed_topic(value: str) -> Optional[Values]:
    """A topic behind the word "under"."""
    return None if value.lower() in IDIOMS_OF_UNDER else _topic(value)


def _note(value: str) -> Optional[Values]:
    words = _words(value)
    if not words or words[0] in _BEGIN_NO_NOTE or any(word in TIMES for word in words):
        return None
    return _whole(value)


def _list_note(value: str) -> Optional[Values]:
    words = _words(value)
    names_none = not words or words[0] in PEOPLE or value.lower() in DETERMINERS
    return None if names_none else _whole(value)


def _items(value: str) -> Optional[Values]:
    """Several short things, with commas between them."""
    items = [_words(item) for item in value.split(",")]
    doubtful = any(not words or words[0] in _BEGIN_NO_NOTE for words in items)
    return None if doubtful or any(word in TIMES for words in items for word in words) else _whole(value)


def _query(value: str) -> Optional[Values]:
    words = _words(value)
    if not words or words[0] in BEGIN_NO_QUERY or any(word in FUNCTION_WORDS for word in words):
        return None
    return _whole(value)


@dataclass(frozen=True)
class Kind:
    """``pattern`` says what an argument looks like; ``read`` gives its values, None if it is not one."""

    pattern: str
    read: Callable[[str], Optional[Values]]


def _up_to(count: int) -> str:
    """A pattern for at most so many words, without anything that ends a sentence or a clause.

    What joins the parts of a word is not itself in a part: there is only one way to read a word, so that a
    text that does not fit is given up in linear time.
    """
    part = r"[^\s,;:.!?()\"“”]+"
    word = rf"{part}(?:[.:]{part})*"
    return rf"{word}(?:\s+{word}){{0,{count - 1}}}"


_DIGITS = r"#?\d{1,20}"
_ENTRY = rf"{_DIGITS}|{WORDS}"
# A number of several words is as good as a list of them: what belongs together is found out afterwards.
_LISTED = rf"(?:{_DIGITS}|(?:{WORD})\b)"
_LIST = rf"{_LISTED}(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*|\s+|-){_LISTED})*"
_KIND = "|".join(name.replace(" ", r"\s+") for name in KINDS_OF_ENTRIES)

KINDS: Dict[str, Kind] = {
    "entry": Kind(_ENTRY, _one_named_number),
    "entries": Kind(_LIST, numbers),
    # Behind "number", or with a mark behind it: nothing but a number is meant.
    "numbered": Kind(_ENTRY, _one_number),
    "numbered_entries": Kind(_LIST, _all_numbers),
    "digits": Kind(_DIGITS + "[,:]?", _one_number_in_digits),
    "marked": Kind(rf"(?:{_ENTRY})\s*[,:]", _one_number),
    "kind": Kind(_KIND, kind_of_entry),
    "count": Kind(rf"\d{{1,3}}|{WORDS}", _count),
    "period": Kind(r"[^\W\d_]+(?:\s+[^\W\d_]+)?", period),
    "choice": Kind(r"[12]?\d|" + "|".join([*NUMBERS, *ORDINALS]), _choice),
    "ordinal": Kind("|".join(ORDINALS), _choice),
    "topic": Kind(_up_to(3), _topic),
    "short_topic": Kind(_up_to(2), _filed_topic),
    "filed_topic": Kind(_up_to(3), _filed_topic),
    "note": Kind(_up_to(8), _note),
    "list_note": Kind(_up_to(10), _list_note),
    "items": Kind(rf"{_up_to(5)}(?:\s*,\s*{_up_to(5)}){{1,19}}", _items),
    "query": Kind(_up_to(8), _query),
    "reminders": Kind("reminders", _whole),
    "author": Kind(_up_to(5), _whole),
    "timezone": Kind(r"[^\W\d]+(?:[/ -][^\W\d]+){0,3}(?:[+-]\d{1,2})?", _whole),
    "text": Kind(r"(?s:.+)", _nothing),
    "thought": Kind(rf"(?!(?:number\s+)?(?:{_ENTRY})\b)(?s:.+)", _nothing),
}
