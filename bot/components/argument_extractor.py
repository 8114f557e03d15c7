"""Extracts the arguments of texts that are not recognised commands.

Notes, topics and queries come from sentence frames, or else from the trained extractor. Numbers, periods and
choices come from patterns. Entities that the intent does not take are dropped.
"""

import re
from typing import Any, Callable, Dict, List, Optional, Pattern, Tuple

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import ENTITIES, EXTRACTOR, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from components.arguments import ENTRY_KINDS, NUMBERS, ORDINALS, PERIODS, RANGE, entry_kind, entry_numbers
from components.command_recogniser import EXTRACTOR_NAME, IS_COMMAND, IS_PARAPHRASE
from components.normalization import trim, without_courtesy
from components.number_words import WORDS, in_digits
from components.quoted_arguments import without_marks
from components.references import references_in
from components.services import WHOLE, service
from components.spelling_correction import CorrectedText
from components.stateless import StatelessComponent
from components.word_corrector import corrected_text

TRAINED: Dict[str, Tuple[str, ...]] = {
    "add_to_topic": ("note", "topic"),
    "take_off_topic": ("note", "topic"),
    "find": ("query",),
    "move": ("topic",),
    "file_under": ("topic",),
    "rename_topic": ("topic", "new_topic"),
    "merge_topics": ("topic", "new_topic"),
}

REFERRING = frozenset({"delete_entry", "move", "pin", "unpin"})
"""The intents that change the entries that a text names.

A text that is no recognised command may say more of them than is understood, so it is always asked about.
"""

# A number word counts only after a noun: "the last one" holds no number.
# A range is one entity, or only one of its ends would be changed; the action says if it is too long.
_NUMBERS = rf"\d+(?:{RANGE}#?\d+)*"
_ENTRY = re.compile(
    r"\b(between\s+#?\d+\s+and\s+#?\d+)(?![\w:/%]|[.,]\d)|"
    rf"(?<![\w:.,/])(?<!last )#?((?:(?<!\S)[-−])?{_NUMBERS})(?![\w:/%]|[.,]\d)|"
    rf"\b(?:notes?|entry|entries|memos?|items?|numbers?)\s+({WORDS}(?:{RANGE}{WORDS})*)",
    re.IGNORECASE,
)
_APPENDED_TO = re.compile(
    rf"\bto (?:my |the )?(?:note|entry|memo|item|number)(?: number)? #?([-−]?{_NUMBERS}\b|{WORDS})",
    re.IGNORECASE,
)
_PERIOD = re.compile(rf"\b({'|'.join(PERIODS)})\b", re.IGNORECASE)
_COUNT = re.compile(rf"\b(?:last|latest|recent|newest)\s+(\d{{1,3}}\b|{WORDS})", re.IGNORECASE)
_KIND = re.compile(rf"\b({'|'.join(ENTRY_KINDS)})\b", re.IGNORECASE)
_CHOICE = re.compile(rf"\b([1-9]\d?|{'|'.join([*NUMBERS, *ORDINALS])})\b", re.IGNORECASE)
_ZONE = re.compile(r"\b(utc|gmt|[a-z]+/[a-z_]+(?:/[a-z_]+)?)\b", re.IGNORECASE)


_NOTES = r"(?:notes|entries|thoughts|memos|messages|things)"
_ANY_LIST = r"(?:my|the|our) (?:\w+ ){0,3}lists?\b"
_NAME = r"(?!list|whole|entire)[^\s,.?!]+(?: [^\s,.?!]+){0,2}?"
_ALL = r"(?:it|that|this|everything|all|something|an?|the|my|list|lists|item|items)\b"
_SOME = r"(?:something|anything|everything|stuff|things)"
_HELD = (
    r"(?:save|saved|write|written|wrote|note|noted|notes?|have|got|tell you|told you|know|say|said|anything)"
)

_REMINDERS = r"(?:reminders?|alerts?|notifications?)"
_NO_MORE = r"(?: any ?more| again| any longer)?"


def _frames(*frames: str) -> Tuple[Pattern[str], ...]:
    return tuple(re.compile(frame, re.IGNORECASE) for frame in frames)


_LIST_NAME = _frames(
    rf"\b(?:my|the|our|this|that) (?:whole |entire )?({_NAME}) lists?\b", r"list (?:called|named|for) (.+)$"
)
_FILED_IN = _frames(
    r"^.*\b(?:to|into|in|under|as|with) (?:my |the )?(?:topic )?"
    rf"({_NAME})(?: topic| notes| category| folder)?$"
)
# The first frame that matches a text gives an argument. If none does, the trained extractor's entities are
# used.
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
            rf"\b(?:{_NOTES}|{_SOME}) (?:that )?(?:mention(?:s|ing)?|contain(?:s|ing)?|with) ([^,.?!]+)",
            rf"\b((?:{'|'.join(ENTRY_KINDS)})(?: (?:by|about|on|of|from) [^,.?!]+)?)",
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
    "cancel_reminder": {
        "note": _frames(
            rf"\b{_REMINDERS} (?:about|for|to|of|on|regarding) (?:the |my )?(.+?){_NO_MORE}$",
            rf"\b(?:remind(?:ing)? me|reminded) (?:about|of|to) (?:the |my )?(.+?){_NO_MORE}$",
            rf"\b(?:the|my|that) (.+?) {_REMINDERS}{_NO_MORE}$",
            r"\b(?:the|my) (.+?) from my reminders$",
        )
    },
    "merge_topics": {
        "topic": _frames(rf"\b(?:topics?|lists?) ({_NAME}) (?:and|with|into|to)\b"),
        "new_topic": _frames(rf"\b(?:and|with|into|to) (?:the topic )?({_NAME})(?: topics?| lists?)?$"),
    },
}


def _framed(intent: str, text: str) -> List[Dict[str, Any]]:
    span, _ = without_courtesy(trim(text))
    found: List[Dict[str, Any]] = []
    for name, frames in FRAMES.get(intent, {}).items():
        match = next((match for match in (frame.search(span.content) for frame in frames) if match), None)
        if match:
            start, end = (span.start + offset for offset in match.span(1))
            found.append({"entity": name, "value": match[1], "start": start, "end": end})
    return found


def _verbatim(value: str) -> str:
    return value


def _kind(value: str) -> str:
    return entry_kind(value)[0][0]


def _choice(value: str) -> str:
    return NUMBERS.get(value.lower()) or ORDINALS.get(value.lower()) or value


# (entity, pattern, whether only the first match counts, how to read its value)
_EntityPattern = Tuple[str, Pattern[str], bool, Callable[[str], str]]
PATTERNS: Dict[str, Tuple[_EntityPattern, ...]] = {
    "show": (("entry", _ENTRY, False, entry_numbers),),
    "delete_entry": (("entry", _ENTRY, False, entry_numbers),),
    "restore": (("entry", _ENTRY, False, entry_numbers),),
    "move": (("entry", _ENTRY, False, entry_numbers),),
    "pin": (("entry", _ENTRY, False, entry_numbers),),
    "unpin": (("entry", _ENTRY, False, entry_numbers),),
    "edit": (("entry", _ENTRY, True, entry_numbers),),
    "append": (("entry", _APPENDED_TO, True, entry_numbers),),
    "browse": (
        ("period", _PERIOD, True, str.lower),
        ("count", _COUNT, True, in_digits),
        ("kind", _KIND, True, _kind),
    ),
    "choose": (("choice", _CHOICE, True, _choice),),
    "set_timezone": (("timezone", _ZONE, True, _verbatim),),
    "cannot": (("service", WHOLE, True, service),),
}


def _matches(text: str, entity_pattern: _EntityPattern) -> List[Dict[str, Any]]:
    name, pattern, only_first, value = entity_pattern
    found = [
        {"entity": name, "value": value(match[group]), "start": match.start(group), "end": match.end(group)}
        for match in pattern.finditer(text)
        for group in [match.lastindex or 0]
    ]
    return found[:1] if only_first else found


def _with_references(
    numbers: List[Dict[str, Any]], text: str, others: List[Dict[str, Any]]
) -> List[Dict[str, Any]]:
    """Return the numbers and the other references to entries, in the order of the text.

    Args:
        numbers: the numbers of entries; one within a reference is a part of it.
        text: in which they are.
        others: the other arguments, whose words are no references.
    """
    terms = [
        {"entity": "entry", "value": value, "start": start, "end": end}
        for value, start, end in references_in(text)
        if not any(
            other["start"] < end and start < other["end"]
            for other in (*others, *(numbers if value.startswith("unread ") else ()))
        )
    ]
    alone = [
        number
        for number in numbers
        if not any(term["start"] < number["end"] and number["start"] < term["end"] for term in terms)
    ]
    return sorted([*alone, *terms], key=lambda entity: entity["start"])


def _in_original(entity: Dict[str, Any], text: str, corrected: CorrectedText) -> Dict[str, Any]:
    """Return the entity with offsets and spelling of the original text.

    A value that was read from the text ("3" for "three") stays as it is.
    """
    start, end = corrected.original_offset(entity["start"]), corrected.original_offset(entity["end"])
    is_verbatim = corrected.text[entity["start"] : entity["end"]] == entity["value"]
    return {
        **entity,
        "value": text[start:end] if is_verbatim else entity["value"],
        "start": start,
        "end": end,
    }


def arguments(
    intent: str, text: str, trained: List[Dict[str, Any]], corrected: Optional[CorrectedText] = None
) -> List[Dict[str, Any]]:
    """Return the entities that the intent takes, as ``{entity, value, start, end}``.

    Args:
        intent: its name.
        text: as typed; offsets count its characters.
        trained: the entities that the trained extractor has found.
        corrected: the text with its typing errors corrected.
    """
    corrected = corrected or CorrectedText(text)
    framed = _framed(intent, corrected.text)
    names = set(TRAINED.get(intent, ())) - {entity["entity"] for entity in framed}
    matched = [match for pattern in PATTERNS.get(intent, ()) for match in _matches(corrected.text, pattern)]
    kept = [entity for entity in trained if entity["entity"] in names]
    if intent in REFERRING:
        matched = _with_references(matched, corrected.text, [*framed, *kept])
    found = [
        *(_in_original(entity, text, corrected) for entity in framed),
        *kept,
        *(_in_original(entity, text, corrected) for entity in matched),
    ]
    return [{**entity, "value": without_marks(entity["value"])} for entity in found]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class ArgumentExtractor(StatelessComponent):
    """Sets the arguments of texts that are no recognised commands; comes after ``ArgumentModel``."""

    def process_message(self, message: Message) -> None:
        """Replace the message's entities by the arguments of its intent."""
        if message.get(IS_COMMAND):
            return
        intent = (message.get(INTENT) or {}).get("name") or ""
        text, trained = message.get(TEXT) or "", message.get(ENTITIES) or []
        found = arguments(intent, text, trained, corrected_text(message))
        message.set(ENTITIES, [{**entity, EXTRACTOR: EXTRACTOR_NAME} for entity in found], add_to_output=True)
        if intent in REFERRING:
            message.set(IS_PARAPHRASE, True, add_to_output=True)
