"""Retention: what is deleted when, and what is not."""

import os
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from dbos import DBOS, SetWorkflowID

from scrapbook.app import QUEUES
from scrapbook.core import Book, status
from scrapbook.core.editing import rewrite
from scrapbook.core.saving import save_text
from scrapbook.errors import RecipientOptedOut
from scrapbook.media.storage import MediaStore
from scrapbook.settings import Settings
from scrapbook.store import Person, Store, TurnResult
from scrapbook.text.parsed_text import ParsedText
from scrapbook.workflows import retention
from scrapbook.workflows.engine import launch
from scrapbook.workflows.retention import (
    delete_orphans,
    forget_texts,
    forget_turn_results,
    forget_workflows,
    purge_expired,
)
from scrapbook.workflows.unfinished import open_unfinished
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


def message(store: Store, person: Person, message_id: str, state: str = "answered") -> None:
    with store.transaction() as tx:
        tx.messages.record(
            message_id=message_id,
            person_id=person.id,
            from_="+15550100",
            to="+15550199",
            body="hi",
            received_at=NOW,
        )
        tx.turn_results.record(message_id, TurnResult("utter_saved", {"text": "the geranium one"}))
        tx.messages.set_state(message_id, state)


def test_the_result_of_a_turn_is_erased_when_it_cannot_run_again(store: Store, ann: Person) -> None:
    message(store, ann, "SM1")
    message(store, ann, "SM2", "failed")
    assert forget_turn_results(store, NOW) == 0
    assert forget_turn_results(store, NOW + WEEK) == 1
    assert forget_turn_results(store, NOW + WEEK) == 0
    with store.transaction(read_only=True) as tx:
        assert tx.turn_results.of("SM1").is_forgotten
        assert tx.turn_results.of("SM2").arguments == {"text": "the geranium one"}


def exchange(
    store: Store, person: Person, message_id: str, reply: str = "sent", state: str = "answered"
) -> None:
    """Record a message that was answered, and the state of its reply."""
    with store.transaction() as tx:
        tx.messages.record(
            message_id=message_id,
            person_id=person.id,
            from_="+15550100",
            to="+15550199",
            body="q",
            received_at=NOW,
        )
        [one] = tx.outbound_messages.record_reply(
            tx.messages.get(message_id).person_id, message_id, "+15550199", "+15550100", ["a"], [1], NOW
        )
        if reply == "sent":
            tx.outbound_messages.mark_sent(one.id, f"{message_id}r", NOW)
        elif reply == "failed":
            tx.outbound_messages.mark_failed(one.id, 30007, "filtered", NOW)
        elif reply == "opted out":
            tx.outbound_messages.mark_failed(one.id, RecipientOptedOut().code, "opted out", NOW)
        tx.messages.set_state(message_id, state)


def words(store: Store, message_id: str) -> tuple[str, str]:
    """Return the text of a message and of its reply."""
    with store.transaction(read_only=True) as tx:
        [reply] = tx.outbound_messages.of_message(message_id)
        return tx.messages.get(message_id).body, reply.body


def test_the_text_of_answered_messages_is_erased_in_time(store: Store, ann: Person, ben: Person) -> None:
    for message_id in ("SM1", "SM2"):
        exchange(store, ann, message_id)
    exchange(store, ben, "SM3")
    exchange(store, ben, "SM4")
    assert forget_texts(store, NOW) == 0
    assert forget_texts(store, NOW + WEEK) == 2
    assert forget_texts(store, NOW + WEEK) == 0
    assert [words(store, message_id) for message_id in ("SM1", "SM3")] == [("", "")] * 2


def test_the_latest_reply_to_a_person_is_never_erased(store: Store, ann: Person, ben: Person) -> None:
    exchange(store, ann, "SM1")
    exchange(store, ben, "SM2")
    message(store, ann, "SM3")  # a message without a reply, such as a memo whose entry was deleted
    assert forget_texts(store, NOW + WEEK) == 1
    for person, message_id in ((ann, "SM1"), (ben, "SM2")):
        with store.transaction(read_only=True) as tx:
            assert status.last_words(Book(tx, person, "SM9", NOW)) == "a"
        assert words(store, message_id) == ("q", "a")


def test_the_text_of_unfinished_messages_is_not_erased(store: Store, ann: Person) -> None:
    exchange(store, ann, "SM1", state="failed")
    exchange(store, ann, "SM2", state="received")
    for message_id, became in (("SM3", "failed"), ("SM4", "recorded"), ("SM5", "opted out"), ("SM6", "sent")):
        exchange(store, ann, message_id, became)
    assert forget_texts(store, NOW + WEEK) == 3
    assert forget_texts(store, NOW + WEEK) == 0
    assert [words(store, f"SM{n}") for n in range(1, 6)] == [
        ("q", "a"),
        ("q", "a"),
        ("", "a"),
        ("", "a"),
        ("", ""),
    ]


def test_a_message_whose_text_is_erased_is_recognised_when_it_is_repeated(store: Store, ann: Person) -> None:
    exchange(store, ann, "SM1")
    exchange(store, ann, "SM2")
    forget_texts(store, NOW + WEEK)
    with store.transaction() as tx:
        tx.leases.claim(ann.id, "app")
        assert not tx.inbox.accept(
            message_id="SM1", person_id=ann.id, from_="+15550100", to="+15550199", body="q", received_at=NOW
        )
        assert tx.inbox.next(ann.id) is None
    assert words(store, "SM1") == ("", "")


def test_an_entry_outlives_the_text_of_its_message_and_can_be_undone(store: Store, ann: Person) -> None:
    for message_id in ("SM1", "SM2"):
        exchange(store, ann, message_id)
    with store.transaction() as tx:
        save_text(Book(tx, ann, "SM1", NOW), ParsedText("the geranium one"), None, ())
    forget_texts(store, NOW + WEEK)
    with store.transaction() as tx:
        book = Book(tx, ann, "SM2", NOW)
        latest = book.latest()
        assert latest is not None
        assert latest.text == "the geranium one"
        assert book.undo() is not None
        assert book.latest() is None


def test_what_an_entry_was_is_kept_for_undo_as_long_as_the_trash(engine: Settings, sqlite_url: str) -> None:
    files = MediaStore(engine.media_url)
    with closing(Store.open(sqlite_url)) as store:
        with store.transaction() as tx:
            ann = tx.people.add("Ann", ["+15550100"])
        message(store, ann, "SM1")
        with store.transaction() as tx:
            book = Book(tx, ann, "SM1", HERE)
            save_text(book, ParsedText("the geranium one"), None, ())
            rewrite(book, book.look_up([1]).saved, "the cactus one")
        purge_expired(engine, store, files, HERE + timedelta(days=29))
        with store.transaction() as tx:
            assert Book(tx, ann, "SM1", HERE).undo()
        purge_expired(engine, store, files, HERE + timedelta(days=31))
        with store.transaction() as tx:
            assert not Book(tx, ann, "SM1", HERE).undo()
            [entry] = tx.entries.list(ann.id)
            assert entry.text == "the geranium one"


def test_text_is_not_erased_by_default(
    engine: Settings, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.open(sqlite_url)
    with store.transaction() as tx:
        ann = tx.people.add("Ann", ["+15550100"])
    for message_id in ("SM1", "SM2"):
        exchange(store, ann, message_id)
    assert engine.text_retention is None
    purge_expired(engine, store, MediaStore(engine.media_url), HERE + LATER)
    assert words(store, "SM1") == ("q", "a")
    monkeypatch.setenv("SCRAPBOOK_FORGET_TEXTS_AFTER", "30")
    purge_expired(Settings.load(), store, MediaStore(engine.media_url), HERE + LATER)
    assert words(store, "SM1") == ("", "")
    store.close()


def test_only_orphaned_files_are_deleted_after_a_day(store: Store, tmp_path: Path) -> None:
    files = MediaStore(str(tmp_path / "media"))
    on_record, orphan, new = (files.save(content, "audio/ogg") for content in (b"a", b"b", b"c"))
    with store.transaction() as tx:
        tx.files.mark_stored("https://api.example/1", "audio/ogg", on_record, 1, NOW)
    for key in (on_record, orphan):
        os.utime(tmp_path / "media" / key, (0, 0))
    assert delete_orphans(store, files, HERE - timedelta(days=1)) == 1
    assert files.keys() == sorted([on_record, new])


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    monkeypatch.setenv("SCRAPBOOK_DATA_DIR", str(tmp_path))
    settings = Settings.load()
    launch(settings, QUEUES)
    yield settings
    DBOS.destroy()


def failed(message_id: str) -> None:
    with SetWorkflowID(message_id), pytest.raises(ValueError, match="geranium"):
        fails("the geranium one")


def workflow_ids() -> set[str]:
    return {workflow.workflow_id for workflow in DBOS.list_workflows()}


def test_successful_workflows_are_deleted_in_time_and_failed_ones_later(
    engine: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    before, after = HERE - LATER, HERE + LATER
    for n in range(3):
        failed(f"F{n}")
        with SetWorkflowID(f"S{n}"):
            succeeds()
    assert forget_workflows(engine, before, before) == (0, 0)
    assert forget_workflows(engine, after, before) == (3, 0)
    assert workflow_ids() == {"F0", "F1", "F2"}
    assert forget_workflows(engine, after, after) == (0, 3)
    assert forget_workflows(engine, after, after) == (0, 0)


def test_without_a_dbos_database_there_are_no_workflows_to_delete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCRAPBOOK_DATA_DIR", str(tmp_path))
    assert forget_workflows(Settings.load(), HERE + LATER, HERE + LATER) == (0, 0)
    assert not list(tmp_path.iterdir())


def test_a_message_whose_workflow_is_deleted_can_still_be_retried(engine: Settings, sqlite_url: str) -> None:
    store = Store.open(sqlite_url)
    with store.transaction() as tx:
        ann = tx.people.add("Ann", ["+15550100"])
    message(store, ann, "SM1", "failed")
    failed("SM1")
    purge_expired(engine, store, MediaStore(engine.media_url), HERE + LATER)
    assert workflow_ids() == set()
    with open_unfinished(engine) as inbox:
        [one] = inbox.unfinished()
        assert one.can_be_retried
    store.close()


def test_text_is_erased_in_batches(store: Store, ann: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for n in range(5):
        message(store, ann, f"SM{n}")
        exchange(store, ann, f"SR{n}")
    assert forget_turn_results(store, NOW + WEEK) == 5
    assert forget_texts(store, NOW + WEEK) == 9
