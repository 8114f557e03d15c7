"""The write lock of SQLite goes round among the processes that write; one that ends keeps nobody waiting."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scrapbook.store import Store
from tests.integration.conftest import NOW
from tests.support.installation import wait_until

WITHOUT_A_PAUSE = """
import sys, time
from datetime import UTC, datetime
from scrapbook.store import Store

store, number = Store.open(sys.argv[1]), 0
print("writes", flush=True)
while True:
    with store.transaction() as tx:
        number += 1
        tx.calls.record(f"CA{number}", "+15550100", "+15550199", datetime.now(UTC))
        time.sleep(0.05)
"""
"""As an action server does in a burst."""

WAITS_WITH_A_CHILD = """
import os, sys, threading, time
from datetime import UTC, datetime
from scrapbook.store import Store

store = Store.open(sys.argv[1])

def write():
    with store.transaction() as tx:
        tx.calls.record("CA1", "+15550100", "+15550199", datetime.now(UTC))
    print("has written", flush=True)

writer = threading.Thread(target=write)
writer.start()
sys.stdin.readline()  # the thread waits by then
if (child := os.fork()) == 0:
    time.sleep(600)
    os._exit(0)
print(child, flush=True)
writer.join()
sys.stdin.readline()
"""
"""Forks while a thread waits for the lock; the child knows nothing of it."""

TURNS = 10
AT_ONCE = 2.5
"""Seconds: half of LOCK_TIMEOUT, after which a lock that is never released is no longer waited for."""


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/scrapbook.db"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    store = Store.open(url)
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def writing_without_a_pause(store: Store, url: str) -> Iterator[None]:
    command = [sys.executable, "-c", WITHOUT_A_PAUSE, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writes\n"
        yield
        assert process.poll() is None
        process.kill()


def is_locked(folder: Path) -> bool:
    place = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(place, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(place)
    return False


def seconds_to_write(store: Store, number: int) -> float:
    began = time.monotonic()
    with store.transaction() as tx:
        tx.calls.record(f"CB{number}", "+15550100", "+15550199", NOW)
    return time.monotonic() - began


@pytest.mark.usefixtures("writing_without_a_pause")
def test_a_process_that_writes_without_a_pause_shuts_no_other_out(store: Store):
    took: list[float] = []
    for number in range(TURNS):
        took.append(seconds_to_write(store, number))
        time.sleep(0.01)  # in which the other has the lock again
    assert sorted(took)[TURNS // 2] < 1, took


@pytest.mark.parametrize("is_killed", [False, True])
def test_a_child_that_was_forked_while_its_parent_waited_keeps_nobody_waiting(
    store: Store, url: str, tmp_path: Path, is_killed: bool
):
    """Whether its parent has its turn, or is killed before."""
    command = [sys.executable, "-c", WAITS_WITH_A_CHILD, url]
    child = 0
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            with store.transaction():
                wait_until(lambda: is_locked(tmp_path), 60, lambda: "it does not wait")
                process.stdin.write("fork\n")
                process.stdin.flush()
                child = int(process.stdout.readline())
                if is_killed:
                    process.kill()
                    process.wait()
            if not is_killed:
                assert process.stdout.readline() == "has written\n"
            assert seconds_to_write(store, 0) < AT_ONCE
        finally:
            process.kill()
            if child:
                os.kill(child, signal.SIGKILL)
