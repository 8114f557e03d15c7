"""What people attach and what callers say, fetched from Twilio and deleted there."""

import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import anyio
import httpx
import structlog

from scrapbook.errors import MediaError, MediaTooLarge
from scrapbook.file_types import identify
from scrapbook.public_internet import AddressNotPublic, PublicInternet
from scrapbook.twilio.hosts import TwilioHosts

MAX_REDIRECTS = 3
_MEGABYTE = 1024 * 1024
MAX_ATTACHMENT = 16 * _MEGABYTE
"""Bytes, as WhatsApp takes them, with other channels taking less:
https://www.twilio.com/docs/messaging/guides/accepted-mime-types"""
MAX_RECORDING = 64 * _MEGABYTE
"""Bytes. Twilio names no limit; this is over an hour of a call as it records them, 8 kHz with 16 bits."""

_TEMPORARY = frozenset({401, 403, 404, 408, 429})
"""HTTP statuses that time puts right, or the owner of the account. 404 among them: a webhook may be ahead of
its media. https://help.twilio.com/articles/44750147594523"""

_RECORDING = re.compile(r"/Recordings/RE[0-9a-f]{32}")

log = structlog.get_logger(__name__)

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file, and what it is by its bytes, whatever it was called."""

    content: bytes = field(repr=False)
    content_type: str


class MediaFetcher:
    """One account; may be shared between threads. Its calls block and raise MediaError.

    The credentials are sent to Twilio's API, or to ``api_url`` in its place, and nowhere else. Times are in
    seconds: ``time_limit`` for one file with all redirects, ``patience`` for each connection and each read.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        api_url: str,
        *,
        time_limit: float = 120.0,
        patience: float = 15.0,
    ) -> None:
        self._auth = (account_sid, auth_token)
        self._hosts = TwilioHosts(api_url)
        self._time_limit = time_limit
        self._patience = patience
        self._ssl_context = httpx.create_ssl_context()

    def fetch(self, url: str, declared: str = "") -> Fetched:
        """The attachment or recording at ``url``; both as a webhook named them.

        Raises MediaTooLarge above MAX_ATTACHMENT or MAX_RECORDING bytes.
        """
        content = anyio.run(self._in_time, self._fetch, url)
        content_type = identify(content)
        if content_type != declared.partition(";")[0].strip().lower():
            log.info("media_not_as_declared", content_type=content_type, size=len(content))
        return Fetched(content, content_type)

    def delete(self, url: str) -> None:
        """Has Twilio forget it; what is gone already is fine."""
        anyio.run(self._in_time, self._delete, url)

    async def _in_time(
        self, work: Callable[[httpx.AsyncClient, httpx.URL], Awaitable[_T]], address: str
    ) -> _T:
        # Addresses of media are as good as the media themselves: none is quoted, or chained in an error.
        try:
            with anyio.fail_after(self._time_limit):
                async with self._client() as client:
                    return await work(client, self._source(address))
        except AddressNotPublic:
            raise MediaError("The address is not on the public internet.") from None
        except (TimeoutError, httpx.HTTPError) as problem:
            raise MediaError(f"Twilio is out of reach: {type(problem).__name__}", permanent=False) from None
        except httpx.InvalidURL:
            raise MediaError("The address of the file is none.") from None

    def _client(self) -> httpx.AsyncClient:
        own = self._hosts.own_origin
        return httpx.AsyncClient(
            transport=PublicInternet(self._ssl_context),
            mounts={own: httpx.AsyncHTTPTransport(verify=self._ssl_context, trust_env=False)} if own else {},
            timeout=self._patience,
            headers={"Accept-Encoding": "identity"},  # nothing that is small here and huge once unpacked
            trust_env=False,
        )

    def _source(self, address: str) -> httpx.URL:
        url = httpx.URL(address)
        if not self._hosts.may_ask(url):
            raise MediaError("The address of the file is not one of Twilio's.")
        return url

    async def _fetch(self, client: httpx.AsyncClient, source: httpx.URL) -> bytes:
        limit = MAX_RECORDING if _RECORDING.search(source.path) else MAX_ATTACHMENT
        async with self._final_answer(client, source) as answer:
            return await _read(answer, limit)

    @asynccontextmanager
    async def _final_answer(
        self, client: httpx.AsyncClient, source: httpx.URL
    ) -> AsyncGenerator[httpx.Response]:
        """The answer behind all redirects, not read yet. The credentials stay with the first host."""
        answer = await client.send(client.build_request("GET", source), auth=self._auth, stream=True)
        try:
            for _ in range(MAX_REDIRECTS):
                if not answer.has_redirect_location:
                    break
                target = self._target(answer)
                await answer.aclose()
                answer = await client.send(client.build_request("GET", target), auth=None, stream=True)
            _check(answer)
            yield answer
        finally:
            await answer.aclose()

    def _target(self, answer: httpx.Response) -> httpx.URL:
        target = answer.url.join(answer.headers["location"])
        if not self._hosts.may_follow(target):
            raise MediaError("The file is redirected to an address that is not one of Twilio's.")
        return target

    async def _delete(self, client: httpx.AsyncClient, source: httpx.URL) -> None:
        answer = await client.delete(_resource(source), auth=self._auth)
        if answer.status_code != 404:
            _check(answer)


def _check(answer: httpx.Response) -> None:
    status = answer.status_code
    if answer.has_redirect_location:
        raise MediaError("The file is redirected too often.")
    if not answer.is_success:
        permanent = answer.is_client_error and status not in _TEMPORARY
        raise MediaError(f"Twilio answered {status}.", permanent=permanent)


async def _read(answer: httpx.Response, limit: int) -> bytes:
    """The whole file. What the header says of its length is believed only when that is too much."""
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise MediaError("The file is packed.")
    length = answer.headers.get("content-length", "")
    content = bytearray()
    if length.isdigit() and int(length) > limit:
        raise MediaTooLarge
    async for part in answer.aiter_raw():
        content += part
        if len(content) > limit:
            raise MediaTooLarge
    return bytes(content)


def _resource(source: httpx.URL) -> httpx.URL:
    """The resource that the file belongs to: a recording's file carries its format as an extension."""
    path = source.path.removesuffix(".wav").removesuffix(".mp3")
    return source.copy_with(raw_path=f"{path}.json".encode())
