"""Throttle log events that anybody on the internet can cause."""

import threading
import time
from collections.abc import Callable

INTERVAL = 60.0
"""Seconds between two lines of the same event."""


class ThrottledLog:
    """Writes the first line of an event at once, and then at most one a minute. Threads may share it.

    Each line has a count, which includes the lines that were left out before it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._next = dict[str, float]()
        self._unreported = dict[str, int]()
        self._lock = threading.Lock()

    def __call__(self, write: Callable[..., object], event: str, **fields: str) -> None:
        """Write the line, or count it.

        Args:
            write: a method of a log.
            event: must be one of few: its count is in memory for ever.
        """
        with self._lock:
            count = self._unreported.get(event, 0) + 1
            self._unreported[event] = count
            now = self._clock()
            if now < self._next.get(event, now):
                return
            self._next[event], self._unreported[event] = now + INTERVAL, 0
        write(event, **fields, count=count)
