from collections.abc import Callable
from datetime import timedelta
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrapbook.errors import StoreError
from scrapbook.store import Entry, Person, Store, Transaction
from scrapbook.text.entry_facts import EntryKind
from scrapbook.text.parsed_text import ParsedText
from tests.integration.conftest import NOW, searched

LATER = NOW + timedelta(hours=1)


def in_a_change(tx: Transaction, person: Person, act: Callable[[], object], kind: str = "test") -> None:
    with tx.changes.recording(person.id, None, kind, {"kind": kind}, NOW):
        act()


def add(tx: Transaction, person: Person, text: str, topic: int | None = None) -> Entry:
    return tx.entries.add(person.id, ParsedText(text), topic, None, NOW)


def test_undoing_an_addition_puts_the_entry_in_the_trash(store: Store, ann: Person):
    with store.transaction() as tx:
        in_a_change(tx, ann, lambda: add(tx, ann, "hello"), "save")
        change = tx.changes.undo_latest(ann.id, LATER)
        assert change is not None
        assert (change.kind, change.arguments, change.made_at, change.undone_at) == (
            "save",
            {"kind": "save"},
            NOW,
            LATER,
        )
        trashed = tx.entries.by_number(ann.id, 1)
        assert trashed is not None
        assert trashed.deleted_at == LATER
        assert add(tx, ann, "next").number == 2


def test_what_a_text_is_goes_and_comes_back_with_it(store: Store, ann: Person):
    with store.transaction() as tx:
        entry = add(tx, ann, '"Less is more" - Mies')
        in_a_change(
            tx,
            ann,
            lambda: tx.entries.change_text(entry.id, ParsedText("https://example.org"), LATER),
            "edit",
        )
        assert tx.entries.authors(ann.id) == []
        assert [found.id for found in tx.entries.list(ann.id, kind=EntryKind.LINK)] == [entry.id]
        tx.changes.undo_latest(ann.id, LATER)
        assert tx.entries.get(entry.id) == entry
        assert entry.author == "Mies"
        assert tx.entries.list(ann.id, kind=EntryKind.LINK) == []


def test_when_an_entry_is_due_is_taken_back(store: Store, ann: Person):
    with store.transaction() as tx:
        entry = tx.entries.add(ann.id, ParsedText("call mum"), None, None, NOW, due_at=LATER)
        in_a_change(tx, ann, lambda: tx.entries.set_due(entry.id, None))
        assert tx.entries.get(entry.id).due_at is None
        tx.changes.undo_latest(ann.id, LATER)
        assert tx.entries.get(entry.id).due_at == LATER


def test_a_topic_made_by_a_change_goes_with_it(store: Store, ann: Person):
    with store.transaction() as tx:
        in_a_change(tx, ann, lambda: add(tx, ann, "hello", tx.topics.add(ann.id, "greetings").id))
        tx.changes.undo_latest(ann.id, LATER)
        assert tx.topics.list(ann.id) == []


def test_a_topic_made_by_a_change_stays_when_it_is_in_use(store: Store, ann: Person):
    with store.transaction() as tx:
        in_a_change(tx, ann, lambda: tx.topics.add(ann.id, "greetings"))
        add(tx, ann, "hello", tx.topics.list(ann.id)[0].id)
        tx.changes.undo_latest(ann.id, LATER)
        assert [topic.name for topic in tx.topics.list(ann.id)] == ["greetings"]


def test_an_edit_is_taken_back_whole(store: Store, ann: Person):
    with store.transaction() as tx:
        before = add(tx, ann, "hello")

        def edit() -> None:
            tx.entries.change_text(before.id, ParsedText("goodbye"), LATER)
            tx.entries.change_text(before.id, ParsedText("farewell"), LATER)
            tx.entries.set_topic(before.id, tx.topics.add(ann.id, "partings").id)

        in_a_change(tx, ann, edit)
        tx.changes.undo_latest(ann.id, LATER)
        assert tx.entries.get(before.id) == before


def test_a_deletion_and_a_restoration_are_taken_back(store: Store, ann: Person):
    with store.transaction() as tx:
        entry = add(tx, ann, "hello")
        in_a_change(tx, ann, lambda: tx.entries.trash(entry.id, NOW))
        in_a_change(tx, ann, lambda: tx.entries.restore(entry.id))
        tx.changes.undo_latest(ann.id, LATER)
        assert tx.entries.get(entry.id).deleted_at == NOW
        tx.changes.undo_latest(ann.id, LATER)
        assert tx.entries.get(entry.id) == entry


def test_a_merge_is_taken_back_as_one(store: Store, ann: Person):
    with store.transaction() as tx:
        gpus, gpu = tx.topics.add(ann.id, "GPUs"), tx.topics.add(ann.id, "gpu")
        for number in range(1200):
            add(tx, ann, f"kernel {number}", (gpus, gpu)[number % 2].id)
        before = (tx.topics.list(ann.id), tx.entries.list(ann.id))
        in_a_change(tx, ann, lambda: tx.topics.merge(gpus.id, gpu.id))
        assert tx.topics.get(gpu.id).entry_count == 1200
        tx.changes.undo_latest(ann.id, LATER)
        assert (tx.topics.list(ann.id), tx.entries.list(ann.id)) == before


def test_a_rename_is_taken_back_in_the_index_too(store: Store, ann: Person):
    with store.transaction() as tx:
        topic = tx.topics.add(ann.id, "gpus")
        add(tx, ann, "kernels", topic.id)
        in_a_change(tx, ann, lambda: tx.topics.rename(topic.id, "accelerators"))
        tx.changes.undo_latest(ann.id, LATER)
        assert tx.topics.by_name(ann.id, "gpus") is not None
        assert tx.topics.by_name(ann.id, "accelerators") is None
        assert searched(tx, ann, "accelerators", 5) == []
        assert len(searched(tx, ann, "gpus", 5)) == 1


def test_several_steps_are_taken_back_one_by_one(store: Store, ann: Person, ben: Person):
    with store.transaction() as tx:
        for text in ("one", "two"):
            in_a_change(tx, ann, lambda text=text: add(tx, ann, text), text)
        in_a_change(tx, ben, lambda: add(tx, ben, "three"), "three")
        undone = [tx.changes.undo_latest(ann.id, LATER) for _ in range(3)]
        assert [change and change.kind for change in undone] == ["two", "one", None]
        assert len(tx.entries.list(ben.id)) == 1


def test_what_is_not_recorded_is_not_undone(store: Store, ann: Person):
    with store.transaction() as tx:
        add(tx, ann, "kept")
        in_a_change(tx, ann, lambda: None)
        assert tx.changes.undo_latest(ann.id, LATER) is None
        assert len(tx.entries.list(ann.id)) == 1


def test_a_change_that_fails_leaves_nothing(store: Store, ann: Person):
    with store.transaction() as tx:

        def fail() -> None:
            add(tx, ann, "half")
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            in_a_change(tx, ann, fail)
        assert tx.entries.list(ann.id) == []
        assert tx.changes.undo_latest(ann.id, LATER) is None
        in_a_change(tx, ann, lambda: add(tx, ann, "whole"))
        assert tx.changes.undo_latest(ann.id, LATER) is not None


def test_a_change_is_one_persons(store: Store, ann: Person, ben: Person):
    with store.transaction() as tx:
        theirs = add(tx, ben, "mine")
        for act in (
            lambda: tx.entries.trash(theirs.id, NOW),
            lambda: add(tx, ben, "more"),
            lambda: tx.topics.add(ben.id, "topic"),
            lambda: in_a_change(tx, ann, lambda: None),
        ):
            with pytest.raises(StoreError):
                in_a_change(tx, ann, act)
        assert tx.entries.list(ben.id) == [theirs]


def test_undoing_leaves_alone_what_is_gone_for_good(store: Store, ann: Person):
    with store.transaction() as tx:
        one, two = add(tx, ann, "one"), add(tx, ann, "two")
        in_a_change(tx, ann, lambda: [tx.entries.trash(entry.id, NOW) for entry in (one, two)])
        tx.entries.trash(two.id, LATER)
        tx.entries.purge_trash(LATER)
        tx.changes.undo_latest(ann.id, LATER)
        assert tx.entries.list(ann.id) == [two]
        assert tx.entries.by_number(ann.id, one.number) is None


def test_an_entry_comes_back_unfiled_when_its_topic_is_gone_for_good(store: Store, ann: Person):
    with store.transaction() as tx:
        topic = tx.topics.add(ann.id, "gpu")
        entry = add(tx, ann, "x", topic.id)
        in_a_change(tx, ann, lambda: tx.entries.set_topic(entry.id, None))
        tx.topics.remove_if_empty(topic.id)
        tx.changes.undo_latest(ann.id, LATER)
        assert tx.entries.get(entry.id).topic is None


Operation: TypeAlias = tuple[str, int, int]
OPERATIONS = ["add", "file", "edit", "move", "trash", "restore", "rename", "merge", "tidy"]
CHANGES = st.lists(
    st.lists(
        st.tuples(st.sampled_from(OPERATIONS), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=4
    ),
    max_size=10,
)


def carry_out(tx: Transaction, person: Person, ids: list[int], operation: Operation) -> None:  # noqa: C901
    """``ids`` are those of all entries, also of the ones in the trash."""
    what, first, second = operation
    topics = sorted(tx.topics.list(person.id), key=lambda topic: topic.id)
    entry_id = ids[first % len(ids)]
    name = f"topic {first}"
    match what:
        case "add":
            topic_id = topics[second % len(topics)].id if topics else None
            ids.append(add(tx, person, f"entry {first}", topic_id).id)
        case "file":
            topic = tx.topics.by_name(person.id, name) or tx.topics.add(person.id, name)
            tx.entries.set_topic(entry_id, topic.id)
        case "edit":
            tx.entries.change_text(entry_id, ParsedText(f"edited {second}"), LATER)
        case "move" if topics:
            tx.entries.set_topic(entry_id, topics[second % len(topics)].id)
        case "trash":
            tx.entries.trash(entry_id, LATER)
        case "restore":
            tx.entries.restore(entry_id)
        case "rename" if topics and not tx.topics.by_name(person.id, name):
            tx.topics.rename(topics[second % len(topics)].id, name)
        case "merge" if len(topics) > 1:
            tx.topics.merge(topics[first % len(topics)].id, topics[(first + 1) % len(topics)].id)
        case "tidy" if topics:
            tx.topics.remove_if_empty(topics[second % len(topics)].id)
        case _:
            pass


def state(tx: Transaction, person: Person) -> tuple[object, ...]:
    """All that a person can tell."""
    entries = tx.entries.list(person.id)
    search = {
        word: {entry.id for entry in searched(tx, person, word, 100)}
        for word in ("entry", "edited", "topic", "start")
    }
    return entries, tx.topics.list(person.id), tx.entries.count(person.id), search


class Over(Exception):
    """Ends a transaction whose changes are not to be kept."""


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(changes=CHANGES)
def test_undoing_everything_leads_back_to_the_start(store: Store, changes: list[list[Operation]]):
    with pytest.raises(Over), store.transaction() as tx:  # noqa: PT012
        person = tx.people.add("Ann", ["+15550100"])
        topic = tx.topics.add(person.id, "start")
        ids = [add(tx, person, f"start {number}", topic.id if number else None).id for number in range(3)]
        start = state(tx, person)
        for operations in changes:
            in_a_change(tx, person, lambda: [carry_out(tx, person, ids, each) for each in operations])  # noqa: B023
        while tx.changes.undo_latest(person.id, LATER):
            pass
        assert state(tx, person) == start
        raise Over
