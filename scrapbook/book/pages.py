"""Lists of entries, as many at a time as a reply has room for."""

from collections.abc import Sequence
from dataclasses import dataclass

from scrapbook import segments
from scrapbook.book.book import Book
from scrapbook.store import Entry, Listing

MOST_LISTED = 500
"""Nobody reads further by text message."""

WORDING = 60
"""Characters that a reply may put around a page, its title aside."""

_LINES = 4
_SHORTEST_LINE = 30
_KINDS = {"image": "picture", "audio": "sound", "video": "video"}


@dataclass(frozen=True, slots=True)
class Page:
    """``left`` entries follow it."""

    title: str
    lines: tuple[str, ...]
    left: int


def content(entry: Entry) -> str:
    """Its text, to the letter, and a note of what came with it."""
    media = _attached(entry)
    return f"{entry.text} {media}".strip() if media else entry.text


def first_page(book: Book, title: str, entries: Sequence[Entry]) -> Page:
    """Remembers the rest for ``more``. There must be an entry."""
    short = segments.shorten(title, 60)
    lines = _lines(entries, around=short + "." * WORDING)
    rest = tuple(entry.id for entry in entries[len(lines) :])
    book.tx.conversations.set_listing(book.person.id, Listing(title, rest))
    return Page(short, lines, len(rest))


def next_page(book: Book) -> Page | None:
    """Goes on with the latest list. None when nothing is left of it."""
    listing = book.tx.conversations.listing(book.person.id)
    if listing is None:
        return None
    left = book.tx.entries.by_ids(book.person.id, listing.entry_ids)
    return first_page(book, listing.title, left) if left else None


def _lines(entries: Sequence[Entry], around: str) -> tuple[str, ...]:
    """At least one."""
    width = _width(entries, around)
    lines = [_line(entries[0], width, around)]
    for entry in entries[1:]:
        longer = [*lines, _line(entry, width, around)]
        if not segments.fits(around + "\n".join(longer)):
            break
        lines = longer
    return tuple(lines)


def _width(entries: Sequence[Entry], around: str) -> int:
    room = len(segments.head("x" * 400, segments.REPLY_SEGMENTS, around + content(entries[0])[:1]))
    share = room // min(len(entries), _LINES) - len("12345 \n")
    return max(share, _SHORTEST_LINE)


def _line(entry: Entry, width: int, around: str) -> str:
    line = f"{entry.number} {segments.shorten(content(entry), width)}"
    while not segments.fits(around + line) and width > 4:
        width = max(width * 2 // 3, 4)
        line = f"{entry.number} {segments.shorten(content(entry), width)}"
    return line


def _attached(entry: Entry) -> str:
    kinds = [_KINDS.get(part.content_type.split("/")[0], "file") for part in entry.media]
    return f"({', '.join(kinds)})" if kinds else ""
