"""Keep a message that was answered, and not saved, when its sender asks for that afterwards."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from scrapbook.core.book import Book
from scrapbook.core.reactions import is_reaction
from scrapbook.core.reply_context import message_answered
from scrapbook.store import Entry, Message, TurnResult
from scrapbook.text.parsed_text import ParsedText

LOOKED_BACK = 50
"""Messages among which the one to keep is looked for. Only reactions are passed over, requests to keep that
kept nothing, and ``undo``."""

PassedOver: TypeAlias = Callable[[Message, TurnResult], bool]
"""Whether a message, which was answered so, is not what is to be kept."""


@dataclass(frozen=True, slots=True)
class Kept:
    """``entry`` is new; it holds the message of the id ``message_id`` just as it came."""

    entry: Entry
    message_id: str


@dataclass(frozen=True, slots=True)
class KeptBefore:
    """These entries came from the message: there is nothing to do."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class TextErased:
    """The text of the message is no longer stored."""


def keep(book: Book, message: Message, passed_over: PassedOver) -> Kept | KeptBefore | TextErased | None:
    """Save what the person said before ``message``, just as it came, with what came with it.

    That is the message whose reply came last, or the one that ``message`` answers. An answer to a question
    counts as a part of the message that led to the question. Returns None if nothing was said before.

    Args:
        message: the request to keep.
        passed_over: whether an earlier message is not meant.
    """
    said = message_answered(book.tx, message) or _said_before(book, message, passed_over)
    if said is None:
        return None
    parts = list(_parts(book, said))
    if entries := [entry for part in parts for entry in _entries(book, part)]:
        return KeptBefore(tuple(sorted(entries, key=lambda entry: entry.number)))
    original = parts[-1]
    if not original.body and not original.media:
        return TextErased()
    text = ParsedText(original.body)
    with book.recording("save"):
        entry = book.tx.entries.add(book.person.id, text, None, original.id, book.now, original.media)
    return Kept(entry, original.id)


def _said_before(book: Book, message: Message, passed_over: PassedOver) -> Message | None:
    for said in book.tx.messages.said_before(message, LOOKED_BACK):
        result = book.tx.turn_results.of(said.id)
        is_passed_over = passed_over(said, result) if result else is_reaction(book.tx, said.id)
        if not is_passed_over:
            return said
    return None


def _parts(book: Book, message: Message) -> Iterator[Message]:
    """Yield a message, and the earlier ones that it belongs to."""
    yielded: set[str] = set()
    part: Message | None = message
    while part and part.id not in yielded:
        yield part
        yielded.add(part.id)
        result = book.tx.turn_results.of(part.id)
        part = book.tx.messages.find(result.continues) if result and result.continues else None


def _entries(book: Book, message: Message) -> list[Entry]:
    return [entry for entry in book.tx.entries.of_message(message.id) if entry.deleted_at is None]
