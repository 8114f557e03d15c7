"""Sounds in the book: there as soon as they come in, and their words when they are written down."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scrapbook.book.book import Book, Named, Place
from scrapbook.book.editing import rewrite
from scrapbook.kinds import Kind
from scrapbook.store import Entry, Media
from scrapbook.thoughts import Thought
from scrapbook.voice.transcript import Transcript

UNSURE = math.log(0.5)
"""Below this mean log-probability of its tokens a transcript is doubtful: on average each was as likely wrong
as right. Whisper's own decoder gives a passage up at -1.0 (Radford et al. 2022, section 4.5)."""


_NOT = re.compile(r"(?P<right>.*[^\s,])[\s,]+(?:and\s+)?not\s+(?P<wrong>\S.*)", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sound:
    """The sound of an entry that is in the book."""

    entry: Entry
    media: Media


def is_unsure(transcript: Transcript) -> bool:
    return transcript.avg_logprob < UNSURE


def begin(book: Book, caption: str, media: Sequence[Media]) -> Entry:
    """The entry of a memo whose words are not known yet; ``media`` holds its sound, and what came with it."""
    thought = Thought.of(caption)
    with book.recording("save"):
        topic_id = book.topic_meant_or_new(thought.topic).id if thought.topic else None
        return book.tx.entries.add(
            book.person.id, thought.text, topic_id, book.message_sid, book.now, tuple(media)
        )


def entry_of(book: Book) -> Entry | None:
    """The entry of the memo that this turn is about. None when it is gone for good."""
    return next(iter(book.tx.entries.of_message(book.message_sid)), None)


def is_nothing_but_sound(book: Book, entry: Entry) -> bool:
    """Whether nobody has written to it, sent something along with it or thrown it away."""
    is_bare = not entry.text and len(entry.media) == 1 and entry.deleted_at is None
    return is_bare and not book.tx.changes.touched(entry.id)


def take_back(book: Book, entry: Entry) -> Book:
    """The book as if the memo had never been in it, and with its place kept for what the turn may save."""
    number = book.tx.entries.take_back(entry.id)
    return replace(book, place=Place(number, entry.created_at, entry.media))


def write_down(book: Book, entry: Entry, transcript: str) -> Entry:
    """Adds the words to those that are there. Undone with the entry itself, unless that has changed since."""
    text = f"{entry.text}\n{transcript}".strip("\n")
    if entry.deleted_at is None and book.tx.changes.touched(entry.id):
        with book.recording("append", entry=entry.number):
            book.tx.entries.change_text(entry.id, text, book.now)
    else:
        book.tx.entries.change_text(entry.id, text, book.now)
    return book.tx.entries.get(entry.id)


def correct(book: Book, number: int | None, text: str) -> Named:
    """``kept`` is the entry as it was, the latest with a sound where there is no number; its text is ``text``
    from now on. What was heard stays on record. Empty when there is no memo."""
    named = _latest(book) if number is None else book.look_up([number])
    rewrite(book, named.kept, text)
    return named


def has_sound(entry: Entry) -> bool:
    return any(part.is_sound for part in entry.media)


def with_said(heard: str, said: str) -> str:
    """What was heard, put right: ``nine, not five`` changes that word where it stands once; anything else
    is what the whole should say."""
    found = _NOT.fullmatch(said)
    if found is None:
        return said
    wrong = re.compile(rf"(?<!\w){re.escape(found['wrong'])}(?!\w)", re.IGNORECASE)
    return wrong.sub(lambda _: found["right"], heard) if len(wrong.findall(heard)) == 1 else said


def sound(book: Book, number: int | None) -> Sound | Named:
    """The sound of that entry, or of the latest that has one.

    Else what the number names: ``kept`` is then an entry without a sound. Empty when there is no memo.
    """
    named = _latest(book) if number is None else book.look_up([number])
    for entry in named.kept:
        for media in entry.media:
            if media.is_sound:
                return Sound(entry, media)
    return named


def _latest(book: Book) -> Named:
    return Named(tuple(book.tx.entries.list(book.person.id, kind=Kind.MEMO, limit=1)))
