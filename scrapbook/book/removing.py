"""Putting entries into the trash, and taking them out again."""

from dataclasses import dataclass

from scrapbook import spelling
from scrapbook.book.book import Book, Named, NoTopic, Torn, numbers_of
from scrapbook.book.filing import existing
from scrapbook.book.pages import MOST_LISTED
from scrapbook.matching import match
from scrapbook.store import Entry, Topic


@dataclass(frozen=True, slots=True)
class TakenOff:
    """``missing``: what was named and is not there."""

    entries: tuple[Entry, ...]
    topic: str | None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WhichEntry:
    entries: tuple[Entry, ...]


def delete(book: Book, numbers: list[int]) -> Named:
    """``kept`` are those that are in the trash from now on. Without numbers the latest entry."""
    named = book.look_up(numbers)
    _trash(book, named.kept, "delete", None)
    return named


def latest(book: Book, count: int) -> list[int]:
    """The numbers of the newest ``count`` entries, the newest first."""
    return [entry.number for entry in book.tx.entries.list(book.person.id, limit=min(count, MOST_LISTED))]


def restore(book: Book, numbers: list[int]) -> Named:
    """``trashed`` are those that were in the trash until now."""
    named = book.look_up(numbers)
    if named.trashed:
        with book.recording("restore", entries=numbers_of(named.trashed)):
            for entry in named.trashed:
                book.tx.entries.restore(entry.id)
    return named


def take_off(book: Book, notes: list[str], typed: str | None) -> TakenOff | WhichEntry | Torn | NoTopic:
    """Trashes the entries that ``notes`` name in a topic, all of them when there are no notes.

    Without a topic all entries are looked through, and there must be notes.
    """
    topic = existing(book, typed) if typed else None
    if isinstance(topic, (Torn, NoTopic)):
        return topic
    entries = book.tx.entries.list(book.person.id, topic_id=topic.id if topic else None)
    if not notes:
        return _take(book, tuple(entries), topic, ())
    found = {note: _meant(note, entries) for note in notes}
    doubtful = [meant for meant in found.values() if len(meant) > 1]
    if doubtful:
        return WhichEntry(doubtful[0])
    meant = tuple(dict.fromkeys(entry for entries in found.values() for entry in entries))
    return _take(book, meant, topic, tuple(note for note, entries in found.items() if not entries))


def _take(book: Book, entries: tuple[Entry, ...], topic: Topic | None, missing: tuple[str, ...]) -> TakenOff:
    _trash(book, entries, "take_off", topic.name if topic else None)
    return TakenOff(entries, topic.name if topic else None, missing)


def _trash(book: Book, entries: tuple[Entry, ...], kind: str, topic: str | None) -> None:
    if entries:
        with book.recording(kind, entries=numbers_of(entries), topic=topic):
            for entry in entries:
                book.tx.entries.trash(entry.id, book.now)


def _meant(note: str, entries: list[Entry]) -> tuple[Entry, ...]:
    """One entry when it is clear which, several (at most 5) when it is not."""
    same = [entry for entry in entries if spelling.same_name_key(entry.text) == spelling.same_name_key(note)]
    if same:
        return (same[0],)
    words = set(spelling.core(note))
    holding = [entry for entry in entries if words and words <= set(spelling.words(entry.text))]
    return tuple(holding[:5]) or _misspelled(note, entries)


def _misspelled(note: str, entries: list[Entry]) -> tuple[Entry, ...]:
    by_text = {entry.text: entry for entry in reversed(entries)}
    found = match(note, tuple(by_text))
    if found.topic:
        return (by_text[found.topic],)
    return ()
