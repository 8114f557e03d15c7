"""No two processes have one name; those that share a PostgreSQL take over from one that is not there."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from scrapbook.errors import SettingsError
from scrapbook.store import ExecutorLock, FileExecutorLock, Store
from scrapbook.workflows import failover
from tests.integration.conftest import DATABASES
from tests.support.installation import wait_until

APPEARING = """
import sys, time
from scrapbook.store import Store
assert Store.open(sys.argv[1]).executor_lock("other").acquire()
print("there", flush=True)
time.sleep(600)
"""


@pytest.fixture
def store(postgresql_url: str) -> Iterator[Store]:
    store = Store.open(postgresql_url)
    yield store
    store.close()


def is_missing(store: Store, name: str) -> bool:
    with store.executor_lock("me").try_exclusively(name) as missing:
        return missing


def test_who_never_came_is_missing(store: Store) -> None:
    assert is_missing(store, "other")


def test_a_name_belongs_to_one_process_until_it_leaves(store: Store, postgresql_url: str) -> None:
    other = Store.open(postgresql_url)
    lock, same = other.executor_lock("other"), store.executor_lock("other")
    assert lock.acquire()
    assert lock.acquire()
    assert not same.acquire()
    assert not is_missing(store, "other")
    lock.release()
    # The server releases it when it notices that the connection is closed.
    wait_until(lambda: is_missing(store, "other"), 10, lambda: "the name was not released")
    assert same.acquire()
    same.release()
    other.close()


def test_who_is_stood_in_for_cannot_come_back_meanwhile(store: Store) -> None:
    back = store.executor_lock("other")
    with store.executor_lock("me").try_exclusively("other") as missing:
        assert missing
        assert not back.acquire()
    assert back.acquire()
    back.release()


def test_a_process_that_is_killed_is_missed_and_one_that_hangs_is_not(
    store: Store, postgresql_url: str
) -> None:
    process = subprocess.Popen([sys.executable, "-c", APPEARING, postgresql_url], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"there\n"
        os.kill(process.pid, signal.SIGSTOP)
        assert not is_missing(store, "other")
    finally:
        process.kill()
        process.communicate()
    wait_until(lambda: is_missing(store, "other"), 10, lambda: "the killed process is still there")


def test_a_lost_connection_is_made_anew(store: Store, postgresql_url: str) -> None:
    lock = store.executor_lock("me")
    assert lock.acquire()
    engine = create_engine(postgresql_url)
    with engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database ="
                " (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        )
    engine.dispose()
    with pytest.raises(Exception, match="database failed"):
        lock.acquire()
    assert lock.acquire()
    assert not is_missing(store, "me")
    lock.release()


@pytest.fixture(params=DATABASES)
def lock_of(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Callable[[str], ExecutorLock | FileExecutorLock]:
    """The lock of another process of that name, on either database."""
    if request.param == "sqlite":
        return lambda name: FileExecutorLock(tmp_path, name)
    return request.getfixturevalue("store").executor_lock


def test_a_name_is_held_by_one_process_at_a_time(
    lock_of: Callable[[str], ExecutorLock | FileExecutorLock],
) -> None:
    first, second, other = (lock_of(name) for name in ("app", "app", "app/2"))
    assert first.acquire()
    assert not second.acquire()
    assert other.acquire()
    assert first.acquire()
    first.release()
    assert second.acquire()
    second.release()
    other.release()


def test_two_processes_under_one_name_are_refused(
    lock_of: Callable[[str], ExecutorLock | FileExecutorLock], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failover, "EXECUTOR_TIMEOUT", 0)
    monkeypatch.setattr(failover, "CHECK_INTERVAL", 0)
    first, second = lock_of("app"), lock_of("app")
    failover.claim_executor_id(first, "app")
    with pytest.raises(SettingsError, match="SCRAPBOOK_EXECUTOR_ID"):
        failover.claim_executor_id(second, "app")
    first.release()
