"""How entries are named, on both databases; what else is promised of it is in ``test_references.py``."""

import time

import pytest

from scrapbook.text.parsed_text import ParsedText
from tests.integration.actions.conversation import Conversation
from tests.integration.actions.test_references import OR_NOT, deleted, named, with_six_entries

NAMED: list[tuple[list[str], str]] = [
    (["oldest 1"], "1"),
    (["first 1"], "1"),
    (["oldest 2"], "1, 2"),
    (["newest 1"], "6"),
    (["last 3"], "6, 5, 4"),
    (["all", "but 3"], "6, 5, 4, 2, 1"),
    (["all", "but 2-4", "but 6"], "5, 1"),
    (["all", "but last 1"], "5, 4, 3, 2, 1"),
    (["all", "of work"], "5, 2"),
    (["all", "of under boat"], "3, 1"),
    (["all", "of from my boat list"], "3, 1"),
    (["all", "of wrok"], "5, 2"),
    (["all", "of work", "but 2"], "5"),
    (["all", "of about fog"], "5, 4"),
    (["all", "of about fog", "of work"], "5"),
    (["all", "of from yesterday"], "4, 3, 2, 1"),
    (["all", "of from yesterday", "of boat"], "3, 1"),
    (["newest 1", "of boat"], "3"),
    (["oldest 2", "of from yesterday"], "1, 2"),
    (["one", "of about the hull"], "1"),
    (["one", "of about marina"], "6"),
    (["2", "last 1"], "2, 6"),
]


@pytest.fixture
def store_url(url: str) -> str:
    """On both databases."""
    return url


@pytest.fixture
def saved(ann: Conversation) -> Conversation:
    return with_six_entries(ann)


def test_entries_are_named_by_order_restrictions_and_exceptions(saved: Conversation) -> None:
    before = saved.entries()
    for terms, numbers in NAMED:
        assert deleted(saved, *terms) == numbers, terms
        assert before.keys() - saved.entries().keys() == set(map(int, numbers.split(", "))), terms
        saved.undo()
        assert saved.entries() == before, terms


def test_places_count_in_the_list_that_was_shown(saved: Conversation) -> None:
    saved.text("action_browse", "last 4", count="4")
    assert deleted(saved, "nth 2") == "5"
    assert deleted(saved, "last 1") == "3"
    assert named(saved, "action_show", "nth 3").startswith("4:")
    saved.save("seven")
    assert named(saved, "action_delete", "nth 3").startswith("I can't tell which ones you mean")


@pytest.mark.parametrize(
    ("action", "slots"), [("action_delete", {}), ("action_move", {"topic": "attic"}), ("action_pin", {})]
)
def test_hundreds_are_changed_quickly_and_undone_as_one(
    ann: Conversation, action: str, slots: dict[str, str]
) -> None:
    with ann.store.transaction() as tx:
        topic = tx.topics.add(ann.person.id, "loft")
        for number in range(400):
            of = topic.id if number % 2 else None
            tx.entries.add(ann.person.id, ParsedText(str(number)), of, None, ann.now)
    before = state(ann)
    began = time.process_time()
    assert named(ann, action, "all", **slots).endswith(OR_NOT)
    ann.agree()
    assert time.process_time() - began < 5  # a statement for each of 400 takes many times as long
    assert all(one != other for one, other in zip(state(ann), before, strict=True))
    ann.undo()
    assert state(ann) == before


def state(who: Conversation) -> list[object]:
    with who.store.transaction(read_only=True) as tx:
        found = [tx.entries.by_number(who.person.id, number) for number in range(1, 401)]
    return [(entry.topic, entry.deleted_at, entry.pinned_at) for entry in found if entry]
