"""Keeps as a thought what the classifier is not sure enough about."""

import re

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from components.certainty import is_sure
from components.command_recogniser import ONLY_UNDERSTOOD, RECOGNISED
from components.effects import KEEP, alike
from components.matching import begins_with_a_keyword
from components.stateless import StatelessComponent
from components.text import core
from components.word_corrector import corrected

# Somebody's words, an address, or a topic and a colon: those are for keeping, whatever follows.
_KEPT = re.compile(
    r"/|[\"“”„«»‹›]|https?://|www\.|(?!remind)[^\W\d][\w'-]*(?:\s+[\w'-]+){0,2}:\s", re.IGNORECASE
)


def _keep(message: Message, confidence: float) -> None:
    message.set(INTENT, {"name": KEEP, "confidence": confidence}, add_to_output=True)


def _effect_confidence(message: Message, intent: str) -> float:
    """The confidence, 0 to 1, that the text has the effect of the intent, whichever of its intents it is."""
    ranking = message.get(INTENT_RANKING_KEY) or []
    return min(float(sum(one["confidence"] for one in ranking if one["name"] in alike(intent))), 1.0)


def judge(message: Message) -> None:
    """Turns the message's intent into ``save_thought`` unless it is a command or the classifier is sure.

    A quote and a link are kept, whatever they say. So is a text that looks like one of Rasa's own "/intent"
    forms: people do not speak that language.
    """
    if message.get(RECOGNISED):
        return
    intent = (message.get(INTENT) or {}).get("name") or KEEP
    confidence = _effect_confidence(message, intent)
    text = core(corrected(message).text).content
    if not text or _KEPT.match(text) or not is_sure(intent, confidence, text):
        _keep(message, 1 - confidence)
    elif not begins_with_a_keyword(message.get(TEXT) or "", alike(intent)):
        message.set(ONLY_UNDERSTOOD, True, add_to_output=True)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class Judge(StatelessComponent):
    """Stands behind all classifiers; ``certainty.py`` holds what it goes by."""

    def read(self, message: Message) -> None:
        """Judges the message."""
        judge(message)
