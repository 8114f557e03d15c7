"""Search as ``find`` does, for a page: with filters beside the words, and page after page.

Unlike ``find`` it changes nothing: no list is stored for ``more``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from scrapbook.core.book import Book
from scrapbook.core.entry_scopes import filter_of
from scrapbook.core.local_days import midnight, today, zone_of
from scrapbook.core.paging import FoundBy
from scrapbook.core.search import MAX_FOUND, Meaning, nearest, topics_with_words
from scrapbook.store import Entry, Topic
from scrapbook.text.entry_facts import EntryKind
from scrapbook.text.query import Query, Scope, SearchResult
from scrapbook.text.query_filters import parse

PAGE = 20
"""Answers of a page."""

MAX_DESCRIBED = 10
"""Topics that are found by what is written about them."""

MAX_WANTED = 400
"""Characters of a search that are read."""


class When(StrEnum):
    """The times to which a search can be narrowed. The value stands in the address of the page."""

    ANY = ""
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


_DAYS = {When.WEEK: 7, When.MONTH: 31, When.YEAR: 366}


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of answers.

    Attributes:
        entries: the best first.
        words: folded words, or their beginnings, by which they were found.
        corrected: what was typed and what was searched for in its place.
        found_by: how they were found.
        topic: the topic that is called what was typed; None if there is none.
        described: other topics about which the person wrote all of the words; on the first page only.
        page: from 1 on.
        has_more: whether there is a next page.
    """

    entries: tuple[Entry, ...] = ()
    words: tuple[str, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()
    found_by: FoundBy = FoundBy.REQUEST
    topic: Topic | None = None
    described: tuple[Topic, ...] = ()
    page: int = 1
    has_more: bool = False


def search(  # noqa: PLR0913 - what a page of answers depends on
    book: Book,
    wanted: str,
    *,
    kind: EntryKind | None = None,
    when: When = When.ANY,
    page: int = 1,
    meaning: Meaning | None = None,
) -> SearchPage:
    """Return the entries that have all of the words; else those that are nearest.

    Args:
        wanted: may name a kind or a time itself, as ``quotes about work from last month``.
        kind: only entries of that kind.
        when: only entries of that time.
        page: from 1 on.
        meaning: the search by meaning; None if there is none.
    """
    wanted = wanted[:MAX_WANTED].strip()
    if not wanted:
        return SearchPage()
    found = _entries(book, wanted, kind, when, page, meaning)
    if page > 1:
        return found
    described = [topic for topic in topics_with_words(book, wanted) if topic != found.topic]
    return replace(found, described=tuple(described[:MAX_DESCRIBED]))


def _entries(  # noqa: PLR0913, PLR0917 - as of ``search``
    book: Book, wanted: str, kind: EntryKind | None, when: When, page: int, meaning: Meaning | None
) -> SearchPage:
    scope = _scope(book, kind, when)
    named = parse(wanted, book.now, zone_of(book))
    if named.narrows:
        found = _described(book, named.words, _both(named.scope, scope), page)
        if found.entries:
            return found
    topic = _topic(book, wanted) if page == 1 else None
    hits = _find(book, wanted, scope, page)
    if hits.found:
        return replace(
            _page(book, hits.found, page), words=hits.words, corrected=_corrected(hits), topic=topic
        )
    ids, words, is_by_meaning = nearest(book, wanted, scope, meaning)
    found_by = FoundBy.MEANING if is_by_meaning else FoundBy.ANY_WORD
    return replace(_page(book, ids, page), words=words, found_by=found_by, topic=topic)


def _described(book: Book, words: str, scope: Scope, page: int) -> SearchPage:
    """Return the entries of a scope, with certain words if any are named."""
    if words:
        hits = _find(book, words, scope, page)
        return replace(_page(book, hits.found, page), words=hits.words, corrected=_corrected(hits))
    newest = book.tx.entries.list(book.person.id, limit=min(page * PAGE + 1, MAX_FOUND), **filter_of(scope))
    return _page(book, [entry.id for entry in newest], page)


def _find(book: Book, words: str, scope: Scope, page: int) -> SearchResult[int]:
    limit = min(page * PAGE + 1, MAX_FOUND)
    return book.tx.entries.find(book.person.id, Query.parse(words), limit, scope)


def _page(book: Book, ids: Sequence[int], page: int) -> SearchPage:
    start = (page - 1) * PAGE
    entries = book.tx.entries.by_ids(book.person.id, ids[start : start + PAGE])
    return SearchPage(tuple(entries), page=page, has_more=len(ids) > start + PAGE)


def _corrected(hits: SearchResult[int]) -> tuple[tuple[str, str], ...]:
    likely: dict[str, str] = {}
    for correction in hits.corrections:
        likely.setdefault(correction.typed, correction.meant)
    return tuple(likely.items())


def _topic(book: Book, wanted: str) -> Topic | None:
    found = book.match_topic(wanted, with_empty=False)
    return book.topic(found.topic) if found.topic else None


def _scope(book: Book, kind: EntryKind | None, when: When) -> Scope:
    if when is When.ANY:
        return Scope(kind)
    return Scope(kind, since=midnight(book, today(book) - timedelta(days=_DAYS[when])))


def _both(one: Scope, other: Scope) -> Scope:
    """Return the scope of what is in both of them; of two kinds the second."""
    since = [at for at in (one.since, other.since) if at]
    until = [at for at in (one.until, other.until) if at]
    return Scope(other.kind or one.kind, max(since, default=None), min(until, default=None))
