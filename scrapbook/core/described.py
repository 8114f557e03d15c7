"""The entries that a request describes by kind, period, topic and words: to list, count or date them."""

from collections.abc import Collection
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from scrapbook.core.book import Book
from scrapbook.core.entry_scopes import filter_of, scope_of
from scrapbook.core.paging import ListPage, first_page, first_page_of_ids
from scrapbook.core.search import MAX_FOUND
from scrapbook.store import Entry, EntryFilter
from scrapbook.text import segments
from scrapbook.text.entry_requests import parse_request
from scrapbook.text.query import Query, Scope

ENTRIES = "entries"
"""What the entries are called if the request names no kind."""

MAX_WORDS_SHOWN = 40
"""Characters of the words that are said back."""


@dataclass(frozen=True, slots=True)
class Described:
    """The entries that a request describes.

    Attributes:
        filter: what narrows them; with ``words`` only those are meant that have all of these, too.
        kind: "pictures", or "entries" if none is named.
        topic: the topic that is named; empty if none is.
        words: the words that are looked for; empty if the request has none but those of a topic.
        when: ``from last week``, ``since Monday 23 November``; empty if no period is named.
        period: as ``when``, without "from".
        is_one: whether only the latest of them is meant: "the last picture".
    """

    filter: EntryFilter
    kind: str
    topic: str
    words: str
    when: str
    period: str
    is_one: bool

    @property
    def narrows(self) -> bool:
        """Whether they are less than all entries."""
        return bool(self.filter or self.words)

    @property
    def phrase(self) -> str:
        """Return what the entries are called in a sentence: ``pictures under italy from last week``."""
        words = f'with "{segments.shorten(self.words, MAX_WORDS_SHOWN)}"' if self.words else ""
        return " ".join(filter(None, (self.kind, f"under {self.topic}" if self.topic else words, self.when)))

    @property
    def title(self) -> str:
        """Return the title of their list: ``last week`` or ``music`` alone, else the phrase."""
        if self.kind != ENTRIES or self.words:
            return self.phrase
        return " ".join(filter(None, (self.topic, self.when))) if self.topic else self.period or ENTRIES


def describe(book: Book, text: str, frame_words: Collection[str] = ()) -> Described:
    """Return the entries that a request describes. Its words are a topic, if they surely mean one.

    Args:
        text: such as ``what did I save about work last week?``
        frame_words: as in ``parse_request``.
    """
    request = parse_request(text, book.now, ZoneInfo(book.person.timezone), frame_words)
    found = book.match_topic(request.words, with_empty=False).topic if request.words else None
    topic = book.topic(found) if found else None
    period = request.period
    which = filter_of(Scope(request.kind, period.since if period else None, period.until if period else None))
    if topic is not None:
        which["topic_id"] = topic.id
    return Described(
        filter=which,
        kind=request.kind or ENTRIES,
        topic=topic.name if topic else "",
        words="" if topic else request.words,
        when=period.when if period else "",
        period=f"{period.how} {period.name}".strip() if period else "",
        is_one=request.is_one,
    )


def list_described(book: Book, which: Described, count: int | None = None) -> ListPage | None:
    """List the entries, newest first; those with certain words, the best first. None if there are none.

    Args:
        count: how many of the newest; None for all.
    """
    if which.words:
        found = _ids(book, which)[: count or MAX_FOUND]
        return first_page_of_ids(book, which.title, found, is_cut=len(found) >= MAX_FOUND)
    if count is None:
        return first_page(book, which.title, which.filter)
    there_are = min(max(count, 1), book.tx.entries.count_of(book.person.id, **which.filter))
    title = f"last {there_are}" if not which.filter else f"last {there_are} {which.title}"
    return first_page(book, title, which.filter, limit=there_are)


def count_described(book: Book, which: Described) -> int:
    """Return how many entries are described, without the trash; of those with certain words, up to 1,000."""
    if which.words:
        return len(_ids(book, which))
    if which.filter:
        return book.tx.entries.count_of(book.person.id, **which.filter)
    return book.tx.entries.count(book.person.id)


def newest(book: Book, which: Described, count: int) -> list[Entry]:
    """Return the newest ``count`` of the entries; of those with certain words, the best."""
    if which.words:
        return book.tx.entries.by_ids(book.person.id, _ids(book, which)[:count])
    return book.tx.entries.list(book.person.id, limit=count, **which.filter)


def _ids(book: Book, which: Described) -> tuple[int, ...]:
    scope = scope_of(which.filter)
    return book.tx.entries.find(book.person.id, Query.parse(which.words), MAX_FOUND, scope).found
