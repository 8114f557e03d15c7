"""Which topic entries are filed under, and the topics themselves."""

from dataclasses import dataclass

from scrapbook.book.book import Book, Named, NoTopic, Torn, numbers_of
from scrapbook.matching import Outcome
from scrapbook.store import Entry, Topic


@dataclass(frozen=True, slots=True)
class Filed:
    """Those of ``named`` that are kept are filed under ``topic`` from now on."""

    topic: str
    named: Named


@dataclass(frozen=True, slots=True)
class Renamed:
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class NameTaken:
    """There is a topic of that name: merging the two may be what is wanted."""

    old: str
    taken: str


@dataclass(frozen=True, slots=True)
class Merged:
    """``moved`` counts entries, the trash left out."""

    old: str
    into: str
    moved: int


@dataclass(frozen=True, slots=True)
class SameTopic:
    name: str


def existing(book: Book, typed: str) -> Topic | Torn | NoTopic:
    found = book.match_topic(typed)
    if found.topic and (topic := book.topic(found.topic)):
        return topic
    if found.outcome is Outcome.TORN:
        return Torn(typed, found.candidates)
    return NoTopic(typed, found.candidates)


def file(book: Book, numbers: list[int], typed: str, *, exactly: bool = False) -> Filed | Torn:
    """Without numbers the latest entry. A topic that does not exist is made.

    When torn, the last option is a new topic, spelled as typed: to be called with ``exactly``.
    """
    named = book.look_up(numbers)
    found = book.match_topic(typed)
    if found.outcome is Outcome.TORN and not exactly and named.kept:
        return Torn(typed, (*found.candidates, typed))
    name = typed if exactly else found.topic or typed
    if named.kept:
        _move(book, named.kept, name)
    return Filed(name, named)


def rename(book: Book, typed: str, new: str) -> Renamed | NameTaken | Torn | NoTopic:
    topic = existing(book, typed)
    if isinstance(topic, (Torn, NoTopic)):
        return topic
    other = book.topic(new)
    if other and other.id != topic.id:
        return NameTaken(topic.name, other.name)
    with book.recording("rename", topic=topic.name, new_topic=new):
        book.tx.topics.rename(topic.id, new)
    return Renamed(topic.name, new)


def merge(book: Book, source: Topic, target: Topic) -> Merged | SameTopic:
    """Everything in ``source`` is in ``target`` from now on, and ``source`` is gone."""
    if source.id == target.id:
        return SameTopic(target.name)
    with book.recording("merge", topic=source.name, new_topic=target.name):
        moved = book.tx.topics.merge(source.id, target.id)
    return Merged(source.name, target.name, moved)


def _move(book: Book, entries: tuple[Entry, ...], name: str) -> None:
    with book.recording("move", entries=numbers_of(entries), topic=name):
        topic = book.topic_or_new(name)
        book.tx.suggestions.taken_up(topic.id)
        for entry in entries:
            book.tx.entries.set_topic(entry.id, topic.id)
        for left in {entry.topic_id for entry in entries} - {None, topic.id}:
            book.tx.topics.remove_if_empty(left or 0)
