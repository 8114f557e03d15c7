"""Read pages in a process of its own, so that no page can take more than its share of the machine."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

from scrapbook.errors import LinkError
from scrapbook.links.addresses import MAX_URL
from scrapbook.model.records import PageMetadata
from scrapbook.sandbox.limited_process import LimitedProcess, TooCostly, TooSlow

TIME_LIMIT = 10.0
"""Seconds for one page: from the request until its metadata is known, whatever takes that long."""

MAX_ANSWER = 64 * 1024
"""Bytes of an answer of the process; the metadata of a page has less than half of them."""

COMMAND = (sys.executable, "-m", "scrapbook.links.page_process")

TOO_SLOW = "The server is too slow."
TOO_COSTLY = "The page takes too much time or memory to read."


@dataclass(frozen=True, slots=True)
class WebPage:
    """The metadata of a page, and its URL after redirects."""

    url: str
    metadata: PageMetadata


class PageReader:
    """Reads pages, one after the other, in a process that is started with the first one.

    A page that takes too much ends the process, and another is started for the next page. Use it in one
    thread, as a context manager: at its end the process ends.

    Args:
        command: starts the process.
    """

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        self._process = LimitedProcess(command, MAX_ANSWER)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.end()

    def read(self, url: str, seconds: float = TIME_LIMIT) -> WebPage:
        """Return the metadata of the page at ``url``.

        Args:
            seconds: after which the page counts as too slow, the start of the process included.

        Raises:
            LinkError: there is no such page, or it takes too much. The message does not contain the URL.
        """
        if len(url) > MAX_URL:
            raise LinkError("The URL is too long.")
        request = json.dumps({"url": url, "seconds": seconds}).encode() + b"\n"
        try:
            return _page(self._process.ask(request, seconds))
        except TooSlow:
            raise LinkError(TOO_SLOW, permanent=False) from None
        except TooCostly:
            raise LinkError(TOO_COSTLY) from None


def _page(answer: bytes) -> WebPage:
    """Return the page of an answer. It is not trusted: the process has read what anybody may have written."""
    try:
        values: dict[str, Any] = json.loads(answer)
        if "failure" in values:
            raise LinkError(str(values["failure"]), permanent=bool(values["permanent"]))
        metadata = {field.name: str(values["page"][field.name]) for field in fields(PageMetadata)}
        return WebPage(str(values["url"]), PageMetadata(**metadata))
    except (KeyError, TypeError, ValueError):
        raise LinkError(TOO_COSTLY) from None
