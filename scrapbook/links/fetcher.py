"""Fetch a page from the public internet, and from nowhere else."""

from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message

import httpx

from scrapbook.errors import LinkError
from scrapbook.links.public_client import PublicClient, check_status, final_response, read_body
from scrapbook.links.reader import TIME_LIMIT

_HTML = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """A page as it was sent; ``charset`` is the one in its content type, or empty."""

    url: str
    content: bytes = field(repr=False)
    charset: str


class PageFetcher:
    """Fetches pages for their previews. Its calls block.

    Args:
        transport: creates the transport for each page.
    """

    def __init__(self, transport: Callable[[], httpx.AsyncBaseTransport] | None = None) -> None:
        self._client = PublicClient("link preview", ",".join(_HTML), transport)

    def fetch(self, url: str, seconds: float = TIME_LIMIT) -> FetchedPage:
        """Return the page at ``url``.

        Args:
            seconds: for all of it: names, connections, redirects, headers and body.

        Raises:
            PageTooSlow: it did not come in time.
            LinkError: there is no such page. The message does not contain the URL.
        """

        async def fetch(client: httpx.AsyncClient) -> FetchedPage:
            async with final_response(client, url) as response:
                return await _read(response)

        return self._client.run(fetch, seconds)


async def _read(response: httpx.Response) -> FetchedPage:
    check_status(response)
    charset = _html_charset(response.headers.get("content-type", ""))
    return FetchedPage(str(response.url), await read_body(response), charset)


def _html_charset(content_type: str) -> str:
    """Return the charset, or an empty string. Raises LinkError if the content type is not HTML."""
    message = Message()
    message["Content-Type"] = content_type or "application/octet-stream"
    if message.get_content_type() not in _HTML:
        raise LinkError("The URL does not lead to an HTML page.")
    return message.get_content_charset("")
