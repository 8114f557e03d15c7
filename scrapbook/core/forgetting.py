"""Erase everything of a person who asks for it, and confirms it with a code."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from scrapbook.core import sharing, together
from scrapbook.core.book import Book
from scrapbook.core.local_days import today
from scrapbook.core.wording import sentence
from scrapbook.store import Holdings
from scrapbook.text.spelled_dates import month_words

CODE_LIFETIME = timedelta(minutes=10)
"""From the text that asks for a code until it expires. The wording of the reply says so."""

_DIGITS = 4

ERASED = "utter_erased"
"""The receipt: the transaction that records it erases everything else."""


@dataclass(frozen=True, slots=True)
class ErasureAsked:
    """What would be erased, and the code to confirm it."""

    holdings: Holdings
    code: str


class NotErased(Enum):
    """Why nothing is erased."""

    NOT_ASKED = "not asked"
    EXPIRED = "expired"
    WRONG = "wrong"


def ask(book: Book, address: str) -> ErasureAsked:
    """Return what would be erased, and a new code that is valid from ``address`` for CODE_LIFETIME."""
    code = "".join(secrets.choice("0123456789") for _ in range(_DIGITS))
    book.tx.erasures.ask(book.person.id, address, code, book.now)
    return ErasureAsked(book.tx.erasures.holdings(book.person.id), code)


def confirm(book: Book, address: str, code: str) -> Holdings | NotErased:
    """Confirm the erasure with the code, and end what is shared. Returns what is then to be erased.

    A wrong code cannot be tried again.
    """
    wish = book.tx.erasures.of(book.person.id)
    if wish is None or wish.message_id is not None or wish.address != address:
        return NotErased.NOT_ASKED
    if not timedelta() <= book.now - wish.asked_at <= CODE_LIFETIME:
        return NotErased.EXPIRED
    if not secrets.compare_digest(wish.code.encode(), code.encode()):
        book.tx.erasures.withdraw(book.person.id)
        return NotErased.WRONG
    held = book.tx.erasures.holdings(book.person.id)
    end_sharing(book)
    book.tx.erasures.confirm(book.person.id, book.message_id)
    return held


def end_sharing(book: Book) -> None:
    """End all that a person shares, and leave what is shared with them; the others are told."""
    for share in sharing.shared(book):
        sharing.end(book, share)
    for topic in together.together(book):
        together.end(book, topic)


def described(held: Holdings) -> Sequence[str]:
    """Return what there is, as ``2 entries`` and the like; without what there is none of."""
    counts = (
        (held.entries, "entry", "entries"),
        (held.trashed, "entry in the trash", "entries in the trash"),
        (held.topics, "topic", "topics"),
        (held.files, "picture or file", "pictures and files"),
        (held.memos, "memo", "memos"),
        (held.reminders, "reminder", "reminders"),
        (held.shares, "shared topic", "shared topics"),
        (held.devices, "signed-in device", "signed-in devices"),
        (held.messages, "message", "messages"),
    )
    return [f"{count:,} {one if count == 1 else several}" for count, one, several in counts if count]


def kept_in_backups(book: Book, days: int) -> str:
    """Return what is said of backups that were made before.

    Args:
        days: after which whoever runs the scrapbook deletes a backup; 0 where that is not known.
    """
    if days == 0:
        return sentence("utter_kept_in_backups")
    gone = today(book) + timedelta(days=days)
    return sentence("utter_kept_in_backups_until", day=f"{gone.day} {month_words(gone)}")
