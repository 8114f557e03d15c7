"""Wakes the engine when there is work, so that it need not look for it all the time.

DBOS looks into each queue at an interval and knows no other way. Often enough for an answer at once, that
costs a fifth of a processor core for nothing at all. Its queue threads sleep on the event that ends them;
here that event can also be rung: a queue is looked into when this process has put something in or has ended
something of it (the next of that person's may have waited for it), and rarely otherwise.

A DBOS that calls its threads otherwise works as well without this, and costs more.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

from dbos import DBOS
from dbos import _dbos as engine  # pyright: ignore[reportPrivateUsage]
from typing_extensions import override

IDLE_POLLING = 1.0
"""Seconds between two looks into a queue where nothing happens: so long waits what another process put in."""

SHARE = 4
"""Where a queue is rung for all the time, one part in so many of it is spent with looking: on a busy machine
a look takes longer, and then finds more."""

THREAD = "queue-worker-"


class Doorbell(threading.Event):
    """The event that ends the engine's queue threads; until then it wakes that of one queue."""

    def __init__(self) -> None:
        super().__init__()
        self._changed = threading.Condition()
        self._rung: set[str] = set()
        self._woken: dict[str, float] = {}

    def ring(self, queue: str) -> None:
        """Something was put into the queue, or something of it has ended."""
        with self._changed:
            self._rung.add(queue)
            self._changed.notify_all()

    @override
    def set(self) -> None:
        super().set()
        with self._changed:
            self._changed.notify_all()

    @override
    def wait(self, timeout: float | None = None) -> bool:
        """Until the event is set or the time is over; for a queue's own thread, until it is time to look."""
        thread = threading.current_thread().name
        if not thread.startswith(THREAD) or timeout is None:
            return super().wait(timeout)
        self._wait_for_work(thread.removeprefix(THREAD), timeout)
        return self.is_set()

    def _wait_for_work(self, queue: str, interval: float) -> None:
        looked = time.monotonic()
        took = looked - self._woken.get(queue, looked)
        later = looked + max(interval, IDLE_POLLING)
        soon = min(looked + max(interval, took * (SHARE - 1)), later)
        with self._changed:
            while not self.is_set():
                left = (soon if queue in self._rung else later) - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(left)
            self._rung.discard(queue)
            self._woken[queue] = time.monotonic()


_doorbell = Doorbell()


class _WatchedWorkflows(engine.ActiveWorkflowById):  # pyright: ignore[reportPrivateImportUsage]
    """The engine's own list of what runs in this process; what has ended, and is written down, leaves it."""

    @override
    def _remove(self, key: str, bucket: tuple[str, str | None] | None) -> None:
        super()._remove(key, bucket)
        if bucket is not None:
            _doorbell.ring(bucket[0])


def install() -> None:
    """To be called before the engine is made."""
    global _doorbell  # noqa: PLW0603 - one for the engine, of which a process has one
    _doorbell = Doorbell()
    engine.queue_thread = _queue_thread  # pyright: ignore[reportPrivateImportUsage]
    engine.ActiveWorkflowById = _WatchedWorkflows  # pyright: ignore[reportPrivateImportUsage]


def ring(queue: str) -> None:
    """To be called when something was put into the queue."""
    _doorbell.ring(queue)


_stock_queue_thread: Callable[[threading.Event, Any], None] = engine.queue_thread  # pyright: ignore[reportPrivateImportUsage]


def _queue_thread(stop: threading.Event, dbos: DBOS) -> None:
    doorbell = _doorbell
    dbos.background_thread_stop_events.append(doorbell)
    if stop.is_set():
        return
    _stock_queue_thread(doorbell, dbos)
