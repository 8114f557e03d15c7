"""The input of an action: the message, its slots and the person's book."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from scrapbook.core import Book
from scrapbook.store import JsonValue, Message
from scrapbook.text.parsed_message import ParsedMessage

MAX_DIGITS = 20
"""One more than an entry's number can have. A longer number is cut to it: no entry has that number either."""


_HAS_WORDS = re.compile(r"[^\W\d_]")


class Slots:
    """The arguments of this turn, by name. A slot that was not filled is missing or None."""

    def __init__(self, values: Mapping[str, JsonValue]) -> None:
        self._values = values

    def text(self, name: str) -> str | None:
        value = self._values.get(name)
        return " ".join(value.split()) or None if isinstance(value, str) else None

    def verbatim(self, name: str) -> str | None:
        """Return a text with its spaces and line breaks as they are."""
        return next(iter(self.texts(name)), None)

    def texts(self, name: str) -> list[str]:
        value = self._values.get(name)
        values = value if isinstance(value, list) else [value]
        return [text for text in values if isinstance(text, str) and text.strip()]

    def numbers(self, name: str) -> list[int]:
        """Return each number once, in the order given, but no negative one.

        Both ends of a range are numbers here; ``entry_numbers.named_numbers`` knows what is between them.
        What names entries in other words ("last 2") is no number.
        """
        typed = (
            digits
            for text in self.texts(name)
            if not text.startswith("-") and not _HAS_WORDS.search(text)
            for digits in re.findall(r"\d+", text)
        )
        return list(dict.fromkeys(int(digits[:MAX_DIGITS]) for digits in typed))

    def filled(self) -> dict[str, JsonValue]:
        """Return the slots that have a value."""
        return {name: value for name, value in self._values.items() if value is not None}

    def flag(self, name: str) -> bool:
        return self._values.get(name) is True


@dataclass(frozen=True, slots=True)
class Turn:
    """``message`` holds the person's words as they were sent; ``slots`` what Rasa extracted from them.

    ``parsed`` is the message's body, parsed once for all steps of the turn.
    """

    book: Book
    message: Message
    slots: Slots
    parsed: ParsedMessage

    @classmethod
    def of(cls, book: Book, message: Message, slots: Slots) -> Self:
        return cls(book, message, slots, ParsedMessage.of(message.body, book.has_topic))
