"""Count a person's entries and messages, and return the last reply."""

from dataclasses import dataclass

from scrapbook.core.book import Book


@dataclass(frozen=True, slots=True)
class Status:
    """Counts of a person. ``waiting`` and ``failed`` are messages, without the one of this turn."""

    entries: int
    topics: int
    waiting: int
    failed: int


def status(book: Book) -> Status:
    """Return the counts of the person."""
    unfinished = [
        message for message in book.tx.messages.unfinished(book.person.id) if message.id != book.message_id
    ]
    failed = sum(message.state == "failed" for message in unfinished)
    return Status(
        entries=book.tx.entries.count(book.person.id),
        topics=sum(topic.entry_count > 0 for topic in book.topics()),
        waiting=len(unfinished) - failed,
        failed=failed,
    )


def last_words(book: Book) -> str | None:
    """Return the text that the person was sent last, before this message. None if there was none."""
    replies = book.tx.outbound_messages.latest_to_person(book.person.id, book.message_id)
    return "".join(reply.body for reply in replies) or None
