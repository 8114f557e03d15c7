"""Recognises commands; a recognised command overrules the classifier."""

from typing import Optional

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import ENTITIES, EXTRACTOR, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from components import log_redaction, rasa_speedups
from components.amendments import amendment
from components.command_matching import recognise
from components.free_corrections import free_correction
from components.grammar import Entity, RecognisedCommand
from components.spelling_correction import CorrectedText
from components.stateless import StatelessComponent
from components.unasked_commands import UNASKED_INTENTS
from components.word_corrector import corrected_text

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
        command = recognise(text) or amendment(text) or _in_other_spelling(text, corrected_text(message))
        if command is None and (command := free_correction(text)):
            message.set(IS_PARAPHRASE, True, add_to_output=True)
        if command is None:
            return
        set_command(message, command)


def _in_other_spelling(text: str, corrected: CorrectedText) -> Optional[RecognisedCommand]:
    """Return a command for what is said unasked, if it is one once its words are spelled correctly.

    The words of the others may be those of thoughts; here the whole text tells.
    """
    found = recognise(corrected.text) if corrected.text != text else None
    if found is None or found.intent not in UNASKED_INTENTS:
        return None
    return found._replace(entities=[_as_typed(one, text, corrected) for one in found.entities])


def _as_typed(entity: Entity, text: str, corrected: CorrectedText) -> Entity:
    """Return an argument with the words and offsets of the text as typed; numbers stay as they were read."""
    start, end = corrected.original_offset(entity.start), corrected.original_offset(entity.end)
    is_words = entity.value == corrected.text[entity.start : entity.end]
    return Entity(entity.entity, text[start:end] if is_words else entity.value, start, end)


def set_command(message: Message, command: RecognisedCommand) -> None:
    """Set intent and entities of a message, and mark it with ``IS_COMMAND``."""
    message.set(INTENT, {"name": command.intent, "confidence": command.similarity}, add_to_output=True)
    found = [{**entity._asdict(), EXTRACTOR: EXTRACTOR_NAME} for entity in command.entities]
    message.set(ENTITIES, found, add_to_output=True)
    message.set(IS_COMMAND, True)
