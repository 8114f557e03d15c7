"""The types of arguments that commands take: their patterns, and the values that they reject."""

import re
from dataclasses import dataclass
from typing import Callable, Dict, List, Optional, Tuple

from rapidfuzz import process

from components.calendar_words import CALENDAR, TO_COME
from components.due_words import DUE_WORDS, tells_how_often, tells_when
from components.number_words import WORD, WORDS, in_digits
from components.services import service
from components.vocabulary import (
    DETERMINERS,
    FUNCTION_WORDS,
    NOT_FIRST_IN_QUERY,
    PRONOUNS,
    TIME_WORDS,
    UNDER_IDIOMS,
)

# (value, start, end): offsets in characters of the argument
Values = List[Tuple[str, int, int]]

PERIODS = ("today", "yesterday", "this week", "last week", "this month", "last month")
MEMOS = ("memos", "voice memos", "recordings")
PICTURES = ("pictures", "photos", "images")
VIDEOS = ("videos",)
CONTACTS = ("contacts", "contact cards")
FILES = ("files", "documents")
QUOTES = ("quotes", "quotations")
LINKS = ("links",)
LOCATIONS = ("locations", "places")
ENTRY_KINDS = {
    name: kind
    for kind, names in {
        "memos": MEMOS,
        "pictures": PICTURES,
        "videos": VIDEOS,
        "contacts": CONTACTS,
        "files": FILES,
        "quotes": QUOTES,
        "links": LINKS,
        "locations": LOCATIONS,
    }.items()
    for name in names
}
"""The spoken names of the kinds of entries, and the kinds as the actions know them."""
NUMBERS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
    "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10",
}  # fmt: skip
ORDINALS = {
    "first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5",
    "1st": "1", "2nd": "2", "3rd": "3", "4th": "4", "5th": "5",
}  # fmt: skip
DIGITS = re.compile(r"\d+")
# What joins the ends of a range: "1-5", "1 – 5", "1..5", "1 to 5".
RANGE = r"(?:\s*(?:[-‐‑‒–—−~]{1,3}|\.{2,3}|…)\s*|\s+(?:to|thru|through|until|till|up\s+to)\s+)"
_JOINS_A_RANGE = re.compile(rf"{RANGE}#?", re.IGNORECASE)
_MINUS = ("-", "−")
_NUMBER = re.compile(rf"\d+|\b{WORDS}", re.IGNORECASE)

_NOT_A_TOPIC = TIME_WORDS | PRONOUNS | DETERMINERS | FUNCTION_WORDS
_NOT_FIRST_IN_NOTE = PRONOUNS | DETERMINERS | FUNCTION_WORDS


def _words(value: str) -> List[str]:
    return re.findall(r"[^\s,;:.!?\"“”]+", value.lower())


def _whole(value: str) -> Values:
    return [(value, 0, len(value))]


def numbers(value: str) -> Optional[Values]:
    """Return each number and each range in the value. "One" alone may be a pronoun: None."""
    return None if value.lower() == "one" else all_numbers(value) or None


def all_numbers(value: str) -> Values:
    """Return each number in the value, and each range as one value.

    Only the action knows which entries there are, so that ``1 to 3`` is ``1-3``. A negative number keeps its
    sign, and what has more than two ends, such as a date, its hyphens: both name no entry.
    """
    values: Values = []
    for found in _NUMBER.finditer(value):
        for digits in _digits(found[0]):
            before = value[values[-1][2] if values else 0 : found.start()]
            if values and _JOINS_A_RANGE.fullmatch(before):
                first, start, _ = values.pop()
                values.append((f"{first}-{digits}", start, found.end()))
            else:
                sign = "-" if before.rstrip("#").endswith(_MINUS) else ""
                values.append((sign + digits, found.start(), found.end()))
    return values


def entry_numbers(value: str) -> str:
    """Return the number or the range that the value is, in digits: ``3-5`` for ``between 3 and 5``."""
    sign = "-" if value.startswith(_MINUS) else ""
    return sign + "-".join(digits for found in _NUMBER.finditer(value) for digits in _digits(found[0]))


def _digits(words: str) -> List[str]:
    """Return the numbers in digits; ``one-five``, which is no number, as the range ``1-5``."""
    ends = [in_digits(end) for end in words.split("-")]
    return DIGITS.findall(in_digits(words)) or (["-".join(ends)] if all(map(str.isdigit, ends)) else [])


def _one_number(value: str) -> Optional[Values]:
    found = all_numbers(value)
    return found if len(found) == 1 else None


def _one_number_in_digits(value: str) -> Optional[Values]:
    return _one_number(value) if DIGITS.search(value) else None


def _one_named_number(value: str) -> Optional[Values]:
    return None if value.lower() == "one" else _one_number(value)


def _count(value: str) -> Optional[Values]:
    found = _one_number(value)
    return [(found[0][0], 0, len(value))] if found else None


def entry_kind(value: str) -> Optional[Values]:
    """Return the kind of entries, as the actions know it."""
    kind = ENTRY_KINDS.get(" ".join(value.lower().split()))
    return [(kind, 0, len(value))] if kind else None


def period(value: str) -> Optional[Values]:
    """Return the period of time with the most similar name; it may be misspelled."""
    nearest = process.extractOne(" ".join(value.lower().split()), PERIODS, score_cutoff=80)
    return [(nearest[0], 0, len(value))] if nearest else None


def _one_kind(value: str) -> Optional[Values]:
    """Return the kind of entries that is named in the singular."""
    found = entry_kind(f"{value}s")
    return [(found[0][0], 0, len(value))] if found else None


def _service(value: str) -> Optional[Values]:
    return [(service(value), 0, len(value))]


def _no_values(_value: str) -> Values:
    """Return no values: the action reads such an argument from the original text."""
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
    """Return a topic that follows the word "under"."""
    return None if value.lower() in UNDER_IDIOMS else _topic(value)


def _shared_topic(value: str) -> Optional[Values]:
    """Return a topic that may be shared with everybody: not one that is shared "with" somebody."""
    return None if {"with", "to"} & {*_words(value)} else _filed_topic(value)


def _note(value: str) -> Optional[Values]:
    words = _words(value)
    if not words or words[0] in _NOT_FIRST_IN_NOTE or any(word in TIME_WORDS for word in words):
        return None
    return _whole(value)


_NO_MORE = re.compile(r"(?:^|\s+)(?:any\s?more|again|any\s+longer)$", re.IGNORECASE)


def _list_note(value: str) -> Optional[Values]:
    words = _words(value)
    rejected = not words or words[0] in PRONOUNS or value.lower() in DETERMINERS
    return None if rejected else _whole(value)


def _reminded_of(value: str) -> Optional[Values]:
    """Return what somebody is reminded of, without "any more"."""
    words = _NO_MORE.sub("", value)
    return _list_note(words) if words else None


def _due_words(value: str) -> Optional[Values]:
    """Return no values: the action reads them from the original text. None if the words name no time."""
    return [] if tells_when(value) else None


_GOES_ON = re.compile(
    r"(?:and|of|past|to|half|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|1/[24])\b", re.IGNORECASE
)
"""What the number before it belongs to: "snooze 1 day and 2 hours", "snooze 1 1/2 hours"."""


def _later_words(value: str) -> Optional[Values]:
    """Return no values, as ``_due_words`` does. None also if the words go on with the number before them."""
    return None if _GOES_ON.match(value) else _due_words(value)


def _often_words(value: str) -> Optional[Values]:
    """Return no values, as ``_due_words`` does. None if the words do not say that it comes again."""
    return [] if tells_how_often(value) else None


def _items(value: str) -> Optional[Values]:
    """Return several short items with commas between them, as one value."""
    items = [_words(item) for item in value.split(",")]
    rejected = any(not words or words[0] in _NOT_FIRST_IN_NOTE for words in items)
    return None if rejected or any(word in TIME_WORDS for words in items for word in words) else _whole(value)


def _query(value: str) -> Optional[Values]:
    words = _words(value)
    if not words or words[0] in NOT_FIRST_IN_QUERY or any(word in FUNCTION_WORDS for word in words):
        return None
    return _whole(value)


def _mentioned(value: str) -> Optional[Values]:
    """Return the words of which somebody wants to be told; "the" of "stop the alerts" is none."""
    return None if value.lower() in DETERMINERS else _query(value)


@dataclass(frozen=True)
class ArgumentType:
    """``pattern`` matches an argument; ``read`` returns its values, or None if it is rejected."""

    pattern: str
    read: Callable[[str], Optional[Values]]


def _up_to(count: int, *, fewest: bool = False) -> str:
    """Return a pattern for at most ``count`` words without a mark that ends a sentence or a clause.

    With ``fewest`` it takes as few words as what follows allows: "rent" of "rent to friday at 5".

    The characters that join the parts of a word are not allowed inside a part. So a word matches in only one
    way, and a text that does not match is rejected in linear time.
    """
    part = r"[^\s,;:.!?()\"“”]+"
    word = rf"{part}(?:[.:]{part})*"
    return rf"{word}(?:\s+{word}){{0,{count - 1}}}{'?' if fewest else ''}"


_HOUR = r"\d{1,2}(?:[:.]\d\d)?(?:\s?[ap]\.?m\.?)?"
_DIGITS = r"#?\d+"
_ENTRY = rf"{_DIGITS}|{WORDS}"
# A number of several words matches as a list; ``in_digits`` joins its words later.
_LISTED = rf"(?:{_DIGITS}|(?:{WORD})\b)"
# A minus means one thing at each place, so that a list matches in one way only: after white space it joins.
_SIGNED = rf"[-−]?{_LISTED}"
NUMBER_LIST = rf"{_SIGNED}(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*){_SIGNED}|(?:{RANGE}|\s+){_LISTED})*"
# With or without its scheme; the action reads it from the original text.
_ADDRESS = r"(?:https?://[^\s]+|(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/[^\s]*)?)"
_KIND = "|".join(name.replace(" ", r"\s+") for name in ENTRY_KINDS)
_ONE_KIND = "|".join(name[:-1].replace(" ", r"\s+") for name in ENTRY_KINDS)

ARGUMENT_TYPES: Dict[str, ArgumentType] = {
    "entry": ArgumentType(_ENTRY, _one_named_number),
    "entries": ArgumentType(NUMBER_LIST, numbers),
    # After "number", or before a mark, a word can only be a number.
    "numbered": ArgumentType(_ENTRY, _one_number),
    "numbered_entries": ArgumentType(NUMBER_LIST, all_numbers),
    "digits": ArgumentType(_DIGITS + "[,:]?", _one_number_in_digits),
    "digit_entries": ArgumentType(
        rf"{_DIGITS}(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*){_DIGITS})*", all_numbers
    ),
    "four_digits": ArgumentType(r"\d{4}", _one_number_in_digits),
    "marked": ArgumentType(rf"(?:{_ENTRY})\s*[,:]", _one_number),
    "kind": ArgumentType(_KIND, entry_kind),
    "service": ArgumentType(".+", _service),
    "one_kind": ArgumentType(_ONE_KIND, _one_kind),
    "count": ArgumentType(rf"\d{{1,3}}|{WORDS}", _count),
    "period": ArgumentType(r"[^\W\d_]+(?:\s+[^\W\d_]+)?", period),
    "calendar": ArgumentType(CALENDAR, _whole),
    "choice": ArgumentType(r"[12]?\d|" + "|".join([*NUMBERS, *ORDINALS]), _choice),
    "ordinal": ArgumentType("|".join(ORDINALS), _choice),
    "topic": ArgumentType(_up_to(3), _topic),
    "short_topic": ArgumentType(_up_to(2), _filed_topic),
    "shared_topic": ArgumentType(_up_to(3), _shared_topic),
    "filed_topic": ArgumentType(_up_to(3), _filed_topic),
    "note": ArgumentType(_up_to(8), _note),
    "list_note": ArgumentType(_up_to(10), _list_note),
    "reminded_of": ArgumentType(_up_to(10), _reminded_of),
    "reminded_first": ArgumentType(_up_to(10, fewest=True), _reminded_of),
    "due_words": ArgumentType(DUE_WORDS, _due_words),
    "later_words": ArgumentType(rf"(?:(?:in|for|by|till?|until|to|on|at)\s+)?{DUE_WORDS}", _later_words),
    "hour": ArgumentType(r"\d{1,2}(?:[:.]\d\d)?", _no_values),
    "often_words": ArgumentType(DUE_WORDS, _often_words),
    "period_to_come": ArgumentType(TO_COME, _no_values),
    "hours": ArgumentType(rf"{_HOUR}\s*(?:to|till|til|until|-|–)\s*{_HOUR}", _no_values),
    "items": ArgumentType(rf"{_up_to(5)}(?:\s*,\s*{_up_to(5)}){{1,19}}", _items),
    "query": ArgumentType(_up_to(8), _query),
    "address": ArgumentType(_ADDRESS, _no_values),
    "feed": ArgumentType(_up_to(5), _query),
    "mentioned": ArgumentType(_up_to(5), _mentioned),
    "author": ArgumentType(_up_to(5), _whole),
    "timezone": ArgumentType(r"[^\W\d]+(?:[/ -][^\W\d]+){0,3}(?:[+-]\d{1,2})?", _whole),
    "text": ArgumentType(r"(?s:.+)", _no_values),
    "thought": ArgumentType(rf"(?!(?:number\s+)?(?:{_ENTRY})\b)(?s:.+)", _no_values),
}
