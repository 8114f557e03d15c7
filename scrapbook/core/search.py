"""Search entries by topic, kind, time and words."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol
from zoneinfo import ZoneInfo

from scrapbook.core.book import AmbiguousTopic, Book, TopicNotFound
from scrapbook.core.entry_scopes import filter_of
from scrapbook.core.lists import the_list
from scrapbook.core.paging import FoundBy, ListPage, first_page, first_page_of_ids
from scrapbook.store import Entry, Topic
from scrapbook.text.fuzzy_match import MAX_CANDIDATES, MatchOutcome
from scrapbook.text.mentions import mentions, words_of
from scrapbook.text.query import EVERYTHING, Correction, Query, Scope, SearchResult, vocabulary
from scrapbook.text.query_filters import Filters, parse
from scrapbook.text.relevance import LEAST_LIKENESS, best_of, fuse, varied
from scrapbook.text.spelling import normalized_name

MY_LIST = frozenset({"list", "mylist", "thelist", "ourlist"})
"""What the only list is asked for by, as normalized."""

READ = 20
"""Entries of which one is looked for that has the corrected word: those that come first."""

MAX_FOUND = 1000
"""Entries that a search by words returns at most. The full-text index ranks no more of a common word."""


MAX_NEAREST = 20
"""Entries that are listed at most where none has all words."""


MEANT = 200
"""Entries that mean the like which are looked at: some may be of another kind or time."""


class Likenesses(Protocol):
    """How alike in meaning a person's entries are to a text, and to each other.

    In standard deviations above what texts have that have nothing to do with each other. Entries are named
    by their ids; those that are not encoded yet are left out.
    """

    def nearest(self, count: int) -> Sequence[int]:
        """Return the entries that are most alike to the text, best first."""
        ...

    def of(self, ids: Sequence[int]) -> Mapping[int, float]:
        """Return how alike each of these entries is to the text."""
        ...

    def among(self, ids: Sequence[int]) -> Callable[[int], Mapping[int, float]]:
        """Return a function from one of these entries to how alike each of them is to it."""
        ...


class Meaning(Protocol):
    """A search by meaning: ``core/meaning.py``, if a model is set."""

    def compare(self, book: Book, text: str) -> Likenesses | None:
        """Return how alike the person's entries are to a text; None if that is not known yet."""
        ...


def find(
    book: Book, wanted: str, *, words_only: bool = False, meaning: Meaning | None = None
) -> ListPage | AmbiguousTopic | TopicNotFound:
    """List the entries of the topic ``wanted``; else those that it describes; else those with its words.

    A description names a kind or a time: ``quotes about work from last month``. If no entry has all of the
    words, those of the topic are listed about which the person wrote them; else those that have the most
    telling of them, or mean the like.

    Args:
        words_only: whether to leave topics out.
        meaning: the search by meaning; None if there is none.

    Returns:
        ``AmbiguousTopic`` if several topics may be meant. Its last option is ``wanted`` itself if there are
        entries with these words: to be called again with ``words_only``.
    """
    found = book.match_topic(wanted, with_empty=False)
    if found.topic and not words_only:
        return _of_topic(book, found.topic)
    if normalized_name(wanted) in MY_LIST and not words_only and (meant := the_list(book)):
        return meant if isinstance(meant, AmbiguousTopic) else _of_topic(book, meant.name)
    filters = parse(wanted, book.now, ZoneInfo(book.person.timezone))
    if narrowed := _narrowed(book, wanted, filters):
        return narrowed
    hits = _search(book, wanted)
    if found.outcome is MatchOutcome.AMBIGUOUS and not words_only:
        spelled = hits.found and not hits.corrections
        return AmbiguousTopic(wanted, (*found.candidates, wanted) if spelled else found.candidates)
    page = _page(book, wanted, hits) or _written_about(book, wanted)
    return page or _nearest(book, wanted, filters, meaning) or TopicNotFound(wanted, found.candidates)


def _of_topic(book: Book, name: str) -> ListPage | TopicNotFound:
    topic = book.topic(name)
    if topic is None:
        return TopicNotFound(name, ())
    return _page_of(book, topic) or TopicNotFound(name, ())


def _page_of(book: Book, topic: Topic) -> ListPage | None:
    return first_page(book, topic.name, {"topic_id": topic.id}, pinned_first=True)


def of_topics(book: Book, names: Sequence[str]) -> ListPage | None:
    """List the entries of several topics, the newest first. None if there are none."""
    topics = [topic for topic in map(book.topic, names) if topic]
    entries = [entry for topic in topics for entry in book.tx.entries.list(book.person.id, topic_id=topic.id)]
    newest = sorted(entries, key=lambda entry: (entry.created_at, entry.number), reverse=True)
    return first_page_of_ids(
        book, " and ".join(topic.name for topic in topics), [entry.id for entry in newest[:MAX_FOUND]]
    )


def _narrowed(book: Book, wanted: str, filters: Filters) -> ListPage | None:
    """List the entries that ``wanted`` describes. None if it names no kind or time, or there are none."""
    if not filters.narrows:
        return None
    if filters.words:
        return _page(book, wanted, _search(book, filters.words, filters.scope))
    return first_page(book, wanted, filter_of(filters.scope))


def topics_with_words(book: Book, wanted: str) -> list[Topic]:
    """Return the topics about which the person wrote all of the words, the most recently used first."""
    words = words_of(wanted)
    about = book.tx.topics.descriptions(book.person.id)
    found = {topic_id for topic_id, text in about.items() if mentions(text, words)}
    return [topic for topic in book.topics() if topic.id in found] if found else []


def _written_about(book: Book, wanted: str) -> ListPage | AmbiguousTopic | None:
    """List the entries of the topic about which the words were written; None if there is none."""
    found = [topic for topic in topics_with_words(book, wanted) if topic.entry_count]
    if len(found) > 1:
        return AmbiguousTopic(wanted, tuple(topic.name for topic in found[:MAX_CANDIDATES]))
    return _page_of(book, found[0]) if found else None


def _search(book: Book, wanted: str, scope: Scope = EVERYTHING) -> SearchResult[int]:
    return book.tx.entries.find(book.person.id, Query.parse(wanted), MAX_FOUND, scope)


def _page(book: Book, wanted: str, hits: SearchResult[int]) -> ListPage | None:
    if not hits.found:
        return None
    entries = book.tx.entries.by_ids(book.person.id, hits.found[:READ])
    title = _corrected(wanted, hits.corrections, entries)
    return first_page_of_ids(book, title, hits.found, hits.words, is_cut=len(hits.found) >= MAX_FOUND)


def _nearest(book: Book, wanted: str, filters: Filters, meaning: Meaning | None) -> ListPage | None:
    """List the entries that are nearest, of the kind and time if it names one."""
    words = filters.words if filters.narrows else wanted
    ids, by_words, is_by_meaning = nearest(book, words, filters.scope, meaning)
    found_by = FoundBy.MEANING if is_by_meaning else FoundBy.ANY_WORD
    return first_page_of_ids(book, wanted, ids, by_words, found_by=found_by)


def nearest(
    book: Book, words: str, scope: Scope = EVERYTHING, meaning: Meaning | None = None
) -> tuple[list[int], tuple[str, ...], bool]:
    """Return the entries that have the most telling of the words, or mean the like, best first.

    Returns:
        Their ids, at most ``MAX_NEAREST``; the words by which some were found; whether the meaning counted.
    """
    likenesses = meaning.compare(book, words) if meaning and words else None
    meant = book.tx.entries.within(book.person.id, likenesses.nearest(MEANT), scope) if likenesses else []
    found = book.tx.entries.nearest(book.person.id, Query.parse(words), scope, meant)
    coverage = {hit.id: hit.coverage for hit in found.hits}
    likeness: Mapping[int, float] = likenesses.of([*coverage, *meant]) if likenesses else {}
    known = {id_: like for id_, like in likeness.items() if like >= LEAST_LIKENESS or id_ in coverage}
    if not likenesses or not known:
        return [hit.id for hit in best_of(found.hits, MAX_NEAREST)], found.words, False
    scores = fuse(coverage, known)
    return varied(scores, likenesses.among(list(scores)), MAX_NEAREST), found.words, True


def _corrected(wanted: str, corrections: Sequence[Correction], entries: Sequence[Entry]) -> str:
    """Return the title with its corrections, as ``red helicopter (for "helicoptr")``."""
    if not corrections:
        return wanted
    contained = {word for entry in entries for word in vocabulary(f"{entry.text} {entry.topic or ''}")}
    likely: dict[str, str] = {}
    for correction in sorted(corrections, key=lambda correction: correction.meant not in contained):
        likely.setdefault(correction.typed, correction.meant)
    for typed, meant in likely.items():
        wanted = re.sub(re.escape(typed), lambda _, meant=meant: meant, wanted, flags=re.IGNORECASE)
    return f"{wanted} (for {', '.join(map(_quoted, likely))})"


def _quoted(word: str) -> str:
    return f'"{word}"'
