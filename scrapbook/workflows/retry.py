"""Retries: how long the app waits between two attempts, and how many it makes of what.

An error says whether another attempt can help (``ScrapbookError.permanent``). A policy counts errors of one
kind only: while the assistant or the database is away, attempts go on without a limit.
"""

import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_any,
    stop_before_delay,
    wait_exponential,
)
from tenacity.stop import stop_base
from typing_extensions import override

from scrapbook.errors import (
    AssistantFailed,
    FileUnreadable,
    LinkError,
    MediaError,
    ModelUnavailable,
    ScrapbookError,
    SendError,
    VoiceFailed,
    VoiceUnavailable,
)
from scrapbook.observability.redaction import reason

log = structlog.get_logger(__name__)
T = TypeVar("T")

MIN_WAIT, MAX_WAIT = 0.25, 10.0
"""Seconds before the second attempt, and at most between two; each wait is twice the one before."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Give up after so many errors of one kind.

    Attributes:
        error: the kind that is counted.
        attempts: how many errors end it.
    """

    error: type[ScrapbookError]
    attempts: int


TURN = RetryPolicy(AssistantFailed, 6)
"""Half a minute: then the message is saved just as it came, or, if it is a command, apologised for."""

SEND = RetryPolicy(SendError, 500)
"""About an hour and a half: then the message stands in ``scrapbook inbox``."""

DOWNLOAD_MEDIA = RetryPolicy(MediaError, 90)
"""A quarter of an hour. The provider stores the file until it is asked to delete it."""

DELETE_MEDIA = RetryPolicy(MediaError, 5)
"""Some seconds: that the provider still has a file is only reported."""

MEASURE_MEMO = (RetryPolicy(VoiceUnavailable, 6), RetryPolicy(VoiceFailed, 6))
"""Some seconds: the duration is only told to the sender."""

TRANSCRIBE_MEMO = (
    # Audio that ends the speech server so often is the reason why it ends.
    RetryPolicy(VoiceFailed, 3),
    # Some minutes, for a speech server that restarts or downloads its model.
    RetryPolicy(VoiceUnavailable, 30),
    RetryPolicy(ModelUnavailable, 30),
)

READ_FILE = RetryPolicy(FileUnreadable, 3)
"""Some seconds: reading a file takes too long only on a machine that is busy."""

PREVIEW_LINK = RetryPolicy(LinkError, 5)
"""Some seconds: nobody waits for it, and most pages that are away stay away."""


class ShutdownRequested(BaseException):
    """The app is stopping: leave the step unfinished, so that it runs again at the next start."""


class Retrier:
    """Retries work that blocks, in any thread; ``stop`` wakes all that waits."""

    def __init__(self) -> None:
        self._stopping = threading.Event()

    @property
    def is_stopping(self) -> bool:
        return self._stopping.is_set()

    def stop(self) -> None:
        """Wake every step that waits for its next attempt; it runs again at the next start."""
        self._stopping.set()

    def check(self) -> None:
        """Raise ShutdownRequested when the app is stopping; long work calls this now and then."""
        if self.is_stopping:
            raise ShutdownRequested

    def wait(self, seconds: float) -> None:
        """Wait. Raises ShutdownRequested as soon as the app is stopping."""
        if self._stopping.wait(seconds):
            raise ShutdownRequested

    def __call__(self, work: Callable[[], T], *policies: RetryPolicy, seconds: float | None = None) -> T:
        """Call ``work`` until it succeeds.

        Args:
            seconds: after which no new attempt begins.

        Raises:
            ScrapbookError: a permanent one, the last that a policy counts, or the last before ``seconds``.
            ShutdownRequested: the app is stopping.
        """
        retrying = Retrying(
            retry=retry_if_exception(_is_temporary),
            wait=wait_exponential(multiplier=MIN_WAIT, max=MAX_WAIT),
            stop=_stop(policies, seconds),
            sleep=self.wait,
            before_sleep=_log_retry,
            reraise=True,
        )
        try:
            return retrying(work)
        except ScrapbookError as error:
            error.attempts = retrying.statistics["attempt_number"]
            raise


async def retry(work: Callable[[], Awaitable[T]], *policies: RetryPolicy, seconds: float | None = None) -> T:
    """Await ``work`` until it succeeds.

    Args:
        seconds: after which no new attempt begins.

    Raises:
        ScrapbookError: a permanent one, the last that a policy counts, or the last before ``seconds``.
    """
    retrying = AsyncRetrying(
        retry=retry_if_exception(_is_temporary),
        wait=wait_exponential(multiplier=MIN_WAIT, max=MAX_WAIT),
        stop=_stop(policies, seconds),
        before_sleep=_log_retry,
        reraise=True,
    )

    async def attempt() -> T:
        return await work()

    try:
        return await retrying(attempt)
    except ScrapbookError as error:
        error.attempts = retrying.statistics["attempt_number"]
        raise


class _StopAfterErrors(stop_base):
    """Counts the errors of one policy, for one call."""

    def __init__(self, policy: RetryPolicy) -> None:
        self._error = policy.error
        self._left = policy.attempts

    @override
    def __call__(self, retry_state: RetryCallState) -> bool:
        if isinstance(retry_state.outcome and retry_state.outcome.exception(), self._error):
            self._left -= 1
        return self._left <= 0


def _stop(policies: tuple[RetryPolicy, ...], seconds: float | None = None) -> stop_base:
    conditions: list[stop_base] = [_StopAfterErrors(policy) for policy in policies]
    if seconds is not None:
        conditions.append(stop_before_delay(seconds))
    return stop_any(*conditions)


def _is_temporary(error: BaseException) -> bool:
    return isinstance(error, ScrapbookError) and not error.permanent


def _log_retry(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    log.warning("retrying", attempt=state.attempt_number, reason=reason(error))
