from datetime import timedelta

import pytest

from scrapbook.errors import NotFound, StoreError
from scrapbook.store import Entry, Media, PendingList, PendingQuestion, Person, Store, Transaction
from scrapbook.text.entry_facts import EntryKind
from scrapbook.text.parsed_text import ParsedText
from tests.integration.conftest import NOW, statements_run

DAY = timedelta(days=1)


def save(tx: Transaction, person: Person, *texts: str, topic: int | None = None) -> list[Entry]:
    """One entry a day, the last one now."""
    start = NOW - DAY * (len(texts) - 1)
    return [
        tx.entries.add(person.id, ParsedText(text), topic, None, start + DAY * day)
        for day, text in enumerate(texts)
    ]


def texts(entries: list[Entry]) -> list[str]:
    return [entry.text for entry in entries]


def test_entries_are_numbered_for_each_person(store: Store, ann: Person, ben: Person):
    with store.transaction() as tx:
        assert [entry.number for entry in save(tx, ann, "a", "b")] == [1, 2]
        assert [entry.number for entry in save(tx, ben, "c")] == [1]


def test_a_number_is_never_given_twice(store: Store, ann: Person):
    with store.transaction() as tx:
        entry = save(tx, ann, "a", "b")[-1]
        tx.entries.trash(entry.id, NOW)
        assert tx.entries.purge_trash(NOW + DAY) == 1
        assert save(tx, ann, "c")[0].number == 3


def test_an_entry_is_kept_as_it_was_written(store: Store, ann: Person):
    media = (Media("https://api.example/1", "image/png"),)
    with store.transaction() as tx:
        topic = tx.topics.add(ann.id, "pictures")
        entry = tx.entries.add(ann.id, ParsedText("  a\ncat "), topic.id, None, NOW, media)
        assert entry == Entry(
            entry.id, ann.id, 1, "  a\ncat ", topic.id, "pictures", None, NOW, None, None, media=media
        )
        assert tx.entries.get(entry.id) == entry


def test_one_person_never_gets_anothers_entry(store: Store, ann: Person, ben: Person):
    with store.transaction() as tx:
        topic = tx.topics.add(ann.id, "gpu")
        [entry] = save(tx, ann, "secret", topic=topic.id)
        assert tx.entries.by_number(ben.id, entry.number) is None
        assert tx.entries.by_ids(ben.id, [entry.id]) == []
        assert tx.entries.list(ben.id, topic_id=topic.id) == []
        assert tx.topics.by_name(ben.id, "gpu") is None


def test_nothing_is_filed_under_anothers_topic(store: Store, ann: Person, ben: Person):
    with store.transaction() as tx:
        topic = tx.topics.add(ann.id, "gpu")
        [entry] = save(tx, ben, "mine")
    with pytest.raises(StoreError), store.transaction() as tx:
        tx.entries.add(ben.id, ParsedText("theirs"), topic.id, None, NOW)
    with pytest.raises(StoreError), store.transaction() as tx:
        tx.entries.set_topic(entry.id, topic.id)


@pytest.mark.parametrize("number", [0, -1, 2, 2**63, 10**30])
def test_a_number_that_no_entry_has_finds_none(store: Store, ann: Person, number: int):
    with store.transaction() as tx:
        save(tx, ann, "a")
        assert tx.entries.by_number(ann.id, number) is None


def test_an_entry_in_the_trash_is_found_by_its_number_alone(store: Store, ann: Person):
    with store.transaction() as tx:
        one, two = save(tx, ann, "one", "two")
        tx.entries.trash(two.id, NOW)
        assert tx.entries.latest(ann.id) == one
        assert texts(tx.entries.list(ann.id)) == ["one"]
        assert tx.entries.count(ann.id) == 1
        assert tx.entries.by_ids(ann.id, [two.id, one.id]) == [one]
        trashed = tx.entries.by_number(ann.id, 2)
        assert trashed is not None
        assert trashed.deleted_at == NOW
        tx.entries.restore(two.id)
        assert tx.entries.latest(ann.id) == two


def test_a_list_starts_with_the_newest(store: Store, ann: Person):
    with store.transaction() as tx:
        save(tx, ann, "a", "b", "c", "d")
        tx.entries.add(ann.id, ParsedText("e"), None, None, NOW)
        listed = tx.entries.list
        assert texts(listed(ann.id)) == ["e", "d", "c", "b", "a"]
        assert texts(listed(ann.id, limit=2)) == ["e", "d"]
        assert texts(listed(ann.id, since=NOW - DAY)) == ["e", "d", "c"]
        assert texts(listed(ann.id, since=NOW - 2 * DAY, until=NOW)) == ["c", "b"]


def test_a_list_keeps_to_its_topic(store: Store, ann: Person):
    with store.transaction() as tx:
        topic = tx.topics.add(ann.id, "gpu")
        save(tx, ann, "a", "b", topic=topic.id)
        save(tx, ann, "c")
        assert texts(tx.entries.list(ann.id, topic_id=topic.id)) == ["b", "a"]
        assert tx.topics.get(topic.id).entry_count == 2
        assert tx.entries.count(ann.id) == 3


def test_entries_by_id_come_in_the_order_asked_for(store: Store, ann: Person):
    with store.transaction() as tx:
        ids = [entry.id for entry in save(tx, ann, *map(str, range(1200)))]
        wanted = [ids[700], ids[3], 10**9, ids[1100]]
        assert [entry.id for entry in tx.entries.by_ids(ann.id, wanted)] == [ids[700], ids[3], ids[1100]]
        assert len(tx.entries.by_ids(ann.id, ids)) == 1200


def test_a_changed_entry_says_when(store: Store, ann: Person):
    with store.transaction() as tx:
        [entry] = save(tx, ann, "a")
        tx.entries.change_text(entry.id, ParsedText("b"), NOW)
        changed = tx.entries.get(entry.id)
    assert (changed.text, changed.edited_at) == ("b", NOW)


def test_it_says_when_there_is_no_such_entry_or_person(store: Store):
    with store.transaction() as tx:
        for act in (
            lambda: tx.entries.get(404),
            lambda: tx.entries.change_text(404, ParsedText("x"), NOW),
            lambda: tx.entries.set_topic(404, None),
            lambda: tx.entries.trash(404, NOW),
            lambda: tx.entries.restore(404),
            lambda: tx.entries.add(404, ParsedText("x"), None, None, NOW),
        ):
            with pytest.raises(NotFound):
                act()


def test_a_list_takes_the_same_number_of_statements_however_long_it_is(store: Store, ann: Person):
    with store.transaction() as tx:
        topics = [tx.topics.add(ann.id, f"topic {number}").id for number in range(20)]
        for topic in topics:
            tx.entries.add(ann.id, ParsedText("x"), topic, None, NOW, [Media("u", "image/png")] * 2)
        with statements_run(tx) as statements:
            assert len(tx.entries.list(ann.id)) == 20
            assert len(tx.topics.list(ann.id)) == 20
    assert len(statements) == 4  # the entries, their files, the topics, and which topics are shared


# Topics


def test_a_topic_is_known_however_it_is_written(store: Store, ann: Person):
    with store.transaction() as tx:
        topic = tx.topics.add(ann.id, " Café Notes ")
        assert topic.name == "Café Notes"
        for name in ("café notes", "CAFE NOTES", "cafenotes", "Cafe\u0301  notes"):
            assert tx.topics.by_name(ann.id, name) == topic
        assert tx.topics.by_name(ann.id, "cafe") is None


def test_two_topics_never_have_the_same_name(store: Store, ann: Person, ben: Person):
    with store.transaction() as tx:
        tx.topics.add(ann.id, "gpu")
        tx.topics.add(ben.id, "gpu")
        other = tx.topics.add(ann.id, "python")
        with pytest.raises(StoreError):
            tx.topics.add(ann.id, "G P U")
        with pytest.raises(StoreError):
            tx.topics.rename(other.id, "GPU")
        tx.topics.rename(other.id, "Python")
        assert tx.topics.get(other.id).name == "Python"


@pytest.mark.parametrize("name", ["", "  \n", "\u0301"])
def test_a_topic_needs_a_name(store: Store, ann: Person, name: str):
    with store.transaction() as tx, pytest.raises(StoreError):
        tx.topics.add(ann.id, name)


def test_topics_stand_in_the_order_of_their_last_use(store: Store, ann: Person):
    with store.transaction() as tx:
        old, unused, new = (tx.topics.add(ann.id, name) for name in ("old", "unused", "new"))
        tx.entries.add(ann.id, ParsedText("x"), old.id, None, NOW - DAY)
        tx.entries.add(ann.id, ParsedText("y"), new.id, None, NOW)
        trashed = tx.entries.add(ann.id, ParsedText("z"), unused.id, None, NOW + DAY)
        tx.entries.trash(trashed.id, NOW)
        listed = [(topic.name, topic.entry_count, topic.last_used_at) for topic in tx.topics.list(ann.id)]
    assert listed == [("new", 1, NOW), ("old", 1, NOW - DAY), ("unused", 0, None)]


def test_counts_follow_whatever_happens_to_an_entry(store: Store, ann: Person):
    with store.transaction() as tx:
        gpu, python = tx.topics.add(ann.id, "gpu"), tx.topics.add(ann.id, "python")
        [entry] = save(tx, ann, "x", topic=gpu.id)

        def counts() -> tuple[int, int, int]:
            return (
                tx.entries.count(ann.id),
                tx.topics.get(gpu.id).entry_count,
                tx.topics.get(python.id).entry_count,
            )

        assert counts() == (1, 1, 0)
        tx.entries.set_topic(entry.id, python.id)
        assert counts() == (1, 0, 1)
        tx.entries.trash(entry.id, NOW)
        assert counts() == (0, 0, 0)
        tx.entries.trash(entry.id, NOW + DAY)
        tx.entries.set_topic(entry.id, gpu.id)
        assert counts() == (0, 0, 0)
        tx.entries.restore(entry.id)
        assert counts() == (1, 1, 0)
        tx.entries.trash(entry.id, NOW)
        tx.entries.purge_trash(NOW + DAY)
        assert counts() == (0, 0, 0)


def test_merging_moves_everything_and_removes_the_topic(store: Store, ann: Person, ben: Person):
    with store.transaction() as tx:
        gpus, gpu = tx.topics.add(ann.id, "gpus"), tx.topics.add(ann.id, "gpu")
        one, two = save(tx, ann, "one", "two", topic=gpus.id)
        tx.entries.trash(two.id, NOW)
        assert tx.topics.merge(gpus.id, gpu.id) == 1
        assert [topic.id for topic in tx.topics.list(ann.id)] == [gpu.id]
        assert {tx.entries.get(entry.id).topic for entry in (one, two)} == {"gpu"}
        with pytest.raises(NotFound):
            tx.topics.get(gpus.id)
        with pytest.raises(StoreError):
            tx.topics.merge(gpu.id, gpu.id)
        theirs = tx.topics.add(ben.id, "gpu")
        with pytest.raises(StoreError):
            tx.topics.merge(theirs.id, gpu.id)


def test_only_an_empty_topic_is_removed_so_that_what_is_restored_is_filed_as_it_was(
    store: Store, ann: Person
):
    with store.transaction() as tx:
        topic = tx.topics.add(ann.id, "gpu")
        [entry] = save(tx, ann, "x", topic=topic.id)
        assert not tx.topics.remove_if_empty(topic.id)
        tx.entries.trash(entry.id, NOW)
        assert not tx.topics.remove_if_empty(topic.id)
        tx.entries.restore(entry.id)
        assert tx.entries.get(entry.id).topic == "gpu"
        tx.entries.set_topic(entry.id, None)
        assert tx.topics.remove_if_empty(topic.id)
        assert tx.topics.list(ann.id) == []


# Conversations


def test_an_open_question_is_remembered_until_it_is_cleared(store: Store, ann: Person, ben: Person):
    first = PendingQuestion("action_find", {"query": "pyhton"}, "query", ("python", "pytorch"), NOW)
    second = PendingQuestion("action_move", {"entry": ["42"], "topic": None}, "topic", ("gpu",), NOW)
    with store.transaction() as tx:
        assert tx.conversations.question(ann.id) is None
        tx.conversations.ask(ann.id, first)
        tx.conversations.ask(ann.id, second)
        assert tx.conversations.question(ann.id) == second
        assert tx.conversations.question(ben.id) is None
        tx.conversations.clear_question(ann.id)
        assert tx.conversations.question(ann.id) is None


def test_a_listing_is_remembered_beside_the_question(store: Store, ann: Person):
    question = PendingQuestion("action_find", {}, "query", (), NOW)
    listing = PendingList("gpu", (3, 2, 1))
    with store.transaction() as tx:
        tx.conversations.ask(ann.id, question)
        tx.conversations.set_listing(ann.id, listing)
        assert tx.conversations.listing(ann.id) == listing
        assert tx.conversations.question(ann.id) == question
        tx.conversations.set_listing(ann.id, None)
        assert tx.conversations.listing(ann.id) is None


def test_authors_are_those_of_the_persons_own_quotes(store: Store, ann: Person, ben: Person):
    with store.transaction() as tx:
        for person, text in (
            (ann, '"Less is more" - mies'),
            (ann, '"God is in the details" - Mies'),
            (ann, '"Form follows function" - Louis Sullivan'),
            (ben, '"To thine own self be true" - Polonius'),
        ):
            tx.entries.add(person.id, ParsedText(text), None, None, NOW)
        assert tx.entries.authors(ann.id) == ["Louis Sullivan", "Mies", "mies"]
        by_mies = tx.entries.list(ann.id, kind=EntryKind.QUOTE, authors=["Mies", "mies"])
        assert [entry.number for entry in by_mies] == [2, 1]
        tx.entries.trash(by_mies[0].id, NOW)
        assert tx.entries.authors(ann.id) == ["Louis Sullivan", "mies"]
