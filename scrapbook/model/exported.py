"""What a person takes along: everything that is saved of an entry, and what is beside the entries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from scrapbook.model.records import (
    Entry,
    EntryChange,
    Person,
    Preview,
    QuietHours,
    RecurringKind,
    Reminder,
    Topic,
)
from scrapbook.model.transcript import Transcript
from scrapbook.text.entry_facts import EntryFacts


@dataclass(frozen=True, slots=True)
class ExportedEntry:
    """An entry with everything that is saved of it.

    Attributes:
        transcripts: by the addresses of its recordings.
        words: of its documents, by the addresses of these.
        history: what was changed, the oldest change first, for as long as it is stored.
    """

    entry: Entry
    facts: EntryFacts
    transcripts: Mapping[str, Transcript]
    words: Mapping[str, str]
    previews: tuple[Preview, ...]
    reminder: Reminder | None
    history: tuple[EntryChange, ...]


@dataclass(frozen=True, slots=True)
class FollowedPage:
    """A page that the person follows.

    Attributes:
        url: of its feed, or its own if it has none.
        name: what the person called it; None if they did not.
        watched: the words of which they are told when it mentions them.
    """

    url: str
    address: str
    name: str | None
    watched: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SaidAgain:
    """What is said to the person again and again: prompts, this day in other years, round-ups.

    Attributes:
        rule: a recurrence of RFC 5545 without DTSTART, in local wall time.
        has_time: whether the person named a time of day.
        occurs_at: its next time.
    """

    kind: RecurringKind
    rule: str
    has_time: bool
    occurs_at: datetime


@dataclass(frozen=True, slots=True)
class ExportedScrapbook:
    """What is beside the entries.

    Attributes:
        descriptions: what the person wrote about topics, by the ids of those that have any.
        public: the ids of the topics that anybody with an address can read.
        quiet_hours: the usual ones, unless others were set.
        next_number: that of the next entry.
        at: when it was read.
    """

    person: Person
    topics: tuple[Topic, ...]
    descriptions: Mapping[int, str]
    public: frozenset[int]
    quiet_hours: QuietHours
    following: tuple[FollowedPage, ...]
    said_again: tuple[SaidAgain, ...]
    next_number: int
    at: datetime

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the person."""
        return ZoneInfo(self.person.timezone)
