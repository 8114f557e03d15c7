"""Tell whether an entry is still as a page showed it, so that a form of an old page overwrites nothing."""

import hashlib
from dataclasses import dataclass

from scrapbook.core.book import Book
from scrapbook.store import Entry


@dataclass(frozen=True, slots=True)
class ChangedMeanwhile:
    """An entry is not as the page showed it: ``entry`` is what it is now."""

    entry: Entry


def version_of(entry: Entry) -> str:
    """Return a short text that is another one after each change of the entry.

    What is found out about an entry later, such as the preview of a link, is no change of it.
    """
    moments = (entry.edited_at, entry.deleted_at, entry.pinned_at)
    parts = [entry.text, str(entry.topic_id), *(moment.isoformat() if moment else "" for moment in moments)]
    return version_of_text("\0".join(parts))


def version_of_text(text: str) -> str:
    """Return a short text that is another one for each text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def as_shown(book: Book, number: int, version: str) -> Entry | ChangedMeanwhile | None:
    """Return the entry of that number, locked, if it still has that version; None if there is none.

    Args:
        version: what ``version_of`` returned when the page was made.
    """
    found = book.entry(number)
    if found is None:
        return None
    book.tx.entries.lock(found.id)
    entry = book.entry(number)
    if entry is None:  # not shared any more
        return None
    return entry if version_of(entry) == version else ChangedMeanwhile(entry)
