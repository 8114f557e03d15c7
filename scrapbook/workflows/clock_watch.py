"""Notices that the machine's clock was set back, and corrects what was recorded while it was ahead.

Nearly everything waits by a clock that is never set. By the time of day go the daily limits and, over several
apps, the slots of a sending number.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from scrapbook.store import Transaction

MIN_SET_BACK = timedelta(minutes=1)
"""Smaller corrections, as those of NTP, delay nothing by more."""


class ClockWatch:
    """Compares the time of day with the time that has passed.

    Args:
        now: the time of day, in UTC.
        elapsed: seconds of a clock that is never set.
    """

    def __init__(self, now: Callable[[], datetime], elapsed: Callable[[], float]) -> None:
        self._now = now
        self._elapsed = elapsed
        self._seen = self._difference()

    def was_set_back(self) -> bool:
        """Return whether the clock was set back by MIN_SET_BACK or more; until ``restart`` is called."""
        difference = self._difference()
        if self._seen - difference >= MIN_SET_BACK:
            return True
        self._seen = difference
        return False

    def restart(self) -> None:
        """Take the clock to be right: what it was set back by is corrected."""
        self._seen = self._difference()

    def _difference(self) -> datetime:
        return self._now() - timedelta(seconds=self._elapsed())


def correct(tx: Transaction, now: datetime) -> None:
    """Forget what was counted for today and later, and have every held message tried again.

    What was counted today before the clock was set back may belong to another day. So on such a day a limit
    may be used up twice; the other way, an answer could be a day late.
    """
    tx.segment_usage.forget_since(now.date())
    tx.segment_usage.release(now)
    tx.send_slots.free(now)


def correct_at_start(tx: Transaction, now: datetime) -> None:
    """Have every held message tried again, and forget what was counted for days that have not begun.

    The limits may have been raised, or the clock set back, while the app was stopped.
    """
    tx.segment_usage.forget_since(now.date() + timedelta(days=1))
    tx.segment_usage.release(now)


def utc_now() -> datetime:
    """Return the time of day."""
    return datetime.now(UTC)
