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

    def person_id(self, address: str, look_up: Callable[[str], int | None]) -> int | None:
        """Whose ``address`` it is; ``look_up`` is not asked again so soon after it knew nobody."""
        with self._lock:
            if self._clock() < self._until.get(address, 0.0):
                return None
        person_id = look_up(address)
        if person_id is None:
            with self._lock:
                self._remember(address)
        return person_id

    def _remember(self, address: str) -> None:
        now = self._clock()
        self._until.pop(address, None)
        self._until[address] = now + FOR
        for oldest in list(
            islice(self._until, 2)
        ):  # one comes, two may go: it only ever shrinks to what counts
            if len(self._until) > MOST or self._until[oldest] <= now:
                del self._until[oldest]
