"""Read one entry with what is around it and what was changed; and the trash."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from scrapbook.core.book import Book
from scrapbook.store import TRASH_RETENTION, Entry, EntryChange, EntryFilter, Preview
from scrapbook.text.links import has_link
from scrapbook.text.query import Query

MAX_MENTIONS, MAX_HOLDING = 20, 60
"""Entries that are shown because they mention one, and entries with its number that are read for these."""

MAX_CHANGES = 50
"""Changes of an entry that are shown."""

PAGE = 50
"""Entries of a page of the trash."""

What = Literal["saved", "edited", "filed", "deleted", "restored", "pinned", "unpinned", "rescheduled"]


@dataclass(frozen=True, slots=True)
class Event:
    """What was done to an entry, and when.

    Attributes:
        text_before: the text that an edit replaced; None for anything else.
        undone_at: when it was undone; None if it was not.
    """

    what: What
    at: datetime
    text_before: str | None = None
    undone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The entries before and after one; None where there is none."""

    older: Entry | None
    newer: Entry | None


@dataclass(frozen=True, slots=True)
class EntryPage:
    """An entry, its neighbours in time and in its topic, and its history, the oldest event first.

    Attributes:
        mentioned_in: the entries whose text names it, as ``#42`` or by the address of its page.
    """

    entry: Entry
    in_time: Neighbours
    in_topic: Neighbours
    history: tuple[Event, ...]
    mentioned_in: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class TrashPage:
    """A page of the trash, what was deleted last first.

    Attributes:
        next_number: the number of the entry after which the next page begins; None on the last page.
    """

    entries: tuple[Entry, ...]
    next_number: int | None


def read_entry(book: Book, number: int) -> EntryPage | None:
    """Return an entry, also one in the trash for as long as it can be restored. None if there is none."""
    entry = book.entry(number)
    if entry is None:
        return None
    alone = Neighbours(None, None)
    in_topic = alone
    if entry.writer:  # how it was written is its writer's
        return None if entry.deleted_at else EntryPage(entry, alone, alone, (), ())
    if entry.topic_id is not None and not entry.deleted_at:
        in_topic = _neighbours(book, entry, {"topic_id": entry.topic_id})
    return EntryPage(
        entry=entry,
        in_time=alone if entry.deleted_at else _neighbours(book, entry, {}),
        in_topic=in_topic,
        history=tuple(_history(book, entry)),
        mentioned_in=tuple(_mentions(book, entry)),
    )


def read_trash(book: Book, after: Entry | None = None) -> TrashPage:
    """Return a page of what can be restored.

    Args:
        after: the entry in the trash after which the page begins. None begins with the first.
    """
    place = (after.deleted_at, after.number) if after and after.deleted_at else None
    entries = book.tx.entries.trashed(book.person.id, PAGE + 1, after=place)
    oldest = book.now - TRASH_RETENTION
    kept = [entry for entry in entries if entry.deleted_at and entry.deleted_at >= oldest]
    return TrashPage(tuple(kept[:PAGE]), kept[PAGE - 1].number if len(kept) > PAGE else None)


def previews_of(book: Book, entries: list[Entry]) -> dict[int, list[Preview]]:
    """Return what is known of the pages behind the links of entries, by the ids of the entries."""
    linking = [entry.id for entry in entries if has_link(entry.text)]
    return book.tx.previews.of(linking) if linking else {}


def _neighbours(book: Book, entry: Entry, which: EntryFilter) -> Neighbours:
    place = (entry.created_at, entry.number)
    older = book.tx.entries.list(book.person.id, limit=1, with_others=False, **{**which, "after": place})
    newer = book.tx.entries.list(
        book.person.id, limit=1, oldest_first=True, with_others=False, **{**which, "before": place}
    )
    return Neighbours(older[0] if older else None, newer[0] if newer else None)


def _mentions(book: Book, entry: Entry) -> list[Entry]:
    """Return the entries of the person that mention one of theirs."""
    named = re.compile(rf"(?:(?<!\w)#|/book/entries/){entry.number}(?!\w)")
    found = book.tx.entries.find(book.person.id, Query.parse(str(entry.number)), MAX_HOLDING).found
    others = (one for one in book.tx.entries.by_ids(book.person.id, found) if one.id != entry.id)
    return [one for one in others if named.search(one.text)][:MAX_MENTIONS]


def _history(book: Book, entry: Entry) -> list[Event]:
    """Return what the undo journal has of the entry, which begins with its being saved."""
    changes = book.tx.changes.of_entry(entry.id, MAX_CHANGES)
    events = [_event(change) for change in reversed(changes) if change.before]
    return [Event("saved", entry.created_at), *events]


def _event(change: EntryChange) -> Event:
    text = change.before.get("text")
    return Event(
        _what(change), change.made_at, text if isinstance(text, str) else None, undone_at=change.undone_at
    )


def _what(change: EntryChange) -> What:
    before = change.before
    if "text" in before:
        return "edited"
    if "deleted_at" in before:
        return "restored" if before["deleted_at"] else "deleted"
    if "pinned_at" in before:
        return "unpinned" if before["pinned_at"] else "pinned"
    return "filed" if "topic_id" in before else "rescheduled"
