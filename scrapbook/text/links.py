"""Find the links in a text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

# A link ends at white space, at what cannot stand in an address unquoted, and at quotes and stops of any
# script that people put after one. Before it stands no letter or digit of which it would be the end.
_LINK = re.compile(
    r"(?<![A-Za-z0-9+])(?:https?://|(?<![\w.@/-])www\.)"
    r"[^\s\x00-\x20\x7f<>\"`{}\\^“”„«»‹›。、，；！？「」『』【】（）"
    r"\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]+",
    re.IGNORECASE,
)

_AFTER_A_LINK = frozenset(".,:;!?'’‘…*_~")
_LABEL = re.compile(r"(?!xn--\Z)[A-Za-z0-9_-]{1,63}")
_MAX_HOST = 253
"""Characters of a host name at most, and 63 of each of its labels: RFC 1035, section 2.3.4."""
_BRACKETS = {")": "(", "]": "["}


@dataclass(frozen=True, slots=True)
class Link:
    """A link in a text. ``url`` has a scheme; ``start`` and ``end`` are its indexes, as for a slice."""

    url: str
    start: int
    end: int


def find_links(text: str) -> list[Link]:
    """Return the addresses with http or https, and those that begin with ``www.``, in order.

    Punctuation after an address, and a bracket that closes one opened before it, do not belong to it, as in
    https://github.github.com/gfm/#autolinks-extension-
    """
    return list(_links(text))


def has_link(text: str) -> bool:
    """Return whether there is a link in the text. It is searched up to the first one only."""
    return next(_links(text), None) is not None


def _links(text: str) -> Iterator[Link]:
    for found in _LINK.finditer(text):
        address = _without_what_follows(found[0])
        if url := _as_url(address):
            yield Link(url, found.start(), found.start() + len(address))


def _without_what_follows(address: str) -> str:
    surplus = {closing: address.count(closing) - address.count(_BRACKETS[closing]) for closing in _BRACKETS}
    end = len(address)
    while end:
        last = address[end - 1]
        if surplus.get(last, 0) > 0:
            surplus[last] -= 1
        elif last not in _AFTER_A_LINK:
            break
        end -= 1
    return address[:end]


def _as_url(address: str) -> str | None:
    """Return the address with a scheme. None if it is no valid address; such a link stays text."""
    url = f"http://{address}" if address[:4].lower() == "www." else address
    try:
        # Not ``host``: httpx decodes that, which fails for names that exist, such as those of an emoji.
        host = httpx.URL(url).raw_host.decode("ascii")
    except (httpx.InvalidURL, UnicodeError):  # the errors of IDNA are of the latter kind
        return None
    return url if _may_exist(host) else None


def _may_exist(host: str) -> bool:
    """Return whether a host in its ASCII form is a name or an IP address. ``xn--`` alone encodes no name."""
    if ":" in host:  # httpx has read it as an IPv6 address
        return True
    name = host.removesuffix(".")
    is_name = len(name) <= _MAX_HOST and all(map(_LABEL.fullmatch, name.split(".")))
    return is_name and name.lower() != "www"
