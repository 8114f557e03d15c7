"""List the items of the feeds that a person follows, find them by their words, and keep one as an entry.

They are never listed or found among the person's own entries.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from scrapbook.core.book import Book
from scrapbook.core.following import READ, called, subscriptions
from scrapbook.core.paging import PAGE_WORDING, ListPage, fitting
from scrapbook.core.saving import Saved, save_text
from scrapbook.errors import NotFound
from scrapbook.model.feeds import FeedItem, Subscription
from scrapbook.store import Entry, PendingList, Shown
from scrapbook.text import segments
from scrapbook.text.display import one_line
from scrapbook.text.mentions import meant_words, mentions
from scrapbook.text.parsed_text import ParsedText
from scrapbook.text.snippets import snippet

WIDTH = 80
"""Characters of the line of an item: at least three fit into a reply."""

MAX_TITLE = 60
"""Characters of the title of a list."""

LATEST = 3
"""Items that are listed where nothing is new."""

LISTED_FOR = timedelta(days=1)
"""For as long an item can be kept by its number in the list that was sent last."""


LATELY = 50
"""The newest entries, among which one is looked for that was made of the same item."""


@dataclass(frozen=True, slots=True)
class News:
    """What is new. ``is_latest``: nothing is, and these are the latest items."""

    page: ListPage
    is_latest: bool


@dataclass(frozen=True, slots=True)
class WordsUnclear:
    """Several words may be meant by a typed one. ``options`` has what each search would be for."""

    options: tuple[str, ...]


def whats_new(book: Book, feed: Subscription | None = None) -> News | None:
    """List what came since the person asked last; if nothing did, the latest items. None without any.

    Args:
        feed: of this feed; of all that the person follows if None.
    """
    asked = [feed] if feed else list(subscriptions(book))
    found = [item for one in asked for item in book.tx.feeds.news(one.feed.id, one.seen_item_id, READ)]
    items = sorted(found, key=lambda item: (item.found_at, -item.id), reverse=True)
    for one in asked:
        book.tx.subscriptions.mark_seen(one.id, book.tx.feeds.newest_id(one.feed.id))
    is_latest = not items
    items = items or book.tx.feeds.items([one.feed.id for one in asked], LATEST)
    title = f"On {called(book.tx, feed)}" if feed else "From what you follow"
    page = _first_page(book, title, items)
    return News(page, is_latest) if page else None


def find_in(book: Book, feed: Subscription, typed: str) -> ListPage | WordsUnclear | None:
    """List the items of a feed that mention words, the newest first. None if none does.

    A word that surely means one of the feed, differently spelled, is taken for that; one that may mean
    several is never guessed.
    """
    items = book.tx.feeds.items([feed.feed.id], READ)
    meant = meant_words(typed, (_text(item) for item in items))
    if meant.options:
        return WordsUnclear(tuple(" ".join(option) for option in meant.options))
    if not meant.words:
        return None
    found = [item for item in items if mentions(_text(item), meant.words)]
    title = f"{' '.join(meant.words)} on {called(book.tx, feed)}"
    return _first_page(book, title, found, meant.words)


def next_items(book: Book) -> ListPage | None:
    """Return the next page of the list that was sent last, if it is one of items; None if nothing is left."""
    listing = book.tx.conversations.listing(book.person.id)
    if listing is None or listing.items_listed >= len(listing.item_ids):
        return None
    return _page(book, listing)


def save_listed(book: Book, number: int) -> Saved | None:
    """Keep the item of that number in the list that was sent last as an entry. None if there is none."""
    item = listed(book, number)
    return save_item(book, item) if item else None


def save_item(book: Book, item: FeedItem) -> Saved:
    """Keep an item as an entry: its title, and its address if it has one."""
    saved = save_text(book, ParsedText(_kept(item)), None)
    if saved is None:
        raise NotFound("The item has no words.")
    return saved


def saved_lately(book: Book, item: FeedItem) -> Entry | None:
    """Return the entry that was made of an item, if it is among the newest, as after a form is sent twice."""
    newest = book.tx.entries.list(book.person.id, limit=LATELY, with_others=False)
    return next((entry for entry in newest if entry.text == _kept(item)), None)


def followed_item(book: Book, item_id: int) -> FeedItem | None:
    """Return an item of a feed that the person follows; None if it is none."""
    item = next(iter(book.tx.feeds.of_ids([item_id])), None)
    feeds = {one.feed.id for one in subscriptions(book)}
    return item if item and item.feed_id in feeds else None


def _kept(item: FeedItem) -> str:
    return f"{item.title}\n{item.url}" if item.url and item.url != item.title else item.title


def listed(book: Book, number: int) -> FeedItem | None:
    """Return the item of that number in the list that was sent last; None if there is none."""
    listing = book.tx.conversations.listing(book.person.id)
    if listing is None or listing.listed is None or abs(book.now - listing.listed.at) > LISTED_FOR:
        return None
    if not 1 <= number <= listing.items_listed:
        return None
    return next(iter(book.tx.feeds.of_ids([listing.item_ids[number - 1]])), None)


def _first_page(
    book: Book, title: str, items: Sequence[FeedItem], words: Collection[str] = ()
) -> ListPage | None:
    """Return the first page of these items, and store how ``more`` goes on. None without any."""
    ids = tuple(item.id for item in items)
    short = segments.shorten(title, MAX_TITLE)
    return _page(book, PendingList(short, (), tuple(words), item_ids=ids)) if ids else None


def _page(book: Book, listing: PendingList) -> ListPage | None:
    begun = listing.items_listed
    items = book.tx.feeds.of_ids(listing.item_ids[begun : begun + 20])
    alone = len(listing.item_ids) == 1
    numbers = {item_id: number for number, item_id in enumerate(listing.item_ids, 1)}
    every = (_line(numbers[item.id], item, listing.words, alone=alone) for item in items)
    lines = fitting(every, listing.title + "." * PAGE_WORDING)
    if not lines:
        return None
    shown = max(numbers[item.id] for item in items[: len(lines)])
    left = PendingList(
        listing.title,
        (),
        listing.words,
        listed=Shown(book.now),
        item_ids=listing.item_ids,
        items_listed=shown,
    )
    book.tx.conversations.set_listing(book.person.id, left)
    return ListPage(listing.title, lines, len(listing.item_ids) - shown)


def _line(number: int, item: FeedItem, words: Collection[str], *, alone: bool) -> str:
    """Return the line of an item; an item that is alone has its address, too."""
    text = _text(item) if words else item.title
    line = f"{number} {snippet(text, words, WIDTH)}"
    return f"{line}\n{item.url}" if alone and item.url and len(item.url) <= WIDTH else line


def _text(item: FeedItem) -> str:
    return one_line(f"{item.title}. {item.summary}" if item.summary else item.title)
