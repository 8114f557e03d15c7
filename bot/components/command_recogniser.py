"""The pipeline's component for commands; where it recognises one, it has the last word."""

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import ENTITIES, EXTRACTOR, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from components import private_logs, rasa_speedups
from components.free_corrections import free_correction
from components.matching import recognise
from components.stateless import StatelessComponent

RECOGNISED = "recognised_command"
# Tells the actions that the text does not begin with its command: what would change anything is asked about
# first.
ONLY_UNDERSTOOD = "only_understood"
# Rasa's own evaluation asks who found an entity, and has figures for each: one for all of ours.
FOUND_BY = "arguments"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class CommandRecogniser(StatelessComponent):
    """Stands behind the trained classifier and overrules it; marks the message with ``RECOGNISED``."""

    def __init__(self) -> None:
        """Making the component also installs the speed-ups and the private logs in this process."""
        rasa_speedups.install()
        private_logs.install()

    def read(self, message: Message) -> None:
        """Sets intent and entities when the message is a command."""
        text = message.get(TEXT) or ""
        command = recognise(text)
        if command is None and (command := free_correction(text)):
            message.set(ONLY_UNDERSTOOD, True, add_to_output=True)
        if command is None:
            return
        message.set(INTENT, {"name": command.intent, "confidence": command.similarity}, add_to_output=True)
        found = [{**entity._asdict(), EXTRACTOR: FOUND_BY} for entity in command.entities]
        message.set(ENTITIES, found, add_to_output=True)
        message.set(RECOGNISED, True)
