"""Read the entries by their days: the newest day first, and within a day the oldest entry first.

Each page begins where the one before ended, at a day or at an entry, and is found by an index: no page costs
more than another, however many entries there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from scrapbook.core.book import Book
from scrapbook.core.local_days import day_of, midnight, month_after, zone_of
from scrapbook.store import Entry, EntryFilter

PAGE = 50
"""Entries of a page, unless a day ends a little before or after."""

_MOST = PAGE + 5
_LEAST = PAGE // 2
"""Entries that a page has at least, if a day has to be split for it."""

GAP = timedelta(days=31)
"""From one entry to the next, as long a time without any is said."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day, or the part of it that is on a page.

    Attributes:
        entries: the oldest first.
        quiet: how long before it there was no entry; None if not long.
        has_earlier: whether it has earlier entries, which are on the next page.
    """

    day: date
    entries: tuple[Entry, ...]
    quiet: timedelta | None
    has_earlier: bool = False


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """A page of the timeline.

    Attributes:
        days: the newest first.
        next_before: where the next page begins: before a day, or before the entry of that number. None on the
            last page.
        next_at: when the first entry of the next page was made.
    """

    days: tuple[Day, ...]
    next_before: date | int | None = None
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """The months in which there are entries, for one year, and for each other year the last of them.

    Attributes:
        years: the last month with entries of each year, the newest first.
        months: the months with entries of the year, in order.
    """

    years: tuple[date, ...]
    months: tuple[date, ...]


def read_timeline(book: Book, before: date | Entry | None = None, month: date | None = None) -> TimelinePage:
    """Return a page of the timeline.

    Args:
        before: it begins with what is older than that day or that entry. None begins with the newest.
        month: any day of the only month that is read; None for all.
    """
    which: EntryFilter = {}
    if month is not None:
        which["since"] = midnight(book, month.replace(day=1))
        which["until"] = midnight(book, month_after(month))
    if isinstance(before, Entry):
        which["after"] = (before.created_at, before.number)
    elif before is not None:
        which["until"] = min(midnight(book, before), which.get("until", midnight(book, before)))
    return _page(book, book.tx.entries.list(book.person.id, limit=_MOST + 1, **which))


def read_calendar(book: Book, year: int | None = None) -> Calendar:
    """Return the years and months with entries.

    Args:
        year: the one whose months are returned; None for the newest.
    """
    years: list[date] = []
    until = book.now + timedelta(days=366)
    while newest := book.tx.entries.newest_before(book.person.id, until):
        years.append(day_of(book, newest).replace(day=1))
        until = midnight(book, years[-1].replace(month=1))
    last = years[0] if year is None and years else next((one for one in years if one.year == year), None)
    months = [last] if last else []
    while months and (newest := book.tx.entries.newest_before(book.person.id, midnight(book, months[-1]))):
        month = day_of(book, newest).replace(day=1)
        if month.year != months[-1].year:
            break
        months.append(month)
    return Calendar(tuple(years), tuple(reversed(months)))


def month_before(book: Book, month: date) -> date | None:
    """Return the month with the newest entry before a month; None if there is none."""
    newest = book.tx.entries.newest_before(book.person.id, midnight(book, month.replace(day=1)))
    return day_of(book, newest).replace(day=1) if newest else None


def month_following(book: Book, month: date) -> date | None:
    """Return the month with the oldest entry after a month; None if there is none."""
    since = midnight(book, month_after(month))
    oldest = book.tx.entries.list(book.person.id, limit=1, oldest_first=True, since=since)
    return day_of(book, oldest[0].created_at).replace(day=1) if oldest else None


def _page(book: Book, read: Sequence[Entry]) -> TimelinePage:
    shown = read[: _shown(book, read)]
    following = read[len(shown)] if len(shown) < len(read) else None
    days = [
        (day, tuple(group)) for day, group in groupby(shown, lambda entry: day_of(book, entry.created_at))
    ]
    ends = [entries[0].created_at for _, entries in days[1:]]
    ends += [following.created_at] if following else []
    found = [
        Day(day, entries[::-1], _quiet(entries[-1].created_at, ends[index] if index < len(ends) else None))
        for index, (day, entries) in enumerate(days)
    ]
    if following is None:
        return TimelinePage(tuple(found))
    last = found[-1]
    if day_of(book, following.created_at) == last.day:
        split = Day(last.day, last.entries, last.quiet, has_earlier=True)
        return TimelinePage((*found[:-1], split), shown[-1].number, following.created_at)
    return TimelinePage(tuple(found), last.day, following.created_at)


def _shown(book: Book, read: Sequence[Entry]) -> int:
    """Return how many of the entries a page shows: up to the end of a day, if there is one at a fit place."""
    if len(read) <= _MOST:
        return len(read)
    zone = zone_of(book)
    days = [entry.created_at.astimezone(zone).date() for entry in read]
    ends = [index for index in range(1, len(days)) if days[index] != days[index - 1]]
    return max((end for end in ends if end >= _LEAST), default=PAGE)


def _quiet(at: datetime, older: datetime | None) -> timedelta | None:
    return at - older if older and at - older > GAP else None
