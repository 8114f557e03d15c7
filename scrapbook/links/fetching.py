"""A page from anywhere on the public internet, and from nowhere else."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version

import anyio
import httpx

from scrapbook.errors import LinkError
from scrapbook.links.unpacking import unpacker
from scrapbook.public_internet import AddressNotPublic, PublicInternet

MAX_PAGE = 2 * 1024 * 1024
"""Bytes, as sent and as unpacked."""
MAX_REDIRECTS = 5
TIME_LIMIT = 10.0
"""Seconds for one page with all redirects."""

_HTML = ("text/html", "application/xhtml+xml")
_PORTS = (None, 80, 443)
_TEMPORARY = frozenset({408, 425, 429})
"""HTTP statuses of clients' errors that time may put right."""

_HEADERS = {
    "User-Agent": f"Scrapbook/{version('scrapbook')} (link preview)",
    "Accept": ",".join(_HTML),
    "Accept-Encoding": "gzip",
}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it was sent; ``charset`` is what the server calls it, or empty."""

    url: str
    content: bytes = field(repr=False)
    charset: str


class PageFetcher:
    """Sends neither cookies nor where it comes from. May be shared between threads; its calls block.

    Args:
        transport: what requests go through, made anew for each page.
        time_limit: in seconds, for one page with all redirects.
    """

    def __init__(
        self,
        transport: Callable[[], httpx.AsyncBaseTransport] | None = None,
        *,
        time_limit: float = TIME_LIMIT,
    ) -> None:
        self._ssl_context = httpx.create_ssl_context()
        self._transport = transport or (lambda: PublicInternet(self._ssl_context))
        self._time_limit = time_limit

    def fetch(self, url: str) -> Fetched:
        """The page at ``url``. LinkError."""
        return anyio.run(self._in_time, url)

    async def _in_time(self, address: str) -> Fetched:
        # Addresses are as private as the texts that they stand in: none is quoted, or chained in an error.
        try:
            with anyio.fail_after(self._time_limit):
                async with self._client() as client, _final_answer(client, _checked(address)) as answer:
                    return await _read(answer)
        except AddressNotPublic:
            raise LinkError("The address is not on the public internet.") from None
        except TimeoutError:
            raise LinkError("The server is too slow.", permanent=False) from None
        except httpx.InvalidURL:  # also out of a redirect, which httpx reads before it is asked to follow
            raise LinkError("The address is none.") from None
        except httpx.HTTPError as problem:
            message = f"The server is out of reach: {type(problem).__name__}"
            raise LinkError(message, permanent=False) from None

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=self._transport(),
            timeout=self._time_limit,
            headers=_HEADERS,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            trust_env=False,
        )


@asynccontextmanager
async def _final_answer(client: httpx.AsyncClient, url: httpx.URL) -> AsyncGenerator[httpx.Response]:
    """The answer behind all redirects, not read yet."""
    for _ in range(MAX_REDIRECTS + 1):
        async with client.stream("GET", url) as answer:
            if not answer.has_redirect_location:
                yield answer
                return
            url = _target(answer)
    raise LinkError("The page is redirected too often.")


def _target(answer: httpx.Response) -> httpx.URL:
    return _checked(answer.url.join(answer.headers["location"]))


def _checked(address: str | httpx.URL) -> httpx.URL:
    url = httpx.URL(address)
    if url.scheme not in ("http", "https") or not url.host:
        raise LinkError("The address is none of the web's.")
    if url.port not in _PORTS:
        raise LinkError("The address is on a port that is none of the web's.")
    if url.userinfo:
        raise LinkError("The address holds credentials.")
    return url


async def _read(answer: httpx.Response) -> Fetched:
    _check_status(answer)
    charset = _charset_of_html(answer.headers.get("content-type", ""))
    length = answer.headers.get("content-length", "")
    if length.isdecimal() and int(length) > MAX_PAGE:
        raise LinkError("The page is too large.")
    try:
        content = await _unpacked(answer)
    except ValueError:
        raise LinkError("The page is packed in a way that cannot be read.") from None
    return Fetched(str(answer.url), content, charset)


def _check_status(answer: httpx.Response) -> None:
    if not answer.is_success:
        permanent = answer.is_client_error and answer.status_code not in _TEMPORARY
        raise LinkError(f"The server answered {answer.status_code}.", permanent=permanent)


def _charset_of_html(content_type: str) -> str:
    """Empty when it names none; LinkError when it is not that of a page."""
    message = Message()
    message["Content-Type"] = content_type or "application/octet-stream"
    if message.get_content_type() not in _HTML:
        raise LinkError("What is there is no page.")
    return message.get_content_charset("")


async def _unpacked(answer: httpx.Response) -> bytes:
    unpack = unpacker(answer.headers.get("content-encoding", ""))
    content = bytearray()
    received = 0
    async for part in answer.aiter_raw():
        received += len(part)
        content += unpack(part, MAX_PAGE + 1 - len(content))
        if max(received, len(content)) > MAX_PAGE:
            raise LinkError("The page is too large.")
    return bytes(content)
