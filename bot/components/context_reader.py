"""Reads a text by what the conversation knows: the open question, the topics, the message it answers."""

import re
from typing import Optional

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from components import answers
from components.amendments import AMEND
from components.command_matching import recognise
from components.command_recogniser import IS_COMMAND, IS_PARAPHRASE, set_command
from components.effects import SAVE_THOUGHT
from components.grammar import Entity, RecognisedCommand
from components.normalization import is_question, trim
from components.reminder_answers import answer_to_reminder
from components.spelling_correction import CorrectedText
from components.stateless import StatelessComponent
from components.topic_requests import item_for_topic, topic_asked_for
from components.turn_context import OpenQuestion, TurnContext
from components.word_corrector import corrected_text

CHOOSE = "choose"
OF_ONE_ENTRY = frozenset({"show", "play", "delete_entry", "move", "file_under", "pin", "unpin", "restore"})
"""The intents of which "that" may be left out in an answer to a message about an entry."""

MAY_ANSWER_REMINDER = frozenset({None, "remind"})
"""What an answer to a reminder is without its context: no command, or "remind me again at 5"."""

_THAT = " that"
# The action reads the new words off the message (``new_text`` in ``scrapbook/core/editing.py``).
_EDITS = re.compile(
    r"\s*(?:edit\b|change\s+(?:it|that|this)\s+to\b|make\s+(?:it|that)\s*:)(?=\W*\w)", re.IGNORECASE
)


IS_OF_CONTEXT = "read_by_context"
"""Set on a message that was read by its context."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class ContextReader(StatelessComponent):
    """Sets intent and entities of a text that its context explains; comes after ``CommandRecogniser``."""

    def process_message(self, message: Message) -> None:
        """Set them, and mark the message with ``IS_COMMAND``, so that no later component decides again."""
        text = message.get(TEXT) or ""
        context = TurnContext.of(message)
        intent = (message.get(INTENT) or {}).get("name") if message.get(IS_COMMAND) else None
        found = read(text, context, intent)
        if found is None and intent is None:
            found = _asked_in_other_spelling(corrected_text(message), context)
        if found and intent is None and context.to_delete:
            message.set(IS_PARAPHRASE, True, add_to_output=True)
        if found:
            set_command(message, found)
            message.set(IS_OF_CONTEXT, True)


def read(text: str, context: TurnContext, command: Optional[str] = None) -> Optional[RecognisedCommand]:
    """Return what the context makes of a text; None if it says nothing of it.

    Args:
        command: the intent of the command that the text is without its context, if it is one.
    """
    if context.is_forwarded:
        return RecognisedCommand(SAVE_THOUGHT, 1.0, [])
    if choice := _choice(text, context.question, command):
        return RecognisedCommand(CHOOSE, 1.0, [_entity("choice", choice, text)])
    if command in MAY_ANSWER_REMINDER and (answer := _answer_to_reminder(text, context)):
        return answer
    return None if command else _in_context(text, context)


def _answer_to_reminder(text: str, context: TurnContext) -> Optional[RecognisedCommand]:
    return answer_to_reminder(text, is_fresh=context.is_reminder_fresh) if context.is_reminded else None


def _in_context(text: str, context: TurnContext) -> Optional[RecognisedCommand]:
    """Return what a text that is no command says to a topic, or to a message that it answers."""
    if asked := topic_asked_for(text, context.topics):
        return RecognisedCommand("find", 1.0, [Entity("query", *asked)])
    if not is_question(text) and (put := item_for_topic(text, context.topics)):
        item, topic = (Entity("", text[start:end], start, end) for start, end in put)
        entities = [item._replace(entity="note"), topic._replace(entity="topic")]
        return RecognisedCommand("add_to_topic", 1.0, entities)
    if context.to_delete and context.to_delete in text:
        return _deletion(text, context.to_delete)
    return _about_that(text) if context.answers_entry else None


def _asked_in_other_spelling(corrected: CorrectedText, context: TurnContext) -> Optional[RecognisedCommand]:
    """Return the request for a topic, if it is one once the words around the name are spelled correctly."""
    asked = topic_asked_for(corrected.text, context.topics)
    if asked is None:
        return None
    value, start, end = asked
    entity = Entity("query", value, corrected.original_offset(start), corrected.original_offset(end))
    return RecognisedCommand("find", 1.0, [entity])


def _deletion(text: str, words: str) -> RecognisedCommand:
    """Return the command to delete the entry with these words of the text, which the action asks about."""
    start = text.index(words)
    terms = ("one", f"of about {words}")
    return RecognisedCommand(
        "delete_entry", 1.0, [Entity("entry", term, start, start + len(words)) for term in terms]
    )


def _choice(text: str, question: Optional[OpenQuestion], command: Optional[str]) -> Optional[str]:
    if question and (command in {None, CHOOSE} or (command == AMEND and question.is_fresh)):
        return answers.answer_to(question, text)
    if question and question.is_fresh and (answers.names_option(question, text) or answers.declines(text)):
        return answers.answer_to(question, text)
    if question is None and command is None:
        return answers.YES if answers.agrees(text, None) else answers.NO if answers.declines(text) else None
    return None


def _about_that(text: str) -> Optional[RecognisedCommand]:
    """Return the command that the text is with "that" behind its first word."""
    if _EDITS.match(text):
        return RecognisedCommand("edit", 1.0, [])
    span = trim(text)
    first, _, rest = span.content.partition(" ")
    found = recognise(f"{first}{_THAT} {rest}".rstrip())
    if found is None or found.intent not in OF_ONE_ENTRY:
        return None
    moved = span.start - len(_THAT)
    entities = [
        entity._replace(start=entity.start + moved, end=entity.end + moved) for entity in found.entities
    ]
    return found._replace(entities=entities)


def _entity(name: str, value: str, text: str) -> Entity:
    span = trim(text)
    return Entity(name, value, span.start, span.start + len(span.content))
