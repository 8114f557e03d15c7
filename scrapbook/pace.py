"""How fast one person's messages are worked on."""

import threading
import time
from collections.abc import Callable

MINUTE = 60.0


class Pace:
    """So many messages a minute and person, a minute's worth of them at once. May be shared between threads.

    The generic cell rate algorithm (ITU-T I.371), in the memory of one process: several processes let through
    so many each, and a restart a minute's worth more.

    Args:
        per_minute: 0 for no limit.
        clock: seconds.
    """

    def __init__(self, per_minute: int = 0, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._free_at = dict[int, float]()
        self._lock = threading.Lock()

    def seconds(self, person_id: int) -> float:
        """Until the person's next message may be worked on, which this one is taken to be."""
        if not self._per_minute:
            return 0.0
        with self._lock:
            now = self._clock()
            free_at = max(self._free_at.get(person_id, now), now) + MINUTE / self._per_minute
            self._free_at[person_id] = free_at
        return max(0.0, free_at - now - MINUTE)
