"""A circuit breaker: while a service fails for everybody, single calls probe whether it is back."""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

import structlog

from scrapbook.errors import ScrapbookError

log = structlog.get_logger(__name__)

FAILURE_THRESHOLD = 3
"""Different recipients whose calls must fail, without a success in between, before the circuit opens."""

MIN_OPEN_SECONDS = 2.0
MAX_OPEN_SECONDS = 60.0
"""Seconds between two probes while the circuit is open; each failed probe doubles them."""


class CircuitOpen(ScrapbookError):
    """The service fails for everybody, so this call was not made."""

    permanent = False


class CircuitBreaker:
    """Threads may share it.

    Args:
        error_type: of the service's errors; others are not counted.
        on_open: is called with the error when the circuit opens.
        clock: in seconds.
    """

    def __init__(
        self,
        error_type: type[ScrapbookError],
        on_open: Callable[[ScrapbookError], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._error_type = error_type
        self._on_open = on_open
        self._clock = clock
        self._lock = threading.Lock()
        self._failed = set[str]()
        self._open_seconds = 0.0
        self._next_probe = 0.0

    @contextmanager
    def attempt(self, recipient: str) -> Generator[None]:
        """Make one call to the service inside the block.

        A permanent error closes the circuit, as a success does: the service has answered. Other errors count
        as failures; those of the same recipient count once.

        Raises:
            CircuitOpen: the circuit is open and no probe is due; the block is not run.
        """
        is_probe = self._enter()
        try:
            yield
        except self._error_type as error:
            if error.permanent:
                self._close()
            else:
                self._fail(recipient, error, is_probe)
            raise
        self._close()

    def _enter(self) -> bool:
        """Return whether this call is a probe. Raises CircuitOpen."""
        with self._lock:
            now = self._clock()
            if self._open_seconds and now < self._next_probe:
                raise CircuitOpen
            self._next_probe = now + self._open_seconds  # the others wait for the result of this probe
            return bool(self._open_seconds)

    def _close(self) -> None:
        with self._lock:
            if self._open_seconds:
                log.info("circuit_closed")
            self._failed.clear()
            self._open_seconds = 0.0

    def _fail(self, recipient: str, error: ScrapbookError, is_probe: bool) -> None:
        with self._lock:
            self._failed.add(recipient)
            if len(self._failed) < FAILURE_THRESHOLD or (self._open_seconds and not is_probe):
                return  # or the call began before the circuit opened
            opens = not self._open_seconds
            self._open_seconds = min(self._open_seconds * 2 or MIN_OPEN_SECONDS, MAX_OPEN_SECONDS)
            self._next_probe = self._clock() + self._open_seconds
        if opens:
            self._on_open(error)
