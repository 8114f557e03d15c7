"""Requests to addresses that others chose: they reach the public internet, nothing behind our own walls."""

import socket
import ssl
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

import anyio
import httpx
from typing_extensions import override

_NAT64 = IPv6Network("64:ff9b::/96")
"""RFC 6052: the last 32 bits are an IPv4 address."""

_GIVEN_OUT = IPv6Network("2000::/3")
"""All of IPv6 that is given out so far, while Python's ``is_global`` takes much of the rest for public:
https://www.iana.org/assignments/ipv6-address-space"""

_SPECIAL = tuple(map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "3fff::/20")))
"""Special, though ``is_global`` of Python 3.11 says otherwise: protocol assignments (where a cloud has its
metadata at 192.0.0.192), relays of 6to4, metadata of another cloud, documentation."""


class AddressNotPublic(httpx.RequestError):
    """The name stands for a private, local or otherwise special address. Nothing was sent there."""


class PublicInternet(httpx.AsyncBaseTransport):
    """Looks a name up once, checks every address that it stands for, and connects to what it has checked.

    So a name cannot stand for something else by the time of the connection. Requests raise AddressNotPublic,
    or what httpx raises. Connections are not kept: one that was made for a name serves no other.
    """

    def __init__(self, ssl_context: ssl.SSLContext) -> None:
        self._transport = httpx.AsyncHTTPTransport(
            verify=ssl_context, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
        )

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        problem: httpx.TransportError = httpx.ConnectError("no address")
        for address in await _public_addresses(request):
            try:
                return await self._transport.handle_async_request(_to_address(request, address))
            except (httpx.ConnectError, httpx.ConnectTimeout) as unreachable:
                problem = unreachable
        raise problem

    @override
    async def aclose(self) -> None:
        await self._transport.aclose()


def is_public(address: str) -> bool:
    """Whether this IP address, or the IPv4 address inside it, is one of the public internet's."""
    return all(map(_is_public, _with_embedded(ip_address(address))))


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _GIVEN_OUT and address not in _NAT64:
        return False
    is_special = any(address in network for network in _SPECIAL)
    return address.is_global and not address.is_multicast and not is_special


async def _public_addresses(request: httpx.Request) -> list[str]:
    try:
        found = await anyio.getaddrinfo(request.url.host, request.url.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as problem:
        raise httpx.ConnectError("the name cannot be resolved", request=request) from problem
    addresses = list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
    if not all(is_public(address) for address in addresses):
        raise AddressNotPublic("the address is not public", request=request)
    return addresses


def _to_address(request: httpx.Request, address: str) -> httpx.Request:
    """The same request, sent to ``address``; the certificate still has to be the name's."""
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
    if address.ipv4_mapped:  # what the system connects to is the IPv4 address
        return [address.ipv4_mapped]
    if address in _NAT64:
        return [address, IPv4Address(int(address) & 0xFFFF_FFFF)]
    return [address, address.sixtofour] if address.sixtofour else [address]
