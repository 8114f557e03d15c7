"""Find out how a message was read: for ``why?``, and for the operator's ``scrapbook explain``."""

from collections.abc import Sequence
from dataclasses import dataclass

from scrapbook.core.book import Book
from scrapbook.errors import NotFound
from scrapbook.model.evidence import Evidence
from scrapbook.store import Change, Message, Transaction, TurnResult

WHY = "why"
"""The intent of asking why, which is never what is asked about."""

LOOKED_BACK = 10
"""Messages among which the latest one is looked for that does not ask why."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A message and how it was read.

    Attributes:
        result: what its turn answered; None if it has not been answered by an action.
        evidence: None if nothing is stored of how it was read, or not any more.
    """

    message: Message
    result: TurnResult | None
    evidence: Evidence | None


@dataclass(frozen=True, slots=True)
class Trace:
    """All that is known of a message.

    Attributes:
        change: what it changed in the scrapbook; None if that is nothing, or was forgotten.
        entries: the numbers of the entries that it made.
        replies: the texts that answered it.
        open_question: the action that has asked the latest question of the same person; None if none is open.
    """

    reading: Reading
    change: Change | None
    entries: tuple[int, ...]
    replies: tuple[str, ...]
    open_question: str | None


def reading_asked_about(book: Book, replied_to: str | None) -> Reading | None:
    """Return the reading that ``why?`` asks about: of the message it answers, else of the latest before it.

    None if there is no such message.

    Args:
        replied_to: the provider's id of the message that it answers.
    """
    if replied_to and (answered := _answered(book, replied_to)):
        return reading_of(book.tx, answered)
    earlier = (reading_of(book.tx, one) for one in _earlier(book))
    return next((one for one in earlier if one.evidence is None or one.evidence.intent != WHY), None)


def reading_of(tx: Transaction, message: Message) -> Reading:
    """Return how a message was read."""
    return Reading(message, tx.turn_results.of(message.id), tx.turn_results.evidence(message.id))


def trace(tx: Transaction, message_id: str) -> Trace:
    """Return all that is known of a message.

    Raises:
        NotFound: there is no message with that id.
    """
    message = tx.messages.find(message_id)
    if message is None:
        raise NotFound(f"There is no message {message_id}.")
    question = tx.conversations.question(message.person_id)
    return Trace(
        reading=reading_of(tx, message),
        change=tx.changes.made_by(message_id),
        entries=tuple(entry.number for entry in tx.entries.of_message(message_id)),
        replies=tuple(reply.body for reply in tx.outbound_messages.of_message(message_id)),
        open_question=question.action if question else None,
    )


def _earlier(book: Book) -> Sequence[Message]:
    return book.tx.messages.latest_before(book.message_id, LOOKED_BACK)


def _answered(book: Book, replied_to: str) -> Message | None:
    ours = book.tx.outbound_messages.by_provider_id(replied_to)
    found = book.tx.messages.find((ours.in_reply_to or "") if ours else replied_to)
    return found if found and found.person_id == book.person.id else None
