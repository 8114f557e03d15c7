"""Entries are encoded in the background, and found by what they mean."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from scrapbook.core import Book, TopicNotFound
from scrapbook.core.meaning import EntryEncoder, Meaning
from scrapbook.core.paging import FoundBy, ListPage
from scrapbook.core.search import find, nearest
from scrapbook.embeddings.encoder import Encoder
from scrapbook.store import Person, Store
from scrapbook.text.parsed_text import ParsedText
from scrapbook.text.query import Query
from tests.integration.conftest import NOW
from tests.support.tiny_models import onnx_model, static_model

TEXTS = (
    "the automobile is in for a new wheel",
    "a kitten sleeps on the sofa",
    "dough rises overnight",
    "tea",
)


@pytest.fixture
def encoder(tmp_path: Path) -> Encoder:
    return Encoder(str(static_model(tmp_path / "model")))


@pytest.fixture
def worker(store: Store, encoder: Encoder) -> EntryEncoder:
    return EntryEncoder(store, encoder)


@pytest.fixture
def meaning(encoder: Encoder) -> Meaning:
    return Meaning(encoder)


def save(store: Store, person: Person, *texts: str) -> None:
    with store.transaction() as tx:
        for text in texts:
            tx.entries.add(person.id, ParsedText(text), None, None, NOW)


def encode_all(worker: EntryEncoder) -> int:
    count = 0
    while encoded := worker.encode_some():
        count += encoded
    return count


def listed(store: Store, person: Person, query: str, meaning: Meaning | None) -> tuple[FoundBy, list[int]]:
    with store.transaction() as tx:
        found = find(Book(tx, person, "SM1", NOW), query, meaning=meaning)
    if isinstance(found, TopicNotFound):
        return FoundBy.REQUEST, []
    assert isinstance(found, ListPage)
    return found.found_by, [int(line.split()[0]) for line in found.lines]


def change(store: Store, act: Callable[[Book], object], person: Person) -> None:
    with store.transaction() as tx:
        act(Book(tx, person, "SM1", NOW))


def test_an_entry_without_any_of_the_words_is_found_by_its_meaning(
    store: Store, ann: Person, worker: EntryEncoder, meaning: Meaning
) -> None:
    save(store, ann, *TEXTS)
    assert encode_all(worker) == len(TEXTS)
    assert encode_all(worker) == 0
    for query, number in (("my vehicle", 1), ("feline pet", 2), ("the loaf", 3)):
        assert listed(store, ann, query, None) == (FoundBy.REQUEST, [])
        assert listed(store, ann, query, meaning) == (FoundBy.MEANING, [number])
    assert listed(store, ann, "zebra", meaning) == (FoundBy.REQUEST, [])


def test_a_model_in_onnx_finds_the_same(store: Store, ann: Person, tmp_path: Path) -> None:
    encoder = Encoder(str(onnx_model(tmp_path / "onnx")))
    save(store, ann, *TEXTS)
    encode_all(EntryEncoder(store, encoder))
    assert listed(store, ann, "my vehicle", Meaning(encoder)) == (FoundBy.MEANING, [1])


def test_entries_with_all_of_the_words_are_listed_as_without_a_model(
    store: Store, ann: Person, worker: EntryEncoder, meaning: Meaning
) -> None:
    save(store, ann, *TEXTS, "sold the vehicle", "vehicle tax")
    encode_all(worker)
    for query in ("vehicle", "vehicle sold", "dough", "vehicel"):
        assert listed(store, ann, query, meaning) == listed(store, ann, query, None)


def test_words_and_meaning_count_together(
    store: Store, ann: Person, worker: EntryEncoder, meaning: Meaning
) -> None:
    save(store, ann, "Rosalind has a new automobile", "Rosalind paints", "an old motor")
    encode_all(worker)
    found_by, numbers = listed(store, ann, "Rosalind vehicle", meaning)
    assert (found_by, numbers[0]) == (FoundBy.MEANING, 1)


def test_many_entries_that_say_the_same_leave_room_for_another(
    store: Store, ann: Person, worker: EntryEncoder, meaning: Meaning
) -> None:
    save(store, ann, "the old garage", *(f"motor {number}" for number in range(30)))
    encode_all(worker)
    found_by, numbers = listed(store, ann, "my vehicle", meaning)
    assert found_by is FoundBy.MEANING
    assert 1 in numbers[:2]


def test_a_word_counts_for_an_entry_by_its_meaning_even_if_many_newer_ones_have_it(
    store: Store, ann: Person, worker: EntryEncoder, meaning: Meaning, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scrapbook.store.any_word_search.READ", 3)
    monkeypatch.setattr("scrapbook.store.any_word_search.RANKED", 3)
    save(store, ann, "an automobile", "Rosalind has an automobile", *["Rosalind"] * 9)
    encode_all(worker)
    with store.transaction() as tx:
        book = Book(tx, ann, "SM1", NOW)
        ids = {entry.number: entry.id for entry in tx.entries.list(ann.id)}
        found = tx.entries.nearest(ann.id, Query.parse("vehicle of Rosalind"), also=[ids[1], ids[2]])
        assert ids[2] in {hit.id for hit in found.hits}
        assert ids[1] not in {hit.id for hit in found.hits}
        assert nearest(book, "vehicle of Rosalind", meaning=meaning)[0][0] == ids[2]


def test_it_goes_by_words_until_the_model_is_loaded_and_the_entries_are_encoded(
    store: Store, ann: Person, encoder: Encoder, worker: EntryEncoder, meaning: Meaning
) -> None:
    save(store, ann, *TEXTS)
    assert not encoder.is_loaded
    assert listed(store, ann, "kitten vehicle", meaning) == (FoundBy.ANY_WORD, [2])
    encoder.load()
    assert listed(store, ann, "kitten vehicle", meaning) == (FoundBy.ANY_WORD, [2])
    encode_all(worker)
    found_by, numbers = listed(store, ann, "kitten vehicle", meaning)
    assert (found_by, set(numbers)) == (FoundBy.MEANING, {1, 2})


def test_the_newest_entries_are_encoded_first(
    store: Store, ann: Person, worker: EntryEncoder, meaning: Meaning, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scrapbook.core.meaning.BATCH", 1)
    save(store, ann, "an automobile", "a motor")
    assert worker.encode_some() == 1
    assert listed(store, ann, "vehicle", meaning) == (FoundBy.MEANING, [2])
    assert worker.encode_some() == 1
    assert set(listed(store, ann, "vehicle", meaning)[1]) == {1, 2}


def test_the_meaning_follows_the_text(
    store: Store, ann: Person, worker: EntryEncoder, meaning: Meaning
) -> None:
    save(store, ann, "an automobile")
    encode_all(worker)
    assert listed(store, ann, "vehicle", meaning)[1] == [1]

    def edit(book: Book) -> None:
        [entry] = book.tx.entries.list(book.person.id)
        with book.tx.changes.recording(book.person.id, None, "edit", {}, NOW):
            book.tx.entries.change_text(entry.id, ParsedText("a kitten"), NOW)

    change(store, edit, ann)
    assert encode_all(worker) == 1
    assert listed(store, ann, "vehicle", meaning)[1] == []
    assert listed(store, ann, "feline", meaning)[1] == [1]
    change(store, Book.undo, ann)
    assert encode_all(worker) == 1
    assert listed(store, ann, "vehicle", meaning)[1] == [1]


def test_a_text_that_changed_while_it_was_encoded_is_encoded_again(store: Store, ann: Person) -> None:
    save(store, ann, "an automobile")
    with store.transaction() as tx:
        [(entry_id, text)] = tx.vectors.without("model", 9)
        tx.entries.change_text(entry_id, ParsedText("a kitten"), NOW)
        assert not tx.vectors.record("model", entry_id, text, b"1")
        assert tx.vectors.without("model", 9) == [(entry_id, "a kitten")]


def test_what_is_in_the_trash_is_not_found_and_its_vector_is_purged_with_it(
    store: Store, ann: Person, worker: EntryEncoder, meaning: Meaning
) -> None:
    save(store, ann, "an automobile", "a kitten")
    encode_all(worker)

    def trash(book: Book) -> None:
        [car] = [entry for entry in book.tx.entries.list(book.person.id) if entry.number == 1]
        book.tx.entries.trash(car.id, NOW)

    change(store, trash, ann)
    assert listed(store, ann, "vehicle", meaning)[1] == []
    with store.transaction(read_only=True) as tx:
        assert tx.vectors.state()[1] == 2
    store.purge_trash(NOW.replace(year=NOW.year + 1))
    with store.transaction(read_only=True) as tx:
        assert tx.vectors.state()[1] == 1


def test_nobody_finds_another_persons_entries(
    store: Store, ann: Person, ben: Person, worker: EntryEncoder, meaning: Meaning
) -> None:
    save(store, ann, "an automobile")
    save(store, ben, "tea")
    encode_all(worker)
    assert listed(store, ann, "vehicle", meaning)[1] == [1]
    assert listed(store, ben, "vehicle", meaning)[1] == []


def test_the_kind_that_was_asked_for_is_kept(
    store: Store, ann: Person, worker: EntryEncoder, meaning: Meaning
) -> None:
    save(store, ann, "an automobile", "https://example.org/a automobile for sale")
    encode_all(worker)
    assert listed(store, ann, "links about a vehicle", meaning) == (FoundBy.MEANING, [2])


def test_another_model_encodes_everything_again(
    store: Store, ann: Person, worker: EntryEncoder, tmp_path: Path
) -> None:
    save(store, ann, *TEXTS)
    encode_all(worker)
    other = Encoder(str(onnx_model(tmp_path / "other")))
    assert encode_all(EntryEncoder(store, other)) == len(TEXTS)
    assert listed(store, ann, "vehicle", Meaning(other))[1] == [1]


def test_a_vector_of_another_size_is_passed_over(
    store: Store, ann: Person, encoder: Encoder, worker: EntryEncoder, meaning: Meaning
) -> None:
    save(store, ann, "an automobile", "a motor")
    encoder.load()
    with store.transaction() as tx:
        [(entry_id, text), _] = tx.vectors.without(encoder.name, 9)
        assert tx.vectors.record(encoder.name, entry_id, text, b"\x01\x02\x03")
    encode_all(worker)
    assert listed(store, ann, "vehicle", meaning) == (FoundBy.MEANING, [1])


def test_the_background_encodes_what_comes(
    store: Store, ann: Person, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scrapbook.core.meaning.IDLE_SECONDS", 0.01)
    stored = threading.Event()
    worker = EntryEncoder(store, encoder)
    encode = worker.encode_some

    def encode_and_tell() -> int:
        count = encode()
        if count:
            stored.set()
        return count

    monkeypatch.setattr(worker, "encode_some", encode_and_tell)
    worker.start()
    try:
        for text in TEXTS[:2]:
            save(store, ann, text)
            assert stored.wait(30)
            stored.clear()
    finally:
        worker.stop()
    with store.transaction(read_only=True) as tx:
        assert tx.vectors.without(encoder.name, 9) == []


def test_the_vectors_of_few_people_stay_in_memory(
    store: Store,
    ann: Person,
    ben: Person,
    worker: EntryEncoder,
    meaning: Meaning,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("scrapbook.core.meaning.MAX_TABLES_BYTES", 1)
    save(store, ann, "an automobile")
    save(store, ben, "a motor")
    encode_all(worker)
    for _ in range(2):
        assert listed(store, ann, "vehicle", meaning)[1] == [1]
        assert listed(store, ben, "vehicle", meaning)[1] == [1]
        assert len(meaning._tables) == 1
