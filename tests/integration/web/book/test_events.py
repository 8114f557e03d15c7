"""Open pages hear of changes, whoever makes them, and of nobody else's."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from queue import Queue
from socket import SHUT_RDWR
from urllib.parse import urlencode

import pytest

from scrapbook.core import Book, following, reminders
from scrapbook.core.unasked import Route, record
from scrapbook.model.feeds import Feed, Freshness, ParsedItem
from scrapbook.store import Media, Person, Preview, Reminder, Store, Transaction
from scrapbook.text.parsed_text import ParsedText
from scrapbook.web.book import events
from scrapbook.web.book.access import SignedIn
from scrapbook.web.book.events import MAX_OF_SESSION, Events
from tests.support.book_pages import WHO, book_served
from tests.support.installation import wait_until

NOW = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)
SOUND = Media("https://api.twilio.com/sound", "audio/ogg")


class Stream:
    """An open page."""

    def __init__(self, url: str, person: Person, since: str = "", last_id: str = "") -> None:
        headers = {WHO: str(person.id)} | ({"Last-Event-ID": last_id} if last_id else {})
        self._connection = HTTPConnection(url.removeprefix("http://"), timeout=30)
        self._connection.request("GET", f"/book/events?{urlencode({'since': since})}", headers=headers)
        assert self._connection.sock
        self._socket = self._connection.sock.dup()
        self.answer = self._connection.getresponse()
        self._lines: Queue[str] = Queue()
        self.reading = threading.Thread(target=self._read)
        self.reading.start()
        if self.answer.status == 200:
            self.first = self.next()

    def next(self) -> tuple[str, str]:
        """The name and the version of the next event."""
        found: dict[str, str] = {}
        while line := self.next_line():
            name, _, value = line.partition(": ")
            found[name] = value
        return found["event"], found["id"]

    def next_line(self) -> str:
        return self._lines.get(timeout=20)

    @property
    def has_more(self) -> bool:
        return not self._lines.empty()

    def close(self) -> None:
        """As a browser does that closes the page."""
        with suppress(OSError):
            self._socket.shutdown(SHUT_RDWR)
        self._socket.close()
        self.reading.join()
        self._connection.close()

    def _read(self) -> None:
        with suppress(OSError, HTTPException):
            for line in self.answer:
                self._lines.put(line.decode().rstrip("\n"))


@pytest.fixture
def signed_out() -> set[int]:
    """Those whose sessions have ended."""
    return set()


@pytest.fixture
def watching(store: Store, signed_out: set[int]) -> Events:
    async def is_signed_in(who: SignedIn) -> bool:
        return who.session_id not in signed_out

    return Events(store, is_signed_in, interval=0.05)


@pytest.fixture
def base(watching: Events) -> Iterator[str]:
    with book_served([("/book/events", watching.events, ["GET"])]) as base:
        yield base


@pytest.fixture
def opened(base: str) -> Iterator[Callable[..., Stream]]:
    with ExitStack() as stack:

        def open_(person: Person, **options: str) -> Stream:
            stream = Stream(base, person, **options)
            stack.callback(stream.close)
            return stream

        yield open_


def save(tx: Transaction, person: Person, text: str, *media: Media) -> int:
    with tx.changes.recording(person.id, None, "save", {}, NOW):
        return tx.entries.add(person.id, ParsedText(text), None, None, NOW, media).id


def test_a_page_hears_of_every_change_of_its_person(
    opened: Callable[..., Stream], store: Store, ann: Person
) -> None:
    entry_id = store.write(lambda tx: save(tx, ann, "a link https://example.com", SOUND))

    def edit(tx: Transaction) -> None:
        with tx.changes.recording(ann.id, None, "edit", {}, NOW):
            tx.entries.change_text(entry_id, ParsedText("another https://example.com"), NOW)

    def receive(tx: Transaction) -> None:
        tx.messages.record(
            message_id="SM1", person_id=ann.id, from_="+15550100", to="+15550199", body="", received_at=NOW
        )

    changes: list[Callable[[Transaction], object]] = [
        lambda tx: save(tx, ann, "a thought"),
        edit,
        lambda tx: tx.changes.undo_latest(ann.id, NOW),
        receive,
        lambda tx: tx.messages.set_state("SM1", "answered"),
        lambda tx: tx.files.mark_stored(SOUND.url, "audio/ogg", "aa/" + "a" * 64 + ".ogg", 10, NOW),
        lambda tx: tx.entries.change_text(entry_id, ParsedText("heard https://example.com"), NOW),
        lambda tx: tx.previews.record(entry_id, Preview("https://example.com"), NOW),
    ]
    page = opened(ann)
    assert page.first[0] == "current"
    versions = [page.first[1]]
    for change in changes:
        store.write(change)
        name, version = page.next()
        assert name == "changed"
        versions.append(version)
    assert len(set(versions)) >= len(versions) - 1  # undo brings back the version before the edit


def test_a_page_hears_of_what_happens_by_itself(
    opened: Callable[..., Stream], store: Store, ann: Person
) -> None:
    """No message and no change of the person's."""

    def begin(tx: Transaction) -> tuple[Reminder, Feed]:
        own = Book(tx, ann, "", NOW)
        saved = reminders.save_reminder(own, ParsedText("call mum tomorrow at 5"))
        followed = following.follow(own, "https://xkcd.com/")
        assert saved
        assert isinstance(followed, following.Followed)
        return tx.reminders.of_entries([saved.entry.id])[0], followed.subscription.feed

    reminder, feed = store.write(begin)
    later = NOW + timedelta(hours=1)

    def say(tx: Transaction) -> None:
        message = record(tx, ann.id, Route("+15550199", "+15550100"), "reminder", "Call mum", NOW)
        assert message
        tx.reminders.record_said(reminder, message.id, NOW)

    changes: list[Callable[[Transaction], object]] = [
        lambda tx: tx.reminders.hold(reminder.id, later, "quiet"),
        say,
        lambda tx: tx.feeds.record_read(feed, Freshness(), NOW, later, None),
        lambda tx: tx.feeds.record_items(feed, [(ParsedItem("1", "", "Comic"), ("1",))], NOW),
        lambda tx: tx.feeds.record_failure(feed, "It did not answer.", later),
        lambda tx: tx.feeds.record_failure(feed, "There is no page.", None),
        lambda tx: tx.people.rename(ann.id, "Anna"),
        lambda tx: tx.people.set_timezone(ann.id, "Asia/Tokyo"),
        lambda tx: tx.book_sessions.add(ann.id, "token", "csrf", "Firefox", NOW, later),
    ]
    page = opened(ann)
    for change in changes:
        store.write(change)
        assert page.next()[0] == "changed"


def test_a_page_hears_nothing_of_others(
    opened: Callable[..., Stream], store: Store, ann: Person, ben: Person
) -> None:
    page, other = opened(ann), opened(ben)
    store.write(lambda tx: save(tx, ben, "a secret"))
    assert other.next()[0] == "changed"
    store.write(lambda tx: save(tx, ann, "a thought"))
    assert page.next()[0] == "changed"
    assert not page.has_more


def test_a_page_hears_at_once_of_what_it_missed(
    opened: Callable[..., Stream], store: Store, ann: Person
) -> None:
    version = opened(ann).first[1]
    assert opened(ann, since=version).first == ("current", version)
    store.write(lambda tx: save(tx, ann, "a thought"))
    assert opened(ann, since=version).first[0] == "changed"
    assert opened(ann, last_id=version).first[0] == "changed"


def test_a_session_has_few_streams_and_one_that_ends_makes_room(
    opened: Callable[..., Stream], watching: Events, ann: Person, ben: Person
) -> None:
    pages = [opened(ann) for _ in range(MAX_OF_SESSION)]
    assert opened(ann).answer.status == 429
    assert opened(ben).answer.status == 200
    pages[0].close()
    wait_until(lambda: len(watching._listeners) == MAX_OF_SESSION, 20, lambda: "the stream stays counted")
    assert opened(ann).answer.status == 200


def test_an_app_has_a_bounded_number_of_streams(
    opened: Callable[..., Stream], ann: Person, ben: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "MAX_IN_ALL", 1)
    assert opened(ann).answer.status == 200
    assert opened(ben).answer.status == 429


def test_nothing_is_asked_while_no_page_is_open(
    opened: Callable[..., Stream], watching: Events, ann: Person
) -> None:
    page = opened(ann)
    assert watching._task
    assert not watching._task.done()
    page.close()
    wait_until(watching._task.done, 20, lambda: "the task goes on")


def test_a_silent_stream_has_a_heartbeat_and_an_end(
    opened: Callable[..., Stream], ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "HEARTBEAT", 0.05)
    monkeypatch.setattr(events, "LIFETIME", 0.5)
    page = opened(ann)
    assert page.next_line() == ": still here"
    page.reading.join(20)
    assert not page.reading.is_alive()


def test_a_stream_ends_with_its_session(
    opened: Callable[..., Stream], store: Store, ann: Person, signed_out: set[int]
) -> None:
    page = opened(ann)
    signed_out.add(ann.id)
    store.write(lambda tx: save(tx, ann, "a thought"))
    page.reading.join(20)
    assert not page.reading.is_alive()
    assert not page.has_more


def test_the_events_say_nothing_but_that_something_changed(
    opened: Callable[..., Stream], store: Store, ann: Person
) -> None:
    page = opened(ann)
    assert page.answer.headers["content-type"].startswith("text/event-stream")
    assert page.answer.headers["cache-control"] == "no-store"
    store.write(lambda tx: save(tx, ann, "a secret"))
    _, version = page.next()
    assert set(version) <= set("0123456789")
