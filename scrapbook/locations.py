"""A place that was shared from a phone, as a line of a text."""

import re
from dataclasses import dataclass
from typing import Self

_NUMBER = r"-?\d{1,3}(?:\.\d+)?(?:e-?\d+)?"
_LINE = re.compile(rf"^Location: (?P<latitude>{_NUMBER}), (?P<longitude>{_NUMBER})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Location:
    """In degrees, WGS 84."""

    latitude: float
    longitude: float

    @classmethod
    def of(cls, text: str) -> Self | None:
        """The first that stands in a line of its own, as ``line`` writes it."""
        found = _LINE.search(text)
        return cls(float(found["latitude"]), float(found["longitude"])) if found else None

    @staticmethod
    def is_at_the_start(text: str) -> bool:
        return _LINE.match(text) is not None

    @property
    def line(self) -> str:
        return f"Location: {self.latitude}, {self.longitude}"

    @property
    def map(self) -> str:
        """An address that the phone opens in its map."""
        return f"https://maps.google.com/?q={self.latitude},{self.longitude}"
