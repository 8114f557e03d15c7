"""What a file of another program yields: the entries that it would make, and what could not be read."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO

from scrapbook.model.exported import FollowedPage, SaidAgain
from scrapbook.model.records import EntryChange, Preview, QuietHours, Reminder
from scrapbook.model.transcript import Transcript
from scrapbook.text.entry_facts import EntryFacts


class ImportedKind(StrEnum):
    """What an entry was where it comes from."""

    NOTE = "note"
    QUOTE = "quote"
    LINK = "link"
    MESSAGE = "message"
    CONVERSATION = "conversation"


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A picture, sound or other file that comes with an entry.

    Attributes:
        name: its path in the export.
        size: bytes.
        open: returns its content, to be closed by the caller.
        content_type: its type where the bytes do not tell; empty if the export does not either.
        live_photo_id: the same for the picture and the video of a Live Photo.
        transcript: of a recording.
        words: of a document.
    """

    name: str
    size: int
    open: Callable[[], BinaryIO]
    content_type: str = ""
    live_photo_id: str | None = None
    transcript: Transcript | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class EntryState:
    """What only the scrapbook's own export tells of an entry. Its text is then taken to the letter.

    Attributes:
        reminder: whose ``id``, ``person_id`` and ``entry_id`` are not set.
        history: the oldest change first; in ``before`` a topic is its name, under ``topic``.
    """

    number: int
    facts: EntryFacts
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    pinned_at: datetime | None = None
    due_at: datetime | None = None
    reminder: Reminder | None = None
    previews: tuple[Preview, ...] = ()
    history: tuple[EntryChange, ...] = ()


@dataclass(frozen=True, slots=True)
class TopicState:
    """A topic, with its former names, and what the person wrote about it."""

    name: str
    aliases: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class ScrapbookState:
    """What only the scrapbook's own export tells beside the entries.

    Attributes:
        next_number: no entry had this number or a higher one.
        quiet_hours: None for the usual ones.
        said_again: at most one of each kind.
        name: of the person; empty where that is not known.
        timezone: of the person, an IANA name; empty where that is not known.
    """

    topics: tuple[TopicState, ...] = ()
    next_number: int = 1
    quiet_hours: QuietHours | None = None
    following: tuple[FollowedPage, ...] = ()
    said_again: tuple[SaidAgain, ...] = ()
    name: str = ""
    timezone: str = ""


@dataclass(frozen=True, slots=True)
class ImportedEntry:
    """An entry as an export tells it.

    Attributes:
        key: names the same thing in every export of that program, so that it is saved once.
        text: to the letter, with the address or the source that belongs to it.
        created_at: aware; None where the export tells no time that can be trusted.
        topics: the first becomes the entry's topic; the others are written below the text, as ``#name``.
        author: who said or wrote it, where that is somebody else or one of several.
        source: the address, book or chat that it is from.
    """

    key: str
    text: str
    created_at: datetime | None = None
    topics: tuple[str, ...] = ()
    kind: ImportedKind = ImportedKind.NOTE
    author: str | None = None
    source: str | None = None
    files: tuple[ImportedFile, ...] = ()
    is_pinned: bool = False
    state: EntryState | None = None

    @property
    def topic(self) -> str | None:
        """The topic under which it is saved."""
        return self.topics[0] if self.topics else None

    @property
    def tagged_text(self) -> str:
        """The text, with those of the further topics that it does not name itself."""
        missing = [f"#{name}" for name in self.topics[1:] if not _names(self.text, name)]
        return "\n\n".join(part for part in (self.text, " ".join(missing)) if part)


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that was not read: ``where`` it stands, and ``why`` it was left out, as a sentence."""

    where: str
    why: str


def _names(text: str, topic: str) -> bool:
    return re.search(rf"(?<!\S)#{re.escape(topic)}(?![\w/-])", text, re.IGNORECASE) is not None
