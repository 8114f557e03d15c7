"""A scrapbook with one of everything, and what is compared of two scrapbooks."""

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from scrapbook.core.book import Book
from scrapbook.core.exporting import read_entries, read_scrapbook
from scrapbook.core.following import follow_again
from scrapbook.media.storage import MediaStore
from scrapbook.model.exported import FollowedPage
from scrapbook.model.transcript import Segment, Transcript, Word
from scrapbook.store import Media, PageMetadata, Person, Preview, QuietHours, Store, Transaction
from scrapbook.text.parsed_text import ParsedText

NOW = datetime(2026, 3, 14, 15, 9, 26, 535897, tzinfo=UTC)
EVENING = datetime(2126, 3, 16, 21, 0, tzinfo=UTC)
"""Still to come, whenever the tests run."""
EVENINGS = "FREQ=DAILY;BYHOUR=21;BYMINUTE=0"
HEARD = Transcript(
    "Two oars", "en", 0.99, 2.0, 1.5, -0.2,
    (Segment(0.0, 1.5, "Two oars", -0.2, 0.01, (Word("Two", 0.0, 0.6, 0.9), Word(" oars", 0.6, 1.5, 0.8))),),
    "small",
)  # fmt: skip
JPEG = b"\xff\xd8\xff\xe0 a picture"
OGG = b"OggS a memo"


def fill(store: Store, files: MediaStore, person: Person) -> None:
    """Save one of everything."""
    store.write(lambda tx: _fill(tx, files, person))


def _fill(tx: Transaction, files: MediaStore, person: Person) -> None:
    book = Book(tx, person, "", NOW)
    boats = _recorded(book, "topic", lambda: tx.topics.add(person.id, "Bots"))
    _recorded(book, "rename", lambda: tx.topics.rename(boats.id, "Boats: a/b"))
    tx.topics.describe(boats.id, "What floats,\nand does not")
    tx.topics.add(person.id, "CON")
    tx.topics.add(person.id, "boats a b")
    oars = save(tx, person, "Oars of ash\nTakeaway: ash is light\nhttps://example.org/oars", boats.id)
    page = PageMetadata("Oars", "How they are made", "Example", "", "https://example.org/o", "en")
    tx.previews.record(oars, Preview("https://example.org/oars", "https://example.org/o", page), NOW)
    _recorded(book, "edit", lambda: tx.entries.change_text(oars, ParsedText("Oars of spruce\n"), NOW))
    _recorded(book, "pin", lambda: tx.entries.pin(oars, NOW))
    tx.reminders.put(person.id, oars, NOW + timedelta(days=2), "FREQ=DAILY", "Europe/London", has_time=True)
    tx.entries.erase(save(tx, person, "gone, with its number", None))
    memo = stored(tx, files, OGG, "audio/ogg")
    tx.transcripts.record(memo.url, HEARD, NOW)
    save(tx, person, "Two oars, heard wrongly", boats.id, [memo])
    picture = stored(tx, files, JPEG, "image/jpeg")
    tx.file_texts.record(picture.url, "words on it", "", NOW)
    both = save(tx, person, '“Slow down.”\n— Ellison, "Walks"', None, [picture, memo])
    _recorded(book, "delete", lambda: tx.entries.trash(both, NOW))
    save(
        tx, person, "\n---\n﻿[[x]] \u202e <b>& \u2028 \x07 é\n", None, [Media("https://e.org/x", "image/png")]
    )
    follow_again(book, FollowedPage("https://e.org/feed.xml", "e.org", "Oarsmen", ("ash", "spruce oars")))
    follow_again(book, FollowedPage("https://e.net/", "https://e.net/", None))
    tx.quiet_hours.set(person.id, QuietHours(0, 6 * 60))
    tx.recurring.put(person.id, "prompts", EVENINGS, EVENING, has_time=True)
    tx.recurring.put(
        person.id, "round_ups", "FREQ=WEEKLY;BYDAY=SU;BYHOUR=18;BYMINUTE=0", EVENING, has_time=False
    )


def _recorded(book: Book, kind: str, work: Any) -> Any:
    with book.recording(kind):
        return work()


def save(
    tx: Transaction, person: Person, text: str, topic_id: int | None, media: list[Media] | None = None
) -> int:
    """Save an entry, and return its id."""
    parsed = ParsedText(text)
    at = NOW - timedelta(days=400) + timedelta(hours=len(text))
    return tx.entries.add(person.id, parsed, topic_id, None, at, media or []).id


def stored(tx: Transaction, files: MediaStore, content: bytes, content_type: str) -> Media:
    """Store a file as one that came with a message."""
    key = files.save(content, content_type)
    tx.files.mark_stored(f"https://example.org/{key}", content_type, key, len(content), NOW)
    return Media(f"https://example.org/{key}", content_type)


def everything(store: Store, files: MediaStore, person: Person) -> dict[str, Any]:
    """Return what an export must carry of a scrapbook, without what only the database needs."""

    def read(tx: Transaction) -> dict[str, Any]:
        book = Book(tx, person, "", NOW)
        scrapbook = read_scrapbook(book)
        names = {topic.id: topic.name for topic in scrapbook.topics}
        entries = [_plain(one, names, files) for one in read_entries(book, 0, 1000)]
        topics = [
            (topic.name, sorted(topic.aliases), topic.entry_count, scrapbook.descriptions.get(topic.id))
            for topic in scrapbook.topics
        ]
        return {
            "entries": entries,
            "topics": sorted(topics),
            "quiet": scrapbook.quiet_hours,
            "said_again": scrapbook.said_again,
            "following": scrapbook.following,
            "next": scrapbook.next_number,
        }

    return store.read(read)


_HISTORY = ("text", "deleted_at", "pinned_at", "due_at", "edited_at", "author")


def _plain(exported: Any, names: dict[int, str], files: MediaStore) -> dict[str, Any]:
    entry = exported.entry
    kept = [part for part in entry.media if part.key]
    history: list[Any] = []
    for change in exported.history:
        before = {name: change.before[name] for name in _HISTORY if name in change.before}
        if "topic_id" in change.before:
            before["topic"] = names.get(change.before["topic_id"])
        history.append((change.kind, change.made_at, change.undone_at, before))
    return {
        **{
            name: getattr(entry, name)
            for name in ("number", "text", "topic", "created_at", "edited_at", "deleted_at", "due_at")
        },
        "pinned_at": entry.pinned_at,
        "facts": asdict(exported.facts),
        "files": [(part.content_type, part.live_photo_id, files.read(part.key)) for part in kept],
        "transcripts": [exported.transcripts.get(part.url) for part in kept],
        "words": [exported.words.get(part.url) for part in kept],
        "previews": exported.previews,
        "reminder": replace(exported.reminder, id=0, person_id=0, entry_id=0) if exported.reminder else None,
        "history": history,
    }
