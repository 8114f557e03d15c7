"""Reads arguments in quotation marks: ``find "the who"``, ``move 42 to “birds”``.

What is in quotation marks is an argument, whatever its words are. So before a text is matched against the
command table, each quoted part is replaced by one word of the same length without a meaning, and its marks
by spaces. The offsets stay those of the text.
"""

import re
from typing import Optional

from components.grammar import Entity, RecognisedCommand

# Phones mix straight and curly marks, and languages use them in other orders; any closes any of its kind.
_DOUBLE, _SINGLE = '"“”„«»‹›「」『』＂', "'‘’`"
_QUOTED = re.compile(
    rf"(?<![^\s(])(?:[{_DOUBLE}](?P<double>[^{_DOUBLE}\n]+)[{_DOUBLE}]|"
    rf"[{_SINGLE}](?P<single>(?:[^{_SINGLE}\n]|(?<=\w)['’](?=\w))+)[{_SINGLE}])(?=[\s,.:;!?)]|$)"
)
_STAND_IN = "\ue000"
_COLON_BEFORE = re.compile(rf"(\s\w+):(?=\s+{_STAND_IN})")
"""A colon before a quoted part. One behind the first word is left: it is a part of some commands."""
_BETWEEN_ITEMS = re.compile(r"\s*(?:,\s*(?:and\s+|&\s*)?|\s(?:and|&)\s)\s*", re.IGNORECASE)


def masked(text: str) -> Optional[str]:
    """Return the text with each quoted part as one word without a meaning; None if it has none to read.

    A text that begins with a quotation mark is a quotation, and has none.
    """
    if not any(mark in text for mark in _DOUBLE + _SINGLE) or text.lstrip()[:1] in _DOUBLE + _SINGLE:
        return None
    hidden = _QUOTED.sub(_hide, text)
    return _COLON_BEFORE.sub(r"\1 ", hidden) if hidden != text else None


def _hide(found: "re.Match[str]") -> str:
    quoted = found[0][1:-1]
    words = quoted.strip()
    if not words or _STAND_IN in quoted:
        return found[0]
    if words.isdigit():
        return f" {quoted} "
    start = len(quoted) - len(quoted.lstrip())
    return (" " * (start + 1) + _STAND_IN * len(words)).ljust(len(found[0]))


def revealed(command: RecognisedCommand, text: str) -> Optional[RecognisedCommand]:
    """Return a command of a masked text with its arguments as they are in the text.

    None if quoted words are only a part of an argument, or are free text, whose marks belong to it.
    """
    if any(map(_is_partly_quoted, command.entities)):
        return None
    entities = [
        entity._replace(value=text[entity.start : entity.end]) if _STAND_IN in entity.value else entity
        for entity in command.entities
    ]
    return command._replace(entities=entities) if command.entities else None


def _is_partly_quoted(entity: Entity) -> bool:
    """Return whether words stand beside quoted ones, and are not other items: ``"the who" tickets``."""
    return any(item.strip(_STAND_IN) and _STAND_IN in item for item in _BETWEEN_ITEMS.split(entity.value))


def without_marks(value: str) -> str:
    """Return an argument without the quotation marks around it."""
    found = _QUOTED.fullmatch(value.strip())
    return (found["double"] or found["single"]).strip() if found else value
