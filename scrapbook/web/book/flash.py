"""The line that the next page of a session shows once, and the change that a button beside it undoes."""

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FlashLine:
    """What was just done.

    Attributes:
        change: the id of the change, which the page may undo; None if the line tells of none.
    """

    text: str
    change: int | None = None

    def to_text(self) -> str:
        """Return the line as it is kept with the session."""
        return json.dumps([self.text, self.change])

    @classmethod
    def from_text(cls, kept: str) -> "FlashLine":
        """Return a line that was kept."""
        text, change = json.loads(kept)
        return cls(text, change)
