"""Which of several servers that do the same to ask, without anything between them and whoever asks."""

import hashlib
import math
import time
from collections.abc import Callable, Sequence

AVOIDED_FOR = 30.0
"""Seconds for which a server that did not answer is asked only after all others."""


class Addresses:
    """May be shared between threads.

    Each key has an order of its own (rendezvous hashing): the same in every process and after every start. A
    further address takes over its share of the keys, and the others stay where they are.
    """

    def __init__(self, urls: Sequence[str], clock: Callable[[], float] = time.monotonic) -> None:
        self._urls = tuple(urls)
        self._clock = clock
        self._failed_at = dict.fromkeys(self._urls, -math.inf)

    def of(self, key: str) -> list[str]:
        """All of them, the one to ask first at the front."""
        return sorted(self._urls, key=lambda url: (self._is_avoided(url), _weight(url, key)))

    def failed(self, url: str) -> None:
        """Have this one avoided for a while."""
        self._failed_at[url] = self._clock()

    def _is_avoided(self, url: str) -> bool:
        return self._clock() - self._failed_at[url] < AVOIDED_FOR


def _weight(url: str, key: str) -> bytes:
    return hashlib.sha256(f"{key} {url}".encode()).digest()
