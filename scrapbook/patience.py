"""Trying again, for as long as that can help and the house is up."""

import threading
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_never,
    wait_exponential,
)
from tenacity.stop import stop_base
from typing_extensions import override

from scrapbook.errors import ScrapbookError

log = structlog.get_logger(__name__)
T = TypeVar("T")

WAIT = wait_exponential(multiplier=0.25, max=10)
"""Seconds between two attempts: a quarter of one at first, twice as long each time, up to ten."""


class Stopping(BaseException):
    """The house is being stopped: leave the step unfinished, so that it runs again at the next start."""


class Patience:
    """Tries again, for work that runs in threads; ``stop`` wakes all that waits."""

    def __init__(self) -> None:
        self._stopping = threading.Event()

    @property
    def is_over(self) -> bool:
        return self._stopping.is_set()

    def stop(self) -> None:
        """Wake every step that waits to try again; what it was doing goes on at the next start."""
        self._stopping.set()

    def check(self) -> None:
        """To be called now and then by work that takes long: raises Stopping when it should be left."""
        if self.is_over:
            raise Stopping

    def wait(self, seconds: float) -> None:
        """Raises Stopping when that should be left, too."""
        if self._stopping.wait(seconds):
            raise Stopping

    def __call__(self, work: Callable[[], T], giving_up: Callable[[RetryCallState], bool] = stop_never) -> T:
        """Try until it works, for as long as the error says that trying again can help."""
        retrying = Retrying(
            retry=retry_if_exception(_is_temporary),
            wait=WAIT,
            stop=giving_up,
            sleep=self.wait,
            before_sleep=_say_so,
            reraise=True,
        )
        try:
            return retrying(work)
        except ScrapbookError as error:
            error.attempts = retrying.statistics["attempt_number"]
            raise


async def patiently(
    work: Callable[[], Awaitable[T]], giving_up: Callable[[RetryCallState], bool] = stop_never
) -> T:
    """As ``Patience``, for what is awaited; it ends when its task is cancelled."""
    retrying = AsyncRetrying(
        retry=retry_if_exception(_is_temporary),
        wait=WAIT,
        stop=giving_up,
        before_sleep=_say_so,
        reraise=True,
    )

    async def attempt() -> T:
        return await work()

    try:
        return await retrying(attempt)
    except ScrapbookError as error:
        error.attempts = retrying.statistics["attempt_number"]
        raise


class AfterFailures(stop_base):
    """Give up after so many errors of one kind; other temporary ones are waited out for ever.

    An assistant or a database that is not there is no failure of the work that waits for it.
    """

    def __init__(self, kind: type[ScrapbookError], limit: int) -> None:
        self._kind = kind
        self._left = limit

    @override
    def __call__(self, retry_state: RetryCallState) -> bool:
        if isinstance(retry_state.outcome and retry_state.outcome.exception(), self._kind):
            self._left -= 1
        return self._left <= 0


def _is_temporary(error: BaseException) -> bool:
    return isinstance(error, ScrapbookError) and not error.permanent


def _say_so(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    log.warning("trying_again", attempt=state.attempt_number, because=str(error))
