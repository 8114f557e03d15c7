"""Read how long an answer of HTTP is valid, and when to ask again: RFC 9111 and RFC 9110."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from scrapbook.model.feeds import Freshness

MAX_FRESH_SECONDS = 24 * 3600
"""A server that says that its feed never changes is asked once a day all the same."""

MAX_RETRY_AFTER_SECONDS = 7 * 24 * 3600
"""A server that asks for more is asked again after a week."""

MAX_VALIDATOR = 1024
"""Characters of an ETag or a date that is sent back; a longer one is left out."""

_DIRECTIVE = re.compile(r"(?:^|,)\s*([a-z-]+)\s*(?:=\s*\"?(\d+)\"?)?", re.IGNORECASE)


def freshness(headers: Mapping[str, str], now: datetime) -> Freshness:
    """Return what the headers of an answer say. What cannot be read counts as not said.

    Args:
        headers: with names in lower case.
    """
    return Freshness(
        _validator(headers.get("etag", "")),
        _validator(headers.get("last-modified", "")),
        _fresh_seconds(headers, now),
    )


def retry_after(headers: Mapping[str, str], now: datetime) -> int:
    """Return the seconds of ``Retry-After``, which is a number or a date: RFC 9110, section 10.2.3."""
    said = headers.get("retry-after", "").strip()
    seconds = int(said[:10]) if said.isdecimal() and said.isascii() else _seconds_until(said, now)
    return min(max(seconds, 0), MAX_RETRY_AFTER_SECONDS)


def _fresh_seconds(headers: Mapping[str, str], now: datetime) -> int:
    """Return the lifetime of RFC 9111, section 4.2.1, without the age that the answer has already."""
    directives = {
        name.lower(): digits for name, digits in _DIRECTIVE.findall(headers.get("cache-control", ""))
    }
    if directives.keys() & {"no-store", "no-cache"}:
        return 0
    if directives.get("max-age"):
        age = headers.get("age", "").strip()
        passed = int(age[:10]) if age.isdecimal() and age.isascii() else 0
        lifetime = int(directives["max-age"][:10]) - passed
    else:
        lifetime = _seconds_until(headers.get("expires", ""), _date(headers.get("date", "")) or now)
    return min(max(lifetime, 0), MAX_FRESH_SECONDS)


def _seconds_until(said: str, now: datetime) -> int:
    moment = _date(said)
    return int((moment - now).total_seconds()) if moment else 0


def _date(said: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(said)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _validator(said: str) -> str:
    return said if len(said) <= MAX_VALIDATOR and said.isascii() and said.isprintable() else ""
