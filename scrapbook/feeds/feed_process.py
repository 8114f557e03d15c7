"""The process that fetches and reads feeds: the system limits its time, its memory and its files.

``feeds/reader.py`` starts it, and asks for a feed with a line of JSON on standard input. It answers with a
line on standard output. A feed that takes too much ends the process, even inside a parser.
"""

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any

from scrapbook.feeds.errors import FeedError, FeedTooSlow
from scrapbook.feeds.fetcher import FeedFetcher
from scrapbook.feeds.reader import TOO_COSTLY
from scrapbook.model.feeds import FeedKind, FeedRequest
from scrapbook.sandbox.limits import time_limit
from scrapbook.sandbox.serving import serve

MAX_PROCESSOR_SECONDS = 5
"""Of one feed; usual feeds take hundredths. The system counts whole seconds, so it may be one more."""


def main(fetcher: Callable[[], FeedFetcher] = FeedFetcher) -> None:
    """Answer requests until standard input is closed."""
    serve(partial(_answer, fetcher()))


def _answer(feeds: FeedFetcher, request: dict[str, Any], seconds: float) -> tuple[dict[str, Any], bool]:
    """Return what was read, or why it could not be; and whether the process must read nothing else.

    Args:
        request: the fields of a ``FeedRequest``.
        seconds: after which the system ends this process.
    """
    kind = request.pop("kind")
    asked = FeedRequest(kind=FeedKind(kind) if kind else None, **request)
    with time_limit(seconds, MAX_PROCESSOR_SECONDS):
        try:
            return asdict(feeds.fetch(asked, seconds)), False
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
