"""Client-side load balancing over servers that do the same."""

import hashlib
import math
import time
from collections.abc import Callable, Sequence

COOLDOWN = 30.0
"""Seconds for which a server that failed comes after all others."""


class ServerPool:
    """Orders the servers for each key by rendezvous hashing. Threads may share it.

    The order for a key is the same in every process and after every restart. A new server takes over its
    share of the keys; the other keys stay where they are.
    """

    def __init__(self, urls: Sequence[str], clock: Callable[[], float] = time.monotonic) -> None:
        self._urls = tuple(urls)
        self._clock = clock
        self._failed_at = dict.fromkeys(self._urls, -math.inf)

    def in_order(self, key: str) -> list[str]:
        """Return all URLs in the order in which to try them."""
        return sorted(self._urls, key=lambda url: (self._is_cooling_down(url), _weight(url, key)))

    def mark_failed(self, url: str) -> None:
        """Put this server behind all others for ``COOLDOWN`` seconds."""
        self._failed_at[url] = self._clock()

    def mark_recovered(self, url: str) -> None:
        """Record that a server that failed works again."""
        self._failed_at[url] = -math.inf

    def is_suspect(self, url: str) -> bool:
        """Return whether this server has failed, and has not been seen to work since."""
        return self._failed_at[url] > -math.inf

    def has_another(self, url: str) -> bool:
        """Return whether any other server is not cooling down."""
        return any(other != url and not self._is_cooling_down(other) for other in self._urls)

    def _is_cooling_down(self, url: str) -> bool:
        return self._clock() - self._failed_at[url] < COOLDOWN


def _weight(url: str, key: str) -> bytes:
    return hashlib.sha256(f"{key} {url}".encode()).digest()
