"""Completes the arguments of texts in a person's own words.

The trained extractor finds notes, topics and queries; numbers, periods and choices have so plain a form that
they are read off it. What does not belong to the intent is left out.
"""

import re
from typing import Any, Callable, Dict, List, Optional, Pattern, Tuple

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import ENTITIES, EXTRACTOR, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from components.arguments import KINDS_OF_ENTRIES, NUMBERS, ORDINALS, PERIODS, kind_of_entry
from components.command_recogniser import FOUND_BY, RECOGNISED
from components.correction import Corrected
from components.number_words import WORDS, in_digits
from components.stateless import StatelessComponent
from components.text import core, without_courtesy
from components.word_corrector import corrected

TRAINED: Dict[str, Tuple[str, ...]] = {
    "add_to_topic": ("note", "topic"),
    "take_off_topic": ("note", "topic"),
    "find": ("query",),
    "move": ("topic",),
    "file_under": ("topic",),
    "rename_topic": ("topic", "new_topic"),
    "merge_topics": ("topic", "new_topic"),
}

_ENTRIES = r"(?:notes|entries|thoughts|memos|messages|things)"
# Words stand for a number only where they are said to: "the last one" names none.
_ENTRY = re.compile(
    r"(?<![\w:.,/])(?<!last )#?(\d{1,9})(?![\w:/%]|[.,]\d)|"
    rf"\b(?:notes?|entry|entries|memos?|item|number)\s+({WORDS})",
    re.IGNORECASE,
)
_APPENDED_TO = re.compile(
    rf"\bto (?:my |the )?(?:note|entry|memo|item|number)(?: number)? #?(\d{{1,9}}\b|{WORDS})", re.IGNORECASE
)
_PERIOD = re.compile(rf"\b({'|'.join(PERIODS)})\b", re.IGNORECASE)
_COUNT = re.compile(rf"\b(?:last|latest|recent|newest)\s+(\d{{1,3}}\b|{WORDS})", re.IGNORECASE)
_LAST_FEW = re.compile(rf"\b(?:last|latest)\s+(\d{{1,3}}\b|{WORDS})\s+{_ENTRIES}\b", re.IGNORECASE)
_KIND = re.compile(rf"\b({'|'.join(KINDS_OF_ENTRIES)})\b", re.IGNORECASE)
_CHOICE = re.compile(rf"\b([1-9]\d?|{'|'.join([*NUMBERS, *ORDINALS])})\b", re.IGNORECASE)
_ZONE = re.compile(r"\b(utc|gmt|[a-z]+/[a-z_]+(?:/[a-z_]+)?)\b", re.IGNORECASE)


_ANY_LIST = r"(?:my|the|our) (?:\w+ ){0,3}lists?\b"
_NAME = r"(?!list|whole|entire)[^\s,.?!]+(?: [^\s,.?!]+){0,2}?"
_ALL = r"(?:it|that|this|everything|all|something|an?|the|my|list|lists|item|items)\b"
_SOME = r"(?:something|anything|everything|stuff|things)"
_HELD = (
    r"(?:save|saved|write|written|wrote|note|noted|notes?|have|got|tell you|told you|know|say|said|anything)"
)


def _frames(*frames: str) -> Tuple[Pattern[str], ...]:
    return tuple(re.compile(frame, re.IGNORECASE) for frame in frames)


_LIST_NAME = _frames(
    rf"\b(?:my|the|our|this|that) (?:whole |entire )?({_NAME}) lists?\b", r"list (?:called|named|for) (.+)$"
)
_FILED_IN = _frames(
    r"^.*\b(?:to|into|in|under|as|with) (?:my |the )?(?:topic )?"
    rf"({_NAME})(?: topic| notes| category| folder)?$"
)
# Where an argument stands in a sentence: the first frame that fits counts. What fits none is left to the
# trained extractor.
FRAMES: Dict[str, Dict[str, Tuple[Pattern[str], ...]]] = {
    "move": {"topic": _FILED_IN},
    "file_under": {"topic": _FILED_IN},
    "find": {
        "query": _frames(
            rf"^(?:is|are) (?:there )?(?:an? |any |the )?(.+?) (?:on|in) {_ANY_LIST}",
            rf"^(?:have i|did i|do i have|have i got) (?:already )?(?:put |add |added |got )?(.+?) "
            rf"(?:on|in|to) {_ANY_LIST}",
            *(frame.pattern for frame in _LIST_NAME[:1]),
            rf"\b(?:my|the) ({_NAME}) (?:topic|category|folder)\b",
            rf"\b{_HELD} (?:{_SOME} )?(?:here )?(?:about|regarding|on|for) ([^,.?!]+)",
            rf"\b((?:{'|'.join(KINDS_OF_ENTRIES)})(?: (?:by|about|on|of|from) [^,.?!]+)?)",
            r"\b(reminders)\b",
        )
    },
    "add_to_topic": {
        "topic": _LIST_NAME,
        "note": _frames(
            rf"\b(?:add|put|include|place|stick|throw|write|insert) (?:the )?(?!{_ALL})(.+?) "
            rf"(?:to|on|onto|in|into) {_ANY_LIST}"
        ),
    },
    "take_off_topic": {
        "topic": _LIST_NAME,
        "note": _frames(
            r"\b(?:remove|delete|erase|take|cross|get rid of|scratch|strike|drop|check|tick) "
            rf"(?:off )?(?:the )?(?!{_ALL})(.+?) (?:off|from|on|out of|off of) (?:of )?{_ANY_LIST}",
            rf"^(?:the )?(?!{_ALL})(.+?) (?:can|could|should|may) (?:\w+ ){{1,3}}(?:off|from) {_ANY_LIST}",
        ),
    },
    "delete_entry": {
        "note": _frames(r"\b(?:notes?|entry|entries|thoughts?|memos?|one) (?:about|regarding|on) (.+)$")
    },
    "merge_topics": {
        "topic": _frames(rf"\b(?:topics?|lists?) ({_NAME}) (?:and|with|into|to)\b"),
        "new_topic": _frames(rf"\b(?:and|with|into|to) (?:the topic )?({_NAME})(?: topics?| lists?)?$"),
    },
}


def _framed(intent: str, text: str) -> List[Dict[str, Any]]:
    said, _ = without_courtesy(core(text))
    found: List[Dict[str, Any]] = []
    for name, frames in FRAMES.get(intent, {}).items():
        match = next((match for match in (frame.search(said.content) for frame in frames) if match), None)
        if match:
            start, end = (said.start + offset for offset in match.span(1))
            found.append({"entity": name, "value": match[1], "start": start, "end": end})
    return found


def _as_typed(value: str) -> str:
    return value


def _kind(value: str) -> str:
    return kind_of_entry(value)[0][0]


def _choice(value: str) -> str:
    return NUMBERS.get(value.lower()) or ORDINALS.get(value.lower()) or value


# intent: (entity, its form, whether only the first counts, what its value is)
_Plain = Tuple[str, Pattern[str], bool, Callable[[str], str]]
PLAIN: Dict[str, Tuple[_Plain, ...]] = {
    "show": (("entry", _ENTRY, False, in_digits),),
    "delete_entry": (("entry", _ENTRY, False, in_digits), ("count", _LAST_FEW, True, in_digits)),
    "restore": (("entry", _ENTRY, False, in_digits),),
    "move": (("entry", _ENTRY, False, in_digits),),
    "edit": (("entry", _ENTRY, True, in_digits),),
    "append": (("entry", _APPENDED_TO, True, in_digits),),
    "browse": (
        ("period", _PERIOD, True, str.lower),
        ("count", _COUNT, True, in_digits),
        ("kind", _KIND, True, _kind),
    ),
    "choose": (("choice", _CHOICE, True, _choice),),
    "set_timezone": (("timezone", _ZONE, True, _as_typed),),
}


def _plain(text: str, form: _Plain) -> List[Dict[str, Any]]:
    name, pattern, only_first, value = form
    found = [
        {"entity": name, "value": value(match[group]), "start": match.start(group), "end": match.end(group)}
        for match in pattern.finditer(text)
        for group in [match.lastindex or 0]
    ]
    return found[:1] if only_first else found


def _typed(entity: Dict[str, Any], typed: str, read: Corrected) -> Dict[str, Any]:
    """The entity where it stands in the text as typed, in the person's spelling unless it is a reading."""
    start, end = read.typed_at(entity["start"]), read.typed_at(entity["end"])
    is_as_read = read.text[entity["start"] : entity["end"]] == entity["value"]
    return {
        **entity,
        "value": typed[start:end] if is_as_read else entity["value"],
        "start": start,
        "end": end,
    }


def arguments(
    intent: str, text: str, trained: List[Dict[str, Any]], read: Optional[Corrected] = None
) -> List[Dict[str, Any]]:
    """The entities that the intent takes, as ``{entity, value, start, end}``, with offsets into ``text``.

    ``read`` is the text with its typing errors corrected.
    """
    read = read or Corrected(text)
    framed = _framed(intent, read.text)
    known = {entity["entity"] for entity in framed}
    learned = [entity for entity in trained if entity["entity"] in set(TRAINED.get(intent, ())) - known]
    plain = [entity for form in PLAIN.get(intent, ()) for entity in _plain(read.text, form)]
    return [
        *(_typed(one, text, read) for one in framed),
        *learned,
        *(_typed(one, text, read) for one in plain),
    ]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class ArgumentExtractor(StatelessComponent):
    """Stands behind the judge; leaves the arguments of recognised commands alone."""

    def read(self, message: Message) -> None:
        """Replaces the message's entities by the arguments of its intent."""
        if message.get(RECOGNISED):
            return
        intent = (message.get(INTENT) or {}).get("name") or ""
        found = arguments(intent, message.get(TEXT) or "", message.get(ENTITIES) or [], corrected(message))
        message.set(ENTITIES, [{**entity, EXTRACTOR: FOUND_BY} for entity in found], add_to_output=True)
