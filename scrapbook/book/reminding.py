"""Entries that somebody wants to be reminded of."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from scrapbook import due
from scrapbook.book.book import Book
from scrapbook.book.saving import Saved, keep
from scrapbook.spelling import same_name_key
from scrapbook.store import Entry, Media

REMINDERS = "reminders"


def remind(book: Book, message: str, media: Sequence[Media] = ()) -> Saved | None:
    """Keeps the message under ``reminders``, with the time that it names."""
    return keep(book, message, REMINDERS, media, due_at(book, message))


def is_reminder(entry: Entry) -> bool:
    return entry.due_at is not None or same_name_key(entry.topic or "") == REMINDERS


def due_at(book: Book, words: str) -> datetime | None:
    """The moment that ``words`` name, by the person's clock. None where they name none for sure."""
    return due.read(words, book.now, ZoneInfo(book.person.timezone))


def weekday_mistaken(book: Book, entry: Entry) -> str | None:
    """The weekday that its date is said to be, and is not."""
    named = due.weekday_named(entry.text) if entry.due_at else None
    local = entry.due_at.astimezone(ZoneInfo(book.person.timezone)) if entry.due_at else None
    return named if local and named != f"{local:%A}" else None


def due_shown(book: Book, entry: Entry) -> str:
    """``Friday 27 November at 9:00`` for when the entry is due; empty where that is not known."""
    return due.shown(entry.due_at, book.now, ZoneInfo(book.person.timezone)) if entry.due_at else ""
