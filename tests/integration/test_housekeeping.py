"""What is thrown away, when, and what is not."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from dbos import DBOS, SetWorkflowID

from scrapbook import housekeeping
from scrapbook.app import QUEUES
from scrapbook.book import Book, asking
from scrapbook.book.saving import keep
from scrapbook.engine import launch
from scrapbook.errors import RecipientOptedOut
from scrapbook.housekeeping import discard_strays, forget_texts, forget_wordings, forget_workflows, tidy
from scrapbook.media import MediaStore
from scrapbook.settings import Settings
from scrapbook.store import Outcome, Person, Store
from scrapbook.unfinished import opened
from tests.integration.conftest import NOW

WEEK = timedelta(days=7)
LATER = timedelta(days=40)
HERE = datetime.now(NOW.tzinfo)


@DBOS.workflow()
def fails(private: str) -> None:
    raise ValueError(private)


@DBOS.workflow()
def succeeds() -> None:
    pass


def message(store: Store, person: Person, sid: str, state: str = "answered") -> None:
    with store.transaction() as tx:
        tx.messages.record(
            sid=sid, person_id=person.id, from_="+15550100", to="+15550199", body="hi", received_at=NOW
        )
        tx.outcomes.record(sid, Outcome("utter_saved", {"text": "the geranium one"}))
        tx.messages.set_state(sid, state)


def test_how_a_reply_was_worded_is_forgotten_when_it_cannot_run_again(store: Store, ann: Person) -> None:
    message(store, ann, "SM1")
    message(store, ann, "SM2", "failed")
    assert forget_wordings(store, NOW) == 0
    assert forget_wordings(store, NOW + WEEK) == 1
    assert forget_wordings(store, NOW + WEEK) == 0
    with store.transaction(read_only=True) as tx:
        assert tx.outcomes.of("SM1").is_forgotten
        assert tx.outcomes.of("SM2").arguments == {"text": "the geranium one"}


def exchange(store: Store, person: Person, sid: str, reply: str = "sent", state: str = "answered") -> None:
    """A message that was answered, and what became of the reply."""
    with store.transaction() as tx:
        tx.messages.record(
            sid=sid, person_id=person.id, from_="+15550100", to="+15550199", body="q", received_at=NOW
        )
        [one] = tx.replies.record(sid, "+15550199", "+15550100", ["a"], [1], NOW)
        if reply == "sent":
            tx.replies.mark_sent(one.id, f"{sid}r", NOW)
        elif reply == "failed":
            tx.replies.mark_failed(one.id, 30007, "filtered", NOW)
        elif reply == "opted out":
            tx.replies.mark_failed(one.id, RecipientOptedOut().code, "opted out", NOW)
        tx.messages.set_state(sid, state)


def words(store: Store, sid: str) -> tuple[str, str]:
    """Of a message and of its reply."""
    with store.transaction(read_only=True) as tx:
        [reply] = tx.replies.of_message(sid)
        return tx.messages.get(sid).body, reply.body


def test_the_words_of_what_is_answered_are_forgotten_in_time(store: Store, ann: Person, ben: Person) -> None:
    for sid in ("SM1", "SM2"):
        exchange(store, ann, sid)
    exchange(store, ben, "SM3")
    exchange(store, ben, "SM4")
    assert forget_texts(store, NOW) == 0
    assert forget_texts(store, NOW + WEEK) == 2
    assert forget_texts(store, NOW + WEEK) == 0
    assert [words(store, sid) for sid in ("SM1", "SM3")] == [("", "")] * 2


def test_what_was_said_last_can_be_said_again_for_ever(store: Store, ann: Person, ben: Person) -> None:
    exchange(store, ann, "SM1")
    exchange(store, ben, "SM2")
    message(store, ann, "SM3")  # a memo, say, whose entry had been deleted: there was no reply
    assert forget_texts(store, NOW + WEEK) == 1
    for person, sid in ((ann, "SM1"), (ben, "SM2")):
        with store.transaction(read_only=True) as tx:
            assert asking.last_words(Book(tx, person, "SM9", NOW)) == "a"
        assert words(store, sid) == ("q", "a")


def test_what_is_not_finished_keeps_its_words(store: Store, ann: Person) -> None:
    exchange(store, ann, "SM1", state="failed")
    exchange(store, ann, "SM2", state="received")
    for sid, became in (("SM3", "failed"), ("SM4", "recorded"), ("SM5", "opted out"), ("SM6", "sent")):
        exchange(store, ann, sid, became)
    assert forget_texts(store, NOW + WEEK) == 3
    assert forget_texts(store, NOW + WEEK) == 0
    assert [words(store, f"SM{n}") for n in range(1, 6)] == [
        ("q", "a"),
        ("q", "a"),
        ("", "a"),
        ("", "a"),
        ("", ""),
    ]


def test_a_message_whose_words_are_forgotten_is_known_when_it_comes_again(store: Store, ann: Person) -> None:
    exchange(store, ann, "SM1")
    exchange(store, ann, "SM2")
    forget_texts(store, NOW + WEEK)
    with store.transaction() as tx:
        tx.leases.claim(ann.id, "app")
        assert not tx.inbox.accept(
            sid="SM1", person_id=ann.id, from_="+15550100", to="+15550199", body="q", received_at=NOW
        )
        assert tx.inbox.next(ann.id) is None
    assert words(store, "SM1") == ("", "")


def test_an_entry_outlives_the_words_that_brought_it_and_is_undone_as_ever(store: Store, ann: Person) -> None:
    for sid in ("SM1", "SM2"):
        exchange(store, ann, sid)
    with store.transaction() as tx:
        keep(Book(tx, ann, "SM1", NOW), "the geranium one", None, ())
    forget_texts(store, NOW + WEEK)
    with store.transaction() as tx:
        book = Book(tx, ann, "SM2", NOW)
        latest = book.latest()
        assert latest is not None
        assert latest.text == "the geranium one"
        assert book.undo() is not None
        assert book.latest() is None


def test_words_are_kept_where_nothing_else_is_set(
    engine: Settings, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.open(sqlite_url)
    with store.transaction() as tx:
        ann = tx.people.add("Ann", ["+15550100"])
    for sid in ("SM1", "SM2"):
        exchange(store, ann, sid)
    assert engine.texts_are_kept is None
    tidy(engine, store, MediaStore(engine.media_url), HERE + LATER)
    assert words(store, "SM1") == ("q", "a")
    monkeypatch.setenv("SCRAPBOOK_FORGET_TEXTS_AFTER", "30")
    tidy(Settings.load(), store, MediaStore(engine.media_url), HERE + LATER)
    assert words(store, "SM1") == ("", "")
    store.close()


def test_a_file_that_belongs_to_nothing_goes_after_a_day_and_no_other(store: Store, tmp_path: Path) -> None:
    files = MediaStore(str(tmp_path / "media"))
    on_record, stray, new = (files.keep(content, "audio/ogg") for content in (b"a", b"b", b"c"))
    with store.transaction() as tx:
        tx.files.kept("https://api.example/1", "audio/ogg", on_record, 1, NOW)
    for key in (on_record, stray):
        os.utime(tmp_path / "media" / key, (0, 0))
    assert discard_strays(store, files, HERE - timedelta(days=1)) == 1
    assert files.keys() == sorted([on_record, new])


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    monkeypatch.setenv("SCRAPBOOK_DATA_DIR", str(tmp_path))
    settings = Settings.load()
    launch(settings, QUEUES)
    yield settings
    DBOS.destroy()


def failed(sid: str) -> None:
    with SetWorkflowID(sid), pytest.raises(ValueError, match="geranium"):
        fails("the geranium one")


def journeys() -> set[str]:
    return {journey.workflow_id for journey in DBOS.list_workflows()}


def test_a_workflow_that_ended_well_is_forgotten_in_time_and_one_that_failed_later(
    engine: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "BATCH", 2)
    before, after = HERE - LATER, HERE + LATER
    for n in range(3):
        failed(f"F{n}")
        with SetWorkflowID(f"S{n}"):
            succeeds()
    assert forget_workflows(engine, before, before) == (0, 0)
    assert forget_workflows(engine, after, before) == (3, 0)
    assert journeys() == {"F0", "F1", "F2"}
    assert forget_workflows(engine, after, after) == (0, 3)
    assert forget_workflows(engine, after, after) == (0, 0)


def test_where_the_engine_was_never_needed_there_is_nothing_to_be_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCRAPBOOK_DATA_DIR", str(tmp_path))
    assert forget_workflows(Settings.load(), HERE + LATER, HERE + LATER) == (0, 0)
    assert not list(tmp_path.iterdir())


def test_a_message_whose_workflow_is_forgotten_can_still_be_tried_again(
    engine: Settings, sqlite_url: str
) -> None:
    store = Store.open(sqlite_url)
    with store.transaction() as tx:
        ann = tx.people.add("Ann", ["+15550100"])
    message(store, ann, "SM1", "failed")
    failed("SM1")
    tidy(engine, store, MediaStore(engine.media_url), HERE + LATER)
    assert journeys() == set()
    with opened(engine) as inbox:
        [one] = inbox.unfinished()
        assert one.can_be_tried_again
    store.close()


def test_everything_that_is_done_is_done_in_batches(
    store: Store, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "BATCH", 2)
    for n in range(5):
        message(store, ann, f"SM{n}")
        exchange(store, ann, f"SR{n}")
    assert forget_wordings(store, NOW + WEEK) == 5
    assert forget_texts(store, NOW + WEEK) == 9
