"""The engine looks where there is work, and rests where there is none."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from dbos import DBOS, SetEnqueueOptions

from scrapbook import waking
from scrapbook.app import start_workers
from scrapbook.journey import LINKS_QUEUE, MESSAGES_QUEUE
from scrapbook.settings import Settings

FAR_AWAY = 60.0
"""Seconds between two looks into an idle queue, in a test that must not wait for one."""


@DBOS.workflow()
def work(done: str) -> None:
    _done.append(done)
    _news.set()


_done: list[str] = []
_news = threading.Event()


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SCRAPBOOK_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(waking, "IDLE_POLLING", FAR_AWAY)
    _done.clear()
    start_workers(Settings.load())
    try:
        yield
    finally:
        DBOS.destroy()


def enqueue(text: str, priority: int = 1) -> None:
    with SetEnqueueOptions(queue_partition_key="ada", priority=priority):
        DBOS.enqueue_workflow(MESSAGES_QUEUE, work, text)


def wait_for(count: int) -> None:
    while len(_done) < count:
        assert _news.wait(20), _done
        _news.clear()


def test_it_looks_at_once_when_something_was_put_in(engine: None) -> None:
    enqueue("first")
    waking.ring(MESSAGES_QUEUE)
    wait_for(1)


def test_it_looks_again_when_something_has_ended_that_the_next_waited_for(engine: None) -> None:
    """Of one person there is one at a time, so each waits for the one before."""
    for priority, text in enumerate(("first", "second", "third"), 1):
        enqueue(text, priority)
    waking.ring(MESSAGES_QUEUE)
    wait_for(3)
    assert _done == ["first", "second", "third"]


def test_it_rests_where_nothing_happens() -> None:
    looks = looks_within(0.5, waking.Doorbell(), interval=0.01)
    assert looks == 0


def test_it_does_not_look_all_the_time_where_something_happens_all_the_time() -> None:
    doorbell = waking.Doorbell()

    def look() -> None:
        time.sleep(0.05)
        doorbell.ring(LINKS_QUEUE)

    doorbell.ring(LINKS_QUEUE)
    assert looks_within(1.0, doorbell, interval=0.001, look=look) <= 1.0 / (0.05 * waking.SHARE) + 1


def test_it_sleeps_no_longer_where_something_happened_than_where_nothing_did(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However long the last look took: it may have waited for a database that was away."""
    monkeypatch.setattr(waking, "IDLE_POLLING", 0.01)
    doorbell = waking.Doorbell()

    def look() -> None:
        time.sleep(0.3)
        doorbell.ring(LINKS_QUEUE)

    doorbell.ring(LINKS_QUEUE)
    assert looks_within(3.0, doorbell, interval=0.001, look=look) > 3.0 / (0.3 * waking.SHARE) + 1


def test_it_ends_at_once() -> None:
    doorbell = waking.Doorbell()
    threading.Timer(0.1, doorbell.set).start()
    began = time.monotonic()
    assert looks_within(FAR_AWAY, doorbell, interval=FAR_AWAY) == 0
    assert time.monotonic() - began < FAR_AWAY / 2


def looks_within(
    seconds: float, doorbell: waking.Doorbell, interval: float, look: Callable[[], None] = lambda: None
) -> int:
    """How often a queue's thread would have looked into it by then."""
    looks = 0
    until = time.monotonic() + seconds

    def poll() -> None:
        nonlocal looks
        while not doorbell.wait(interval) and time.monotonic() < until:
            looks += 1
            look()

    thread = threading.Thread(target=poll, name=f"{waking.THREAD}{LINKS_QUEUE}")
    thread.start()
    thread.join(seconds)
    doorbell.set()
    thread.join()
    return looks
