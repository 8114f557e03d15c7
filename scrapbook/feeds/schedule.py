"""Decide when a feed is fetched next."""

import hashlib
from datetime import UTC, datetime, timedelta

INTERVAL = timedelta(minutes=10)
"""Between two fetches of a feed whose server does not ask for more."""

MAX_BACKOFF = timedelta(days=1)
"""Between two fetches of a feed that fails."""

MAX_FAILURES = 10
"""In a row, after which a feed is not fetched any more: that is four days after the first."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def next_fetch(
    url: str, now: datetime, *, failures: int = 0, fresh_seconds: int = 0, retry_after: int = 0
) -> datetime:
    """Return when to fetch a feed that was just fetched.

    Each feed has its own second in each ten minutes, by a hash of its URL, so that the fetches are spread.

    Args:
        failures: how often in a row it could not be read; the pause doubles with each.
        fresh_seconds: for which the server says that nothing changes.
        retry_after: seconds for which the server asks not to be asked.
    """
    pause = min(INTERVAL * 2**failures, MAX_BACKOFF) if failures else INTERVAL / 2
    asked_for = timedelta(seconds=max(fresh_seconds, retry_after))
    return max(_next_slot(url, now + pause), now + asked_for)


def _next_slot(url: str, earliest: datetime) -> datetime:
    """Return the feed's first slot from then on."""
    digest = hashlib.sha256(url.encode("utf-8", "surrogatepass")).digest()
    offset = int.from_bytes(digest[:8], "big") / 2**64 * INTERVAL
    slots = -(-(earliest - _EPOCH - offset) // INTERVAL)
    return _EPOCH + offset + slots * INTERVAL
