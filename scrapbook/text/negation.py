"""Tell whether a text says not to change something: ``please don't delete 2``."""

import re

_CHANGES = (
    "delete|remove|erase|trash|bin|discard|drop|wipe|throw|clear|scrap|scratch|get rid|take|move|file|put|add"
    "|rename|merge|join|change|edit|replace|amend|restore|undo|undelete|pin|unpin|cancel|do (?:it|that|this)"
)
# It stands at the beginning: what follows a command, as in "edit 3: do not add salt", is a text of its own.
_NEGATED = re.compile(
    r"(?:[a-z]+[,!.]? ){0,3}?(?:do ?n['o]?t|do not|never)(?: (?:please|ever|just|yet|you dare))*(?: to)? "
    rf"(?:{_CHANGES})\b",
    re.IGNORECASE,
)
_CHANGE = re.compile(rf"\b(?:{_CHANGES})\b", re.IGNORECASE)


def says_not_to(text: str) -> bool:
    """Return whether a text says not to change something."""
    return _NEGATED.match(_plain(text)) is not None


def says_what_instead(text: str) -> bool:
    """Return whether a text that says not to change something says what to change in its place."""
    said = _plain(text)
    negated = _NEGATED.match(said)
    return negated is not None and _CHANGE.search(said, negated.end()) is not None


def _plain(text: str) -> str:
    return " ".join(text.replace("’", "'").split())
