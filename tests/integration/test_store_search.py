from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrapbook.search import Query
from scrapbook.store import Person, Store, Transaction, fulltext
from tests.integration.conftest import NOW


def save(tx: Transaction, person: Person, *texts: str, topic: int | None = None) -> None:
    for text in texts:
        tx.entries.add(person.id, text, topic, None, NOW)


def found(tx: Transaction, person: Person, query: str, limit: int = 10) -> list[str]:
    return [entry.text for entry in tx.entries.search(person.id, Query.parse(query), limit)]


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
    "query", ["", "   ", "🎉", '"', "***", "zebra", "gpu zebra", "-gpu NOT kernels", "pu"]
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
        tx.entries.change_text(entry.id, "pears", NOW)
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
            tx.entries.add(ann.id, text, None, None, NOW - timedelta(days=days))
        assert found(tx, ann, "gpu") == ["gpu b", "gpu d", "gpu a", "gpu c"]
        assert found(tx, ann, "gpu", limit=2) == ["gpu b", "gpu d"]


SIGNS = st.text(st.sampled_from("\"'*()^:+-{}[]\\|&!<>@,.%_~ \0\n🎉❤️א٠é\u0301aNEAROT"))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text() | SIGNS, query=st.text() | SIGNS)
def test_no_text_and_no_query_is_too_much(store: Store, ann: Person, text: str, query: str):
    with store.transaction() as tx:
        save(tx, ann, text)
        tx.entries.search(ann.id, Query.parse(query), 5)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(codec="utf-8", max_codepoint=0x24F), min_size=1))
def test_an_entry_is_found_by_all_of_its_own_words(store: Store, ann: Person, text: str):
    with store.transaction() as tx:
        entry = tx.entries.add(ann.id, text, None, None, NOW)
        query = Query.parse(text)
        hits = tx.entries.search(ann.id, query, 1000)
    assert not query.words or entry.id in {hit.id for hit in hits}


def test_a_word_in_too_many_entries_finds_the_newest_of_them(
    store: Store, ann: Person, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(fulltext, "RANKED", 3)
    with store.transaction() as tx:
        save(tx, ann, "gpu gpu gpu old", "gpu one", "gpu two", "gpu three")
        assert found(tx, ann, "gpu") == ["gpu three", "gpu two", "gpu one"]
