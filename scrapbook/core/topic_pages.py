"""Read the topics, as at the back of a book, and the entries of one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from scrapbook.core.book import Book
from scrapbook.core.lists import is_list_topic
from scrapbook.core.related_topics import related_topics
from scrapbook.store import Entry, EntryFilter, Topic
from scrapbook.text.query import fold

PAGE = 50
"""Entries of a page of a topic."""

MAX_PINNED = 20
"""Pinned entries that are shown above the others."""

MAX_TAKEN_OFF = 20
"""Items that are shown as taken off a list."""

MAX_ON_A_PAGE = 200
"""Topics on one page; of more, each letter has pages of its own."""

MAX_LETTERS = 60
"""Letters that have a head. Some scripts have thousands."""

OTHER = "#"
"""Stands for what begins with no letter."""


@dataclass(frozen=True, slots=True)
class Letter:
    """The topics that begin with a letter, in alphabetical order; none if they are on a page of their own."""

    letter: str
    count: int
    topics: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class TopicIndex:
    """The topics with entries.

    Attributes:
        pinned: those in which an entry is pinned, which are by letter, too.
        has_more: whether the letter that is shown has a next page.
    """

    pinned: tuple[Topic, ...]
    letters: tuple[Letter, ...]
    has_more: bool


@dataclass(frozen=True, slots=True)
class TopicPage:
    """A page of the entries of a topic.

    Attributes:
        description: what the person wrote about it, on the first page.
        pinned: its pinned entries, on the first page.
        next_number: the number of the entry after which the next page begins; None on the last page.
        is_list: whether it is a list of things, such as shopping.
        taken_off: what was taken off the list and is in the trash, on the first page.
        related: the topics that have to do with it, on the first page; none for a list.
    """

    topic: Topic
    description: str
    pinned: tuple[Entry, ...]
    entries: tuple[Entry, ...]
    next_number: int | None
    is_list: bool
    taken_off: tuple[Entry, ...]
    related: tuple[Topic, ...]


def read_index(book: Book, letter: str | None = None, page: int = 1) -> TopicIndex:
    """Return the topics by letter: those that have entries, or a description.

    Args:
        letter: the one whose topics are returned if there are too many for a page; None for none.
        page: of that letter, from 1 on.
    """
    listed = (one for one in book.topics() if one.entry_count or book.tx.topics.description(one.id))
    topics = sorted(listed, key=lambda topic: fold(topic.name))
    pinned = book.tx.entries.pinned_topics(book.person.id) if topics else set[int]()
    groups = _by_letter(topics)
    start = (page - 1) * MAX_ON_A_PAGE
    is_small = len(topics) <= MAX_ON_A_PAGE
    return TopicIndex(
        tuple(topic for topic in topics if topic.id in pinned)[:MAX_PINNED],
        tuple(
            Letter(
                name,
                len(group),
                tuple(group[start : start + MAX_ON_A_PAGE]) if is_small or name == letter else (),
            )
            for name, group in groups.items()
        ),
        has_more=len(groups.get(letter or "", ())) > start + MAX_ON_A_PAGE,
    )


def read_topic(
    book: Book, topic_id: int, *, oldest_first: bool = False, after: Entry | None = None
) -> TopicPage | None:
    """Return a page of the entries of a topic; None if the person has no such topic.

    Args:
        oldest_first: in which order.
        after: the entry, in that order, after which the page begins. None begins with the first.
    """
    topic = next((topic for topic in book.topics() if topic.id == topic_id), None)
    if topic is None:
        return None
    which: EntryFilter = {"topic_id": topic_id, "pinned": False}
    if after is not None:
        which["before" if oldest_first else "after"] = (after.created_at, after.number)
    entries = book.tx.entries.list(book.person.id, limit=PAGE + 1, oldest_first=oldest_first, **which)
    is_list = is_list_topic(book, topic) if topic.entry_count else False
    pinned = () if after else tuple(_pinned(book, topic_id))
    is_related = not is_list and not after
    return TopicPage(
        topic=topic,
        description="" if after else book.tx.topics.description(topic_id),
        pinned=pinned,
        entries=tuple(entries[:PAGE]),
        next_number=entries[PAGE - 1].number if len(entries) > PAGE else None,
        is_list=is_list,
        taken_off=tuple(_taken_off(book, topic_id)) if is_list and not after else (),
        related=tuple(related_topics(book, topic, [*pinned, *entries])) if is_related else (),
    )


def _pinned(book: Book, topic_id: int) -> Sequence[Entry]:
    if topic_id not in book.tx.entries.pinned_topics(book.person.id):
        return ()
    return book.tx.entries.list(book.person.id, topic_id=topic_id, pinned=True, limit=MAX_PINNED)


def _taken_off(book: Book, topic_id: int) -> list[Entry]:
    return book.tx.entries.trashed(book.person.id, MAX_TAKEN_OFF, topic_id)


def _by_letter(topics: Sequence[Topic]) -> dict[str, list[Topic]]:
    """Return the topics by the letter with which they begin. Rare letters, if there are many, are OTHER."""
    letters = [fold(topic.name)[:1].upper() for topic in topics]
    common = {letter for letter, _ in Counter(filter(str.isalpha, letters)).most_common(MAX_LETTERS)}
    groups: dict[str, list[Topic]] = {}
    for letter, topic in zip(letters, topics, strict=True):
        groups.setdefault(letter if letter in common else OTHER, []).append(topic)
    return dict(sorted(groups.items(), key=lambda group: group[0] == OTHER))
