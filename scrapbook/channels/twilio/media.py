"""Fetch attachments and recordings from Twilio, and delete them there."""

import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import anyio
import httpx
import structlog

from scrapbook.channels.twilio.hosts import TwilioHosts
from scrapbook.errors import MediaError, MediaTooLarge
from scrapbook.messaging.ports import FetchedFile
from scrapbook.net.public_http import AddressNotPublic, PublicInternet
from scrapbook.text.file_types import identify

MAX_REDIRECTS = 3
_MEGABYTE = 1024 * 1024

MAX_ATTACHMENT = 16 * _MEGABYTE
"""Bytes. WhatsApp's limit; that of MMS is lower:
https://www.twilio.com/docs/messaging/guides/accepted-mime-types"""
MAX_RECORDING = 64 * _MEGABYTE
"""Bytes. Our limit, over an hour at 8 kHz with 16 bits; Twilio documents none."""

_TEMPORARY = frozenset({401, 403, 404, 408, 429})
"""HTTP statuses that may change: by time, or by the owner of the account. A 404 too, because a webhook may
arrive before its media: https://help.twilio.com/articles/44750147594523"""

_RECORDING = re.compile(r"/Recordings/RE[0-9a-f]{32}")

log = structlog.get_logger(__name__)

_T = TypeVar("_T")


class TwilioMedia:
    """The media of one account; implements ``MediaSource``. Threads may share it; its calls block.

    Args:
        api_url: base URL of the REST API. The credentials are sent there and to Twilio's API alone.
        time_limit: seconds for one file, redirects included.
        read_timeout: seconds for each connection and each read.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        api_url: str,
        *,
        time_limit: float = 120.0,
        read_timeout: float = 15.0,
    ) -> None:
        self._auth = (account_sid, auth_token)
        self._hosts = TwilioHosts(api_url)
        self._time_limit = time_limit
        self._read_timeout = read_timeout
        self._ssl_context = httpx.create_ssl_context()

    def fetch(self, url: str, declared: str = "") -> FetchedFile:
        """Return the attachment or recording at ``url``. URL and ``declared`` type are those of a webhook.

        Raises:
            MediaTooLarge: it has more than MAX_ATTACHMENT or MAX_RECORDING bytes.
            MediaError: it cannot be fetched; permanent unless a later attempt may succeed.
        """
        content = anyio.run(self._with_timeout, self._fetch, url)
        content_type = identify(content)
        if content_type != declared.partition(";")[0].strip().lower():
            log.info("media_type_mismatch", content_type=content_type, size=len(content))
        return FetchedFile(content, content_type)

    def delete(self, url: str) -> None:
        """Delete the file at Twilio; a missing one is fine. Raises MediaError."""
        anyio.run(self._with_timeout, self._delete, url)

    async def _with_timeout(
        self, request: Callable[[httpx.AsyncClient, httpx.URL], Awaitable[_T]], url: str
    ) -> _T:
        # Who has the URL of a file may fetch it, so no error quotes one or chains an error that does.
        try:
            with anyio.fail_after(self._time_limit):
                async with self._client() as client:
                    return await request(client, self._source(url))
        except AddressNotPublic:
            raise MediaError("The address is not on the public internet.") from None
        except (TimeoutError, httpx.HTTPError) as error:
            raise MediaError(f"Twilio is out of reach: {type(error).__name__}", permanent=False) from None
        except httpx.InvalidURL:
            raise MediaError("The address of the file is not valid.") from None

    def _client(self) -> httpx.AsyncClient:
        private = dict[str, httpx.AsyncBaseTransport]()
        if emulator := self._hosts.emulator_origin:
            private[emulator] = httpx.AsyncHTTPTransport(verify=self._ssl_context, trust_env=False)
        return httpx.AsyncClient(
            transport=PublicInternet(self._ssl_context),
            mounts=private,
            timeout=self._read_timeout,
            headers={"Accept-Encoding": "identity"},  # no compression, so that the size limit holds
            trust_env=False,
        )

    def _source(self, url: str) -> httpx.URL:
        source = httpx.URL(url)
        if not self._hosts.may_receive_credentials(source):
            raise MediaError("The address of the file is not one of Twilio's.")
        return source

    async def _fetch(self, client: httpx.AsyncClient, source: httpx.URL) -> bytes:
        limit = MAX_RECORDING if _RECORDING.search(source.path) else MAX_ATTACHMENT
        async with self._final_response(client, source) as response:
            return await _read(response, limit)

    @asynccontextmanager
    async def _final_response(
        self, client: httpx.AsyncClient, source: httpx.URL
    ) -> AsyncGenerator[httpx.Response]:
        """Yield the unread response after all redirects. Only the first request has the credentials."""
        response = await client.send(client.build_request("GET", source), auth=self._auth, stream=True)
        try:
            for _ in range(MAX_REDIRECTS):
                if not response.has_redirect_location:
                    break
                target = self._target(response)
                await response.aclose()
                response = await client.send(client.build_request("GET", target), auth=None, stream=True)
            _check(response)
            yield response
        finally:
            await response.aclose()

    def _target(self, response: httpx.Response) -> httpx.URL:
        target = response.url.join(response.headers["location"])
        if not self._hosts.may_follow(target):
            raise MediaError("The file is redirected to an address that is not one of Twilio's.")
        return target

    async def _delete(self, client: httpx.AsyncClient, source: httpx.URL) -> None:
        response = await client.delete(_resource(source), auth=self._auth)
        if response.status_code != 404:
            _check(response)


def _check(response: httpx.Response) -> None:
    status = response.status_code
    if response.has_redirect_location:
        raise MediaError("The file is redirected too often.")
    if not response.is_success:
        permanent = response.is_client_error and status not in _TEMPORARY
        raise MediaError(f"Twilio answered {status}.", permanent=permanent)


async def _read(response: httpx.Response, limit: int) -> bytes:
    """Return the file. Its bytes are counted too, because Content-Length may be missing or wrong.

    Raises MediaTooLarge above ``limit`` bytes.
    """
    if response.headers.get("content-encoding", "identity") != "identity":
        raise MediaError("The file is compressed.")
    length = response.headers.get("content-length", "")
    content = bytearray()
    if length.isdigit() and int(length) > limit:
        raise MediaTooLarge
    async for part in response.aiter_raw():
        content += part
        if len(content) > limit:
            raise MediaTooLarge
    return bytes(content)


def _resource(source: httpx.URL) -> httpx.URL:
    """Return the URL of the resource of a file; the file of a recording has an extension."""
    path = source.path.removesuffix(".wav").removesuffix(".mp3")
    return source.copy_with(raw_path=f"{path}.json".encode())
