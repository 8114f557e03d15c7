"""How replies call entries: by their numbers; those of others, which have none here, by their words."""

from collections.abc import Iterable, Sequence

from scrapbook.core.book import Book
from scrapbook.errors import NotFound
from scrapbook.store import Entry, Transaction
from scrapbook.text.display import one_line
from scrapbook.text.listing import numbers_listed, quoted
from scrapbook.text.segments import shorten

MAX_WRITER = 20
"""Characters of the name of the person who wrote an entry."""

UNSEEN = "an entry that is not shared any more"

_THEIRS = "theirs "
"""Stands before the id of an entry of another person, where an option or a term names it."""


def writer_of(entry: Entry) -> str:
    """Return ``(Ada)`` for an entry that Ada wrote; an empty text for the person's own."""
    return f"({shorten(one_line(entry.writer), MAX_WRITER)})" if entry.writer else ""


def called(entry: Entry) -> str:
    """Return ``4``, or ``eggs (Ada)``."""
    return f"{quoted(one_line(entry.text))} {writer_of(entry)}" if entry.writer else str(entry.number)


def called_with_words(entry: Entry) -> str:
    """Return ``4 milk``, or ``eggs (Ada)``."""
    return called(entry) if entry.writer else f"{entry.number} {quoted(entry.text)}"


def all_called(entries: Iterable[Entry]) -> str:
    """Return ``4, 6, eggs (Ada)``; of many numbers the ranges."""
    everything = list(entries)
    own = numbers_listed(entry.number for entry in everything if not entry.writer)
    return ", ".join(filter(None, (own, *(called(entry) for entry in everything if entry.writer))))


def called_by_numbers(book: Book, numbers: Sequence[int]) -> str:
    """Return the same of the entries with these numbers, as a change has recorded them."""
    own = numbers_listed(number for number in numbers if number > 0)
    return ", ".join(filter(None, (own, *(_called(book, number) for number in numbers if number < 0))))


def option_of(entry: Entry) -> str:
    """Return the option of a question that means the entry; ``of_option`` finds it again."""
    return f"{_THEIRS}{entry.id}" if entry.writer else str(entry.number)


def number_of_term(term: str) -> int | None:
    """Return the number that ``option_of`` has made a term for another person's entry; None of others."""
    id_ = term.removeprefix(_THEIRS)
    return -int(id_) if term.startswith(_THEIRS) and id_.isdecimal() else None


def of_option(tx: Transaction, person_id: int, option: str) -> Entry | None:
    """Return the entry that an option means; None if it is not there, or not shared any more."""
    number = number_of_term(option)
    return entry_of_number(tx, person_id, int(option) if number is None else number)


def entry_of_number(tx: Transaction, person_id: int, number: int) -> Entry | None:
    """Return the entry that has the number for a person; None if it is not there, or not shared any more."""
    if number >= 0:
        return tx.entries.by_number(person_id, number)
    try:
        entry = tx.entries.seen(person_id, -number)
    except NotFound:
        return None
    return entry if entry.writer else None


def _called(book: Book, number: int) -> str:
    entry = book.entry(number)
    return called(entry) if entry else UNSEEN
