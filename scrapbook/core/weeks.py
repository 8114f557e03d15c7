"""Read a week on one page, and this day in other years."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from scrapbook.core.book import Book
from scrapbook.core.lists import is_list_topic
from scrapbook.core.local_days import day_of, midnight, today
from scrapbook.store import Entry
from scrapbook.text.entry_facts import EntryKind
from scrapbook.text.file_types import PICTURE_TYPES
from scrapbook.text.links import has_link
from scrapbook.text.list_items import is_list_name
from scrapbook.text.parsed_text import ParsedText

MOST = 90
"""Entries of a week that are read; the timeline has the others."""

MAX_ON_THIS_DAY, MIN_ON_A_DAY = 60, 2
"""Entries of this day in all years that are shown about, and in one year at least."""

MAX_LISTS = 10
MAX_OPEN_ITEMS = 60
"""Lists, and things on them, that are shown at the end of a week."""


@dataclass(frozen=True, slots=True)
class TopicOfWeek:
    """The entries of a week under a topic, the oldest first. ``name`` is None for those without a topic."""

    topic_id: int | None
    name: str | None
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Week:
    """A week from Monday to Sunday.

    Attributes:
        count: its entries, ``MOST`` at most.
        is_cut: whether it has more.
        kinds: how many of them are of each kind that it has.
        topics: those with the most entries first, without the entries that are shown below.
        quotes: its quotes, which are under no topic here; the oldest first.
        pictures: its entries with pictures and no words.
        open_items: what is on the lists, by the name of the list.
        earlier, later: the weeks with entries before and after; None if there are none.
    """

    monday: date
    count: int
    is_cut: bool
    kinds: Mapping[EntryKind, int]
    topics: tuple[TopicOfWeek, ...]
    quotes: tuple[Entry, ...]
    pictures: tuple[Entry, ...]
    open_items: Mapping[str, tuple[Entry, ...]]
    earlier: date | None
    later: date | None


@dataclass(frozen=True, slots=True)
class YearsAgo:
    """The entries of this day in an earlier year, the oldest first. ``is_cut``: there are more."""

    day: date
    entries: tuple[Entry, ...]
    is_cut: bool


def monday_of(day: date) -> date:
    """Return the Monday of the week of a day."""
    return day - timedelta(days=day.weekday())


def read_week(book: Book, monday: date) -> Week:
    """Return the week that begins with that day."""
    since, until = midnight(book, monday), midnight(book, monday + timedelta(days=7))
    entries = book.tx.entries.list(
        book.person.id, since=since, until=until, limit=MOST + 1, oldest_first=True
    )
    is_cut, entries = len(entries) > MOST, entries[:MOST]
    kinds = {entry.id: _kinds(entry) for entry in entries}
    quotes = [entry for entry in entries if EntryKind.QUOTE in kinds[entry.id]]
    pictures = [entry for entry in entries if EntryKind.PICTURE in kinds[entry.id] and not entry.text.strip()]
    open_items = _open_items(book, entries)
    listed = [entry for items in open_items.values() for entry in items]
    apart = {entry.id for entry in (*quotes, *pictures, *listed)}
    earlier = book.tx.entries.newest_before(book.person.id, since)
    later = book.tx.entries.list(book.person.id, since=until, limit=1, oldest_first=True)
    return Week(
        monday=monday,
        count=len(entries),
        is_cut=is_cut,
        kinds=Counter(kind for entry in entries for kind in kinds[entry.id]),
        topics=_by_topic([entry for entry in entries if entry.id not in apart]),
        quotes=tuple(quotes),
        pictures=tuple(pictures),
        open_items=open_items,
        earlier=monday_of(day_of(book, earlier)) if earlier else None,
        later=monday_of(day_of(book, later[0].created_at)) if later else None,
    )


def read_on_this_day(book: Book) -> list[YearsAgo]:
    """Return the entries of this day of the year in earlier years, the newest year first."""
    now, begun = today(book), book.tx.entries.begun_at(book.person.id)
    first = day_of(book, begun).year if begun else now.year
    most = max(MIN_ON_A_DAY, MAX_ON_THIS_DAY // max(1, now.year - first))
    found = (_years_ago(book, now, year, most) for year in range(now.year - 1, first - 1, -1))
    return [one for one in found if one and one.entries]


def _years_ago(book: Book, now: date, year: int, most: int) -> YearsAgo | None:
    """Return that day of another year, with ``most`` entries; None for 29 February of a common year."""
    try:
        day = now.replace(year=year)
    except ValueError:
        return None
    entries = book.tx.entries.list(
        book.person.id,
        since=midnight(book, day),
        until=midnight(book, day + timedelta(days=1)),
        limit=most + 1,
        oldest_first=True,
    )
    return YearsAgo(day, tuple(entries[:most]), len(entries) > most)


def _kinds(entry: Entry) -> set[EntryKind]:
    text = ParsedText(entry.text)
    is_so = {
        EntryKind.QUOTE: text.quote is not None,
        # Not all links are looked for, as some texts have thousands.
        EntryKind.LINK: has_link(entry.text),
        EntryKind.LOCATION: text.location is not None,
        EntryKind.PICTURE: any(part.content_type.startswith(PICTURE_TYPES) for part in entry.media),
        EntryKind.MEMO: any(part.is_audio for part in entry.media),
    }
    return {kind for kind, holds in is_so.items() if holds}


def _by_topic(entries: Sequence[Entry]) -> tuple[TopicOfWeek, ...]:
    groups: dict[int | None, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.topic_id, []).append(entry)
    # Those without a topic last.
    ordered = sorted(groups.items(), key=lambda group: (group[0] is None, -len(group[1])))
    return tuple(TopicOfWeek(topic_id, own[0].topic, tuple(own)) for topic_id, own in ordered)


def _open_items(book: Book, entries: Sequence[Entry]) -> dict[str, tuple[Entry, ...]]:
    """Return what is on the lists that were added to in the week, and on those with the name of a list."""
    used = {entry.topic_id for entry in entries}
    topics = [
        topic
        for topic in book.topics()
        if topic.entry_count and (topic.id in used or is_list_name(topic.name))
    ]
    lists = [topic for topic in topics[: 2 * MAX_LISTS] if is_list_topic(book, topic)][:MAX_LISTS]
    room = MAX_OPEN_ITEMS
    items: dict[str, tuple[Entry, ...]] = {}
    for topic in lists:
        own = (
            book.tx.entries.list(book.person.id, topic_id=topic.id, limit=room, with_others=False)
            if room
            else []
        )
        room -= len(own)
        if own:
            items[topic.name] = tuple(own)
    return items
