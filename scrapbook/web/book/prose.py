"""Turn words that somebody texted into pieces that a template sets: words, links, marked words.

A template escapes each piece. Nothing here is HTML.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from html import escape

from scrapbook.text.display import displayable
from scrapbook.text.links import find_links
from scrapbook.text.snippets import hits, snippet

MAX_SHOWN_ADDRESS = 60
"""Characters of an address that are shown."""

MAX_ADDRESS = 2_000
"""Characters of an address that leads anywhere; a longer one stays text, as few servers take it."""

_TAGS = 60
"""Bytes of the tags around a link, about."""

_MOST_WITH_LINKS = 12_000
"""Bytes of a short text with the tags of its links."""

_LAST_SPACE = re.compile(r"\s(?=\S*$)")
_CUT_WORD = 80
"""Characters that are left out at most to end with a whole word."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text. ``url``: where it leads, with http or https; empty if nowhere."""

    text: str
    url: str = ""
    is_marked: bool = False


class Room:
    """The bytes of HTML that the words of an entry may still take on a page."""

    def __init__(self, size: int) -> None:
        self.left = size
        self.is_cut = False

    def take(self, size: int) -> bool:
        """Take so many bytes; return whether there was room for them."""
        if size > self.left:
            self.is_cut = True
            self.left = 0
            return False
        self.left -= size
        return True

    def fit(self, text: str) -> str:
        """Return as much of the beginning of a text as there is room for, and take that."""
        size = len(text) if text.isascii() and text.isalnum() else len(escape(text[: self.left]).encode())
        if max(len(text), size) <= self.left:
            self.left -= size
            return text
        kept = _beginning(text, self.left)
        self.is_cut, self.left = True, 0
        return kept


def linked(text: str, room: Room) -> tuple[Piece, ...]:
    """Return the pieces of a text whose addresses are links, as far as there is room."""
    return tuple(_linked(displayable(text[: room.left + 1]), room))


def linked_lines(text: str) -> tuple[Piece, ...]:
    """Return the pieces of a short text: all of it, with links if there are not too many for a page."""
    room = Room(_MOST_WITH_LINKS)
    pieces = linked(text, room)
    return (Piece(displayable(text)),) if room.is_cut else pieces


def marked(text: str, words: Collection[str], limit: int) -> tuple[Piece, ...]:
    """Return the part of a text that has the most of the words, in which they are marked.

    Args:
        words: folded words, or their beginnings.
        limit: characters of the part at most.
    """
    line = snippet(text, words, limit)
    pieces: list[Piece] = []
    end = 0
    for start, stop, _ in hits(line, words):
        if start >= end:
            pieces += [Piece(line[end:start]), Piece(line[start:stop], is_marked=True)]
            end = stop
    return tuple(piece for piece in (*pieces, Piece(line[end:])) if piece.text)


def shortened(address: str) -> str:
    """Return an address without its scheme, shortened in the middle."""
    shown = re.sub(r"^https?://(?:www\.)?", "", address).removesuffix("/")
    half = MAX_SHOWN_ADDRESS // 2
    return shown if len(shown) <= MAX_SHOWN_ADDRESS else f"{shown[:half]}…{shown[-half + 1 :]}"


def _linked(text: str, room: Room) -> Iterator[Piece]:
    end = 0
    for link in find_links(text):
        if room.is_cut:
            return
        if len(link.url) > MAX_ADDRESS:
            continue
        if words := room.fit(text[end : link.start]):
            yield Piece(words)
        shown = shortened(link.url)
        if not room.take(len(escape(link.url).encode()) + len(shown) + _TAGS):
            return
        yield Piece(shown, link.url)
        end = link.end
    if not room.is_cut and (words := room.fit(text[end:])):
        yield Piece(words)


def _beginning(text: str, size: int) -> str:
    """Return the beginning of a text that takes at most so many bytes when it is escaped."""
    low, high = 0, min(len(text), size)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if len(escape(text[:middle]).encode()) <= size else (low, middle - 1)
    kept = text[:low]
    space = _LAST_SPACE.search(kept[-_CUT_WORD:])
    return kept[: len(kept) - len(kept[-_CUT_WORD:]) + space.start()] if space else kept
