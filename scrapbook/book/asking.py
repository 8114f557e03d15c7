"""What the book says about itself, and about the person it belongs to."""

from dataclasses import dataclass

from scrapbook import timezones
from scrapbook.book.book import Book
from scrapbook.matching import Match


@dataclass(frozen=True, slots=True)
class Status:
    """``waiting`` and ``failed`` count the person's messages, this one aside."""

    entries: int
    topics: int
    waiting: int
    failed: int


@dataclass(frozen=True, slots=True)
class TimezoneSet:
    old: str
    new: str


def status(book: Book) -> Status:
    unfinished = [
        message for message in book.tx.messages.unfinished(book.person.id) if message.sid != book.message_sid
    ]
    failed = sum(message.state == "failed" for message in unfinished)
    return Status(
        entries=book.tx.entries.count(book.person.id),
        topics=sum(topic.entry_count > 0 for topic in book.topics()),
        waiting=len(unfinished) - failed,
        failed=failed,
    )


def last_words(book: Book) -> str | None:
    """What the person was sent last, before this message. None when that is nothing."""
    replies = book.tx.replies.latest_to_person(book.person.id, book.message_sid)
    return "".join(reply.body for reply in replies) or None


def set_timezone(book: Book, typed: str) -> TimezoneSet | Match:
    """The match, neither exact nor sure, where it is not clear which time zone is meant."""
    found = timezones.find(typed)
    if found.topic is None:
        return found
    book.tx.people.set_timezone(book.person.id, found.topic)
    return TimezoneSet(book.person.timezone, found.topic)
