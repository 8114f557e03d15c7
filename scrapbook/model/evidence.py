"""How a message was read: names and numbers, and none of anybody's words. Stored with its turn's result."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Self, cast

from scrapbook.model.records import JsonValue

MAX_RANKED = 3
"""Guesses that are kept."""

MAX_ENTITIES = 8
MAX_NAME = 40
"""Characters of a name; Rasa's are shorter, and what is no name is cut."""


class Guess(NamedTuple):
    """An intent that the text may have had.

    ``chance`` (0 to 1) is that of the classifier; from ``limit`` on the intent would have been believed.
    """

    intent: str
    chance: float
    limit: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """How a message was read.

    Attributes:
        intent: what it was taken for.
        chance: how likely that was, 0 to 1.
        by: what told it: ``context``, the conversation or how it was sent; ``command``, a word by word match
            with a command; ``wording``, its likeness to examples; ``doubt``: it was kept because nothing else
            was likely enough.
        ranking: the likeliest intents according to the classifier, best first.
        action: the action that answered.
        entities: the names of the arguments that were found.
    """

    intent: str
    chance: float
    by: str
    ranking: tuple[Guess, ...] = ()
    action: str = ""
    entities: tuple[str, ...] = ()

    @classmethod
    def of_turn(cls, sent: object, action: str, entities: tuple[str, ...]) -> Self | None:
        """Return the evidence that Rasa sent with a turn; None if it sent none that can be read."""
        if not isinstance(sent, Mapping):
            return None
        return cls.from_json({**cast("Mapping[str, Any]", sent), "action": action, "entities": [*entities]})

    @classmethod
    def from_json(cls, stored: object) -> Self | None:
        """Return the evidence that ``to_json`` wrote; None for anything else."""
        if not isinstance(stored, Mapping):
            return None
        fields = cast("Mapping[str, Any]", stored)
        try:
            return cls(
                intent=_name(fields["intent"]),
                chance=float(fields["chance"]),
                by=_name(fields["by"]),
                ranking=tuple(
                    Guess(_name(name), float(chance), float(limit))
                    for name, chance, limit in fields["ranking"][:MAX_RANKED]
                ),
                action=_name(fields.get("action", "")),
                entities=tuple(_name(name) for name in fields.get("entities", ())[:MAX_ENTITIES]),
            )
        except (KeyError, TypeError, ValueError):
            return None

    def to_json(self) -> JsonValue:
        """Return it as it is stored."""
        return {
            "intent": self.intent,
            "chance": self.chance,
            "by": self.by,
            "ranking": [[*guess] for guess in self.ranking],
            "action": self.action,
            "entities": [*self.entities],
        }


def _name(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("A name is a text.")
    return value[:MAX_NAME]
