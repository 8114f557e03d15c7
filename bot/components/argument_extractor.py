"""Completes the arguments of texts in a person's own words.

The trained extractor finds notes, topics and queries; numbers, periods and choices have so plain a form that
they are read off it. What does not belong to the intent is left out.
"""

import re
from typing import Any, Callable, Dict, List, Pattern, Text, Tuple

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from components.arguments import NUMBERS, ORDINALS, PERIODS
from components.command_recogniser import RECOGNISED

TRAINED: Dict[str, Tuple[str, ...]] = {
    "add_to_topic": ("note", "topic"),
    "take_off_topic": ("note", "topic"),
    "find": ("query",),
    "move": ("topic",),
    "file_under": ("topic",),
    "rename_topic": ("topic", "new_topic"),
    "merge_topics": ("topic", "new_topic"),
}

_ENTRY = re.compile(r"(?<![\w:.,/])#?(\d{1,9})(?![\w:/%]|[.,]\d)")
_PERIOD = re.compile(rf"\b({'|'.join(PERIODS)})\b", re.IGNORECASE)
_COUNT = re.compile(rf"\b(?:last|latest|recent|newest)\s+(\d{{1,3}}|{'|'.join(NUMBERS)})\b", re.IGNORECASE)
_CHOICE = re.compile(rf"\b([1-9]\d?|{'|'.join([*NUMBERS, *ORDINALS])})\b", re.IGNORECASE)
_ZONE = re.compile(r"\b(utc|gmt|[a-z]+/[a-z_]+(?:/[a-z_]+)?)\b", re.IGNORECASE)


def _as_typed(value: str) -> str:
    return value


def _digits(value: str) -> str:
    return NUMBERS.get(value.lower()) or ORDINALS.get(value.lower()) or value


# intent: (entity, its form, whether only the first counts, what its value is)
_Plain = Tuple[str, Pattern[str], bool, Callable[[str], str]]
PLAIN: Dict[str, Tuple[_Plain, ...]] = {
    "show": (("entry", _ENTRY, False, _as_typed),),
    "delete_entry": (("entry", _ENTRY, False, _as_typed),),
    "restore": (("entry", _ENTRY, False, _as_typed),),
    "move": (("entry", _ENTRY, False, _as_typed),),
    "edit": (("entry", _ENTRY, True, _as_typed),),
    "browse": (("period", _PERIOD, True, str.lower), ("count", _COUNT, True, _digits)),
    "choose": (("choice", _CHOICE, True, _digits),),
    "set_timezone": (("timezone", _ZONE, True, _as_typed),),
}


def _plain(text: str, form: _Plain) -> List[Dict[str, Any]]:
    name, pattern, only_first, value = form
    found = [
        {"entity": name, "value": value(match[1]), "start": match.start(1), "end": match.end(1)}
        for match in pattern.finditer(text)
    ]
    return found[:1] if only_first else found


def arguments(intent: str, text: str, trained: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """The entities that the intent takes, as ``{entity, value, start, end}``."""
    wanted = [entity for entity in trained if entity["entity"] in TRAINED.get(intent, ())]
    return wanted + [entity for form in PLAIN.get(intent, ()) for entity in _plain(text, form)]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class ArgumentExtractor(GraphComponent):
    """Stands behind the judge; leaves the arguments of recognised commands alone."""

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "ArgumentExtractor":
        """The extractor needs no settings."""
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        """Replaces the entities of each message by the arguments of its intent."""
        for message in messages:
            if not message.get(RECOGNISED):
                intent = (message.get(INTENT) or {}).get("name") or ""
                found = arguments(intent, message.get(TEXT) or "", message.get(ENTITIES) or [])
                message.set(ENTITIES, found, add_to_output=True)
        return messages
