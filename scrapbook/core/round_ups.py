"""Write what a week held: by topic, quotes apart, one thing from a year ago, at most two segments."""

from collections.abc import Iterator
from datetime import date, timedelta

from scrapbook.core.book import Book
from scrapbook.core.local_days import midnight, today
from scrapbook.core.weeks import Week, monday_of, read_week
from scrapbook.core.wording import sentence
from scrapbook.store import Entry, PendingList, Shown
from scrapbook.text.segments import fits, shorten

SEGMENTS = 2
"""Of a message."""

_LINE, _NAME = 50, 20
"""Characters of an entry, and of the name of a topic."""

TITLE = "This week"
"""Of the list with which ``more`` goes on."""


def round_up(book: Book, public_url: str) -> str | None:
    """Return what the week of today held, and have ``more`` go on with the rest. None if it held nothing.

    Args:
        public_url: under which browsers reach the book; empty if they do not.
    """
    monday = monday_of(today(book))
    week = read_week(book, monday)
    if not week.count:
        return None
    entries = list(_in_order(week))
    tail = [*_year_ago(book, monday), *_link(public_url, monday)]
    lines: list[str] = []
    shown = 0
    for heading, entry in entries:
        longer = [*lines, *([heading] if heading else []), f"{entry.number} {shorten(entry.text, _LINE)}"]
        if shown and not fits(_body(week, longer, tail, len(entries) - shown - 1), SEGMENTS):
            break
        lines, shown = longer, shown + 1
    _remember(book, [entry for _, entry in entries], shown)
    return _body(week, lines, tail, len(entries) - shown)


def _in_order(week: Week) -> Iterator[tuple[str, Entry]]:
    """Yield the entries with words, each with the heading before it: empty where it is that of the last."""
    groups = [(shorten(topic.name or "no topic", _NAME), topic.entries) for topic in week.topics]
    for name, entries in (*groups, ("quotes", week.quotes)):
        said = [entry for entry in entries if entry.text.strip()]
        yield from ((f"{name}:" if entry is said[0] else "", entry) for entry in said)


def _body(week: Week, lines: list[str], tail: list[str], left: int) -> str:
    count = f"{week.count}{'+' if week.is_cut else ''}"
    more = [sentence("utter_round_up_more", left=str(left))] if left else []
    return "\n".join([sentence("utter_round_up", count=count), *lines, *tail, *more])


def _year_ago(book: Book, monday: date) -> list[str]:
    """Return the line with the first thing of that week a year ago, 52 weeks before."""
    then = monday - timedelta(weeks=52)
    since, until = midnight(book, then), midnight(book, then + timedelta(days=7))
    found = book.tx.entries.list(book.person.id, since=since, until=until, limit=10, oldest_first=True)
    said = next((entry for entry in found if entry.text.strip()), None)
    if said is None:
        return []
    return [sentence("utter_round_up_year_ago", number=str(said.number), words=shorten(said.text, _LINE))]


def _link(public_url: str, monday: date) -> list[str]:
    return [f"{public_url}/book/weeks/{monday:%G-W%V}"] if public_url else []


def _remember(book: Book, entries: list[Entry], shown: int) -> None:
    ids = tuple(entry.id for entry in entries)
    listing = PendingList(TITLE, ids[shown:], listed=Shown(book.now, ids[:shown]))
    book.tx.conversations.set_listing(book.person.id, listing)
