"""Keeps as a thought what the classifier is not sure enough about."""

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from components.certainty import is_sure
from components.command_recogniser import RECOGNISED
from components.effects import effects
from components.stateless import StatelessComponent
from components.text import core

KEEP = "save_thought"


def _keep(message: Message, confidence: float) -> None:
    message.set(INTENT, {"name": KEEP, "confidence": confidence}, add_to_output=True)


def _effect_confidence(message: Message, intent: str) -> float:
    """The confidence, 0 to 1, that the text has the effect of the intent, whichever of its intents it is."""
    effect_of = effects()
    ranking = message.get(INTENT_RANKING_KEY) or []
    alike = [one["confidence"] for one in ranking if effect_of[one["name"]] == effect_of[intent]]
    return min(float(sum(alike)), 1.0)


def judge(message: Message) -> None:
    """Turns the message's intent into ``save_thought`` unless it is a command or the classifier is sure.

    A text that looks like one of Rasa's own "/intent" forms is kept too: people do not speak that language.
    """
    if message.get(RECOGNISED):
        return
    intent = (message.get(INTENT) or {}).get("name") or KEEP
    confidence = _effect_confidence(message, intent)
    text = core(message.get(TEXT) or "").content
    if not text or text.startswith("/") or not is_sure(intent, confidence, text):
        _keep(message, 1 - confidence)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class Judge(StatelessComponent):
    """Stands behind all classifiers; ``certainty.py`` holds what it goes by."""

    def read(self, message: Message) -> None:
        """Judges the message."""
        judge(message)
