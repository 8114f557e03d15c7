"""The process that reads pages: the system limits its time, its memory and its files.

``links/reader.py`` starts it, and asks for a page with a line of JSON on standard input. It answers with a
line on standard output. A page that takes too much ends the process, even inside a parser.
"""

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any

from scrapbook.errors import LinkError
from scrapbook.links.charsets import decode
from scrapbook.links.fetcher import PageFetcher
from scrapbook.links.metadata import read_page
from scrapbook.links.public_client import PageTooSlow
from scrapbook.links.reader import TOO_COSTLY
from scrapbook.sandbox.limits import time_limit
from scrapbook.sandbox.serving import serve

MAX_PROCESSOR_SECONDS = 2
"""Of one page; usual pages take hundredths. The system counts whole seconds, so it may be one more."""


def main(fetcher: Callable[[], PageFetcher] = PageFetcher) -> None:
    """Answer requests until standard input is closed."""
    serve(partial(_answer, fetcher()))


def _answer(pages: PageFetcher, url: str, seconds: float) -> tuple[dict[str, Any], bool]:
    """Return what is known of a page, or why it cannot be read; and whether the process must read no other.

    Args:
        seconds: after which the system ends this process.
    """
    with time_limit(seconds, MAX_PROCESSOR_SECONDS):
        try:
            fetched = pages.fetch(url, seconds)
            page = read_page(decode(fetched.content, fetched.charset), fetched.url)
            return {"url": fetched.url, "page": asdict(page)}, False
        except LinkError as error:
            return _failure(str(error), permanent=error.permanent), isinstance(error, PageTooSlow)
        except MemoryError:
            return _failure(TOO_COSTLY, permanent=True), True
        except Exception as error:  # noqa: BLE001 - a page must not be able to cost more than its own title
            return _failure(f"The page cannot be read: {type(error).__name__}", permanent=True), True


def _failure(reason: str, *, permanent: bool) -> dict[str, Any]:
    return {"failure": reason, "permanent": permanent}


if __name__ == "__main__":
    main()
