"""Recognises a text that asks for a topic by its name: ``music?``, ``show me music``, ``music``."""

import re
from typing import Iterable, List, Optional, Tuple

from components.normalization import is_question, trim, without_courtesy
from components.vocabulary import FUNCTION_WORDS, PRONOUNS

_NAME = "\ue000"
_DET = r"(?:(?:(?:all|all of|some of)\s+)?(?:my|the|our)\s+|(?:all|any)\s+)"
_NOUN = (
    r"\s+(?:notes?|lists?|topics?|stuff|entries|entry|things?|page|thoughts?|ideas?|folder|category|"
    r"collection|section)"
)
_IN = r"(?:in|on|under|about|from|for|of|inside|within|regarding)\s+"
_SHOW = (
    r"(?:show|open|list|display|browse|view|pull\s+up|bring\s+up|look\s+(?:at|in|into|through|up)|let\s+me\s+see|"
    r"(?:i\s+(?:want|need|would\s+like)\s+to\s+|can\s+i\s+|let\s+me\s+)(?:see|read|view))(?:\s+me)?\s+"
)
# What people say of the world, too, if nothing of the scrapbook follows: "read books", "check work".
_GET = r"(?:read|get|see|check|give|find|tell|send|go\s+to|where(?:'s|\s+is|\s+are))\s+"
_EVERYTHING = (
    r"(?:everything|anything|all|whatever|stuff|what(?:'s|s|\s+is)|what\s+i(?:'ve|\s+have)?(?:\s+\w+)?|"
    r"(?:my\s+|the\s+|all\s+my\s+)?(?:notes?|entries|thoughts?|things))\s+"
)
_WHAT = (
    r"(?:what(?:'s|s|\s+is|\s+are|\s+was|\s+were|\s+all\s+is)(?:\s+(?:left|still|already|else|all)){0,2}|"
    r"what(?:\s+\w+)?\s+(?:do|did|have)\s+i(?:\s+\w+){0,2}|"
    r"(?:do\s+i\s+have|have\s+i(?:\s+got)?|did\s+i\s+\w+|is\s+there|are\s+there|got)\s+"
    r"(?:anything|any\w*|something|some|stuff|things|much)(?:\s+\w+)?|"
    r"anything|everything|all|what\s+about|how\s+about)\s+"
)
_FRAMES = re.compile(
    rf"{_NAME}|my\s+{_NAME}|(?:{_DET})?{_NAME}{_NOUN}|"
    rf"{_SHOW}(?:{_EVERYTHING})?(?:{_IN})?(?:{_DET})?{_NAME}(?:{_NOUN})?|"
    rf"{_GET}me\s+(?:{_EVERYTHING})?(?:{_IN})?(?:{_DET})?{_NAME}(?:{_NOUN})?|"
    rf"{_GET}(?:{_DET})?{_NAME}{_NOUN}|"
    rf"{_EVERYTHING}{_IN}(?:{_DET})?{_NAME}(?:{_NOUN})?|"
    rf"{_WHAT}{_IN}(?:{_DET})?{_NAME}(?:{_NOUN})?|"
    rf"{_WHAT}{_DET}{_NAME}(?:{_NOUN})?",
    re.IGNORECASE,
)
_ASKED_BARE = re.compile(rf"(?:and\s+|what\s+about\s+|how\s+about\s+|the\s+|any\s+)*{_NAME}", re.IGNORECASE)


def topic_asked_for(text: str, topics: Iterable[str]) -> Optional[Tuple[str, int, int]]:
    """Return the name of the topic that the whole text asks for, and its offsets; None if it asks for none.

    Args:
        text: as typed.
        topics: the parts of the text that name topics, the longest first.
    """
    bare, _ = without_courtesy(trim(text))
    for topic in topics:
        for found in re.finditer(rf"(?<!\w){re.escape(topic)}(?!\w)", bare.content, re.IGNORECASE):
            hidden = f"{bare.content[: found.start()]}{_NAME}{bare.content[found.end() :]}".replace("’", "'")
            if _FRAMES.fullmatch(hidden) or (is_question(text) and _ASKED_BARE.fullmatch(hidden)):
                return found[0], bare.start + found.start(), bare.start + found.end()
    return None


MAX_ITEM_WORDS = 6
"""Words before "to" and the name of a topic; more are a sentence."""

_NO_ITEM = frozenset(
    """
    add back bring came come drive due file get go going listen move new next off on put reply return ride
    run send speak switch take talk thanks travel turn walk way welcome went write
    """.split()  # noqa: SIM905 - as in the other lists of words
)
"""First words of what goes to a place, and is not put on a list: "back to work"."""


def item_for_topic(text: str, topics: Iterable[str]) -> Optional[Tuple[Tuple[int, int], Tuple[int, int]]]:
    """Return the offsets of an item, and of the topic that it is for: ``milk to shopping``. None without one.

    Args:
        text: as typed.
        topics: the parts of the text that name topics, the longest first.
    """
    bare, _ = without_courtesy(trim(text))
    for topic in topics:
        found = re.fullmatch(
            rf"(?P<item>\S.*?)\s+(?:to|onto|on|for)\s+(?:my\s+|the\s+|our\s+)?(?P<topic>{re.escape(topic)})(?:\s+list)?",
            bare.content,
            re.IGNORECASE,
        )
        words = found["item"].lower().split() if found else []
        if found and 0 < len(words) <= MAX_ITEM_WORDS and not _is_sentence(words):
            item, name = found.span("item"), found.span("topic")
            return (bare.start + item[0], bare.start + item[1]), (bare.start + name[0], bare.start + name[1])
    return None


def _is_sentence(words: List[str]) -> bool:
    return words[0] in _NO_ITEM or bool(PRONOUNS.intersection(words)) or words[0] in FUNCTION_WORDS
