"""Processes that share a PostgreSQL know which of them are there, and take over from those that are not."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text

from scrapbook import takeover
from scrapbook.errors import SettingsError
from scrapbook.store import Store
from tests.e2e.house import wait_until

APPEARING = """
import sys, time
from scrapbook.store import Store
assert Store.open(sys.argv[1]).presence("other").keep()
print("there", flush=True)
time.sleep(600)
"""


@pytest.fixture
def store(postgresql_url: str) -> Iterator[Store]:
    store = Store.open(postgresql_url)
    yield store
    store.close()


def is_missing(store: Store, name: str) -> bool:
    with store.presence("me").standing_in_for(name) as missing:
        return missing


def test_who_never_came_is_missing(store: Store) -> None:
    assert is_missing(store, "other")


def test_a_name_belongs_to_one_process_until_it_leaves(store: Store, postgresql_url: str) -> None:
    other = Store.open(postgresql_url)
    presence, same = other.presence("other"), store.presence("other")
    assert presence.keep()
    assert presence.keep()
    assert not same.keep()
    assert not is_missing(store, "other")
    presence.leave()
    assert is_missing(store, "other")
    assert same.keep()
    same.leave()
    other.close()


def test_who_is_stood_in_for_cannot_come_back_meanwhile(store: Store) -> None:
    back = store.presence("other")
    with store.presence("me").standing_in_for("other") as missing:
        assert missing
        assert not back.keep()
    assert back.keep()
    back.leave()


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
    presence = store.presence("me")
    assert presence.keep()
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
        presence.keep()
    assert presence.keep()
    assert not is_missing(store, "me")
    presence.leave()


def test_two_processes_under_one_name_are_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(takeover, "GONE_AFTER", 0)
    monkeypatch.setattr(takeover, "EVERY", 0)
    first, second = store.presence("app"), store.presence("app")
    takeover.appear(first, "app")
    with pytest.raises(SettingsError, match="SCRAPBOOK_EXECUTOR_ID"):
        takeover.appear(second, "app")
    first.leave()
