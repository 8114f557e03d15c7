"""List quotes by author and entries by the day of the year, and pick one at random."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import combinations
from random import Random
from zoneinfo import ZoneInfo

from scrapbook.core.book import Book
from scrapbook.core.paging import ListPage, first_page, first_page_of_ids
from scrapbook.store import Entry
from scrapbook.text import spelling
from scrapbook.text.entry_facts import EntryKind
from scrapbook.text.fuzzy_match import Match, MatchOutcome, match


def quotes_by(book: Book, typed: str) -> ListPage | Match:
    """List the quotes of an author, and of authors whose longer names contain that name, newest first.

    If it is not clear who is meant, return the match, which is neither exact nor sure.
    """
    authors = book.tx.entries.authors(book.person.id)
    found = _author(typed, authors)
    if found.topic is None:
        return found
    itself = {spelling.normalized_name(found.topic): found.topic}
    same = _by_part(authors).get(" ".join(spelling.words(found.topic)), itself)
    spelled = [author for author in authors if spelling.normalized_name(author) in same]
    others = [name for name in same.values() if name != found.topic]
    title = f"quotes by {', '.join([found.topic, *others])}"
    return first_page(book, title, {"kind": EntryKind.QUOTE, "authors": spelled}) or found


def is_author(book: Book, typed: str) -> bool:
    """Return whether the author of a saved quote has that name, or has it as a part of a longer one."""
    return " ".join(spelling.words(typed)) in _by_part(book.tx.entries.authors(book.person.id))


def _author(typed: str, authors: Sequence[str]) -> Match:
    """Match a typed name with the authors. A part of a name is enough if only one author has it."""
    found = match(typed, authors, proper=True)
    having = _by_part(authors)
    part = None if found.topic else match(typed, tuple(having), proper=True).topic
    if part is None:
        return found
    names = tuple(having[part].values())
    return (
        Match(MatchOutcome.SURE, names[0], names)
        if len(names) == 1
        else Match(MatchOutcome.AMBIGUOUS, None, names)
    )


def _by_part(authors: Sequence[str]) -> dict[str, dict[str, str]]:
    """Group the authors by each run of consecutive words of their names.

    Returns for each run, its words joined by spaces: the names as spelled, by their normalized form.
    """
    having: dict[str, dict[str, str]] = {}
    for name in authors:
        words = spelling.words(name)
        for start, end in combinations(range(len(words) + 1), 2):
            part = having.setdefault(" ".join(words[start:end]), {})
            part.setdefault(spelling.normalized_name(name), name)
    return having


def on_this_day(book: Book) -> ListPage | None:
    """List the entries of this day of the year in earlier years, newest first. None if there are none."""
    zone = ZoneInfo(book.person.timezone)
    today, begun = book.now.astimezone(zone).date(), book.tx.entries.begun_at(book.person.id)
    first = begun.astimezone(zone).year if begun else today.year
    found = {year: _of_day(book, today, year, zone) for year in range(today.year - 1, first - 1, -1)}
    entries = [entry for of_year in found.values() for entry in of_year]
    years = ", ".join(str(year) for year, of_year in found.items() if of_year)
    return first_page_of_ids(book, f"on this day in {years}", [entry.id for entry in entries])


def any_one(book: Book) -> Entry | None:
    """Return an entry picked at random, the same for the same message. None if there are none."""
    count = book.tx.entries.count(book.person.id)
    if not count:
        return None
    offset = Random(book.message_id).randrange(count)  # noqa: S311 - nothing secret
    return next(iter(book.tx.entries.list(book.person.id, offset=offset, limit=1)), None)


def _of_day(book: Book, day: date, year: int, zone: ZoneInfo) -> list[Entry]:
    """Return the entries of a day of another year; none for 29 February of a common year."""
    try:
        then = day.replace(year=year)
    except ValueError:
        return []
    since, until = _midnight(then, zone), _midnight(then + timedelta(days=1), zone)
    return book.tx.entries.list(book.person.id, since=since, until=until)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone)
