"""What was done last is done to something else: "no, I meant 3"."""

from datetime import timedelta

import pytest

from tests.integration.actions.conversation import Conversation

HOW = "I can't tell what to do instead. Text the whole command, for example: delete 3"


@pytest.fixture
def saved(ann: Conversation) -> Conversation:
    for body in ("boat: varnish the hull", "two", "three", "four"):
        ann.save(body)
    return ann


def amend(who: Conversation, body: str = "no, I meant that", **slots: object) -> str:
    return who.text("action_amend", body, **slots)


def test_another_entry_is_deleted_instead_and_both_are_undone_as_one(saved: Conversation) -> None:
    before = saved.entries()
    saved.text("action_delete", "delete 2", entry=["2"])
    assert amend(saved, entry=["3"]) == "Brought 2 back and deleted 3 instead. Text undo to take that back."
    assert set(saved.entries()) == {1, 2, 4}
    saved.undo()
    assert saved.entries() == before


def test_another_place_of_the_list_is_meant(saved: Conversation) -> None:
    saved.text("action_browse", "last 3", count="3")
    saved.text("action_delete", "delete the first one", entry=["first 1"])
    assert amend(saved, entry=["nth 2"]).startswith("Brought 4 back and deleted 3 instead.")


def test_another_entry_is_pinned_unpinned_and_moved_instead(saved: Conversation) -> None:
    saved.text("action_pin", "pin 2", entry=["2"])
    assert amend(saved, entry=["3"]) == "Pinned 3 in place of 2."
    saved.text("action_unpin", "unpin 3", entry=["3"])
    assert amend(saved, entry=["2"]) == "Unpinned 2 in place of 3."
    saved.text("action_move", "move 2 to shed", entry=["2"], topic="shed")
    assert amend(saved, entry=["3"]) == "Filed 3 under shed in place of 2."
    assert {number: topic for number, (_, topic) in saved.entries().items()} == {
        1: "boat",
        2: None,
        3: "shed",
        4: None,
    }


def test_another_topic_is_meant(saved: Conversation) -> None:
    saved.text("action_move", "move 2 to shed", entry=["2"], topic="shed")
    assert amend(saved, topic="boat") == "Filed 2 under boat."
    assert "shed" not in saved.topics()
    saved.undo()
    assert saved.entries()[2] == ("two", None)
    saved.save("shed: five")
    assert amend(saved, topic="boat") == "Filed 5 under boat."


def test_another_word_is_meant(ann: Conversation) -> None:
    ann.text("action_add_to_topic", "add tea and silk to shopping", notes=["tea and silk"], topic="shopping")
    assert amend(ann, correction="milk", mistaken="Silk") == "Changed 2. Text undo to take that back."
    assert ann.entries() == {1: ("tea", "shopping"), 2: ("milk", "shopping")}


def test_another_entry_is_shown(saved: Conversation) -> None:
    saved.text("action_pin", "pin 2", entry=["2"])
    saved.text("action_show", "show 3", entry=["3"])
    assert amend(saved, entry=["4"]).startswith("4:\nfour")


def test_what_is_asked_about_can_be_amended_before_it_is_done(saved: Conversation) -> None:
    saved.text("action_delete", "delete 2 and 3", entry=["2", "3"])
    said = amend(saved, "no, I meant 3 and 4", entry=["3", "4"])
    assert said.startswith('Delete 3 "three", 4 "four"?')
    assert saved.agree().startswith("Deleted 3, 4.")
    assert set(saved.entries()) == {1, 2}


@pytest.mark.parametrize("slots", [{"entry": ["3"]}, {"entry": ["nth 2"]}])
def test_after_ten_minutes_it_is_explained_and_nothing_changes(
    saved: Conversation, slots: dict[str, list[str]]
) -> None:
    saved.text("action_delete", "delete 2", entry=["2"])
    saved.now += timedelta(minutes=10)
    assert amend(saved, **slots) in {
        HOW,
        'I can\'t tell which ones you mean by "the second", so I did nothing.',
    }
    assert set(saved.entries()) == {1, 3, 4}
    assert saved.text("action_keep_question", "save").startswith("Saved 5: ")


def test_what_cannot_be_amended_is_left_as_it_is(saved: Conversation) -> None:
    saved.text("action_delete", "delete 2", entry=["2"])
    assert amend(saved, entry=["9"]) == HOW
    assert amend(saved, entry=["3", "4"]) == HOW
    saved.text("action_rename_topic", "rename boat to ship", topic="boat", new_topic="ship")
    assert amend(saved, entry=["3"]) == HOW
    assert set(saved.entries()) == {1, 3, 4}
    assert saved.topics() == {"ship"}


def test_a_sentence_that_amends_nothing_is_a_thought(ann: Conversation) -> None:
    assert amend(ann, "I meant the sea not the lake", correction="the sea", mistaken="the lake") == "Saved 1."
    assert amend(ann, "no, I meant under the bridge", topic="the bridge") == "Filed 1 under the bridge."


@pytest.mark.parametrize("body", ["no I meant boat", "no, I meant boat"])
def test_a_topic_alone_is_meant_where_something_was_filed(saved: Conversation, body: str) -> None:
    saved.text("action_move", "move 2 to shed", entry=["2"], topic="shed")
    assert amend(saved, body, topic="boat") == "Filed 2 under boat."
    saved.save("shed: five")
    assert amend(saved, body, topic="boat") == "Filed 5 under boat."


def test_a_topic_alone_may_be_new_after_a_move_only(saved: Conversation) -> None:
    saved.text("action_move", "move 2 to shed", entry=["2"], topic="shed")
    assert amend(saved, "no I meant cottage", topic="cottage") == "Filed 2 under cottage."
    saved.save("met Sara")
    assert amend(saved, "no I meant Sarah", topic="Sarah") == "Saved 6."
    saved.save("boat: met Sara")
    assert amend(saved, "no I meant Sarah", topic="Sarah") == "Saved 8."


def test_after_a_list_the_list_of_the_other_topic_is_meant(saved: Conversation) -> None:
    saved.save("shed: five")
    saved.text("action_find", "shed", query="shed")
    assert amend(saved, "no I meant boat", topic="boat") == "boat:\n1 varnish the hull"
    assert saved.entries()[5] == ("five", "shed")
