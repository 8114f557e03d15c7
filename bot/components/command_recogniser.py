"""Recognises commands; a recognised command overrules the classifier."""

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import ENTITIES, EXTRACTOR, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from components import log_redaction, rasa_speedups
from components.amendments import amendment
from components.command_matching import recognise
from components.free_corrections import free_correction
from components.grammar import RecognisedCommand
from components.stateless import StatelessComponent

# Set on a message that is a recognised command.
IS_COMMAND = "recognised_command"
# Set on a message that does not begin with the keyword of its intent; the actions read it under this name
# and ask before they change anything.
IS_PARAPHRASE = "is_paraphrase"
# Rasa's evaluation reports figures for each extractor; all entities here are reported under one name.
EXTRACTOR_NAME = "arguments"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class CommandRecogniser(StatelessComponent):
    """Sets intent and entities of commands and marks them with ``IS_COMMAND``; comes after the classifier."""

    def __init__(self) -> None:
        """Install the speed-ups and the log redaction in this process."""
        rasa_speedups.install()
        log_redaction.install()

    def process_message(self, message: Message) -> None:
        """Set intent and entities if the message is a command."""
        text = message.get(TEXT) or ""
        command = recognise(text) or amendment(text)
        if command is None and (command := free_correction(text)):
            message.set(IS_PARAPHRASE, True, add_to_output=True)
        if command is None:
            return
        set_command(message, command)


def set_command(message: Message, command: RecognisedCommand) -> None:
    """Set intent and entities of a message, and mark it with ``IS_COMMAND``."""
    message.set(INTENT, {"name": command.intent, "confidence": command.similarity}, add_to_output=True)
    found = [{**entity._asdict(), EXTRACTOR: EXTRACTOR_NAME} for entity in command.entities]
    message.set(ENTITIES, found, add_to_output=True)
    message.set(IS_COMMAND, True)
