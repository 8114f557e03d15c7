"""What a person writes on a page of the book: a message whose sender is known and whose files are here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

KEY = re.compile(r"[0-9a-f]{32}")
"""The form of an idempotency key: 128 random bits."""


@dataclass(frozen=True, slots=True)
class WrittenMessage:
    """A message that was written on a page.

    Attributes:
        key: the idempotency key of the form, of the form ``KEY``. A form that is sent twice has the same.
        files: open, and read from their beginning.
        answers: the id of the message whose question it answers by a button; empty if it is typed.
    """

    person_id: int
    key: str
    text: str
    files: Sequence[BinaryIO] = field(default=(), repr=False)
    answers: str = ""


class WrittenMessages(Protocol):
    """Takes what was written on a page into the inbox."""

    async def take(self, written: WrittenMessage) -> str:
        """Record a message durably, and return its id. Idempotent.

        Raises:
            NotFound: the person was removed.
            OptOutWord: it is a word by which a phone opts out of texts, or in again.
            MediaStoreError: a file could not be stored.
            StoreError: the message could not be recorded.
        """
        ...
