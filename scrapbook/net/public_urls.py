"""Which addresses are on the public internet, and which URLs can never be asked for."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

import httpx

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

_PORTS = (None, 80, 443)


def refusal(address: str | httpx.URL) -> str | None:
    """Return why a URL that other people chose is never asked for, as a sentence; None if it may be.

    What its name resolves to is not looked up.
    """
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, UnicodeError):  # the errors of IDNA are of the latter kind
        return "The URL is not valid."
    if url.scheme not in ("http", "https") or not url.raw_host:
        return "The URL is not one of http or https."
    if url.port not in _PORTS:
        return "The URL has a port other than 80 and 443."
    if url.userinfo:
        return "The URL contains a name or password."
    if not _may_be_public(url.raw_host.decode("ascii")):
        return "The address is not on the public internet."
    return None


def _may_be_public(host: str) -> bool:
    """Return whether a host is a name or a public IP address."""
    try:
        return is_public(host)
    except ValueError:
        return host.rstrip(".").rpartition(".")[2] != "localhost"


def is_public(address: str) -> bool:
    """Return whether this IP address, and any IPv4 address inside it, is public."""
    return all(map(_is_public, _with_embedded(ip_address(address))))


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _ALLOCATED and address not in _NAT64:
        return False
    is_special = any(address in network for network in _SPECIAL)
    return address.is_global and not address.is_multicast and not is_special


def _with_embedded(address: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped:  # the system connects to the IPv4 address
        return [address.ipv4_mapped]
    if address in _NAT64:
        return [address, IPv4Address(int(address) & 0xFFFF_FFFF)]
    return [address]
