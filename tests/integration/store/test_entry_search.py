import itertools
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrapbook.store import Media, Person, Store, Transaction, fulltext
from scrapbook.text.entry_facts import EntryKind
from scrapbook.text.parsed_text import ParsedText
from scrapbook.text.query import Correction, Query, Scope, SearchResult, Word
from tests.integration.conftest import NOW, searched


def save(tx: Transaction, person: Person, *texts: str, topic: int | None = None) -> None:
    for text in texts:
        tx.entries.add(person.id, ParsedText(text), topic, None, NOW)


def found(tx: Transaction, person: Person, query: str, limit: int = 10) -> list[str]:
    return [entry.text for entry in searched(tx, person, query, limit)]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("fewer, larger GPU kernels", "gpu"),
        ("fewer, larger GPU kernels", "KERN larg"),
        ("fewer, larger GPU kernels", "GPUs"),
        ("Crème brûlée", "creme brulee"),
        ("creme brulee", "CRÈME"),
        ("Cre\u0300me", "crème"),
        ("Straße nach Wien", "straße"),
        ("Привет, МИР", "привет мир"),
        ("ΚΑΛΗΜΕΡΑ", "καλημερα"),
        ("שלום עולם", "שלום"),
        ("مرحبا بالعالم", "مرحبا"),
        ("हिन्दी में", "हिन्दी"),
        ("party 🎉time", "time"),
        ("see https://docs.example.org/kernels/fusion?x=1", "fusion docs"),
        ("well-known and/or it's", "known or"),
        ("mail ann@example.org", "ann example"),
        ("version 3.11 of it", "3.11"),
        ('O\'Reilly "quoted" (text) a\\b', 'o\'reilly "quoted" (text)'),
        ("NEAR AND OR NOT", "near AND or NOT"),
    ],
)
def test_an_entry_is_found_by_its_words(store: Store, ann: Person, text: str, query: str):
    with store.transaction() as tx:
        save(tx, ann, text, "something else")
        assert found(tx, ann, query) == [text]


@pytest.mark.parametrize(
    "query", ["", "   ", "🍔", '"', "***", "zebra", "gpu zebra", "-gpu NOT kernels", "pu"]
)
def test_what_is_not_there_is_not_found(store: Store, ann: Person, query: str):
    with store.transaction() as tx:
        save(tx, ann, "gpu kernels 🎉")
        assert found(tx, ann, query) == []


def test_an_entry_is_found_by_its_topic(store: Store, ann: Person):
    with store.transaction() as tx:
        topic = tx.topics.add(ann.id, "Graphics Cards")
        save(tx, ann, "fewer kernels", topic=topic.id)
        assert found(tx, ann, "graphic kernels") == ["fewer kernels"]


def test_the_index_follows_the_topic(store: Store, ann: Person):
    with store.transaction() as tx:
        old, other = tx.topics.add(ann.id, "gpus"), tx.topics.add(ann.id, "cooking")
        save(tx, ann, "fewer kernels", topic=old.id)
        tx.topics.rename(old.id, "accelerators")
        assert found(tx, ann, "gpus") == []
        assert found(tx, ann, "accelerators") == ["fewer kernels"]
        tx.topics.merge(old.id, other.id)
        assert found(tx, ann, "accelerators") == []
        assert found(tx, ann, "cooking") == ["fewer kernels"]
        tx.entries.set_topic(tx.entries.list(ann.id)[0].id, None)
        assert found(tx, ann, "cooking") == []


def test_the_index_follows_the_text_and_the_trash(store: Store, ann: Person):
    with store.transaction() as tx:
        save(tx, ann, "apples")
        [entry] = tx.entries.list(ann.id)
        tx.entries.change_text(entry.id, ParsedText("pears"), NOW)
        assert (found(tx, ann, "apples"), found(tx, ann, "pears")) == ([], ["pears"])
        tx.entries.trash(entry.id, NOW)
        assert found(tx, ann, "pears") == []
        tx.entries.restore(entry.id)
        assert found(tx, ann, "pears") == ["pears"]


def test_one_person_never_finds_anothers_entry(store: Store, ann: Person, ben: Person):
    with store.transaction() as tx:
        save(tx, ann, "gpu secret")
        save(tx, ben, "gpu mine")
        assert found(tx, ben, "gpu") == ["gpu mine"]


def test_the_best_match_comes_first(store: Store, ann: Person):
    with store.transaction() as tx:
        save(tx, ann, "gpu " + "and other things " * 20, "gpu gpu kernels", "nothing of the kind")
        assert found(tx, ann, "gpu")[0] == "gpu gpu kernels"


def test_of_equal_matches_the_newest_comes_first(store: Store, ann: Person):
    with store.transaction() as tx:
        for days, text in ((2, "gpu a"), (0, "gpu b"), (5, "gpu c"), (1, "gpu d")):
            tx.entries.add(ann.id, ParsedText(text), None, None, NOW - timedelta(days=days))
        assert found(tx, ann, "gpu") == ["gpu b", "gpu d", "gpu a", "gpu c"]
        assert found(tx, ann, "gpu", limit=2) == ["gpu b", "gpu d"]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("we ran out of batteries", "battery"),
        ("she runs every day", "running"),
        ("cooked all of it", "cooking"),
        ("a helicopter landed", "helicoptr"),
        ("a helicopter landed", "hleicotper"),
        ("helicopters everywhere", "helikopter"),
        ("Crème brûlée again", "creem brulee"),
        ("warm bread", "braed"),
        ("the quick heron", "a heron"),
        ("Straße nach Wien", "strasse"),
    ],
)
def test_an_entry_is_found_without_the_exact_word(store: Store, ann: Person, text: str, query: str):
    with store.transaction() as tx:
        save(tx, ann, text, "something else")
        assert found(tx, ann, query) == [text]


def slips(word: str) -> Iterator[str]:
    """A letter dropped, put in, taken for another or swapped with the next one, at each place."""
    for place in range(len(word)):
        before, letter, after = word[:place], word[place], word[place + 1 :]
        yield from (before + after, before + "q" + letter + after, before + "q" + after)
        if after:
            yield before + after[0] + letter + after[1:]


@pytest.mark.parametrize("word", ["bread", "walrus", "gondola", "quadrant", "limestone", "harpsichord"])
def test_one_slip_anywhere_in_a_word_is_forgiven(store: Store, ann: Person, word: str):
    with store.transaction() as tx:
        save(tx, ann, word, "something else")
        assert [typed for typed in slips(word) if found(tx, ann, typed) != [word]] == []


@pytest.mark.parametrize("query", ["tin", "ben", "2025", "zzzzz", "bread helicopter zebra"])
def test_what_is_short_or_a_number_or_too_far_off_is_not_corrected(store: Store, ann: Person, query: str):
    with store.transaction() as tx:
        save(tx, ann, "ten beds in 2024", "bread", "helicopter")
        assert found(tx, ann, query) == []


def test_a_word_that_is_there_is_not_corrected(store: Store, ann: Person):
    with store.transaction() as tx:
        save(tx, ann, "bread", "a bead")
        assert found(tx, ann, "bead") == ["a bead"]


def test_a_correction_says_what_was_looked_for(store: Store, ann: Person):
    with store.transaction() as tx:
        save(tx, ann, "red helicopter")
        hits = tx.entries.find(ann.id, Query.parse("red helicoptr"), 5)
        assert hits.corrections == (Correction("helicoptr", "helicopter"),)
        assert {"red", "helicopter"} <= set(hits.words)


def test_the_words_as_typed_come_before_other_forms_of_them(store: Store, ann: Person):
    with store.transaction() as tx:
        save(tx, ann, "cook", "cooking all of the many things that one cooks", "cooks", "cookbook")
        assert found(tx, ann, "cooking")[0] == "cooking all of the many things that one cooks"
        assert set(found(tx, ann, "cooking")[1:]) == {"cook", "cooks"}


def test_the_likeliest_correction_comes_first(store: Store, ann: Person):
    with store.transaction() as tx:
        save(tx, ann, "the green one", "greet them")
        assert found(tx, ann, "greenn") == ["the green one"]
        assert found(tx, ann, "gren") == ["the green one"]


def test_one_persons_words_correct_nobody_elses(store: Store, ann: Person, ben: Person):
    with store.transaction() as tx:
        save(tx, ann, "helicopter")
        save(tx, ben, "something else")
        assert tx.entries.find(ben.id, Query.parse("helicoptr"), 5) == SearchResult(())


def test_words_of_the_trash_correct_nothing(store: Store, ann: Person):
    with store.transaction() as tx:
        save(tx, ann, "helicopter")
        tx.entries.trash(tx.entries.list(ann.id)[0].id, NOW)
        assert tx.entries.find(ann.id, Query.parse("helicoptr"), 5) == SearchResult(())


def test_a_misspelled_topic_name_is_found_as_a_word(store: Store, ann: Person):
    with store.transaction() as tx:
        topic = tx.topics.add(ann.id, "graphics")
        save(tx, ann, "fewer kernels", topic=topic.id)
        assert found(tx, ann, "grahpics") == ["fewer kernels"]
        tx.topics.rename(topic.id, "accelerators")
        assert found(tx, ann, "acelerators") == ["fewer kernels"]


def test_the_spelling_index_follows_the_text(store: Store, ann: Person):
    with store.transaction() as tx:
        save(tx, ann, "apples")
        tx.entries.change_text(tx.entries.list(ann.id)[0].id, ParsedText("tangerines"), NOW)
        assert found(tx, ann, "tangarines") == ["tangerines"]
        assert found(tx, ann, "aples") == []


def test_a_search_is_within_its_times(store: Store, ann: Person):
    with store.transaction() as tx:
        for days in range(5):
            tx.entries.add(ann.id, ParsedText(f"gpu {days}"), None, None, NOW - timedelta(days=days))
        scope = Scope(since=NOW - timedelta(days=3), until=NOW - timedelta(days=1))
        hits = tx.entries.find(ann.id, Query.parse("gpu"), 5, scope)
        assert [entry.text for entry in tx.entries.by_ids(ann.id, hits.found)] == ["gpu 2", "gpu 3"]


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        (EntryKind.QUOTE, ['"The sea, the sea" - X']),
        (EntryKind.LINK, ["sea https://example.org"]),
        (EntryKind.PICTURE, ["sea"]),
        (EntryKind.MEMO, ["sea, spoken"]),
        (None, ['"The sea, the sea" - X', "sea https://example.org", "sea", "sea, spoken"]),
    ],
)
def test_a_search_is_within_its_kind(store: Store, ann: Person, kind: EntryKind | None, texts: list[str]):
    with store.transaction() as tx:
        save(tx, ann, '"The sea, the sea" - X', "sea https://example.org")
        tx.entries.add(
            ann.id, ParsedText("sea"), None, None, NOW, [Media("https://media.example.org/1", "image/jpeg")]
        )
        tx.entries.add(
            ann.id,
            ParsedText("sea, spoken"),
            None,
            None,
            NOW,
            [Media("https://m.example.org/2", "audio/ogg")],
        )
        hits = tx.entries.find(ann.id, Query.parse("sea"), 9, Scope(kind))
        assert {entry.text for entry in tx.entries.by_ids(ann.id, hits.found)} == set(texts)
        assert {entry.text for entry in tx.entries.list(ann.id, kind=kind)} == set(texts)


def test_a_rare_word_is_found_beside_a_common_one(store: Store, ann: Person, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(fulltext, "RANKED", 3)
    with store.transaction() as tx:
        save(tx, ann, "the heron", "the heron and the heron", *("the gpu" for _ in range(5)), "heron")
        assert set(found(tx, ann, "the heron")) == {"the heron and the heron", "the heron"}


SIGNS = st.text(st.sampled_from("\"'*()^:+-{}[]\\|&!<>@,.%_~ \0\n🎉❤️א٠é\u0301aNEAROT"))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text() | SIGNS, query=st.text() | SIGNS)
def test_no_text_and_no_query_is_too_much(store: Store, ann: Person, text: str, query: str):
    with store.transaction() as tx:
        save(tx, ann, text)
        searched(tx, ann, query, 5)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(codec="utf-8", max_codepoint=0x24F), min_size=1))
def test_an_entry_is_found_by_all_of_its_own_words(store: Store, ann: Person, text: str):
    with store.transaction() as tx:
        entry = tx.entries.add(ann.id, ParsedText(text), None, None, NOW)
        query = Query.parse(text)
        hits = searched(tx, ann, text, 1000)
    assert not query.words or entry.id in {hit.id for hit in hits}


def test_a_word_in_too_many_entries_finds_the_newest_of_them(
    store: Store, ann: Person, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(fulltext, "RANKED", 3)
    with store.transaction() as tx:
        save(tx, ann, "gpu gpu gpu old", "gpu one", "gpu two", "gpu three")
        assert found(tx, ann, "gpu") == ["gpu three", "gpu two", "gpu one"]


def test_a_beginning_finds_the_same_with_or_without_an_index_of_such_beginnings(
    store: Store, ann: Person, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(fulltext, "RANKED", 3)
    texts = ("heliport", "Hélipads", "heli2000 of old", "helipads and heliports", "a jelly helip")
    with store.transaction() as tx:
        save(tx, ann, *texts)
        beginnings = ("helip", "helipa", "heli2", "heliqq")
        seen = [found(tx, ann, beginning) for beginning in beginnings]
        for most in (0, 2):  # where there are more, the database is asked for the beginning itself
            monkeypatch.setattr(fulltext, "MOST_BEGUN", most)
            assert [found(tx, ann, beginning) for beginning in beginnings] == seen
    held = [set(entries) for entries in seen]
    assert held == [{*texts[3:], texts[1]}, {texts[1], texts[3]}, {texts[2]}, set()]


def steps(tx: Transaction, act: Callable[[], object]) -> int:
    """What SQLite's virtual machine does meanwhile: the same on each machine, however busy."""
    connection = cast(Any, tx._work.connection.connection.driver_connection)
    counted = itertools.count()
    connection.set_progress_handler(lambda: next(counted) < 0, 1)
    act()
    connection.set_progress_handler(None, 1)
    return next(counted)


@pytest.mark.parametrize("query", ["heron", "hero", "heron gpu", "heorn", "sighting", "sight", "birds"])
def test_a_search_costs_hardly_more_in_a_larger_scrapbook(
    sqlite_url: str, query: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(fulltext, "RANKED", 30)
    store = Store.open(sqlite_url)
    costs: list[int] = []
    with store.transaction() as tx:
        ann = tx.people.add("Ann", ["+15550100"])
        topic = tx.topics.add(ann.id, "birds").id
        for more in (100, 700):
            save(tx, ann, "a heron at the gpu", *("a sighting at the gpu" for _ in range(more)), topic=topic)
            assert found(tx, ann, query)
            costs.append(steps(tx, lambda: found(tx, ann, query)))
    store.close()
    assert costs[1] < costs[0] * 1.5


def test_a_word_of_marks_alone_among_the_likely_ones_is_left_out(store: Store, ann: Person) -> None:
    query = Query((Word("0", others=("\u0331\u0324",)),))
    with store.transaction() as tx:
        number = tx.entries.add(ann.id, ParsedText("0"), None, None, NOW).id
        assert list(tx.entries.find(ann.id, query, 5).found) == [number]
