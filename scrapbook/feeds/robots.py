"""Obey robots.txt: RFC 9309."""

import httpx
from protego import Protego

from scrapbook.errors import LinkError
from scrapbook.feeds.errors import FeedError
from scrapbook.links.public_client import final_response, read_body

AGENT = "Scrapbook"
"""The name by which robots.txt knows this program; it begins the ``User-Agent`` of every request."""

MAX_READ = 512 * 1024
"""Bytes that are read, as section 2.5 asks for at least."""

FORBIDDEN = "Its robots.txt asks programs not to read it."


class Robots:
    """The rules of the servers that a fetch leads to, each asked once."""

    def __init__(self) -> None:
        self._rules: dict[str, Protego] = {}

    async def check(self, client: httpx.AsyncClient, url: httpx.URL) -> None:
        """Raise FeedError if the rules of the server forbid the URL, or cannot be known now."""
        if not (await self._of(client, url)).can_fetch(str(url), AGENT):
            raise FeedError(FORBIDDEN)

    async def _of(self, client: httpx.AsyncClient, url: httpx.URL) -> Protego:
        origin = str(url.copy_with(raw_path=b"/robots.txt", fragment=None))
        if origin not in self._rules:
            self._rules[origin] = Protego.parse(await _text(client, origin))
        return self._rules[origin]


async def _text(client: httpx.AsyncClient, address: str) -> str:
    """Return the rules; empty, which allows everything, if there are none (section 2.3.1)."""
    try:
        async with final_response(client, address) as response:
            if response.is_server_error or response.status_code == 429:
                raise FeedError(f"Its robots.txt answered {response.status_code}.", permanent=False)
            body = await read_body(response) if response.is_success else b""
    except FeedError:
        raise
    except LinkError as error:  # too large, redirected too often, or not to the web
        if not error.permanent:
            raise
        return ""
    return body[:MAX_READ].decode("utf-8", "replace")
