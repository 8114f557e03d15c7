"""Commands of the table that read like thoughts as long as nothing is known of the person's scrapbook.

``edit 3 chapters a week`` counts, and ``delete blurry pictures from camera`` is a task on a camera. Where the
context of the turn says that there is an entry 3, or a topic camera, they are commands, and the actions ask.
"""

import re
from typing import Any, Dict, FrozenSet, Iterable, Text

from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from components.turn_context import TurnContext

TOPIC = "topic"
ENTRY = "entry"
ALL = "all"

# "Edit 2 pages" and "edit 12 of them"; not "edit 2: pages", "edit 2 bus" nor "edit #2".
_COUNT = re.compile(r"\s+(?:of\b|(?:[^\W\d_]+\s+)?[^\W\d_]{2,}(?<![aiosu])s\b)", re.IGNORECASE)
_LARGEST_COUNT = 99
_MINE_BEFORE = re.compile(r"\b(?:my|the|our)\s+$", re.IGNORECASE)
_IS_ANY = re.compile(r"\b(?:lists?|notes|to-?dos)$")
_SURELY_MINE = re.compile(
    r"\b(?:all|every\w*|each|any|my|the|our|these|those|notes?|entry|entries|memos?|thoughts?)\b",
    re.IGNORECASE,
)
_LIST_BEHIND = re.compile(r"\s+(?:list|topic)\b", re.IGNORECASE)


def list_names(examples: Iterable[Message]) -> FrozenSet[Text]:
    """Return the names of lists in the examples, in lower case: "shopping", "to do"."""
    return frozenset(
        entity["value"].lower()
        for example in examples
        if example.get(INTENT) in {"add_to_topic", "take_off_topic"}
        for entity in example.get(ENTITIES) or []
        if entity["entity"] == TOPIC
    )


def is_doubtful(message: Message, lists: FrozenSet[Text], context: TurnContext) -> bool:
    """Return whether a recognised command is more likely a thought.

    Args:
        message: its intent and entities are those of the command.
        lists: what lists are usually called.
        context: what is known of the person's scrapbook.
    """
    text, intent = message.get(TEXT) or "", message.get(INTENT)["name"]
    entities = message.get(ENTITIES) or []
    if intent == "take_off_topic":
        return any(_is_no_list(text, one, lists, context) for one in entities if one["entity"] == TOPIC)
    if any(_is_unspecific(text, one) for one in entities if one["entity"] == ENTRY):
        return not context.topics
    if intent == "edit":
        return any(_is_count(text, one, context) for one in entities if one["entity"] == ENTRY)
    return False


def _is_unspecific(text: Text, entry: Dict[Text, Any]) -> bool:
    """Return whether all of a kind are meant, and no word says whose: "blurry pictures from camera"."""
    named = text[entry["start"] : entry["end"]]
    return entry["value"] == ALL and not _SURELY_MINE.search(named)


def _is_no_list(text: Text, topic: Dict[Text, Any], lists: FrozenSet[Text], context: TurnContext) -> bool:
    name = topic["value"].lower()
    before, end = text[: topic["start"]], topic["end"]
    is_called_one = _MINE_BEFORE.search(before) or _LIST_BEHIND.match(text, end) or _IS_ANY.search(name)
    return not (is_called_one or name in lists or context.has_topic(name))


def _is_count(text: Text, entry: Dict[Text, Any], context: TurnContext) -> bool:
    number = entry["value"]
    if not number.isdecimal() or context.has_entry(int(number)) or int(number) > _LARGEST_COUNT:
        return False
    # "Edit note 2" and "edit #2" name an entry.
    is_bare = text[: entry["start"]].strip().isalpha()
    return is_bare and _COUNT.match(text, entry["end"]) is not None
