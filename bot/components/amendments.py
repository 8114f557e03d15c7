"""Recognises that the last command is to be done to something else: "no, I meant 3", "no, the second one"."""

import re
from typing import Iterator, List, Optional

from components.arguments import ARGUMENT_TYPES, Values
from components.grammar import Entity, RecognisedCommand
from components.normalization import is_question, trim
from components.references import MAX_LENGTH, REFERENCE_TYPES

AMEND = "amend"

_NO = r"(?:no+|nope|nah|oops|sorry|wait|hm+|oh|actually|not\s+th(?:at|is)(?:\s+one)?)"
_BEFORE = re.compile(rf"(?:{_NO}(?!\w)[\s,.!;:-]*){{1,4}}", re.IGNORECASE)
_MEANT = re.compile(
    r"(?:i\s+(?:actually\s+|really\s+)?(?:meant|mean)|i\s+was\s+thinking\s+of)[\s,:]+", re.IGNORECASE
)
_UNDER = re.compile(
    r"(?:under|to|in|into)\s+(?:(?:my|the)\s+)?(?P<topic>\S.*?)(?:\s+(?:topic|notes))?", re.IGNORECASE
)
# The action checks whether a topic can be meant, because "no, I meant potatoes" has the same form.
_BARE = re.compile(
    r"(?!(?:under|to|in|into|not|that|this|it)\b)(?:(?:my|the)\s+)?"
    r"(?P<topic>[^\s,;:.!?()\"“”]+(?:\s+[^\s,;:.!?()\"“”]+)??)(?:\s+(?:topic|notes|list))?",
    re.IGNORECASE,
)
_WORDS = r"[^\s,]+(?:\s+[^\s,]+){0,4}?"
_NOT = (
    re.compile(rf"(?P<words>{_WORDS})\s*,?\s+(?:and\s+)?not\s+(?P<mistaken>{_WORDS})", re.IGNORECASE),
    re.compile(rf"not\s+(?P<mistaken>{_WORDS})\s*,?\s+(?:but\s+)?(?P<words>{_WORDS})", re.IGNORECASE),
)
_NUMBERS = re.compile(ARGUMENT_TYPES["entries"].pattern, re.IGNORECASE)
# What is meant instead must be plain: "no, it" and "no, everything" are not.
_DIGITS_OR_PLACE = re.compile(r"\d+|(?:first|last|nth|oldest|newest) \d+|other|of .+|one")


def amendment(text: str) -> Optional[RecognisedCommand]:
    """Return ``amend`` with what is meant instead: entries, a topic, or words in place of others."""
    span = trim(text)
    if len(span.content) > MAX_LENGTH or is_question(text):
        return None
    no = _BEFORE.match(span.content)
    at = no.end() if no else 0
    meant = _MEANT.match(span.content, at)
    if not no and not meant:
        return None
    at = meant.end() if meant else at
    found = next(_read(span.content[at:], says_no=bool(no), says_meant=bool(meant)), None)
    if not found:
        return None
    start = span.start + at
    entities = [entity._replace(start=entity.start + start, end=entity.end + start) for entity in found]
    return RecognisedCommand(AMEND, 1.0, entities)


def _read(rest: str, *, says_no: bool, says_meant: bool) -> Iterator[List[Entity]]:
    if entries := _entries(rest, says_no=says_no):
        yield [Entity("entry", *value) for value in entries]
    under = _UNDER.fullmatch(rest)
    # "I meant to call mum"
    is_topic = says_no or rest.lower().startswith("under")
    if under and is_topic and (topic := ARGUMENT_TYPES["topic"].read(under["topic"])):
        start = under.start("topic")
        yield [Entity("topic", value, start + at, start + end) for value, at, end in topic]
    bare = _BARE.fullmatch(rest) if says_no and says_meant else None
    if bare and (topic := ARGUMENT_TYPES["short_topic"].read(bare["topic"])):
        start = bare.start("topic")
        yield [Entity("topic", value, start + at, start + end) for value, at, end in topic]
    for frame in _NOT if says_meant else ():
        if found := frame.fullmatch(rest):
            yield [
                Entity("correction", found["words"], *found.span("words")),
                Entity("mistaken", found["mistaken"], *found.span("mistaken")),
            ]


def _entries(rest: str, *, says_no: bool) -> Optional[Values]:
    if not rest:
        return None
    kind = ARGUMENT_TYPES["entries"] if _NUMBERS.fullmatch(rest) else REFERENCE_TYPES["which_specific"]
    found = kind.read(rest)
    if not found or not all(_DIGITS_OR_PLACE.fullmatch(value) for value, *_ in found):
        return None
    # "I meant the second one" answers a question.
    is_place = any(not value.isdigit() for value, *_ in found)
    return None if is_place and not says_no else found
