"""A book with entries of every kind, over some years."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from scrapbook.core import Book, following, reminders
from scrapbook.model.feeds import FeedKind, Freshness, ParsedItem
from scrapbook.model.transcript import Segment, Transcript
from scrapbook.store import Entry, Media, PageMetadata, Person, Preview, Store, Transaction
from scrapbook.text.parsed_text import ParsedText

ZONE = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 21, 19, 40, tzinfo=ZONE)
MEMO = (
    "So the thing about the allotment is that it was never about the vegetables.",
    "It was about having somewhere to be on a Sunday that was not the house.",
    "Ask Ines whether she still has the key to the shed.",
)


def sample_book(store: Store, name: str = "Ada") -> Person:
    """A person with such a book; it is ``NOW``."""
    with store.transaction() as tx:
        person = tx.people.add(name, ["+15550100"])
        tx.people.set_timezone(person.id, "Europe/London")
        person = tx.people.get(person.id)
        for text, topic, at, media in _entries():
            add(tx, person, text, at, topic, media)
        _link(tx, person)
        _memo(tx, person)
    with store.transaction() as tx:
        first = tx.entries.by_number(person.id, 1)
        assert first
        with tx.changes.recording(person.id, None, "edit", {}, NOW - timedelta(hours=2)):
            text = "Decorators are functions that take a function and give one back."
            tx.entries.change_text(first.id, ParsedText(text), NOW - timedelta(hours=2))
        with tx.changes.recording(person.id, None, "pin", {}, NOW - timedelta(hours=1)):
            tx.entries.pin(first.id, NOW - timedelta(hours=1))
        deleted = add(tx, person, "buy a bigger kettle", NOW - timedelta(days=3))
        with tx.changes.recording(person.id, None, "delete", {}, NOW - timedelta(days=1)):
            tx.entries.trash(deleted.id, NOW - timedelta(days=1))
    return person


PAUSED, *REMINDERS = (
    "remind me to call mum on sunday at 5",
    "remind me to ring the plumber at 6pm",
    "remind me to put the bins out tonight at 9",
    "remind me every weekday at 7 to take the pills",
    "remind me to renew the passport on 3 march",
    "remind me to read the lease again some day",
)


def with_reminders(store: Store, person: Person) -> None:
    """Give a person reminders of each kind: one is paused, the one of 6pm was sent, the last has no time."""
    with store.transaction() as tx:
        book = Book(tx, person, "", NOW - timedelta(days=3))
        reminders.save_reminder(book, ParsedText(PAUSED))
        reminders.stop(book)
        book = Book(tx, person, "", NOW - timedelta(hours=8))
        for text in REMINDERS:
            reminders.save_reminder(book, ParsedText(text))
        [sent, *_] = reminders.waiting(book)
        tx.reminders.pass_on(sent.reminder, None, None)


def with_feeds(store: Store, person: Person) -> None:
    """Have a person follow a feed with items, one that is paused, and one that was not read yet."""
    titles = ("Machine Learning Captcha", "Types of Scientific Paper", "Dendrochronology", "Compass")
    items = [
        (ParsedItem(title, f"https://xkcd.com/{n}", title, "", NOW - timedelta(days=n)), (title,))
        for n, title in enumerate(titles)
    ]
    with store.transaction() as tx:
        book = Book(tx, person, "", NOW - timedelta(days=9))
        for address in ("https://xkcd.com", "https://fires.example.org", "https://news.example.org"):
            following.follow(book, address)
        read, paused, _ = following.subscriptions(book)
        fresh, at = Freshness(), NOW - timedelta(minutes=9)
        tx.feeds.record_read(read.feed, fresh, NOW - timedelta(days=9), NOW, None, title="xkcd.com")
        feed = following.subscriptions(book)[0].feed
        tx.feeds.record_items(feed, items, at)
        tx.feeds.record_read(feed, fresh, at, NOW, None, kind=FeedKind.FEED)
        tx.feeds.record_failure(paused.feed, "The page is not there any more.", None)
        following.watch(book, read, "compass")


def add(
    tx: Transaction,
    person: Person,
    text: str,
    at: datetime,
    topic: str | None = None,
    media: Sequence[Media] = (),
) -> Entry:
    """An entry, with files that are kept already."""
    topic_id = (tx.topics.by_name(person.id, topic) or tx.topics.add(person.id, topic)).id if topic else None
    for index, part in enumerate(media):
        tx.files.mark_stored(part.url, part.content_type, f"{index:02}/{'0' * 64}.bin", part.size or 1, at)
    return tx.entries.add(person.id, ParsedText(text), topic_id, None, at.astimezone(UTC), media)


def picture(name: str) -> Media:
    """A picture that was downloaded."""
    return Media(f"https://api.example/{name}", "image/jpeg", size=240_000)


def _at(day: int, hour: int, minute: int, month: int = 11, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZONE)


def _entries() -> list[tuple[str, str | None, datetime, Sequence[Media]]]:
    return [
        ("Decorators are just functions.", "python", _at(2, 8, 12, 3, 2024), ()),
        ("The first frost. The dahlias are black by breakfast.", "garden", _at(21, 7, 5, year=2022), ()),
        ('"Came for the language, stayed for the community" - Brett Cannon', "quotes", _at(24, 9, 0, 10), ()),
        (
            "Attention, again\n\nNobody is short of time in the way they say. What is short is the hour in "
            "which one is fit to do the thing one has the time for.",
            "writing",
            _at(20, 8, 30),
            (),
        ),
        (
            '"The world is a severe schoolmaster, for its frowns are less dangerous than its smiles and '
            'flatteries, and it is a difficult task to keep in the path of wisdom." - Phillis Wheatley, '
            "Letters\n"
            "takeaway: praise is the harder test\ntakeaway: read the letters, not only the poems",
            "quotes",
            _at(20, 21, 10),
            (),
        ),
        ("Saw a heron on the canal, standing as if it had been put there.", None, _at(21, 8, 2), ()),
        ("Read this one slowly: https://example.org/kernels", "gpu", _at(21, 9, 15), ()),
        ("The bench where we had the argument about Bach", None, _at(21, 12, 20), (picture("bench"),)),
        ("", "garden", _at(21, 13, 0), (Media("https://api.example/memo", "audio/ogg", size=90_000),)),
        ("Home of the good bread\nLocation: 51.5465, -0.0755", "places", _at(21, 15, 45), ()),
        ("milk", "shopping", _at(21, 16, 0), ()),
        ("oat cakes", "shopping", _at(21, 16, 0), ()),
        ("batteries", "shopping", _at(21, 16, 1), ()),
    ]


def _link(tx: Transaction, person: Person) -> None:
    linking = tx.entries.by_number(person.id, 7)
    assert linking
    url = "https://example.org/kernels"
    page = PageMetadata(
        "Fewer, larger kernels",
        "Why launching one big kernel beats launching a hundred small ones, with measurements.",
        "example.org",
    )
    tx.previews.record(linking.id, Preview(url, url, page), NOW)


def _memo(tx: Transaction, person: Person) -> None:
    memo = tx.entries.by_number(person.id, 9)
    assert memo
    starts = (0.4, 5.9, 13.2)
    segments = tuple(
        Segment(start, start + 4.6, words, -0.2 if index else -0.9, 0.01)
        for index, (start, words) in enumerate(zip(starts, MEMO, strict=True))
    )
    text = " ".join(MEMO)
    transcript = Transcript(text, "en", 0.99, 18.0, 15.0, -0.3, segments, "small")
    tx.transcripts.record(memo.media[0].url, transcript, NOW)
    tx.entries.change_text(memo.id, ParsedText(text), NOW)
