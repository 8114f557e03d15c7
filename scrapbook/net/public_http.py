"""HTTP to URLs that other people chose: it reaches the public internet and no private network."""

import socket
import ssl
from functools import partial
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

import httpx
from anyio import to_thread
from typing_extensions import override

_NAT64 = IPv6Network("64:ff9b::/96")
"""RFC 6052: the last 32 bits are an IPv4 address."""

_ALLOCATED = IPv6Network("2000::/3")
"""The unicast addresses of IPv6 that are allocated so far; Python's ``is_global`` also accepts others:
https://www.iana.org/assignments/ipv6-address-space"""

_SPECIAL = tuple(
    map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "3fff::/20", "2002::/16"))
)
"""Special networks that ``is_global`` of some releases of Python accepts: protocol assignments (with a
cloud's metadata server at 192.0.0.192), 6to4 relays, the metadata server of another cloud, documentation,
and 6to4, which is given up (RFC 7526) and has an IPv4 address inside."""


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


def is_public(address: str) -> bool:
    """Return whether this IP address, and any IPv4 address inside it, is public."""
    return all(map(_is_public, _with_embedded(ip_address(address))))


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _ALLOCATED and address not in _NAT64:
        return False
    is_special = any(address in network for network in _SPECIAL)
    return address.is_global and not address.is_multicast and not is_special


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


def _with_embedded(address: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped:  # the system connects to the IPv4 address
        return [address.ipv4_mapped]
    if address in _NAT64:
        return [address, IPv4Address(int(address) & 0xFFFF_FFFF)]
    return [address]
