"""Words and texts at the limits of the full-text indexes: both databases find the same."""

import random
import string
from collections.abc import Generator
from contextlib import closing, contextmanager

import pytest
from alembic import command
from sqlalchemy import create_engine, insert

from scrapbook.store import PageMetadata, Person, Preview, Store, Topic, Transaction, schema, topics
from scrapbook.store.tables import EntryRow
from scrapbook.store.topic_members import JoinedTopics
from scrapbook.text.parsed_text import ParsedText
from scrapbook.text.query import MAX_WORD_LENGTH
from tests.integration.conftest import NOW, searched

_random = random.Random(1)


def word(length: int) -> str:
    return "".join(_random.choices(string.ascii_lowercase, k=length))


def words(count: int) -> str:
    """That many different words."""
    return " ".join(f"{word(3)}{number}" for number in range(count))


REVISION_BEFORE = "0016"
"""The revision before that of the limits."""

LONG = word(60_000)
MANY = words(25_000)
CASES = {
    "a word at the limit": (word(MAX_WORD_LENGTH), None),
    "one letter less": (word(MAX_WORD_LENGTH - 1), None),
    "one letter more": (word(MAX_WORD_LENGTH + 1), None),
    "twice as long": (word(2 * MAX_WORD_LENGTH), None),
    "more than a tsvector's word": (word(2047), None),
    "60,000 letters": (LONG, None),
    "its first hundred letters": (LONG, LONG[:100]),
    "its first ten letters": (LONG, LONG[:10]),
    "a word beside it": (f"before {LONG} after", "after"),
    "digits": ("7" * 60_000, None),
    "accents": ("é" * 5_000, None),
    "decomposed accents": ("e\u0301" * 5_000, None),
    "Chinese": ("漢字" * 5_000, None),
    "beyond the first plane": ("𝒳𝒴" * 5_000, None),
    "a letter that stands for three": ("ﬃ" * 100, None),
    "the last of many words": (MANY, MANY.split()[-1]),
    "a word thousands of times": ("again " * 40_000 + "needle", "again needle"),
    "the end of a long text": ("so " * 80_000 + "needle", "needle"),
    "behind NUL": ("be\0hind", "hind"),
    "behind half a character": ("be\ud800hind", "hind"),
    "invisible characters": ("ze\u200bro wi\u2060dth", None),
    "an URL of 3,000 characters": (f"https://site.example/{word(3_000)}?q=needle", "needle"),
}
"""A text, and a query that finds it; None for the text itself."""


@pytest.mark.parametrize(("text", "query"), CASES.values(), ids=CASES)
def test_an_entry_is_found(store: Store, ann: Person, text: str, query: str | None) -> None:
    with store.transaction() as tx:
        entry = tx.entries.add(ann.id, ParsedText(text), None, None, NOW)
        tx.entries.add(ann.id, ParsedText("something else"), None, None, NOW)
        assert [found.id for found in searched(tx, ann, query or text)] == [entry.id]


OTHERS = {
    "other letters": (LONG, word(60_000)),
    "other letters at the end": (LONG, LONG[: MAX_WORD_LENGTH - 1] + "0"),
    "the part of a long text that is not indexed": ("so " * 200_000 + "needle", "needle"),
}


@pytest.mark.parametrize(("text", "query"), OTHERS.values(), ids=OTHERS)
def test_an_entry_is_not_found(store: Store, ann: Person, text: str, query: str) -> None:
    with store.transaction() as tx:
        tx.entries.add(ann.id, ParsedText(text), None, None, NOW)
        assert searched(tx, ann, query) == []


def test_a_text_with_more_words_than_an_index_holds_is_saved_and_found_by_the_first(
    store: Store, ann: Person
) -> None:
    dense = "first " + " ".join(f"{'𠀀' * 59}{number}" for number in range(10_000))
    with store.transaction() as tx:
        entry = tx.entries.add(ann.id, ParsedText(dense), None, None, NOW)
        assert [found.id for found in searched(tx, ann, "first")] == [entry.id]


def test_the_index_follows_a_long_text(store: Store, ann: Person) -> None:
    """SQLite removes words from its index by the text that they were in: all of it or none."""
    with store.transaction() as tx:
        entry = tx.entries.add(ann.id, ParsedText(f"alpha {LONG} {MANY} " + "so " * 100_000), None, None, NOW)
        tx.entries.change_text(entry.id, ParsedText("beta"), NOW)
        assert searched(tx, ann, "alpha") == []
        assert searched(tx, ann, LONG) == []
        assert [found.id for found in searched(tx, ann, "beta")] == [entry.id]


def test_a_long_word_in_a_title_and_in_the_name_of_a_topic_is_found(store: Store, ann: Person) -> None:
    with store.transaction() as tx:
        title, name = word(1_000), word(5_000)
        topic = tx.topics.add(ann.id, name)
        entry = tx.entries.add(ann.id, ParsedText("https://site.example"), topic.id, None, NOW)
        preview = Preview("https://site.example", "https://site.example", PageMetadata(title=title))
        tx.previews.record(entry.id, preview, NOW)
        assert [found.id for found in searched(tx, ann, title)] == [entry.id]
        assert [found.id for found in searched(tx, ann, name)] == [entry.id]
        tx.topics.rename(topic.id, "short")
        assert searched(tx, ann, name) == []


@contextmanager
def before_the_limits(url: str) -> Generator[Store]:
    """Yield a store whose tables are those of the revision before."""
    database = create_engine(url)
    with database.begin() as connection:
        config = schema._config()
        config.attributes["connection"] = connection
        command.upgrade(config, REVISION_BEFORE)
    database.dispose()
    with closing(Store.open(url)) as store:
        yield store


def test_what_was_saved_before_the_limits_is_found_and_forgotten(blank_url: str) -> None:
    with before_the_limits(blank_url) as store:
        with store.transaction() as tx:
            ann = tx.people.add("Ann", ["+15550100"])
            for number, text in enumerate((f"{LONG} begins", "so " * 90_000 + "needle"), 1):
                # This release's own statement writes columns that the tables do not have yet.
                add = insert(EntryRow).values(person_id=ann.id, number=number, text=text, created_at=NOW)
                tx._work.connection.execute(add)
        store.migrate()
        with store.transaction() as tx:
            assert [found.number for found in searched(tx, ann, LONG)] == [1]
            [many] = searched(tx, ann, "so")
            assert many.number == 2
            assert searched(tx, ann, "needle") == []
            tx.entries.change_text(many.id, ParsedText("short"), NOW)
            assert searched(tx, ann, "so") == []


def test_topics_with_long_names_from_before_the_limits_are_found_by_them(
    blank_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [word(399), word(401), word(2_000)]
    begin_alike = [names[1] + end for end in ("a", "b")]
    with before_the_limits(blank_url) as store:
        with store.transaction() as tx, monkeypatch.context() as patch:
            patch.setattr(topics, "MAX_KEY_LENGTH", 10_000)
            # That revision has no table of those who share topics.
            patch.setattr(JoinedTopics, "members", lambda _self, _person_id: [])
            ann = tx.people.add("Ann", ["+15550100"])
            for name in (*names, *begin_alike):
                tx.topics.add(ann.id, name)
            with tx.changes.recording(ann.id, None, "rename", {}, NOW):
                tx.topics.rename(topic_named(tx, ann, names[2]).id, "short")
        store.migrate()
        with store.transaction() as tx:
            assert len(tx.topics.list(ann.id)) == len(names) + len(begin_alike)
            assert [topic_named(tx, ann, name).name for name in names[:2]] == names[:2]
            assert topic_named(tx, ann, begin_alike[0]).name == names[1]
            tx.changes.undo_latest(ann.id, NOW)
            assert topic_named(tx, ann, names[2]).name == names[2]


def topic_named(tx: Transaction, person: Person, name: str) -> Topic:
    topic = tx.topics.by_name(person.id, name)
    assert topic
    return topic


def test_a_long_author_is_saved(store: Store, ann: Person) -> None:
    with store.transaction() as tx:
        tx.entries.add(ann.id, ParsedText(f'"Less is more" - {word(5_000).title()}'), None, None, NOW)
        assert len(tx.entries.list(ann.id)) == 1
