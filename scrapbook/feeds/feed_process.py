"""The process that fetches and reads feeds: the system limits its time, its memory and its files.

``feeds/reader.py`` starts it, and asks for a feed with a line of JSON on standard input. It answers with a
line on standard output. A feed that takes too much ends the process, even inside a parser.
"""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from scrapbook.feeds.errors import FeedError, FeedTooSlow
from scrapbook.feeds.fetcher import FeedFetcher
from scrapbook.feeds.reader import TOO_COSTLY
from scrapbook.model.feeds import FeedKind, FeedRequest
from scrapbook.sandbox.limits import limit_process, time_limit

MAX_PROCESSOR_SECONDS = 5
"""Of one feed; usual feeds take hundredths. The system counts whole seconds, so it may be one more."""


def main(fetcher: Callable[[], FeedFetcher] = FeedFetcher) -> None:
    """Answer requests until standard input is closed."""
    limit_process()
    feeds = fetcher()
    for line in sys.stdin.buffer:
        asked: dict[str, Any] = json.loads(line)
        seconds = float(asked.pop("seconds"))
        kind = asked.pop("kind")
        request = FeedRequest(kind=FeedKind(kind) if kind else None, **asked)
        answer, is_done = _answer(feeds, request, seconds)
        sys.stdout.buffer.write(json.dumps(answer, default=str).encode() + b"\n")
        sys.stdout.buffer.flush()
        if is_done:
            os._exit(0)  # without waiting for threads: a lookup of a name cannot be cancelled


def _answer(feeds: FeedFetcher, request: FeedRequest, seconds: float) -> tuple[dict[str, Any], bool]:
    """Return what was read, or why it could not be; and whether the process must read nothing else.

    Args:
        seconds: after which the system ends this process.
    """
    with time_limit(seconds, MAX_PROCESSOR_SECONDS):
        try:
            return asdict(feeds.fetch(request, seconds)), False
        except FeedError as error:
            return _failure(error), isinstance(error, FeedTooSlow)
        except MemoryError:
            return _failure(FeedError(TOO_COSTLY)), True
        except Exception as error:  # noqa: BLE001 - a feed must not be able to cost more than itself
            return _failure(FeedError(f"It cannot be read: {type(error).__name__}")), True


def _failure(error: FeedError) -> dict[str, Any]:
    return {"failure": str(error), "permanent": error.permanent, "retry_after": error.retry_after}


if __name__ == "__main__":
    main()
