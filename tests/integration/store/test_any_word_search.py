"""Which entries hold the most telling words of a question, and what share of them."""

from dataclasses import dataclass

import pytest

from scrapbook.core import Book
from scrapbook.store import Entry, Person, Store
from scrapbook.text.parsed_text import ParsedText
from scrapbook.text.query import Query
from tests.integration.conftest import NOW

TEXTS = (
    "the spare keys hang behind the boiler",
    "boiler serviced, the man said the pump is old",
    "Ann is allergic to walnuts",
    "passport number is in the blue folder",
    "lovely walk by the river today",
)


@dataclass(frozen=True)
class Recalled:
    entry: Entry
    coverage: float


def recall(book: Book, words: str, limit: int = 5) -> list[Recalled]:
    hits = book.tx.entries.nearest(book.person.id, Query.parse(words)).hits[:limit]
    entries = book.tx.entries.by_ids(book.person.id, [hit.id for hit in hits])
    return [Recalled(entry, hit.coverage) for entry, hit in zip(entries, hits, strict=True)]


@pytest.fixture
def book(store: Store, ann: Person, ben: Person):
    with store.transaction() as tx:
        for text in TEXTS:
            tx.entries.add(ann.id, ParsedText(text), None, None, NOW)
        yield Book(tx, ann, "SM1", NOW)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("where are the spare keys?", TEXTS[0]),
        ("where is my spare key", TEXTS[0]),
        ("what was I told about the boiler's pump?", TEXTS[1]),
        ("who is allergic to walnuts", TEXTS[2]),
        ("who is allergic to wallnuts", TEXTS[2]),
        ("what's my passport number", TEXTS[3]),
    ],
)
def test_the_entry_that_answers_comes_first(book: Book, question: str, text: str):
    best, *_ = recall(book, question)
    assert best.entry.text == text
    assert 0.5 < best.coverage <= 1


def test_an_entry_that_holds_every_telling_word_covers_all(book: Book):
    assert recall(book, "is Ann allergic to walnuts?")[0].coverage == pytest.approx(1)


def test_what_the_entries_do_not_answer_is_covered_in_small_part(book: Book):
    assert all(hit.coverage < 0.5 for hit in recall(book, "what was the dentist's number in Vienna?"))
    assert recall(book, "is it going to rain tomorrow?") == []


@pytest.mark.parametrize("question", ["", "?", "what is it about?", "who are you"])
def test_a_question_without_a_telling_word_recalls_nothing(book: Book, question: str):
    assert recall(book, question) == []


def test_a_rare_word_says_more_than_a_common_one(book: Book):
    for text in ("a day at work", "quokka"):
        book.tx.entries.add(book.person.id, ParsedText(text), None, None, NOW)
    first, second = recall(book, "quokka day", 2)
    assert (first.entry.text, second.entry.text) == ("quokka", "a day at work")
    assert first.coverage > 1.4 * second.coverage


def test_a_word_that_is_common_among_the_persons_own_entries_says_little(book: Book):
    for number in range(300):
        book.tx.entries.add(book.person.id, ParsedText(f"garden log {number}"), None, None, NOW)
    book.tx.entries.add(book.person.id, ParsedText("Harriet's phone"), None, None, NOW)
    best, *_ = recall(book, "Harriet's garden")
    assert best.entry.text == "Harriet's phone"


def test_a_word_that_is_no_misspelling_of_the_persons_words_stands_for_itself(book: Book):
    book.tx.entries.add(book.person.id, ParsedText("washed the bandana"), None, None, NOW)
    assert recall(book, "where are the bananas") == []
    assert recall(book, "where is the bandanna")[0].entry.text == "washed the bandana"


def test_at_most_so_many_are_recalled_and_none_of_the_trash_or_of_others(book: Book, ben: Person):
    for text in ("keys one", "keys two", "keys three"):
        book.tx.entries.add(book.person.id, ParsedText(text), None, None, NOW)
    book.tx.entries.add(ben.id, ParsedText("keys of Ben"), None, None, NOW)
    [gone] = [entry for entry in book.tx.entries.list(book.person.id) if entry.text == "keys two"]
    book.tx.entries.trash(gone.id, NOW)
    assert len(recall(book, "keys", 2)) == 2
    assert {hit.entry.text for hit in recall(book, "keys", 9)} == {"keys one", "keys three", TEXTS[0]}


def test_of_a_word_in_thousands_of_entries_the_older_ones_are_recalled_by_a_rarer_one(
    book: Book, monkeypatch
):
    monkeypatch.setattr("scrapbook.store.any_word_search.READ", 3)
    book.tx.entries.add(book.person.id, ParsedText("tea with Ottoline"), None, None, NOW)
    for number in range(6):
        book.tx.entries.add(book.person.id, ParsedText(f"tea {number}"), None, None, NOW)
    best, *_ = recall(book, "tea Ottoline")
    assert (best.entry.text, best.coverage) == ("tea with Ottoline", pytest.approx(1))
