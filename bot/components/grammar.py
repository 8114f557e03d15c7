"""A template language for the words that follow a keyword.

In ``"{note} to|into [my] {topic} list"`` a plain word is required (``|`` separates alternatives; two swapped
letters in it are accepted, and in a long one a missing letter), a word in brackets is optional, ``:`` is an
optional colon or comma, and ``{name}`` is an argument whose type is in ``arguments.py`` or ``references.py``.
``{name:type}`` gives the argument a name of its own. A template must match the whole rest of the text.
"""

import re
from functools import lru_cache
from typing import Dict, List, NamedTuple, Optional, Pattern, Tuple

from components.arguments import ARGUMENT_TYPES, ArgumentType
from components.references import REFERENCE_TYPES

_TYPES: Dict[str, ArgumentType] = {**ARGUMENT_TYPES, **REFERENCE_TYPES}
_TOKEN = re.compile(r"\[(?P<optional>[^\]]+)\]|\{(?P<name>\w+)(?::(?P<type>\w+))?\}|(?P<words>\S+)")


class Entity(NamedTuple):
    """An argument found in a text; ``start`` and ``end`` are offsets into the original text."""

    entity: str
    value: str
    start: int
    end: int


class RecognisedCommand(NamedTuple):
    """A command found in a text. ``similarity`` is 1.0 unless its keyword was misspelled."""

    intent: str
    similarity: float
    entities: List[Entity]


def _typos(word: str) -> List[str]:
    """Return the word and its variants: from four letters on two neighbours swapped, from six on one missing.

    The first letter is there, and so is the last: without it ``topics`` would be another word.
    """
    swapped = [word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)]
    shortened = [word[:i] + word[i + 1 :] for i in range(1, len(word) - 1)]
    return [word, *(swapped if len(word) >= 4 else []), *(shortened if len(word) >= 6 else [])]


def _words(alternatives: str) -> str:
    return "|".join(re.escape(typo) for word in alternatives.split("|") for typo in _typos(word))


def _piece(token: "re.Match[str]") -> str:
    if token["optional"]:
        return rf"(?:\s+(?:{_words(token['optional'])}))?"
    if token["name"]:
        return rf"\s+(?P<{token['name']}>{_TYPES[token['type'] or token['name']].pattern})"
    return r"(?:\s*[:,])?" if token["words"] == ":" else rf"\s+(?:{_words(token['words'])})"


@lru_cache(maxsize=None)
def compiled(template: str) -> "Tuple[Pattern[str], Dict[str, str]]":
    """Return the template's pattern, and the type of each of its arguments by name.

    Raises:
        KeyError: the template names an unknown type.
    """
    tokens = list(_TOKEN.finditer(template))
    types = {token["name"]: token["type"] or token["name"] for token in tokens if token["name"]}
    return re.compile("".join(map(_piece, tokens)), re.IGNORECASE), types


def fit(template: str, rest: str, offset: int) -> Optional[List[Entity]]:
    """Return the arguments in ``rest``, or None if it does not match the template.

    Args:
        template: in the language of this module.
        rest: the text behind the keyword.
        offset: of ``rest`` in the original text, in characters.
    """
    pattern, types = compiled(template)
    found = pattern.fullmatch(rest)
    if found is None:
        return None
    entities: List[Entity] = []
    for name, type_name in types.items():
        values = _TYPES[type_name].read(found[name])
        if values is None:
            return None
        start = offset + found.start(name)
        entities += [Entity(name, value, start + at, start + end) for value, at, end in values]
    return entities
