"""Pinned entries come first in their topic."""

import pytest

from tests.integration.actions.conversation import Conversation


@pytest.fixture
def store_url(url: str) -> str:
    """On both databases."""
    return url


@pytest.fixture
def saved(ann: Conversation) -> Conversation:
    for body in ("gpu: one", "gpu: two", "gpu: three"):
        ann.save(body)
    return ann


def pin(who: Conversation, *numbers: str) -> str:
    return who.text("action_pin", "pin", entry=list(numbers))


def gpu(who: Conversation) -> str:
    return who.text("action_find", "find gpu", query="gpu")


def test_a_pinned_entry_comes_first_in_its_topic_and_is_marked(saved: Conversation) -> None:
    assert pin(saved, "1") == "Pinned 1."
    assert gpu(saved) == "gpu:\n1* one\n3 three\n2 two"
    assert saved.text("action_show", "show 1", entry=["1"]) == "1* gpu:\none"


def test_without_a_number_the_latest_is_pinned(saved: Conversation) -> None:
    assert pin(saved).startswith("Pinned 3.")


def test_several_are_pinned_and_undone_at_once(saved: Conversation) -> None:
    assert pin(saved, "1", "2") == 'Pin 1 "one", 2 "two"? Text 1 for yes, 2 for no.'
    assert saved.agree() == "Pinned 1, 2."
    assert gpu(saved) == "gpu:\n2* two\n1* one\n3 three"
    assert saved.undo() == "Undone: 1, 2 not pinned any more."
    assert gpu(saved) == "gpu:\n3 three\n2 two\n1 one"


def test_unpin_takes_it_back_and_is_undone(saved: Conversation) -> None:
    pin(saved, "1")
    assert saved.text("action_unpin", "unpin 1", entry=["1"]) == "Unpinned 1."
    assert gpu(saved) == "gpu:\n3 three\n2 two\n1 one"
    assert saved.undo() == "Undone: 1 pinned again."
    assert gpu(saved).startswith("gpu:\n1* one")


def test_a_number_to_get_money_with_is_a_thought(saved: Conversation) -> None:
    assert saved.text("action_pin", "pin 4417", entry=["4417"]) == "Saved 4."


def test_a_number_that_is_no_entrys_is_said_to_be_none_and_save_keeps_the_text(saved: Conversation) -> None:
    assert pin(saved, "999") == "There is no entry 999. To keep your message as a thought, text save"
    assert saved.text("action_keep_question", "save") == 'Saved 4: "pin"'
    assert saved.entries()[4] == ("pin", None)


def test_what_is_in_the_trash_is_not_pinned(saved: Conversation) -> None:
    saved.text("action_delete", "delete 1", entry=["1"])
    assert pin(saved, "1") == "In the trash: 1. To bring it back, text restore 1"


def test_what_is_pinned_already_is_no_change_to_be_undone(ann: Conversation) -> None:
    ann.save("milk")
    for _ in range(2):
        assert ann.text("action_pin", "pin 1", entry=["1"]) == "Pinned 1."
    assert ann.undo() == "Undone: 1 not pinned any more."
    assert ann.undo().startswith("Undone: 1 is no longer saved.")
