"""Do the latest change to something else: "no, I meant 3". It is undone and done again, and undone as one."""

import re
from dataclasses import dataclass
from datetime import timedelta

from scrapbook.core import deleting, editing, pinning, topics
from scrapbook.core.book import AmbiguousTopic, Book
from scrapbook.store import Change, Entry

TIMEOUT = timedelta(minutes=10)
"""How long after a change it may be amended."""

MOST = 20
"""Entries of a change in which a mistaken word is looked for."""

OF_ENTRIES = frozenset({"delete", "take_off", "pin", "unpin", "move"})
"""Kinds of change that can be made to another entry."""

_FILING = frozenset({"save", "save_several", "move"})
_WRITING = frozenset({"save", "save_several", "edit", "append"})


@dataclass(frozen=True, slots=True)
class Amended:
    """The change that was undone, and the numbers of the entries that it was made to instead."""

    change: Change
    number: int


def latest_change(book: Book) -> Change | None:
    """Return the latest change; None if it is undone or too old to be amended."""
    change = book.tx.changes.latest(book.person.id)
    return change if change and abs(book.now - change.made_at) <= TIMEOUT else None


def change_other(book: Book, change: Change, number: int) -> Amended | None:
    """Undo the latest change of entries, and make it to another entry. None if that one is not saved."""
    entry = book.entry(number)
    was_deleted = entry is not None and entry.deleted_at is not None and entry.id in _entries(book, change)
    if entry is None or entry.writer or (entry.deleted_at and not was_deleted):
        return None
    book.undo()
    if change.kind == "pin":
        pinning.pin(book, [number])
    elif change.kind == "unpin":
        pinning.unpin(book, [number])
    elif change.kind == "move":
        topics.file(book, [number], str(change.arguments.get("topic")), exactly=True)
    else:
        deleting.delete(book, [number])
    return Amended(change, number)


def has_topic(book: Book, change: Change) -> bool:
    """Return whether all entries of the change have a topic."""
    entries = book.tx.entries.by_ids(book.person.id, _entries(book, change))
    return bool(entries) and all(entry.topic for entry in entries)


def file_elsewhere(book: Book, change: Change, typed: str) -> topics.Filed | AmbiguousTopic | None:
    """File the entries of the latest change under another topic. None if it filed or saved none."""
    entries = _own(book, change)
    if change.kind not in _FILING or not entries:
        return None
    numbers = [entry.number for entry in entries]
    if isinstance(found := _meant(book, typed), AmbiguousTopic):
        return found
    if change.kind == "move":
        book.undo()
    return topics.file(book, numbers, found, exactly=True)


def replace_words(book: Book, change: Change, mistaken: str, words: str) -> Entry | None:
    """Replace words that the latest change wrote. None unless just one of its entries has them."""
    if change.kind not in _WRITING:
        return None
    said = re.compile(rf"(?<!\w){re.escape(mistaken)}(?!\w)", re.IGNORECASE)
    written = _own(book, change)
    having = [entry for entry in written if said.search(entry.text)]
    if len(having) != 1:
        return None
    editing.rewrite(book, having, said.sub(lambda _: words, having[0].text))
    return having[0]


def _own(book: Book, change: Change) -> list[Entry]:
    entries = book.tx.entries.by_ids(book.person.id, _entries(book, change))
    return [entry for entry in entries if not entry.writer]


def _entries(book: Book, change: Change) -> list[int]:
    return book.tx.changes.entries_of(change.id, MOST)


def _meant(book: Book, typed: str) -> str | AmbiguousTopic:
    match = book.match_topic(typed)
    if not match.topic and match.candidates:
        return AmbiguousTopic(typed, match.candidates)
    return match.topic or typed
