"""Turn an entry into what a template shows of it, kind by kind."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from scrapbook.core.attachments import describe_file, without_live_videos
from scrapbook.model.records import Entry, Preview
from scrapbook.text.display import one_line
from scrapbook.text.entry_blocks import Block, Prose, Takeaways, Title, blocks
from scrapbook.text.links import find_links
from scrapbook.text.locations import Location
from scrapbook.text.quotes import QuoteParts
from scrapbook.text.segments import shorten
from scrapbook.text.snippets import MAX_SEARCHED
from scrapbook.text.spelled_dates import day_words
from scrapbook.web.book.attached import PICTURE, Attached, attach
from scrapbook.web.book.prose import MAX_ADDRESS, Piece, Room, linked, marked

EXCERPT = 240
"""Characters of an answer of a search that are shown."""

MAX_READ = 10_000
"""Characters of a text that are looked at. Quotations are found in as many."""

_MAX_NAME, _MAX_TITLE, _MAX_DESCRIPTION = 60, 140, 220
"""Characters of the name of a topic or an author, and of the title and the description of a page."""

_MAX_CARDS = 3
_CARD, _TAGS = 260, 60
"""Bytes of the tags of a card or a quotation, and of any other block, about."""


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """A block of a text.

    Attributes:
        pieces: its words.
        items: its takeaways, each as pieces.
        author: who said it, and ``author_address`` leads to all that they said.
        source: of the quotation.
        map: where a map shows the place.
    """

    kind: Literal["title", "prose", "quote", "takeaways", "place"]
    pieces: tuple[Piece, ...] = ()
    items: tuple[tuple[Piece, ...], ...] = ()
    author: str = ""
    author_address: str = ""
    source: tuple[Piece, ...] = ()
    map: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """The page behind a link."""

    url: str
    title: str
    description: str
    site: str


@dataclass(slots=True)
class ShownEntry:
    """What is shown of an entry.

    Attributes:
        at: when it was made, in the person's time zone.
        is_cut: whether there is more of it on its own page.
        title: what it is called in a list of links.
        record: the entry itself.
        writer: who wrote it, if that is another person.
    """

    record: Entry
    number: int
    at: datetime
    topic: str
    topic_id: int | None
    blocks: list[ShownBlock] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    attached: Attached = field(default_factory=Attached)
    due: str = ""
    is_edited: bool = False
    is_pinned: bool = False
    is_cut: bool = False
    deleted_at: datetime | None = None
    excerpt: tuple[Piece, ...] = ()
    title: str = ""
    writer: str = ""

    @property
    def called(self) -> str:
        """What a button calls it: by its number, or whose it is."""
        return f"{self.title} ({self.writer})" if self.writer else str(self.number)

    @property
    def address(self) -> str:
        """Where it is alone."""
        return f"/book/entries/{self.number}"

    @property
    def hour(self) -> str:
        """When on its day it was made."""
        return f"{self.at.hour}:{self.at:%M}"

    @property
    def day(self) -> str:
        """The day on which it was made."""
        return day_words(self.at.date())


def present(
    entry: Entry, zone: ZoneInfo, previews: Sequence[Preview] = (), *, size: int, text: str | None = None
) -> ShownEntry:
    """Return what is shown of an entry.

    Args:
        zone: of the person.
        previews: what is known of the pages behind its links.
        size: the bytes of HTML that its words, cards and pictures may take.
        text: what is shown in place of its text.
    """
    shown = _bare(entry, zone)
    # The first file is shown in any case.
    room = Room(max(size - PICTURE, size // 4) if entry.media else size)
    whole = entry.text if text is None else text
    words = whole[:MAX_READ]
    cards = _cards(words, previews)
    for block in blocks(_without(words, cards)):
        if room.is_cut:
            break
        if made := _block(block, room):
            shown.blocks.append(made)
    shown.cards = [card for card in cards[:_MAX_CARDS] if room.take(_size(card))]
    shown.attached = attach(entry, shown.at.date(), room)
    shown.is_cut = room.is_cut or len(whole) > MAX_READ
    return shown


def present_found(entry: Entry, zone: ZoneInfo, words: Collection[str]) -> ShownEntry:
    """Return an entry as the answer of a search, with these words marked in an excerpt."""
    shown = _bare(entry, zone)
    shown.excerpt = marked(entry.text[:MAX_SEARCHED], words, EXCERPT)
    shown.attached = attach(entry, shown.at.date(), Room(0))
    return shown


def title_of(entry: Entry) -> str:
    """Return a line by which somebody knows an entry again."""
    if words := one_line(Location.left_out(entry.text[:400])):
        return shorten(words, 60)
    kinds = [describe_file(part) for part in without_live_videos(entry.media)]
    return (kinds[0] if kinds else "place" if Location.of(entry.text) else "entry").capitalize()


def _bare(entry: Entry, zone: ZoneInfo) -> ShownEntry:
    at = entry.created_at.astimezone(zone)
    due = entry.due_at.astimezone(zone) if entry.due_at else None
    return ShownEntry(
        record=entry,
        number=entry.number,
        at=at,
        topic=shorten(one_line(entry.topic or ""), _MAX_NAME),
        topic_id=entry.topic_id,
        due=f"{due:%A} {day_words(due.date())} at {due.hour}:{due:%M}" if due else "",
        # The words of a recording or a file are added later, which is no edit.
        is_edited=entry.edited_at is not None and not entry.media,
        is_pinned=entry.pinned_at is not None,
        deleted_at=entry.deleted_at.astimezone(zone) if entry.deleted_at else None,
        title=title_of(entry),
        writer=shorten(one_line(entry.writer), _MAX_NAME),
    )


def _block(block: Block, room: Room) -> ShownBlock | None:
    if not room.take(_TAGS):
        return None
    if isinstance(block, Title):
        return ShownBlock("title", linked(block.text, room))
    if isinstance(block, Prose):
        pieces = linked(block.text, room)
        return ShownBlock("prose", pieces) if pieces else None
    if isinstance(block, Takeaways):
        items = tuple(linked(item, room) for item in block.items if room.take(_TAGS))
        return ShownBlock("takeaways", items=items) if items else None
    if isinstance(block, Location):
        name = f"{block.latitude:.5g}, {block.longitude:.5g}"
        return ShownBlock("place", (Piece(name),), map=block.map) if room.take(_CARD) else None
    return _quote(block, room)


def _quote(quote: QuoteParts, room: Room) -> ShownBlock:
    author = shorten(one_line(quote.author), _MAX_NAME)
    query = urlencode({"q": author, "kind": "quotes"})
    room.take(len(query) + 2 * len(author) + _CARD)
    return ShownBlock(
        "quote",
        linked(quote.said, room),
        author=author,
        author_address=f"/book/search?{query}" if quote.author else "",
        source=linked(quote.source, room) if quote.source else (),
    )


def _cards(text: str, previews: Sequence[Preview]) -> list[Card]:
    known = {preview.url: preview for preview in previews if preview.page.title and not preview.failure}
    urls = dict.fromkeys(link.url for link in find_links(text) if link.url in known) if known else {}
    return [_card(known[url]) for url in urls if len(url) <= MAX_ADDRESS]


def _card(preview: Preview) -> Card:
    page = preview.page
    return Card(
        url=preview.url,
        title=shorten(one_line(page.title), _MAX_TITLE),
        description=shorten(one_line(page.description), _MAX_DESCRIPTION),
        site=shorten(one_line(page.site or urlsplit(preview.url).hostname or ""), _MAX_NAME),
    )


def _size(card: Card) -> int:
    words = f"{card.url}{card.title}{card.description}{card.site}"
    return _CARD + len(words.encode())


def _without(text: str, cards: Sequence[Card]) -> str:
    """Return the text without the addresses that a card shows, if they stand alone on a line or last."""
    shown = {card.url for card in cards[:_MAX_CARDS]}
    for link in reversed(find_links(text) if shown else []):
        line_start = text.rfind("\n", 0, link.start) + 1
        is_last = not text[link.end :].strip()
        rest_of_line = text[link.end :].partition("\n")[0]
        is_alone = not f"{text[line_start : link.start]}{rest_of_line}".strip()
        if link.url in shown and (is_last or is_alone):
            text = f"{text[: link.start].rstrip()}{text[link.end :]}"
    return text
