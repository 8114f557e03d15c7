"""Lists of entries, as many at a time as a reply has room for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from scrapbook import segments
from scrapbook.book.book import Book
from scrapbook.book.reminding import due_shown
from scrapbook.excerpts import excerpt, holds
from scrapbook.links.finding import find_links
from scrapbook.store import Entry, Listing, Media
from scrapbook.store import Page as WebPage

MOST_LISTED = 500
"""Nobody reads further by text message."""

WORDING = 60
"""Characters that a reply may put around a page, its title aside."""

PINNED = "*"
"""Marks the number of a pinned entry."""

_LINES = 4
_SHORTEST_LINE = 30
_KINDS = {"image": "picture", "video": "video"}


@dataclass(frozen=True, slots=True)
class Page:
    """``left`` entries follow it."""

    title: str
    lines: tuple[str, ...]
    left: int


def content(book: Book, entry: Entry) -> str:
    """Its text, to the letter, and a note of what came with it and when it is due."""
    notes = ", ".join(filter(None, (*_attached(book, entry), due_shown(book, entry))))
    return f"{entry.text} ({notes})".strip() if notes else entry.text


def pages_behind(book: Book, entry: Entry) -> list[WebPage]:
    """What is known of the pages behind the links in its text."""
    links = {link.url for link in find_links(entry.text)}
    known = book.tx.previews.of([entry.id]).get(entry.id, [])
    return [preview.page for preview in known if preview.url in links]


def first_page(
    book: Book,
    title: str,
    entries: Sequence[Entry],
    further: Sequence[int] = (),
    words: Collection[str] = (),
) -> Page:
    """Remembers the rest for ``more``: ids of ``further`` entries among it. There must be an entry.

    Lines show the parts of the texts, or of what their links lead to, with ``words`` or words that begin so.
    """
    short = segments.shorten(title, 60)
    lines = _lines(book, entries, short + "." * WORDING, words)
    rest = (*(entry.id for entry in entries[len(lines) :]), *further)
    book.tx.conversations.set_listing(book.person.id, Listing(title, rest, tuple(words)))
    return Page(short, lines, len(rest))


def next_page(book: Book) -> Page | None:
    """Goes on with the latest list. None when nothing is left of it."""
    listing = book.tx.conversations.listing(book.person.id)
    if listing is None:
        return None
    left = book.tx.entries.by_ids(book.person.id, listing.entry_ids)
    return first_page(book, listing.title, left, words=listing.words) if left else None


def _lines(book: Book, entries: Sequence[Entry], around: str, words: Collection[str]) -> tuple[str, ...]:
    """At least one."""
    width = _width(content(book, entries[0])[:1], len(entries), around)
    lines = [_line(book, entries[0], width, around, words)]
    for entry in entries[1:]:
        longer = [*lines, _line(book, entry, width, around, words)]
        if not segments.fits(around + "\n".join(longer)):
            break
        lines = longer
    return tuple(lines)


def _width(first_letter: str, count: int, around: str) -> int:
    room = len(segments.head("x" * 400, segments.REPLY_SEGMENTS, around + first_letter))
    share = room // min(count, _LINES) - len("12345 \n")
    return max(share, _SHORTEST_LINE)


def _line(book: Book, entry: Entry, width: int, around: str, words: Collection[str]) -> str:
    said = _with_title(book, entry, content(book, entry), words)
    number = f"{entry.number}{PINNED if entry.pinned_at else ''}"
    line = f"{number} {excerpt(said, words, width)}"
    while not segments.fits(around + line) and width > 4:
        width = max(width * 2 // 3, 4)
        line = f"{number} {segments.shorten(said, width)}"
    return line


def _with_title(book: Book, entry: Entry, said: str, words: Collection[str]) -> str:
    """Where only what a page behind a link is called holds any of the words, that comes behind the text."""
    if not words or holds(said, words):
        return said
    names = (
        name for page in pages_behind(book, entry) for name in (page.title, page.site) if holds(name, words)
    )
    return f"{said} ({name})" if (name := next(names, None)) else said


def _attached(book: Book, entry: Entry) -> list[str]:
    if any(part.is_sound for part in entry.media) and _is_being_written_down(book, entry):
        return ["memo, being written down"]
    return [_described(part) for part in entry.media]


def _is_being_written_down(book: Book, entry: Entry) -> bool:
    message = book.tx.messages.find(entry.message_sid) if entry.message_sid else None
    return message is not None and message.is_memo and message.state == "received"


def _described(part: Media) -> str:
    kind = "sound" if part.is_sound else _KINDS.get(part.content_type.split("/")[0], "file")
    return f"{kind} missing" if part.state == "missing" else kind
