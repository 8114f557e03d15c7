"""Looking at entries by when they were made, or by number."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import combinations
from random import Random
from typing import Literal, TypeAlias, get_args
from zoneinfo import ZoneInfo

from scrapbook import spelling
from scrapbook.book.book import Book
from scrapbook.book.pages import MOST_LISTED, Page, first_page
from scrapbook.kinds import Kind
from scrapbook.matching import Match, Outcome, match
from scrapbook.store import Entry

Period: TypeAlias = Literal["today", "yesterday", "this week", "last week", "this month", "last month"]
PERIODS: tuple[Period, ...] = get_args(Period)


def during(book: Book, period: Period) -> Page | None:
    """The entries of a period in the person's time zone, newest first. None when there are none."""
    since, until = bounds(period, book.now, ZoneInfo(book.person.timezone))
    entries = book.tx.entries.list(book.person.id, since=since, until=until, limit=MOST_LISTED)
    return first_page(book, period, entries) if entries else None


def last(book: Book, count: int) -> Page | None:
    """The newest ``count`` entries (at least one). None when there are none."""
    entries = book.tx.entries.list(book.person.id, limit=min(max(count, 1), MOST_LISTED))
    return first_page(book, f"last {len(entries)}", entries) if entries else None


def of_kind(book: Book, kind: Kind) -> Page | None:
    """The entries of a kind, newest first. None when there are none."""
    entries = book.tx.entries.list(book.person.id, kind=kind, limit=MOST_LISTED)
    return first_page(book, kind, entries) if entries else None


def quotes_by(book: Book, typed: str) -> Page | Match:
    """The quotes of an author, newest first, and of those whose longer names hold that name. The match,
    neither exact nor sure, where it is not clear who is meant."""
    authors = book.tx.entries.authors(book.person.id)
    found = _author(typed, authors)
    if found.topic is None:
        return found
    itself = {spelling.same_name_key(found.topic): found.topic}
    same = _by_part(authors).get(" ".join(spelling.words(found.topic)), itself)
    spelled = [author for author in authors if spelling.same_name_key(author) in same]
    entries = book.tx.entries.list(book.person.id, kind=Kind.QUOTE, authors=spelled, limit=MOST_LISTED)
    others = [name for name in same.values() if name != found.topic]
    return first_page(book, f"quotes by {', '.join([found.topic, *others])}", entries)


def is_author(book: Book, typed: str) -> bool:
    """Whether somebody whose quotes are kept has that name, or it for a part of one."""
    return " ".join(spelling.words(typed)) in _by_part(book.tx.entries.authors(book.person.id))


def _author(typed: str, authors: Sequence[str]) -> Match:
    """A part of a name is enough where only one author has it."""
    found = match(typed, authors)
    having = _by_part(authors)
    part = None if found.topic else match(typed, tuple(having)).topic
    if part is None:
        return found
    names = tuple(having[part].values())
    return Match(Outcome.SURE, names[0], names) if len(names) == 1 else Match(Outcome.TORN, None, names)


def _by_part(authors: Sequence[str]) -> dict[str, dict[str, str]]:
    """The names, by what tells them apart, that have a word or some that follow each other."""
    having: dict[str, dict[str, str]] = {}
    for name in authors:
        words = spelling.words(name)
        for start, end in combinations(range(len(words) + 1), 2):
            part = having.setdefault(" ".join(words[start:end]), {})
            part.setdefault(spelling.same_name_key(name), name)
    return having


def on_this_day(book: Book) -> Page | None:
    """The entries of this day of the year in earlier years, newest first. None when there are none."""
    zone = ZoneInfo(book.person.timezone)
    today, begun = book.now.astimezone(zone).date(), book.tx.entries.begun_at(book.person.id)
    first = begun.astimezone(zone).year if begun else today.year
    found = {year: _of_day(book, today, year, zone) for year in range(today.year - 1, first - 1, -1)}
    entries = [entry for of_year in found.values() for entry in of_year]
    years = ", ".join(str(year) for year, of_year in found.items() if of_year)
    return first_page(book, f"on this day in {years}", entries[:MOST_LISTED]) if entries else None


def any_one(book: Book) -> Entry | None:
    """Chance says which, but the same for the same message. None when there is nothing."""
    count = book.tx.entries.count(book.person.id)
    if not count:
        return None
    place = Random(book.message_sid).randrange(count)  # noqa: S311 - nothing secret
    return next(iter(book.tx.entries.list(book.person.id, offset=place, limit=1)), None)


def bounds(period: Period, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From when, and until before when; aware. Weeks begin on Monday (ISO 8601)."""
    first, end = _days(period, now.astimezone(zone).date())
    return _midnight(first, zone), _midnight(end, zone)


def _days(period: Period, today: date) -> tuple[date, date]:
    """First day, and the day after the last."""
    tomorrow = today + timedelta(days=1)
    monday = today - timedelta(days=today.weekday())
    first_of_month = today.replace(day=1)
    return {
        "today": (today, tomorrow),
        "yesterday": (today - timedelta(days=1), today),
        "this week": (monday, tomorrow),
        "last week": (monday - timedelta(days=7), monday),
        "this month": (first_of_month, tomorrow),
        "last month": ((first_of_month - timedelta(days=1)).replace(day=1), first_of_month),
    }[period]


def _of_day(book: Book, day: date, year: int, zone: ZoneInfo) -> list[Entry]:
    """None on 29 February of a common year."""
    try:
        then = day.replace(year=year)
    except ValueError:
        return []
    since, until = _midnight(then, zone), _midnight(then + timedelta(days=1), zone)
    return book.tx.entries.list(book.person.id, since=since, until=until, limit=MOST_LISTED)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone)
