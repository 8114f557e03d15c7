"""A circuit breaker: while a service fails everybody, one call now and then finds out whether it is back."""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

import structlog

from scrapbook.errors import ScrapbookError

log = structlog.get_logger(__name__)

ENOUGH = 3
"""How many have to fail, one after the other and nobody in between succeeding, before all of them wait."""

FIRST_PAUSE = 2.0
LONGEST_PAUSE = 60.0
"""Seconds between two calls while the circuit is open; each failure doubles them."""


class Paused(ScrapbookError):
    """The service is failing everybody, so this call was not even tried."""

    permanent = False


class Circuit:
    """May be shared between threads.

    Args:
        kind: the service's errors; others say nothing about it.
        opened: is called with the error when calls begin to be held back, once until they succeed again.
    """

    def __init__(
        self,
        kind: type[ScrapbookError],
        opened: Callable[[ScrapbookError], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kind = kind
        self._opened = opened
        self._clock = clock
        self._lock = threading.Lock()
        self._failing = set[str]()
        self._pause = 0.0
        self._next = 0.0

    @contextmanager
    def attempt(self, whom: str) -> Generator[None]:
        """A call to the service inside, which is made for ``whom``.

        One that fails for good is an answer, too: the service is there. One that may be tried again counts as
        a failure of the service; those of one and the same ``whom`` count once.

        Raises:
            Paused: it is not its turn yet; nothing inside is done.
        """
        is_probe = self._enter()
        try:
            yield
        except self._kind as error:
            if error.permanent:
                self._close()
            else:
                self._fail(whom, error, is_probe)
            raise
        self._close()

    def _enter(self) -> bool:
        """Returns whether the circuit is open, so that this call finds out whether the service is back."""
        with self._lock:
            now = self._clock()
            if self._pause and now < self._next:
                raise Paused
            self._next = now + self._pause  # the others wait for what this one finds out
            return bool(self._pause)

    def _close(self) -> None:
        with self._lock:
            if self._pause:
                log.info("circuit_closed")
            self._failing.clear()
            self._pause = 0.0

    def _fail(self, whom: str, error: ScrapbookError, is_probe: bool) -> None:
        with self._lock:
            self._failing.add(whom)
            if len(self._failing) < ENOUGH or (self._pause and not is_probe):
                return  # one that had begun before the circuit opened says nothing new
            is_news = not self._pause
            self._pause = min(self._pause * 2 or FIRST_PAUSE, LONGEST_PAUSE)
            self._next = self._clock() + self._pause
        if is_news:
            self._opened(error)
