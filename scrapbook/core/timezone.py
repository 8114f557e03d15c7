"""The time zone in which a person's days begin and their reminders are due."""

from dataclasses import dataclass

from scrapbook.core import recurring
from scrapbook.core.book import Book
from scrapbook.core.reminders import move_to_timezone
from scrapbook.text import timezones
from scrapbook.text.fuzzy_match import Match


@dataclass(frozen=True, slots=True)
class TimezoneSet:
    """The IANA names of the person's time zone before and now."""

    old: str
    new: str


def set_timezone(book: Book, typed: str) -> TimezoneSet | Match:
    """Set the person's time zone. If it is not clear which is meant, return the match and set none."""
    found = timezones.find(typed)
    if found.topic is None:
        return found
    move_to(book, found.topic)
    return TimezoneSet(book.person.timezone, found.topic)


def move_to(book: Book, timezone: str) -> None:
    """Set the person's time zone, an IANA name, and move by it what is said at a time of day."""
    book.tx.people.set_timezone(book.person.id, timezone)
    move_to_timezone(book, book.person.timezone, timezone)
    recurring.move_to_timezone(book, book.person.timezone, timezone)
