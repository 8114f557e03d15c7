"""Read feeds in a process of its own, so that none can take more than its share of the machine."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Self

from scrapbook.feeds.errors import FeedError
from scrapbook.links.addresses import MAX_URL
from scrapbook.links.reader import TOO_SLOW
from scrapbook.model.feeds import FeedKind, FeedRequest, FetchedFeed, Freshness, ParsedFeed, ParsedItem
from scrapbook.sandbox.limited_process import LimitedProcess, TooCostly, TooSlow

TIME_LIMIT = 15.0
"""Seconds for one feed: from the request until its items are known, whatever takes that long."""

DISCOVERY_TIME_LIMIT = 40.0
"""Seconds where the feed of a page has to be found: about ten requests."""

MAX_ANSWER = 4 * 1024 * 1024
"""Bytes of an answer of the process: 500 items of the greatest length, most of them escaped."""

COMMAND = (sys.executable, "-m", "scrapbook.feeds.feed_process")

TOO_COSTLY = "It takes too much time or memory to read."


class FeedReader:
    """Reads feeds, one after the other, in a process that is started with the first one.

    A feed that takes too much ends the process, and another is started for the next one. Use it in one thread
    at a time, as a context manager or with ``close`` at last.

    Args:
        command: starts the process.
    """

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        self._process = LimitedProcess(command, MAX_ANSWER)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process, if there is one. The next request starts another."""
        self._process.end()

    def read(self, request: FeedRequest) -> FetchedFeed:
        """Return what is at the URL now.

        Raises:
            FeedError: it cannot be read, or takes too much. The message does not contain the URL.
        """
        if len(request.url) > MAX_URL:
            raise FeedError("The URL is too long.")
        seconds = TIME_LIMIT if request.kind else DISCOVERY_TIME_LIMIT
        line = json.dumps({"request": asdict(request), "seconds": seconds}).encode() + b"\n"
        try:
            return _fetched(self._process.ask(line, seconds + 5))
        except TooSlow:
            raise FeedError(TOO_SLOW, permanent=False) from None
        except TooCostly:
            raise FeedError(TOO_COSTLY) from None


def _fetched(answer: bytes) -> FetchedFeed:
    """Return the feed of an answer. It is not trusted: the process has read what anybody may have written."""
    try:
        values: dict[str, Any] = json.loads(answer)
        if "failure" in values:
            permanent, seconds = bool(values["permanent"]), int(values["retry_after"])
            raise FeedError(str(values["failure"]), permanent=permanent, retry_after=seconds)
        feed, fresh = values["feed"], values["freshness"]
        return FetchedFeed(
            str(values["url"]),
            None if feed is None else _feed(feed),
            Freshness(str(fresh["etag"]), str(fresh["modified"]), int(fresh["fresh_seconds"])),
            bool(values["asked_robots"]),
        )
    except (KeyError, TypeError, ValueError):
        raise FeedError(TOO_COSTLY) from None


def _feed(values: dict[str, Any]) -> ParsedFeed:
    return ParsedFeed(FeedKind(values["kind"]), str(values["title"]), tuple(map(_item, values["items"])))


def _item(values: dict[str, Any]) -> ParsedItem:
    at = values["published_at"]
    return ParsedItem(
        *(str(values[name]) for name in ("id", "url", "title", "summary")),
        published_at=datetime.fromisoformat(at) if at else None,
    )
