"""Wakes the engine when there is work, so that it need not look for it all the time.

DBOS looks into each queue at an interval and knows no other way. Often enough for an answer at once, that
costs a fifth of a processor core for nothing at all. Its queue threads sleep on the event that ends them;
here that event can also be rung: a queue is looked into at once when this process puts something in, often
for a moment after anything of it has ended (the next of that person's may have waited for it), and rarely
otherwise.

A DBOS that calls its threads otherwise works as well without this, and costs more.
"""

import functools
import threading
import time
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from dbos import DBOS
from dbos import _dbos as engine  # pyright: ignore[reportPrivateUsage]
from typing_extensions import override

IDLE_POLLING = 1.0
"""Seconds between two looks into a queue where nothing happens: so long waits what another process put in."""

ALERT = 0.5
"""Seconds after something happened in a queue in which it is looked into at its own interval."""

THREAD = "queue-worker-"

P = ParamSpec("P")
T = TypeVar("T")


class Doorbell(threading.Event):
    """The event that ends the engine's queue threads; until then it wakes that of one queue."""

    def __init__(self) -> None:
        super().__init__()
        self._changed = threading.Condition()
        self._rung: set[str] = set()
        self._alert_until: dict[str, float] = {}

    def ring(self, queue: str) -> None:
        """Something was put into the queue, or something of it is about to end."""
        with self._changed:
            self._rung.add(queue)
            self._alert_until[queue] = time.monotonic() + ALERT
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
        with self._changed:
            while not self.is_set():
                now = time.monotonic()
                is_alert = queue in self._rung or now < self._alert_until.get(queue, 0)
                left = looked + (interval if is_alert else max(interval, IDLE_POLLING)) - now
                if left <= 0:
                    break
                self._changed.wait(left)
            self._rung.discard(queue)


_doorbell = Doorbell()


def install() -> None:
    """To be called before the engine is launched."""
    global _doorbell  # noqa: PLW0603 - one for the engine, of which a process has one
    _doorbell = Doorbell()
    engine.queue_thread = _queue_thread  # pyright: ignore[reportPrivateImportUsage]


def ring(queue: str) -> None:
    """To be called when something was put into the queue."""
    _doorbell.ring(queue)


def ringing(queue: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """For a workflow of that queue: when it has ended, the queue is looked into."""

    def decorate(workflow: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(workflow)
        def watched(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return workflow(*args, **kwargs)
            finally:
                _doorbell.ring(queue)

        return watched

    return decorate


_stock_queue_thread: Callable[[threading.Event, Any], None] = engine.queue_thread  # pyright: ignore[reportPrivateImportUsage]


def _queue_thread(stop: threading.Event, dbos: DBOS) -> None:
    doorbell = _doorbell
    dbos.background_thread_stop_events.append(doorbell)
    if stop.is_set():
        return
    _stock_queue_thread(doorbell, dbos)
