"""Numbers that nobody has: what they text costs next to nothing."""

import threading
import time
from collections.abc import Callable
from itertools import islice

FOR = 5.0
"""Seconds for which a number goes on being a stranger's; whoever is let in waits no longer."""

MOST = 10_000
"""Numbers remembered at a time; beyond that the oldest is forgotten, and costs a look into the database."""


class Strangers:
    """Remembers for a moment who was looked for in vain. May be shared between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until = dict[str, float]()
        self._lock = threading.Lock()

    def is_known(self, address: str) -> bool:
        """Whether nobody had this address a moment ago."""
        with self._lock:
            return self._clock() < self._until.get(address, 0.0)

    def remember(self, address: str) -> None:
        """Nobody has it."""
        with self._lock:
            self._remember(address)

    def _remember(self, address: str) -> None:
        now = self._clock()
        self._until.pop(address, None)
        self._until[address] = now + FOR
        for oldest in list(
            islice(self._until, 2)
        ):  # one comes, two may go: it only ever shrinks to what counts
            if len(self._until) > MOST or self._until[oldest] <= now:
                del self._until[oldest]
