"""A small language for what may follow a keyword.

``"{note} to|into [my] {topic} list"``: a plain word must be there (``|`` between alternatives; a slip of the
finger in it is forgiven), a word in brackets may be, ``:`` is a colon or comma that may be there, and
``{name}`` is an argument, whose kind is in ``arguments.py``. ``{name:kind}`` names an argument differently
from its kind. The whole rest of the text has to fit.
"""

import re
from functools import lru_cache
from typing import Dict, List, NamedTuple, Optional, Pattern, Tuple

from components.arguments import KINDS

_TOKEN = re.compile(r"\[(?P<optional>[^\]]+)\]|\{(?P<name>\w+)(?::(?P<kind>\w+))?\}|(?P<words>\S+)")


class Entity(NamedTuple):
    """An argument found in a text: ``start`` and ``end`` are offsets into the text that was given."""

    entity: str
    value: str
    start: int
    end: int


class Recognised(NamedTuple):
    """A command found in a text. ``similarity`` is 1.0 unless its keyword was misspelled."""

    intent: str
    similarity: float
    entities: List[Entity]


def _slips(word: str) -> List[str]:
    """The word and, when it is long enough, the word with two neighbouring letters swapped."""
    swapped = [word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)]
    return [word, *(swapped if len(word) >= 4 else [])]


def _words(alternatives: str) -> str:
    return "|".join(re.escape(slip) for word in alternatives.split("|") for slip in _slips(word))


def _piece(token: "re.Match[str]") -> str:
    if token["optional"]:
        return rf"(?:\s+(?:{_words(token['optional'])}))?"
    if token["name"]:
        return rf"\s+(?P<{token['name']}>{KINDS[token['kind'] or token['name']].pattern})"
    return r"\s*[:,]?" if token["words"] == ":" else rf"\s+(?:{_words(token['words'])})"


@lru_cache(maxsize=None)
def compiled(template: str) -> "Tuple[Pattern[str], Dict[str, str]]":
    """The pattern for what follows the keyword, and the kind of each of its arguments."""
    tokens = list(_TOKEN.finditer(template))
    kinds = {token["name"]: token["kind"] or token["name"] for token in tokens if token["name"]}
    return re.compile("".join(map(_piece, tokens)), re.IGNORECASE), kinds


def fit(template: str, rest: str, offset: int) -> Optional[List[Entity]]:
    """The arguments in ``rest``, which starts at ``offset``, or None when it does not fit the template."""
    pattern, kinds = compiled(template)
    found = pattern.fullmatch(rest)
    if found is None:
        return None
    entities: List[Entity] = []
    for name, kind in kinds.items():
        values = KINDS[kind].read(found[name])
        if values is None:
            return None
        start = offset + found.start(name)
        entities += [Entity(name, value, start + at, start + end) for value, at, end in values]
    return entities
