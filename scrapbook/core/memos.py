"""Memos: their entries are saved when the audio comes in, and get their text when it is transcribed."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scrapbook.core.book import Book, EntryLookup, ReplacedEntry
from scrapbook.core.editing import rewrite
from scrapbook.model.transcript import Transcript
from scrapbook.store import Entry, Media, Transaction
from scrapbook.text.entry_facts import EntryKind
from scrapbook.text.parsed_message import ParsedMessage, ParsedThought
from scrapbook.text.parsed_text import UnparsedText

UNSURE = math.log(0.5)
"""A transcript is unsure if the mean log-probability of its tokens is lower: on average each is as likely
wrong as right. Whisper's own decoder retries a passage below -1.0 (Radford et al. 2022, section 4.5)."""


_NOT = re.compile(r"(?P<right>.*[^\s,])[\s,]+(?:and\s+)?not\s+(?P<wrong>\S.*)", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MemoAudio:
    """An entry, and its audio."""

    entry: Entry
    media: Media


def is_unsure(transcript: Transcript) -> bool:
    """Return whether the transcript is likely to have mistakes."""
    return transcript.avg_logprob < UNSURE


def begin(book: Book, caption: str, media: Sequence[Media]) -> Entry:
    """Save the entry of a memo that is not transcribed yet.

    Args:
        caption: the text that came with it; it may name the topic.
        media: its audio, and the pictures that came with it.
    """
    return _begin(book, ParsedMessage.of(caption, book.has_topic).thought, media)


def begin_unparsed(book: Book, caption: str, media: Sequence[Media]) -> Entry:
    """Save the entry as ``begin`` does, but look for nothing in the caption."""
    return _begin(book, ParsedThought(UnparsedText(caption), None), media)


def _begin(book: Book, thought: ParsedThought, media: Sequence[Media]) -> Entry:
    with book.recording("save"):
        topic_id = book.topic_meant_or_new(thought.topic).id if thought.topic else None
        return book.tx.entries.add(
            book.person.id, thought.text, topic_id, book.message_id, book.now, tuple(media)
        )


def entry_of(tx: Transaction, message_id: str) -> Entry | None:
    """Return the entry of a memo. None if it was purged.

    A recording that came under another type belongs to the entry of the message that it came with.
    """
    if own := tx.entries.of_message(message_id):
        return own[0]
    recording = next(iter(tx.messages.get(message_id).media), None)
    return next(iter(tx.entries.with_file(recording.url)), None) if recording else None


def is_only_audio(book: Book, entry: Entry) -> bool:
    """Return whether the entry has no text, no other media, and was not changed or deleted."""
    is_bare = not entry.text and len(entry.media) == 1 and entry.deleted_at is None
    return is_bare and not book.tx.changes.touched(entry.id)


def discard(book: Book, entry: Entry) -> Book:
    """Erase the entry of a memo. Returns the book in which the entry that the turn saves takes its place."""
    number = book.tx.entries.erase(entry.id)
    return replace(book, replaces=ReplacedEntry(number, entry.created_at, entry.media))


def correct(book: Book, number: int | None, text: str) -> EntryLookup:
    """Replace the text of an entry; without a number, of the latest memo. The stored transcript stays.

    Returns the entry as it was before; an empty lookup if there is no memo.
    """
    named = _latest(book) if number is None else book.look_up([number])
    rewrite(book, named.saved, text)
    return named


def has_audio(entry: Entry) -> bool:
    """Return whether the entry is a memo."""
    return any(part.is_audio for part in entry.media)


def apply_correction(transcript: str, correction: str) -> str:
    """Return the transcript corrected.

    ``nine, not five`` replaces that word if it occurs once. Any other correction is the whole new text.
    """
    found = _NOT.fullmatch(correction)
    if found is None:
        return correction
    wrong = re.compile(rf"(?<!\w){re.escape(found['wrong'])}(?!\w)", re.IGNORECASE)
    occurs_once = len(wrong.findall(transcript)) == 1
    return wrong.sub(lambda _: found["right"], transcript) if occurs_once else correction


def find_audio(book: Book, number: int | None) -> MemoAudio | EntryLookup:
    """Return the audio of the entry of that number; without a number, of the latest memo.

    If there is none, return the lookup of the number: ``saved`` is then an entry without audio. The lookup is
    empty if there is no memo.
    """
    named = _latest(book) if number is None else book.look_up([number])
    for entry in named.saved:
        for media in entry.media:
            if media.is_audio:
                return MemoAudio(entry, media)
    return named


def _latest(book: Book) -> EntryLookup:
    return EntryLookup(tuple(book.tx.entries.list(book.person.id, kind=EntryKind.MEMO, limit=1)))
