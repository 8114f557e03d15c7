"""Where the links are in a text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

# A link ends at white space, at what cannot stand in an address unquoted, and at quotes and stops of any
# script that people put after one. Before it stands no letter or digit of which it would be the end.
_LINK = re.compile(
    r"(?<![A-Za-z0-9+])(?:https?://|(?<![\w.@/-])www\.)"
    r"[^\s\x00-\x20\x7f<>\"`{}\\^“”„«»‹›。、，；！？「」『』【】（）\u200b-\u200f\u2060\ufeff]+",
    re.IGNORECASE,
)

_AFTER_A_LINK = frozenset(".,:;!?'’‘…*_~")
_BRACKETS = {")": "(", "]": "["}


@dataclass(frozen=True, slots=True)
class Link:
    """``url`` has a scheme; ``start`` and ``end`` are where it stands in the text, as for a slice."""

    url: str
    start: int
    end: int


def find_links(text: str) -> list[Link]:
    """Addresses with http or https, and those that begin with ``www.``, in order.

    What follows one as punctuation, or closes a bracket that opened before it, is left out, as in
    https://github.github.com/gfm/#autolinks-extension-
    """
    return list(_links(text))


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
    """None when it is no address after all."""
    url = f"http://{address}" if address[:4].lower() == "www." else address
    try:
        host = httpx.URL(url).host
    except httpx.InvalidURL:
        return None
    return url if host and host.lower() not in ("www", "www.") else None
