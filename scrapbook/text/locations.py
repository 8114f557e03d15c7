"""Write a location that was shared from a phone as a line of a text, and read it again."""

import re
from dataclasses import dataclass
from typing import Self

_NUMBER = r"-?\d{1,3}(?:\.\d+)?(?:e-?\d+)?"
_LINE = re.compile(rf"^Location: (?P<latitude>{_NUMBER}), (?P<longitude>{_NUMBER})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Location:
    """A location in degrees, WGS 84."""

    latitude: float
    longitude: float

    @classmethod
    def of(cls, text: str) -> Self | None:
        """Return the first location in a line of its own, as ``line`` writes it. None if there is none."""
        found = _LINE.search(text)
        return cls(float(found["latitude"]), float(found["longitude"])) if found else None

    @staticmethod
    def is_at_the_start(text: str) -> bool:
        """Return whether the first line of the text is a location."""
        return _LINE.match(text) is not None

    @staticmethod
    def left_out(text: str) -> str:
        """Return the text without the lines that are locations."""
        return _LINE.sub("", text)

    @property
    def line(self) -> str:
        """The line that is added to the text of a message."""
        return f"Location: {self.latitude}, {self.longitude}"

    @property
    def map(self) -> str:
        """A link that a phone opens in its map."""
        return f"https://maps.google.com/?q={self.latitude},{self.longitude}"
