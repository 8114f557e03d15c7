"""What an action is asked to do."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from scrapbook.book import Book
from scrapbook.store import JsonValue, Message

MOST_DIGITS = 20
"""One more than an entry's number can have. Of more, the first so many are as good: no entry's number."""


class Slots:
    """The arguments of this turn, by name; those that were not given are missing."""

    def __init__(self, values: Mapping[str, JsonValue]) -> None:
        self._values = values

    def text(self, name: str) -> str | None:
        value = self._values.get(name)
        return " ".join(value.split()) or None if isinstance(value, str) else None

    def verbatim(self, name: str) -> str | None:
        """A text with its spaces and lines as they are."""
        return next(iter(self.texts(name)), None)

    def texts(self, name: str) -> list[str]:
        value = self._values.get(name)
        values = value if isinstance(value, list) else [value]
        return [text for text in values if isinstance(text, str) and text.strip()]

    def numbers(self, name: str) -> list[int]:
        """Each once, in the order given."""
        typed = (digits for text in self.texts(name) for digits in re.findall(r"\d+", text))
        return list(dict.fromkeys(int(digits[:MOST_DIGITS]) for digits in typed))

    def given(self) -> dict[str, JsonValue]:
        """Those that have a value."""
        return {name: value for name, value in self._values.items() if value is not None}

    def flag(self, name: str) -> bool:
        return self._values.get(name) is True


@dataclass(frozen=True, slots=True)
class Turn:
    """``message`` holds the person's words as they were sent; the slots are what Rasa made of them."""

    book: Book
    message: Message
    slots: Slots
