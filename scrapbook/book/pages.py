"""Lists of entries or topics, as many at a time as a reply has room for."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from scrapbook import segments
from scrapbook.book.book import Book
from scrapbook.book.reminding import due_shown
from scrapbook.excerpts import excerpt, holds
from scrapbook.links.finding import find_links
from scrapbook.store import Entry, Listing, Media, Topic
from scrapbook.store import Page as WebPage

MOST_LISTED = 500
"""Nobody reads further by text message."""

ENDING, WORDING = 2, 22
"""Characters that a reply puts around the last page of a list and around any other, its title aside."""

YOUR_TOPICS = "Your topics"
"""The title of the list of topics."""

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


@dataclass(frozen=True, slots=True)
class TopicsPage:
    """A topic a line, as ``gpu 3``; ``left`` topics follow."""

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
    lines = _lines(book, entries, short + "." * ENDING, words)
    if further or len(lines) < len(entries):
        lines = _lines(book, entries, short + "." * WORDING, words)
    rest = (*(entry.id for entry in entries[len(lines) :]), *further)
    book.tx.conversations.set_listing(book.person.id, Listing(title, rest, tuple(words)))
    return Page(short, lines, len(rest))


def first_topics(book: Book, topics: Sequence[Topic]) -> TopicsPage:
    """Remembers the rest for ``more``. There must be a topic."""
    every = [f"{topic.name} {topic.entry_count}" for topic in topics]
    lines = _fitting(every, YOUR_TOPICS + "." * ENDING)
    if len(lines) < len(every):
        lines = _fitting(every, YOUR_TOPICS + "." * WORDING)
    rest = tuple(topic.id for topic in topics[len(lines) :])
    book.tx.conversations.set_listing(book.person.id, Listing(YOUR_TOPICS, (), topic_ids=rest))
    return TopicsPage(lines, len(rest))


def next_page(book: Book) -> Page | TopicsPage | None:
    """Goes on with the latest list. None when nothing is left of it."""
    listing = book.tx.conversations.listing(book.person.id)
    if listing is None:
        return None
    if listing.topic_ids:
        return _next_topics(book, listing.topic_ids)
    left = book.tx.entries.by_ids(book.person.id, listing.entry_ids)
    return first_page(book, listing.title, left, words=listing.words) if left else None


def _next_topics(book: Book, ids: Sequence[int]) -> TopicsPage | None:
    """Those that have been merged or emptied meanwhile are left out."""
    there_are = {topic.id: topic for topic in book.topics() if topic.entry_count}
    left = [there_are[id_] for id_ in ids if id_ in there_are]
    return first_topics(book, left) if left else None


def _lines(book: Book, entries: Sequence[Entry], around: str, words: Collection[str]) -> tuple[str, ...]:
    """At least one."""
    width = _width(book, entries, around)
    return _fitting((_line(book, entry, width, around, words) for entry in entries), around)


def _fitting(lines: Iterable[str], around: str) -> tuple[str, ...]:
    """As many as fit, at least one."""
    fitting: list[str] = []
    for line in lines:
        if fitting and not segments.fits(around + "\n".join([*fitting, line])):
            break
        fitting.append(line)
    return tuple(fitting)


def _width(book: Book, entries: Sequence[Entry], around: str) -> int:
    """What the first few have each, or fewer of them where that would be too little to tell them by."""
    first = entries[:_LINES]
    begun = "".join(content(book, entry)[:_SHORTEST_LINE] for entry in first)
    costliest = next((letter for letter in begun if not segments.is_gsm7(letter)), "")
    room = len(segments.head("x" * 400, segments.REPLY_SEGMENTS, around + costliest))
    number = max(len(f"{_number(entry)} \n") for entry in first)
    count = min(len(first), max(room // (_SHORTEST_LINE + number), 1))
    return max(room // count - number, _SHORTEST_LINE)


def _line(book: Book, entry: Entry, width: int, around: str, words: Collection[str]) -> str:
    said = _with_title(book, entry, content(book, entry), words)
    number = _number(entry)
    line = f"{number} {excerpt(said, words, width)}"
    while not segments.fits(around + line) and width > 4:
        width = max(width * 2 // 3, 4)
        line = f"{number} {segments.shorten(said, width)}"
    return line


def _number(entry: Entry) -> str:
    return f"{entry.number}{PINNED if entry.pinned_at else ''}"


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
