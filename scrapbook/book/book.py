"""One person's scrapbook during one turn: what the modules beside this one work with."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from scrapbook.matching import Match, Outcome, match
from scrapbook.store import TRASH_IS_KEPT, Change, Entry, JsonValue, Media, Person, Topic, Transaction


@dataclass(frozen=True, slots=True)
class Book:
    """``now`` (aware) is when the message came in, so that a turn which is run again comes to the same.

    ``place`` is given when this turn is a memo's: what it saves stands where the memo has stood. ``about`` is
    the entry that the message answers, where its sender chose one.
    """

    tx: Transaction
    person: Person
    message_sid: str
    now: datetime
    place: "Place | None" = None
    about: Entry | None = None

    def recording(self, kind: str, **arguments: JsonValue) -> AbstractContextManager[None]:
        """What is written inside is undone as one."""
        return self.tx.changes.recording(self.person.id, self.message_sid, kind, arguments, self.now)

    def topics(self) -> list[Topic]:
        return self.tx.topics.list(self.person.id)

    def match_topic(self, typed: str, *, with_empty: bool = True) -> Match:
        """By their names and aliases. ``with_empty`` counts in topics that hold nothing but trash."""
        topics = [topic for topic in self.topics() if with_empty or topic.entry_count]
        aliases = [(alias, topic.name) for topic in topics for alias in topic.aliases]
        return match(typed, [topic.name for topic in topics], aliases)

    def topic(self, name: str) -> Topic | None:
        return self.tx.topics.by_name(self.person.id, name)

    def topic_or_new(self, name: str) -> Topic:
        """That of this very name or alias. To be called while recording."""
        found = self.match_topic(name)
        known = self.topic(found.topic) if found.topic and found.outcome is Outcome.EXACT else None
        return known or self.tx.topics.add(self.person.id, name)

    def topic_meant_or_new(self, typed: str) -> Topic:
        """The topic that is surely meant, or else a new one of that name. To be called while recording."""
        return self.topic_or_new(self.match_topic(typed).topic or typed)

    def latest(self) -> Entry | None:
        """What "that" means: the entry that is answered, else the newest."""
        return self.about or self.tx.entries.latest(self.person.id)

    def entry(self, number: int) -> Entry | None:
        """Also when in the trash, for as long as it can be restored from there."""
        entry = self.tx.entries.by_number(self.person.id, number)
        return None if entry and self._is_past_restoring(entry) else entry

    def look_up(self, numbers: list[int]) -> "Named":
        """What the person's numbers name; without any the latest entry."""
        if not numbers:
            latest = self.latest()
            return Named((latest,) if latest else ())
        found = {number: self.entry(number) for number in numbers}
        entries = [entry for entry in found.values() if entry]
        return Named(
            kept=tuple(entry for entry in entries if not entry.deleted_at),
            trashed=tuple(entry for entry in entries if entry.deleted_at),
            unknown=tuple(number for number, entry in found.items() if entry is None),
        )

    def undo(self) -> Change | None:
        """Takes back the latest change that still stands. None when there is none."""
        return self.tx.changes.undo_latest(self.person.id, self.now)

    def _is_past_restoring(self, entry: Entry) -> bool:
        return entry.deleted_at is not None and entry.deleted_at < self.now - TRASH_IS_KEPT


@dataclass(frozen=True, slots=True)
class Place:
    """What a new entry takes over from one that was taken back. Without ``number`` it gets the next one."""

    number: int | None
    created_at: datetime
    media: tuple[Media, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """Entries as named by number, in the order named."""

    kept: tuple[Entry, ...] = ()
    trashed: tuple[Entry, ...] = ()
    unknown: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Torn:
    """Several topics may be meant: ``options``, best first."""

    typed: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoTopic:
    """None is meant; ``nearest``, for information, are those that sound or are spelled a little like it."""

    typed: str
    nearest: tuple[str, ...]


def numbers_of(entries: tuple[Entry, ...]) -> list[JsonValue]:
    return [entry.number for entry in entries]
