"""Row counts for monitoring: right, and read from partial indexes only."""

from datetime import timedelta

import pytest
from sqlalchemy import create_engine, event

from scrapbook.errors import StoreError
from scrapbook.store import DbosQueues, Store, stats
from tests.integration.conftest import NOW


def received(store: Store, message_id: str, minutes_ago: int = 0) -> None:
    with store.transaction() as tx:
        ada = tx.people.by_address("+15550100") or tx.people.add("Ada", ["+15550100"])
        tx.messages.record(
            message_id=message_id,
            person_id=ada.id,
            from_="+15550100",
            to="+15550199",
            body="a thought",
            received_at=NOW - timedelta(minutes=minutes_ago),
        )


def test_it_counts_unfinished_messages_and_finds_the_oldest(store: Store) -> None:
    for message_id, minutes_ago in (("SM1", 9), ("SM2", 5), ("SM3", 1), ("SM4", 0)):
        received(store, message_id, minutes_ago)
    with store.transaction() as tx:
        tx.messages.set_state("SM1", "failed", "it went wrong")
        tx.messages.set_state("SM4", "answered")
        recorded = tx.outbound_messages.record_reply(
            tx.messages.get("SM4").person_id, "SM4", "+15550199", "+15550100", ["one", "two"], [1, 1], NOW
        )
        tx.outbound_messages.mark_failed(recorded[0].id, 30007, "filtered", NOW)
    found = store.stats()
    assert found.arrived == 4
    assert found.unfinished == {"failed": 1, "received": 2}
    assert found.oldest_unfinished == NOW - timedelta(minutes=5)
    assert found.unsent == {("failed", 30007): 1, ("recorded", None): 1}


def test_the_counts_of_an_empty_scrapbook_are_zero(store: Store) -> None:
    found = store.stats()
    assert (found.arrived, found.unfinished, found.oldest_unfinished, found.unsent) == (0, {}, None, {})


def test_it_counts_no_more_than_it_says(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stats, "MAX_COUNTED", 2)
    for n in range(5):
        received(store, f"SM{n}")
    assert store.stats().unfinished == {"received": 2}


def test_it_reads_no_table_from_one_end_to_the_other(sqlite_url: str) -> None:
    store, statements = Store.open(sqlite_url), []
    event.listen(store._engine, "before_cursor_execute", lambda *event_: statements.append(event_[2:4]))
    try:
        store.stats()
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


def test_without_a_dbos_database_the_queues_are_empty(tmp_path) -> None:
    queues = DbosQueues.open(f"sqlite:///{tmp_path}/journey.db")
    assert queues.stats() == {}
    queues.close()
    assert not (tmp_path / "journey.db").exists()


def test_queues_in_a_damaged_file_cannot_be_read(tmp_path) -> None:
    (tmp_path / "journey.db").write_bytes(b"no database" * 1000)
    queues = DbosQueues.open(f"sqlite:///{tmp_path}/journey.db")
    with pytest.raises(StoreError):
        queues.stats()
    queues.close()
