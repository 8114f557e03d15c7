"""Finding entries again."""

import re
from collections.abc import Sequence
from functools import partial
from zoneinfo import ZoneInfo

from scrapbook.book.book import Book, NoTopic, Torn
from scrapbook.book.pages import MOST_LISTED, Page, first_page
from scrapbook.filters import parse
from scrapbook.matching import Outcome
from scrapbook.search import EVERYTHING, Correction, Hits, Query, Scope, vocabulary
from scrapbook.store import Entry, Topic

READ = 20
"""Entries that are read at once: more than a page has room for."""


def find(book: Book, wanted: str, *, words_only: bool = False) -> Page | Torn | NoTopic:
    """The entries of the topic ``wanted``; else those of a kind or time that it names (``quotes about work
    from last month``), as far as there are any; else those that hold its words.

    When torn between topics, the last option is ``wanted`` itself if its words are found too: to be
    called with ``words_only``, which leaves topics out.
    """
    found = book.match_topic(wanted, with_empty=False)
    if found.topic and not words_only:
        return _of_topic(book, found.topic)
    if narrowed := _narrowed(book, wanted):
        return narrowed
    hits = _search(book, wanted)
    if found.outcome is Outcome.TORN and not words_only:
        spelled = hits.found and not hits.corrections
        return Torn(wanted, (*found.candidates, wanted) if spelled else found.candidates)
    return _page(book, wanted, hits) or NoTopic(wanted, found.candidates)


def topics(book: Book) -> list[Topic]:
    """Those that hold entries, the most recently used first."""
    return [topic for topic in book.topics() if topic.entry_count]


def _of_topic(book: Book, name: str) -> Page | NoTopic:
    topic = book.topic(name)
    if topic is None:
        return NoTopic(name, ())
    listed = partial(book.tx.entries.list, book.person.id, topic_id=topic.id, limit=MOST_LISTED)
    entries = [*listed(pinned=True), *listed(pinned=False)]
    return first_page(book, name, entries) if entries else NoTopic(name, ())


def _narrowed(book: Book, wanted: str) -> Page | None:
    """None where ``wanted`` names neither kind nor time, or nothing of the kind is there."""
    filters = parse(wanted, book.now, ZoneInfo(book.person.timezone))
    if not filters.narrows:
        return None
    if filters.words:
        return _page(book, wanted, _search(book, filters.words, filters.scope))
    scope = filters.scope
    entries = book.tx.entries.list(
        book.person.id, kind=scope.kind, since=scope.since, until=scope.until, limit=MOST_LISTED
    )
    return first_page(book, wanted, entries) if entries else None


def _search(book: Book, wanted: str, scope: Scope = EVERYTHING) -> Hits[int]:
    return book.tx.entries.find(book.person.id, Query.parse(wanted), MOST_LISTED, scope)


def _page(book: Book, wanted: str, hits: Hits[int]) -> Page | None:
    entries = book.tx.entries.by_ids(book.person.id, hits.found[:READ])
    if not entries:
        return None
    title = _corrected(wanted, hits.corrections, entries)
    return first_page(book, title, entries, hits.found[READ:], hits.words)


def _corrected(wanted: str, corrections: Sequence[Correction], entries: Sequence[Entry]) -> str:
    """``red helicopter (for "helicoptr")``"""
    if not corrections:
        return wanted
    held = {word for entry in entries for word in vocabulary(f"{entry.text} {entry.topic or ''}")}
    likely: dict[str, str] = {}
    for correction in sorted(corrections, key=lambda correction: correction.meant not in held):
        likely.setdefault(correction.typed, correction.meant)
    for typed, meant in likely.items():
        wanted = re.sub(re.escape(typed), lambda _, meant=meant: meant, wanted, flags=re.IGNORECASE)
    return f"{wanted} (for {', '.join(map(_quoted, likely))})"


def _quoted(word: str) -> str:
    return f'"{word}"'
