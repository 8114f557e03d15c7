"""Finds the command that a text is, if it is one."""

import re
from typing import FrozenSet, Iterator, List, Optional, Tuple

from components import text as texts
from components.arguments import KINDS
from components.commands import COMMANDS, Command
from components.grammar import Entity, Recognised, fit
from components.short_forms import bare_choice, short_question
from components.spelling import nearest

_KEYWORD = re.compile(r"(?P<word>[^\W\d_]+)(?P<mark>\s*[:,]|)(?P<rest>(?!\S).*|)$", re.DOTALL)
_KEYWORDS = sorted({keyword for command in COMMANDS for keyword in command.keywords})


def _whole(command: Command, keyword: str, rest: str, start: int, end: int) -> List[Entity]:
    words = keyword if command.whole == "choice" else keyword + rest
    values = KINDS[command.whole].read(words) or []
    return [Entity(command.whole, value, start, end) for value, _, _ in values]


def _fitting(command: Command, keyword: str, found: "re.Match[str]", start: int) -> Optional[List[Entity]]:
    """The arguments of the command in the rest of the text, or None when the rest does not fit."""
    if command.marks and not set(command.marks) & set(found["mark"]):
        return None
    for template in command.followed_by:
        entities = fit(template, found["rest"], start + found.start("rest"))
        if entities is not None:
            whole = start + found.start(), start + found.end()
            return _whole(command, keyword, found["rest"], *whole) if command.whole else entities
    return None


def _candidates(found: "re.Match[str]") -> Iterator[Tuple[Command, str, float]]:
    similar = nearest(found["word"].lower(), _KEYWORDS)
    for command in COMMANDS:
        for keyword in set(command.keywords) & set(similar):
            yield command, keyword, similar[keyword]


def _command(span: texts.Span, question: bool) -> Optional[Recognised]:
    found = _KEYWORD.match(span.content)
    if found is None:
        return None
    for command, keyword, similarity in _candidates(found):
        entities = None if question and not command.asked else _fitting(command, keyword, found, span.start)
        if entities is not None:
            return Recognised(command.intent, similarity, entities)
    return None


def recognise(text: str) -> Optional[Recognised]:
    """The command that the whole text is, or None for everything else. Never raises, whatever the text."""
    span = texts.core(text)
    question = texts.is_question(text)
    bare, asked_politely = texts.without_courtesy(span)
    return (
        bare_choice(bare)
        or _command(bare, question and not asked_politely)
        or _command(span, question)
        or (short_question(span) if question else None)
    )


def begins_with_a_keyword(text: str, intents: FrozenSet[str]) -> bool:
    """Whether the text begins, politeness aside, with a word that begins a command of one of the intents."""
    bare, _ = texts.without_courtesy(texts.core(text))
    found = _KEYWORD.match(bare.content)
    return found is not None and any(command.intent in intents for command, _, _ in _candidates(found))
