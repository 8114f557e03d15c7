"""Log lines that anybody can cause, counted instead of written one by one."""

import threading
import time
from collections.abc import Callable

EVERY = 60.0
"""Seconds between two lines of the same kind."""


class Seldom:
    """Writes the first line of a kind at once, and then one a minute at most, with how many it stands for.

    What came after the last line is told with the next, whenever that is. May be shared between threads.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._next = dict[str, float]()
        self._untold = dict[str, int]()
        self._lock = threading.Lock()

    def __call__(self, write: Callable[..., object], event: str, **fields: str) -> None:
        """``write`` is a method of a log, ``event`` what makes the kind; there are few of those."""
        with self._lock:
            count = self._untold.get(event, 0) + 1
            self._untold[event] = count
            now = self._clock()
            if now < self._next.get(event, now):
                return
            self._next[event], self._untold[event] = now + EVERY, 0
        write(event, **fields, count=count)
