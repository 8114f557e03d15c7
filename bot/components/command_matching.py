"""Matches a text against the command table."""

import re
from typing import FrozenSet, Iterator, List, Optional, Tuple

from components.arguments import ARGUMENT_TYPES
from components.command import Command
from components.commands import COMMANDS
from components.grammar import Entity, RecognisedCommand, fit
from components.keyword_spelling import nearest
from components.list_commands import list_command
from components.normalization import Span, is_question, trim, without_courtesy
from components.quoted_arguments import masked, revealed
from components.short_forms import agreement, bare_choice, numbers_done, service_word, short_question

_KEYWORD = re.compile(
    r"(?P<word>don['’]t|wh(?:at|en)['’]s|i['’](?:ve|m|d)|round-ups?|[^\W\d_]+)(?P<mark>\s*[:,]|)(?P<rest>(?!\S).*|)$",
    re.DOTALL | re.IGNORECASE,
)
_KEYWORDS = sorted({keyword for command in COMMANDS for keyword in command.keywords})


def _whole(command: Command, keyword: str, rest: str, start: int, end: int) -> List[Entity]:
    words = keyword if command.whole == "choice" else keyword + rest
    values = ARGUMENT_TYPES[command.whole].read(words) or []
    return [Entity(command.whole, value, start, end) for value, _, _ in values]


def _arguments(command: Command, keyword: str, found: "re.Match[str]", offset: int) -> Optional[List[Entity]]:
    """Return the command's arguments in the rest of the text, or None if the rest does not fit."""
    if command.marks and not set(command.marks) & set(found["mark"]):
        return None
    for template in command.followed_by:
        entities = fit(template, found["rest"], offset + found.start("rest"))
        if entities is not None:
            whole = offset + found.start(), offset + found.end()
            return _whole(command, keyword, found["rest"], *whole) if command.whole else entities
    return None


def _candidates(found: "re.Match[str]") -> Iterator[Tuple[Command, str, float]]:
    word = found["word"].lower().replace("'", "").replace("’", "").replace("-", "")
    similar = nearest(word, _KEYWORDS)
    for command in COMMANDS:
        for keyword in set(command.keywords) & set(similar):
            yield command, keyword, similar[keyword]


def _command(span: Span, question: bool) -> Optional[RecognisedCommand]:
    found = _KEYWORD.match(span.content)
    if found is None:
        return None
    for command, keyword, similarity in _candidates(found):
        entities = None if question and not command.asked else _arguments(command, keyword, found, span.start)
        if entities is not None:
            return RecognisedCommand(command.intent, similarity, entities)
    return None


def recognise(text: str) -> Optional[RecognisedCommand]:
    """Return the command that the whole text is, or None if it is not a command. Never raises.

    Its arguments may be in quotation marks.
    """
    hidden = masked(text)
    quoting = _recognise(hidden) if hidden else None
    return (revealed(quoting, text) if quoting else None) or _recognise(text)


def _recognise(text: str) -> Optional[RecognisedCommand]:
    span = trim(text)
    question = is_question(text)
    bare, asked_politely = without_courtesy(span)
    return (
        bare_choice(bare)
        or (None if question else agreement(bare))
        or service_word(text)
        or (None if question else numbers_done(bare))
        or list_command(bare, is_question=question and not asked_politely)
        or _command(bare, question and not asked_politely)
        or _command(span, question)
        or (short_question(span) if question else None)
    )


def begins_with_a_keyword(text: str, intents: FrozenSet[str]) -> bool:
    """Return whether the text begins, after any courtesy, with a keyword of one of the intents' commands."""
    bare, _ = without_courtesy(trim(text))
    found = _KEYWORD.match(bare.content)
    return found is not None and any(command.intent in intents for command, _, _ in _candidates(found))
