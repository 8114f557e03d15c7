"""Pin entries, which lists them first in their topic, and unpin them.

What is so already is no change: undo would take it back to no effect.
"""

from scrapbook.core.book import Book, EntryLookup, numbers_of


def pin(book: Book, numbers: list[int]) -> EntryLookup:
    """Pin entries; without numbers the latest one. Returns the entries as they were before."""
    named = book.look_up(numbers)
    if others := tuple(entry for entry in named.saved if not entry.pinned_at):
        with book.recording("pin", entries=numbers_of(others)):
            book.tx.entries.pin_all((entry.id for entry in others), book.now)
    return named


def unpin(book: Book, numbers: list[int]) -> EntryLookup:
    """Unpin entries; without numbers the latest one. Returns the entries as they were before."""
    named = book.look_up(numbers)
    if others := tuple(entry for entry in named.saved if entry.pinned_at):
        with book.recording("unpin", entries=numbers_of(others)):
            book.tx.entries.pin_all((entry.id for entry in others), None)
    return named
