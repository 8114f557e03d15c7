"""List, rename and merge topics, and file entries under them."""

from dataclasses import dataclass

from scrapbook.core.book import AmbiguousTopic, Book, EntryLookup, TopicNotFound, numbers_of
from scrapbook.store import Entry, Topic
from scrapbook.text.fuzzy_match import MatchOutcome

MAX_DESCRIPTION = 1_000
"""Characters of what a person writes about a topic: some ten lines above its entries."""


@dataclass(frozen=True, slots=True)
class Filed:
    """Entries that were filed under ``topic``: the saved ones of ``named``, as they were before."""

    topic: str
    named: EntryLookup


@dataclass(frozen=True, slots=True)
class Renamed:
    """A topic was renamed."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class NameTaken:
    """A topic was not renamed, since another one has that name: the person may want to merge them."""

    old: str
    taken: str


@dataclass(frozen=True, slots=True)
class Merged:
    """A topic was merged into another. ``moved`` counts its entries, without the trash."""

    old: str
    into: str
    moved: int


@dataclass(frozen=True, slots=True)
class SameTopic:
    """A topic cannot be merged into itself."""

    name: str


@dataclass(frozen=True, slots=True)
class SharedTopic:
    """A topic that others share is not merged: they would lose it, or read what was not meant for them."""

    name: str


def used(book: Book) -> list[Topic]:
    """Return the topics that have entries, or are shared with others, the most recently used first."""
    return [topic for topic in book.topics() if topic.entry_count or topic.others]


def existing(book: Book, typed: str) -> Topic | AmbiguousTopic | TopicNotFound:
    """Return the topic that is meant by a typed name."""
    found = book.match_topic(typed)
    if found.topic and (topic := book.topic(found.topic)):
        return topic
    if found.outcome is MatchOutcome.AMBIGUOUS:
        return AmbiguousTopic(typed, found.candidates)
    return TopicNotFound(typed, found.candidates)


def file(book: Book, numbers: list[int], typed: str, *, exactly: bool = False) -> Filed | AmbiguousTopic:
    """File entries under a topic, which is added if there is none; without numbers the latest entry.

    Args:
        exactly: whether the topic has that very name, even if another may be meant.

    Returns:
        ``AmbiguousTopic`` if several topics may be meant; nothing is filed then. Its last option is a new
        topic, spelled as typed: to be called again with ``exactly``.
    """
    named = book.look_up(numbers)
    found = book.match_topic(typed)
    if found.outcome is MatchOutcome.AMBIGUOUS and not exactly and named.saved:
        return AmbiguousTopic(typed, (*found.candidates, typed))
    name = typed if exactly else found.topic or typed
    current = book.topic(name)
    # What is there already is no change: undo would take it back to no effect.
    if others := tuple(one for one in named.saved if not current or one.topic_id != current.id):
        _move(book, others, name)
    return Filed(name, named)


def rename(book: Book, typed: str, new: str) -> Renamed | NameTaken | AmbiguousTopic | TopicNotFound:
    """Rename the topic that is meant by ``typed``. Its old name becomes an alias."""
    topic = existing(book, typed)
    if isinstance(topic, (AmbiguousTopic, TopicNotFound)):
        return topic
    other = book.topic(new)
    if other and other.id != topic.id:
        return NameTaken(topic.name, other.name)
    with book.recording("rename", topic=topic.name, new_topic=new):
        book.tx.topics.rename(topic.id, new)
    return Renamed(topic.name, new)


def describe(book: Book, topic: Topic, text: str) -> None:
    """Set what the person writes about a topic, above its entries; remove it if it has neither."""
    with book.recording("describe", topic=topic.name):
        book.tx.topics.describe(topic.id, text)
        if not text:
            book.tx.topics.remove_if_empty(topic.id)


def merge(book: Book, source: Topic, target: Topic) -> Merged | SameTopic | SharedTopic:
    """Move all entries of ``source`` to ``target``, and remove ``source``, if both are the person's alone."""
    if source.id == target.id:
        return SameTopic(target.name)
    for topic in (source, target):
        if topic.others:
            return SharedTopic(topic.name)
    with book.recording("merge", topic=source.name, new_topic=target.name):
        moved = book.tx.topics.merge(source.id, target.id)
    return Merged(source.name, target.name, moved)


def _move(book: Book, entries: tuple[Entry, ...], name: str) -> None:
    with book.recording("move", entries=numbers_of(entries), topic=name):
        topic = book.topic_or_new(name)
        book.tx.suggestions.taken_up(topic.id)
        book.tx.entries.set_topic_of_all((entry.id for entry in entries), topic.id)
        for left in {entry.topic_id for entry in entries} - {None, topic.id}:
            book.tx.topics.remove_if_empty(left or 0)
