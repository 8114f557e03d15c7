"""Figures of the store: right, and read from the partial indexes alone."""

from datetime import timedelta

import pytest
from sqlalchemy import create_engine, event

from scrapbook.errors import StoreError
from scrapbook.store import EngineQueues, Store, figures
from tests.integration.conftest import NOW


def received(store: Store, sid: str, minutes_ago: int = 0) -> None:
    with store.transaction() as tx:
        ada = tx.people.by_address("+15550100") or tx.people.add("Ada", ["+15550100"])
        tx.messages.record(
            sid=sid,
            person_id=ada.id,
            from_="+15550100",
            to="+15550199",
            body="a thought",
            received_at=NOW - timedelta(minutes=minutes_ago),
        )


def test_it_counts_what_is_not_finished_and_tells_the_oldest(store: Store) -> None:
    for sid, minutes_ago in (("SM1", 9), ("SM2", 5), ("SM3", 1), ("SM4", 0)):
        received(store, sid, minutes_ago)
    with store.transaction() as tx:
        tx.messages.set_state("SM1", "failed", "it went wrong")
        tx.messages.set_state("SM4", "answered")
        recorded = tx.replies.record("SM4", "+15550199", "+15550100", ["one", "two"], [1, 1], NOW)
        tx.replies.mark_failed(recorded[0].id, 30007, "filtered", NOW)
    found = store.figures()
    assert found.arrived == 4
    assert found.unfinished == {"failed": 1, "received": 2}
    assert found.oldest_unfinished == NOW - timedelta(minutes=5)
    assert found.unsent == {("failed", 30007): 1, ("recorded", None): 1}


def test_an_empty_scrapbook_has_nothing_to_tell(store: Store) -> None:
    found = store.figures()
    assert (found.arrived, found.unfinished, found.oldest_unfinished, found.unsent) == (0, {}, None, {})


def test_it_counts_no_more_than_it_says(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "MOST_COUNTED", 2)
    for n in range(5):
        received(store, f"SM{n}")
    assert store.figures().unfinished == {"received": 2}


def test_it_reads_no_table_from_one_end_to_the_other(sqlite_url: str) -> None:
    store, statements = Store.open(sqlite_url), []
    event.listen(store._engine, "before_cursor_execute", lambda *told: statements.append(told[2:4]))
    try:
        store.figures()
    finally:
        store.close()
    plain = create_engine(sqlite_url)
    with plain.connect() as connection:
        for statement, parameters in statements:
            if statement.startswith("SELECT"):
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                steps = [row[3] for row in plan]
                scans = [step for step in steps if step.startswith("SCAN") and "INDEX ix_" not in step]
                assert all("(subquery" in step or "anon" in step for step in scans), steps
    plain.dispose()


def test_in_the_queues_of_an_engine_that_was_never_needed_is_nothing(tmp_path) -> None:
    queues = EngineQueues.open(f"sqlite:///{tmp_path}/journey.db")
    assert queues.figures() == {}
    queues.close()
    assert not (tmp_path / "journey.db").exists()


def test_queues_of_a_database_that_is_none_cannot_be_read(tmp_path) -> None:
    (tmp_path / "journey.db").write_bytes(b"no database" * 1000)
    queues = EngineQueues.open(f"sqlite:///{tmp_path}/journey.db")
    with pytest.raises(StoreError):
        queues.figures()
    queues.close()
