"""Entries that come first in their topic."""

from scrapbook.book.book import Book, Named, numbers_of


def pin(book: Book, numbers: list[int]) -> Named:
    """``kept`` are pinned from now on. Without numbers the latest entry."""
    named = book.look_up(numbers)
    if named.kept:
        with book.recording("pin", entries=numbers_of(named.kept)):
            for entry in named.kept:
                book.tx.entries.pin(entry.id, book.now)
    return named


def unpin(book: Book, numbers: list[int]) -> Named:
    """``kept`` are pinned no longer. Without numbers the latest entry."""
    named = book.look_up(numbers)
    if named.kept:
        with book.recording("unpin", entries=numbers_of(named.kept)):
            for entry in named.kept:
                book.tx.entries.pin(entry.id, None)
    return named
