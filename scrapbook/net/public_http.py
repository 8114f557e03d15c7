"""HTTP to URLs that other people chose: it reaches the public internet and no private network."""

import socket
import ssl
from functools import partial
from typing import Any

import httpx
from anyio import to_thread
from typing_extensions import override

from scrapbook.net.public_urls import is_public


class AddressNotPublic(httpx.RequestError):
    """The host name resolves to a private, local or otherwise special address. Nothing was sent."""


class PublicInternet(httpx.AsyncBaseTransport):
    """Resolves a host name once, checks all its addresses, and connects to an address that it has checked.

    So the name cannot resolve to another address when it connects. Where it does not
    connect, or not before the request's timeout, it tries the next one. Requests raise AddressNotPublic, or
    errors of httpx. Connections are not reused: one that was opened for one host name must not serve another.
    """

    def __init__(self, ssl_context: ssl.SSLContext) -> None:
        self._transport = httpx.AsyncHTTPTransport(
            verify=ssl_context, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
        )

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        error: httpx.TransportError = httpx.ConnectError("no address")
        for address in await _public_addresses(request):
            try:
                return await self._transport.handle_async_request(_to_address(request, address))
            except (httpx.ConnectError, httpx.ConnectTimeout) as unreachable:
                error = unreachable
        raise error

    @override
    async def aclose(self) -> None:
        await self._transport.aclose()


async def _public_addresses(request: httpx.Request) -> list[str]:
    host = request.url.raw_host.decode("ascii")  # httpx cannot decode every name that exists
    try:
        found = await _resolve(host, request.url.port)
    except (OSError, UnicodeError) as error:
        raise httpx.ConnectError("the name cannot be resolved", request=request) from error
    addresses = list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
    if not all(is_public(address) for address in addresses):
        raise AddressNotPublic("the address is not public", request=request)
    return addresses


async def _resolve(host: str, port: int | None) -> list[tuple[Any, ...]]:
    """Return what ``socket.getaddrinfo`` does. Cancelled, it returns; its thread ends with the lookup."""
    look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    return await to_thread.run_sync(look_up, abandon_on_cancel=True)


def _to_address(request: httpx.Request, address: str) -> httpx.Request:
    """Return the same request to ``address``; the certificate must still be that of the host name."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions=request.extensions | {"sni_hostname": request.url.raw_host.decode("ascii")},
    )
