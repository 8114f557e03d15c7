"""What is thrown away, when, and what is not."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from dbos import DBOS, SetWorkflowID

from scrapbook import housekeeping
from scrapbook.app import start_workers
from scrapbook.housekeeping import discard_strays, forget_failures, forget_wordings, tidy
from scrapbook.inbox import opened
from scrapbook.media import MediaStore
from scrapbook.settings import Settings
from scrapbook.store import Outcome, Person, Store
from tests.integration.conftest import NOW

WEEK = timedelta(days=7)
LATER = timedelta(days=40)
HERE = datetime.now(NOW.tzinfo)


@DBOS.workflow()
def fails(private: str) -> None:
    raise ValueError(private)


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
    monkeypatch.setattr(housekeeping, "ANSWER", fails.__qualname__)
    settings = Settings.load()
    start_workers(settings)
    yield settings
    DBOS.destroy()


def failed(sid: str) -> None:
    with SetWorkflowID(sid), pytest.raises(ValueError, match="geranium"):
        fails("the geranium one")


def journeys() -> set[str]:
    return {journey.workflow_id for journey in DBOS.list_workflows()}


def test_a_journey_that_failed_goes_in_time_unless_it_alone_holds_its_message(
    engine: Settings, sqlite_url: str
) -> None:
    store = Store.open(sqlite_url)
    with store.transaction() as tx:
        ann = tx.people.add("Ann", ["+15550100"])
    message(store, ann, "SM1", "failed")
    for sid in ("SM1", "SM1.1", "SM2"):
        failed(sid)
    assert forget_failures(store, HERE - timedelta(days=30)) == 0
    assert forget_failures(store, HERE + LATER) == 2
    assert journeys() == {"SM2"}
    assert forget_failures(store, HERE + LATER) == 0
    store.close()


def test_a_message_whose_journey_is_forgotten_can_still_be_tried_again(
    engine: Settings, sqlite_url: str
) -> None:
    store = Store.open(sqlite_url)
    with store.transaction() as tx:
        ann = tx.people.add("Ann", ["+15550100"])
    message(store, ann, "SM1", "failed")
    failed("SM1")
    tidy(store, MediaStore(engine.media_url), HERE + LATER)
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
    assert forget_wordings(store, NOW + WEEK) == 5
