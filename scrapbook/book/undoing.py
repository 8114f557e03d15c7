"""Taking changes back."""

from scrapbook.book.book import Book
from scrapbook.store import Change


def undo(book: Book) -> Change | None:
    """Takes back the latest change that still stands. None when there is none."""
    return book.tx.changes.undo_latest(book.person.id, book.now)
