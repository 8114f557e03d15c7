"""Sets on each message how it was read, for ``why?`` and ``scrapbook explain``: names and numbers, no words.

The action stores it with the result of the turn (``scrapbook/model/evidence.py``).
"""

from typing import Any, Dict, List, Text

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY
from rasa.shared.nlu.training_data.message import Message

from components.command_recogniser import IS_COMMAND
from components.context_reader import IS_OF_CONTEXT
from components.decision import limit
from components.effects import SAVE_THOUGHT
from components.stateless import StatelessComponent

EVIDENCE = "evidence"
RANKED = 3
"""How many of the likeliest intents are kept."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class TurnEvidence(StatelessComponent):
    """Sets ``EVIDENCE``; comes last in the pipeline."""

    def process_message(self, message: Message) -> None:
        """Set it."""
        message.set(EVIDENCE, evidence_of(message), add_to_output=True)


def evidence_of(message: Message) -> Dict[Text, Any]:
    """Return the intent, its chance (0 to 1), by what it was told, and the likeliest ones of the classifier.

    ``by`` is ``context`` for what the conversation explains, ``command`` for a recognised command,
    ``wording`` for the likeliest of the classifier, and ``doubt`` for a thought that is kept because no
    command was likely enough.
    """
    intent = message.get(INTENT) or {}
    ranking: List[Dict[Text, Any]] = message.get(INTENT_RANKING_KEY) or []
    first = ranking[0]["name"] if ranking else SAVE_THOUGHT
    return {
        "intent": intent.get("name") or SAVE_THOUGHT,
        "chance": _rounded(intent.get("confidence")),
        "by": _told_by(message, is_doubtful=intent.get("name") == SAVE_THOUGHT != first),
        "ranking": [
            [one["name"], _rounded(one["confidence"]), _limit(one["name"])] for one in ranking[:RANKED]
        ],
    }


def _told_by(message: Message, *, is_doubtful: bool) -> Text:
    if message.get(IS_OF_CONTEXT):
        return "context"
    if message.get(IS_COMMAND):
        return "command"
    return "doubt" if is_doubtful else "wording"


def _limit(intent: Text) -> float:
    return 0.0 if intent == SAVE_THOUGHT else _rounded(limit(intent))


def _rounded(chance: Any) -> float:
    return round(float(chance or 0), 3)
