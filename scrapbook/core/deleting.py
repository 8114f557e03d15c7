"""Move entries to the trash, and restore them."""

from collections.abc import Sequence
from dataclasses import dataclass

from scrapbook.core.book import AmbiguousTopic, Book, EntryLookup, TopicNotFound, numbers_of
from scrapbook.core.lists import is_list, items_named
from scrapbook.core.topics import existing
from scrapbook.store import Entry, EntryFilter
from scrapbook.text import spelling
from scrapbook.text.fuzzy_match import match
from scrapbook.text.list_items import item_key


@dataclass(frozen=True, slots=True)
class TakenOff:
    """Entries that were moved to the trash.

    Attributes:
        topic: the topic that they were taken off, if one was named.
        missing: the notes that name no entry.
        left: the entries of others that were meant, and are on no list: they are not the person's to delete.
    """

    entries: tuple[Entry, ...]
    topic: str | None
    missing: tuple[str, ...] = ()
    left: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class WhichEntry:
    """Entries that may be meant by one note, at most 5. ``taken``: what was clear, and is in the trash."""

    entries: tuple[Entry, ...]
    taken: TakenOff | None = None


def delete(book: Book, numbers: list[int]) -> EntryLookup:
    """Move entries to the trash; without numbers the latest one. Returns them as they were before."""
    named = book.look_up(numbers)
    _trash(book, named.saved, "delete", None)
    return named


def take_off_numbered(book: Book, numbers: list[int]) -> TakenOff:
    """Move entries to the trash, as taken off their topics, also those of others."""
    entries = [book.entry(number) for number in numbers]
    return take_off_entries(book, tuple(entry for entry in entries if entry and not entry.deleted_at))


def deleted_last(book: Book) -> list[int]:
    """Return the numbers of the entries that the latest change deleted; none if it was another kind."""
    change = book.tx.changes.latest(book.person.id)
    if change is None or change.kind not in {"delete", "take_off"}:
        return []
    numbers = change.arguments.get("entries")
    return [number for number in numbers if isinstance(number, int)] if isinstance(numbers, list) else []


def restore(book: Book, numbers: list[int]) -> EntryLookup:
    """Restore the entries that are in the trash. Returns the entries as they were before."""
    named = book.look_up(numbers)
    if named.trashed:
        with book.recording("restore", entries=numbers_of(named.trashed)):
            book.tx.entries.restore_all(entry.id for entry in named.trashed)
    return named


def take_off(
    book: Book, notes: list[str], typed: str | None
) -> TakenOff | WhichEntry | AmbiguousTopic | TopicNotFound:
    """Move the entries of a topic that ``notes`` name to the trash; without notes all of its entries.

    Args:
        notes: the words of entries. Of a topic, each may name several: "milk and eggs". There must be some if
            ``typed`` is None.
        typed: the name of the topic. If None, all entries are looked through.

    Returns:
        ``WhichEntry`` if a note may mean several entries; the others are moved all the same.
    """
    topic = existing(book, typed) if typed else None
    if isinstance(topic, (AmbiguousTopic, TopicNotFound)):
        return topic
    which: EntryFilter = {"topic_id": topic.id} if topic else {}
    entries = book.tx.entries.list(book.person.id, **which)
    name = topic.name if topic else None
    if not notes:
        return _take(book, tuple(entries), name, ())
    items = _items(notes, entries) if topic else notes
    return _take_found(book, {item: entries_meant(item, entries) for item in items}, name)


def take_off_several(
    book: Book, groups: Sequence[tuple[str, str]]
) -> TakenOff | WhichEntry | AmbiguousTopic | TopicNotFound:
    """Move entries of several topics to the trash, all undone as one.

    Args:
        groups: the words of entries, and the name of their topic.
    """
    found: dict[str, tuple[Entry, ...]] = {}
    topics: list[str] = []
    for note, typed in groups:
        topic = existing(book, typed)
        if isinstance(topic, (AmbiguousTopic, TopicNotFound)):
            return topic
        entries = book.tx.entries.list(book.person.id, topic_id=topic.id)
        found |= {item: entries_meant(item, entries) for item in _items([note], entries)}
        topics.append(topic.name)
    return _take_found(book, found, " and ".join(dict.fromkeys(topics)))


def take_off_entries(book: Book, entries: tuple[Entry, ...]) -> TakenOff:
    """Move entries to the trash, as taken off their topics."""
    topics = dict.fromkeys(entry.topic for entry in entries if entry.topic)
    return _take(book, entries, " and ".join(topics) or None, ())


def _items(notes: list[str], entries: list[Entry]) -> list[str]:
    return [item for note in notes for item in items_named(note, entries)]


def _take_found(book: Book, found: dict[str, tuple[Entry, ...]], topic: str | None) -> TakenOff | WhichEntry:
    clear = tuple(dict.fromkeys(meant[0] for meant in found.values() if len(meant) == 1))
    missing = tuple(item for item, meant in found.items() if not meant)
    doubtful = [meant for meant in found.values() if len(meant) > 1]
    if doubtful and len(doubtful) == len(found):
        return WhichEntry(doubtful[0])
    taken = _take(book, clear, topic, missing)
    return WhichEntry(doubtful[0], taken) if doubtful else taken


def _take(book: Book, entries: tuple[Entry, ...], topic: str | None, missing: tuple[str, ...]) -> TakenOff:
    """Move entries to the trash; of others only items of lists, which everybody ticks off."""
    left = tuple(entry for entry in entries if entry.writer and not is_list(book, entry.topic or ""))
    taken = tuple(entry for entry in entries if entry not in left)
    _trash(book, taken, "take_off", topic)
    return TakenOff(taken, topic, missing, left)


def _trash(book: Book, entries: tuple[Entry, ...], kind: str, topic: str | None) -> None:
    if entries:
        with book.recording(kind, entries=numbers_of(entries), topic=topic):
            book.tx.entries.trash_all(book.person.id, (entry.id for entry in entries), book.now)


def entries_meant(note: str, entries: list[Entry]) -> tuple[Entry, ...]:
    """Return one entry if it is clear which a note means, several (at most 5) if not, none if none has it."""
    key = item_key(note)
    if same := [entry for entry in entries if item_key(entry.text) == key]:
        return (same[0],)
    words = set(spelling.significant_words(note))
    containing = [entry for entry in entries if words and words <= set(spelling.words(entry.text))]
    return tuple(containing[:5]) or _misspelled(note, entries)


def _misspelled(note: str, entries: list[Entry]) -> tuple[Entry, ...]:
    by_text = {entry.text: entry for entry in reversed(entries)}
    found = match(note, tuple(by_text))
    if found.topic:
        return (by_text[found.topic],)
    return ()
