"""Long lists: ``more`` reads them to their end, and says how much is left of them."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from actions.replies import page
from scrapbook.core import Book, browsing, search
from scrapbook.core.described import describe, list_described
from scrapbook.core.paging import ListPage, next_page
from scrapbook.store import Person, Store, Transaction
from scrapbook.text.parsed_text import ParsedText
from scrapbook.text.segments import fits
from tests.integration.actions.conversation import TEXTS
from tests.integration.conftest import NOW

COUNT = 620
LISTS: dict[str, tuple[Callable[[Book], object], int]] = {
    "the latest": (lambda book: list_described(book, describe(book, "my notes"), 610), 610),
    "of a time": (lambda book: list_described(book, describe(book, "this week")), COUNT),
    "of a kind": (lambda book: list_described(book, describe(book, "links")), COUNT),
    "by an author": (lambda book: browsing.quotes_by(book, "Mies"), COUNT),
    "of a topic": (lambda book: search.find(book, "modern"), COUNT),
    "of a kind and a time": (lambda book: search.find(book, "links from this week"), COUNT),
}
"""What makes the first page, and how many entries the list has."""


def add(tx: Transaction, ann: Person, count: int) -> None:
    """Add entries of every kind; three are made at each moment."""
    topic = tx.topics.by_name(ann.id, "modern") or tx.topics.add(ann.id, "modern")
    for number in range(count):
        at = NOW - timedelta(seconds=60 - number // 3 / 10)
        tx.entries.add(ann.id, ParsedText('"https://a.b" - Mies'), topic.id, None, at)


def numbers(found: object) -> list[int]:
    """Return the numbers that a page lists; the page fits into a reply."""
    assert isinstance(found, ListPage)
    reply = page(found)
    assert fits(TEXTS[reply.response].format_map(reply.arguments))
    return [int(line.split()[0].rstrip("*")) for line in found.lines]


@pytest.mark.parametrize(("begin", "count"), LISTS.values(), ids=LISTS)
def test_a_list_is_read_to_its_end(
    store: Store, ann: Person, begin: Callable[[Book], object], count: int
) -> None:
    with store.transaction() as tx:
        add(tx, ann, COUNT)
        book = Book(tx, ann, "SM1", NOW)
        found = begin(book)
        listed = numbers(found)
        while (found := next_page(book)) is not None:
            listed += numbers(found)
            assert found.left == count - len(listed)
        assert listed == list(range(COUNT, COUNT - count, -1))


def test_pinned_entries_come_first_and_once(store: Store, ann: Person) -> None:
    with store.transaction() as tx:
        add(tx, ann, 700)
        pinned = [entry for entry in tx.entries.list(ann.id) if entry.number % 7 == 0]
        for entry in pinned:
            tx.entries.pin(entry.id, NOW)
        book = Book(tx, ann, "SM1", NOW)
        listed = numbers(search.find(book, "modern"))
        while (found := next_page(book)) is not None:
            listed += numbers(found)
        assert listed[:100] == list(range(700, 0, -7))
        assert sorted(listed) == list(range(1, 701))


def test_what_is_added_and_deleted_meanwhile_moves_nothing(store: Store, ann: Person) -> None:
    with store.transaction() as tx:
        add(tx, ann, 700)
        book = Book(tx, ann, "SM1", NOW)
        listed = numbers(list_described(book, describe(book, "links")))
        last = listed[-1]
        tx.entries.add(ann.id, ParsedText("https://new.example"), None, None, NOW)
        for entry in tx.entries.list(ann.id):
            if entry.number in {last, last - 1}:
                tx.entries.trash(entry.id, NOW)
        while (found := next_page(book)) is not None:
            listed += numbers(found)
        assert listed == [number for number in range(700, 0, -1) if number != last - 1]


def test_a_search_that_finds_more_than_it_lists_says_how_to_see_others(store: Store, ann: Person) -> None:
    with store.transaction() as tx:
        add(tx, ann, search.MAX_FOUND + 10)
        book = Book(tx, ann, "SM1", NOW)
        found = search.find(book, "mies")
        listed = numbers(found)
        assert isinstance(found, ListPage)
        assert page(found).arguments["left"] == f"{search.MAX_FOUND - len(listed)}+"
        while (following := next_page(book)) is not None:
            listed += numbers(found := following)
        assert len(set(listed)) == search.MAX_FOUND
        assert page(found).response == "utter_last_page_of_search"
