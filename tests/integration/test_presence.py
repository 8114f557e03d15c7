"""No two processes have one name; those that share a PostgreSQL take over from one that is not there."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from scrapbook import failover
from scrapbook.errors import SettingsError
from scrapbook.store import Presence, PresenceHere, Store
from tests.e2e.house import wait_until
from tests.integration.conftest import DATABASES

APPEARING = """
import sys, time
from scrapbook.store import Presence, PresenceHere, Store
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
    with store.presence("me").alone(name) as missing:
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
    with store.presence("me").alone("other") as missing:
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


@pytest.fixture(params=DATABASES)
def presence_of(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], Presence | PresenceHere]:
    """The presence of another process of that name, on either database."""
    if request.param == "sqlite":
        return lambda name: PresenceHere(tmp_path, name)
    return request.getfixturevalue("store").presence


def test_a_name_is_held_by_one_process_at_a_time(
    presence_of: Callable[[str], Presence | PresenceHere],
) -> None:
    first, second, other = (presence_of(name) for name in ("app", "app", "app/2"))
    assert first.keep()
    assert not second.keep()
    assert other.keep()
    assert first.keep()
    first.leave()
    assert second.keep()
    second.leave()
    other.leave()


def test_two_processes_under_one_name_are_refused(
    presence_of: Callable[[str], Presence | PresenceHere], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failover, "GONE_AFTER", 0)
    monkeypatch.setattr(failover, "EVERY", 0)
    first, second = presence_of("app"), presence_of("app")
    failover.appear(first, "app")
    with pytest.raises(SettingsError, match="SCRAPBOOK_EXECUTOR_ID"):
        failover.appear(second, "app")
    first.leave()
