"""Requests to the public internet, and to nowhere else: each limited in size, in time and in redirects."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version
from typing import TypeVar

import anyio
import httpx

from scrapbook.errors import LinkError
from scrapbook.links.decompression import decompressor
from scrapbook.links.reader import TOO_SLOW
from scrapbook.net.public_http import AddressNotPublic, PublicInternet
from scrapbook.net.public_urls import refusal

MAX_BODY = 2 * 1024 * 1024
"""Bytes, both as sent and after decompression."""
MAX_REDIRECTS = 5
CONNECT_TIMEOUT = 3.0
"""Seconds until the next address of a server is tried."""
_TEMPORARY = frozenset({408, 425, 429})
"""HTTP statuses from 400 to 499 that a later attempt may not get."""
_MOVED = frozenset({301, 308})
"""HTTP statuses of a redirect that holds for good: RFC 9110, section 15.4."""

T = TypeVar("T")

BeforeRequest = Callable[[httpx.URL], Awaitable[None]]
"""Is called before each request, those of redirects included; may refuse it with a LinkError."""

OnMoved = Callable[[httpx.URL], None]
"""Is called with the address to which one has moved for good: not behind a redirect for now."""


class PageTooSlow(LinkError):
    """The page did not come in time; a lookup of a name may still be under way in a thread."""

    permanent = False


class PublicClient:
    """Sends neither cookies nor a referrer.

    Args:
        purpose: what it says of itself in ``User-Agent``.
        accept: the content types that it asks for.
        transport: creates the transport for each client; the public internet if left out.
    """

    def __init__(
        self, purpose: str, accept: str, transport: Callable[[], httpx.AsyncBaseTransport] | None = None
    ) -> None:
        self._headers = {
            "User-Agent": f"Scrapbook/{version('scrapbook')} ({purpose})",
            "Accept": accept,
            "Accept-Encoding": "gzip",
        }
        self._ssl_context = httpx.create_ssl_context()
        self._transport = transport or (lambda: PublicInternet(self._ssl_context))

    def run(self, work: Callable[[httpx.AsyncClient], Awaitable[T]], seconds: float) -> T:
        """Return what ``work`` does with a client. Blocks.

        Args:
            seconds: for all of it: names, connections, redirects, headers and bodies.

        Raises:
            PageTooSlow: it took longer.
            LinkError: the server cannot be reached or may not be. The message does not contain the URL.
        """
        return anyio.run(self._run, work, seconds)

    async def _run(self, work: Callable[[httpx.AsyncClient], Awaitable[T]], seconds: float) -> T:
        # A URL is as private as the text that contains it: no error quotes it, or has a cause that does.
        try:
            with anyio.fail_after(seconds):
                async with self._client() as client:
                    return await work(client)
        except AddressNotPublic:
            raise LinkError("The address is not on the public internet.") from None
        except TimeoutError:
            raise PageTooSlow(TOO_SLOW) from None
        # httpx also parses the target of a redirect, and decodes its host: IDNAError is a UnicodeError.
        except (httpx.InvalidURL, UnicodeError):
            raise LinkError("The URL is not valid.") from None
        except httpx.HTTPError as error:
            message = f"The server cannot be reached: {type(error).__name__}"
            raise LinkError(message, permanent=False) from None

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=self._transport(),
            timeout=httpx.Timeout(None, connect=CONNECT_TIMEOUT),  # the time is limited as a whole
            headers=self._headers,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            trust_env=False,
        )


@asynccontextmanager
async def final_response(
    client: httpx.AsyncClient,
    address: str,
    headers: Mapping[str, str] | None = None,
    before_request: BeforeRequest | None = None,
    on_moved: OnMoved | None = None,
) -> AsyncGenerator[httpx.Response]:
    """Follow redirects; yield the last response, whose body is not read yet.

    Args:
        headers: sent with each request, besides those of the client.

    Raises:
        LinkError: an address may not be asked, or there are too many redirects.
    """
    url = _check_url(address)
    is_moved = True
    for _ in range(MAX_REDIRECTS + 1):
        if before_request:
            await before_request(url)
        async with client.stream("GET", url, headers=headers) as response:
            if not response.has_redirect_location:
                yield response
                return
            url = _check_url(response.url.join(response.headers["location"]))
            is_moved = is_moved and response.status_code in _MOVED
            if is_moved and on_moved:
                on_moved(url)
    raise LinkError("The page redirects too often.")


async def read_body(response: httpx.Response) -> bytes:
    """Return the body, decompressed. Raises LinkError if it is too large, or damaged."""
    length = response.headers.get("content-length", "")
    if length.isdecimal() and int(length) > MAX_BODY:
        raise LinkError("The page is too large.")
    try:
        return await _decompress(response)
    except ValueError:
        raise LinkError("The page is compressed in a way that cannot be read.") from None


def check_status(response: httpx.Response) -> None:
    """Raise LinkError unless the server has answered with what was asked for."""
    if not response.is_success:
        permanent = response.is_client_error and response.status_code not in _TEMPORARY
        raise LinkError(f"The server answered {response.status_code}.", permanent=permanent)


def _check_url(address: str | httpx.URL) -> httpx.URL:
    url = httpx.URL(address)
    if refused := refusal(url):
        raise LinkError(refused)
    return url


async def _decompress(response: httpx.Response) -> bytes:
    decompress = decompressor(response.headers.get("content-encoding", ""))
    content = bytearray()
    received = 0
    async for part in response.aiter_raw():
        received += len(part)
        content += decompress(part, MAX_BODY + 1 - len(content))
        if max(received, len(content)) > MAX_BODY:
            raise LinkError("The page is too large.")
    return bytes(content)
