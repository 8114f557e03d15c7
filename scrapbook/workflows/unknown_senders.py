"""Cache addresses that belong to nobody, so that a flood of messages from them costs next to nothing."""

import time
from collections.abc import Callable

from cachetools import TTLCache

TTL = 5.0
"""Seconds for which a number is cached as unknown; a person who is added waits no longer."""

MAX_ENTRIES = 10_000
"""Beyond that the address that was remembered first is dropped, and costs a look into the database."""


class UnknownSenderCache:
    """For one event loop."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._addresses: TTLCache[str, None] = TTLCache(MAX_ENTRIES, TTL, timer=clock)

    def is_known(self, address: str) -> bool:
        """Return whether nobody had this address within the last ``TTL`` seconds."""
        return address in self._addresses

    def remember(self, address: str) -> None:
        """Record that nobody has this address."""
        self._addresses[address] = None
