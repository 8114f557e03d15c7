"""One person's scrapbook during one turn: the first argument of the functions of the core."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from scrapbook.core.recent_entries import touched_last
from scrapbook.errors import NotFound, ScrapbookError
from scrapbook.store import TRASH_RETENTION, Change, Entry, JsonValue, Media, Person, Topic, Transaction
from scrapbook.text.fuzzy_match import Match, MatchOutcome, match


class AnswersNoEntry(ScrapbookError):
    """A message means the entry of the message that it answers, which is about none."""


def match_among(typed: str, topics: Sequence[Topic]) -> Match:
    """Match a typed name with the names and aliases of some topics."""
    aliases = [(alias, topic.name) for topic in topics for alias in topic.aliases]
    return match(typed, [topic.name for topic in topics], aliases)


@dataclass(frozen=True, slots=True)
class Book:
    """The scrapbook of a person, in the transaction of a turn.

    Attributes:
        message_id: the message of this turn; empty where a page is used, which sends none.
        now: when the message was received (aware), so that a repeated turn has the same result; on a page,
            the current time.
        replaces: for the turn of a memo, the entry of the memo, which the new entry takes the place of.
        replied_to: the entry that the message answers, if its sender chose one.
        answers_no_entry: whether it answers something that is about no entry, such as a list, or about one
            in the trash.
    """

    tx: Transaction
    person: Person
    message_id: str
    now: datetime
    replaces: "ReplacedEntry | None" = None
    replied_to: Entry | None = None
    answers_no_entry: bool = False

    def recording(self, kind: str, **arguments: JsonValue) -> AbstractContextManager[None]:
        """Record everything that is written inside as one change, undone as one.

        Args:
            kind: names the change, such as "edit".
            arguments: what the reply to undo says of the change.
        """
        message_id = self.message_id or None
        return self.tx.changes.recording(self.person.id, message_id, kind, arguments, self.now)

    def topics(self) -> list[Topic]:
        """Return all topics of the person, the most recently used first."""
        return self.tx.topics.list(self.person.id)

    def match_topic(self, typed: str, *, with_empty: bool = True) -> Match:
        """Match a typed name with the names and aliases of the topics.

        Args:
            with_empty: whether topics that have entries in the trash only, or none, count too.
        """
        return match_among(
            typed, [topic for topic in self.topics() if with_empty or topic.entry_count or topic.others]
        )

    def has_topic(self, name: str) -> bool:
        """Return whether a topic in use has that very name or alias."""
        return self.match_topic(name, with_empty=False).outcome is MatchOutcome.EXACT

    def topic(self, name: str) -> Topic | None:
        """Return the topic of that very name. Aliases do not count."""
        return self.tx.topics.by_name(self.person.id, name)

    def topic_or_new(self, name: str) -> Topic:
        """Return the topic of that very name or alias, else add it. To be called while recording."""
        found = self.match_topic(name)
        known = self.topic(found.topic) if found.topic and found.outcome is MatchOutcome.EXACT else None
        return known or self.tx.topics.add(self.person.id, name)

    def topic_meant_or_new(self, typed: str) -> Topic:
        """Return the topic that is surely meant, else add one of that name. To be called while recording."""
        return self.topic_or_new(self.match_topic(typed).topic or typed)

    def newest(self) -> Entry | None:
        """Return the entry that was saved last."""
        return self.tx.entries.latest(self.person.id)

    def latest(self) -> Entry | None:
        """Return the entry that "that" means.

        That is the one that the message answers; else the one that was saved, changed or shown last. Where
        several were shown or changed, it is the newest.

        Raises:
            AnswersNoEntry: the message answers something that is about no entry, so none is meant by "that".
        """
        if self.answers_no_entry:
            raise AnswersNoEntry
        return self.replied_to or touched_last(self.tx, self.person.id) or self.newest()

    def entry(self, number: int) -> Entry | None:
        """Return the entry of that number. One in the trash is returned for as long as it can be restored.

        A negative number is that of another person's entry, while its topic is shared.
        """
        entry = self._of_other(number) if number < 0 else self.tx.entries.by_number(self.person.id, number)
        return None if entry and self._is_past_restoring(entry) else entry

    def highest_number(self) -> int:
        """Return the highest number that an entry of the person has or had; 0 if there was none."""
        return self.tx.entries.highest_number(self.person.id)

    def look_up(self, numbers: list[int]) -> "EntryLookup":
        """Look up entries by their numbers, or what "that" means, to change them; without, the latest entry.

        None is ``saved`` if one of them is another person's.
        """
        if not numbers:
            latest = self.latest()
            found = {latest.number: latest} if latest else dict[int, Entry | None]()
        else:
            found = {number: self.entry(number) for number in numbers}
        entries = [entry for entry in found.values() if entry]
        if others := tuple(entry for entry in entries if entry.writer):
            return EntryLookup(others=others)
        return EntryLookup(
            saved=tuple(entry for entry in entries if not entry.deleted_at),
            trashed=tuple(entry for entry in entries if entry.deleted_at),
            unknown=tuple(number for number, entry in found.items() if entry is None),
        )

    def undo(self) -> Change | None:
        """Undo the latest change that is not undone yet, and return it. None if there is none."""
        joined = [other.topic_id for other in self.tx.topic_members.others_topics(self.person.id)]
        return self.tx.changes.undo_latest(self.person.id, self.now, joined)

    def _of_other(self, number: int) -> Entry | None:
        try:
            entry = self.tx.entries.seen(self.person.id, -number)
        except NotFound:
            return None
        return entry if entry.writer else None

    def _is_past_restoring(self, entry: Entry) -> bool:
        return entry.deleted_at is not None and entry.deleted_at < self.now - TRASH_RETENTION


@dataclass(frozen=True, slots=True)
class ReplacedEntry:
    """What a new entry takes over from an erased one. Without ``number`` it gets the person's next one."""

    number: int | None
    created_at: datetime
    media: tuple[Media, ...]


@dataclass(frozen=True, slots=True)
class EntryLookup:
    """Entries that were named by number, in the order named.

    Attributes:
        saved: those that are not in the trash.
        trashed: those in the trash that can still be restored.
        unknown: the numbers of no entry.
        others: the entries of others that were named. Nothing else is in it then: none of it may be changed.
    """

    saved: tuple[Entry, ...] = ()
    trashed: tuple[Entry, ...] = ()
    unknown: tuple[int, ...] = ()
    others: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class AmbiguousTopic:
    """Several topics may be meant by a typed name: ``options``, best first."""

    typed: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TopicNotFound:
    """No topic is meant by a typed name. ``nearest``, only to be shown, are spelled or sound like it."""

    typed: str
    nearest: tuple[str, ...]


def numbers_of(entries: tuple[Entry, ...]) -> list[JsonValue]:
    """Return the numbers of entries as an argument of a change."""
    return [entry.number for entry in entries]
