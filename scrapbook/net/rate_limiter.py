"""Limit how often somebody may do something: the messages of a person, the requests of a browser."""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

MINUTE = 60.0

FORGET_FROM = 1_000
"""Keys in memory, from which on those that are free again are looked for and dropped."""

K = TypeVar("K", bound=Hashable)


class RateLimiter(Generic[K]):
    """Allows for each key a number of events per minute, and as many at once. Threads may share it.

    The generic cell rate algorithm (ITU-T I.371). Its state is in memory: each process allows that number,
    and a restart allows it again. A key whose time has come is as one that was never seen, and is dropped.

    Args:
        per_minute: 0 for no limit.
        clock: in seconds.
    """

    def __init__(self, per_minute: int = 0, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._free_at = dict[K, float]()
        self._forget_from = FORGET_FROM
        self._lock = threading.Lock()

    def delay(self, key: K) -> float:
        """Count an event, and return the seconds until it may be processed."""
        if not self._per_minute:
            return 0.0
        with self._lock:
            now = self._clock()
            free_at = self._next(key, now)
            self._set(key, free_at, now)
        return max(0.0, free_at - now - MINUTE)

    def allows(self, key: K) -> bool:
        """Count an event and return true, or return false if it comes too early. Then it is not counted."""
        if not self._per_minute:
            return True
        with self._lock:
            now = self._clock()
            free_at = self._next(key, now)
            if free_at - now > MINUTE:
                return False
            self._set(key, free_at, now)
        return True

    def _next(self, key: K, now: float) -> float:
        return max(self._free_at.get(key, now), now) + MINUTE / self._per_minute

    def _set(self, key: K, free_at: float, now: float) -> None:
        self._free_at[key] = free_at
        if len(self._free_at) >= self._forget_from:
            self._free_at = {key: at for key, at in self._free_at.items() if at > now}
            # Rarely enough, however many are not free yet.
            self._forget_from = max(FORGET_FROM, 2 * len(self._free_at))
