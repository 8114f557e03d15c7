"""A paraphrase of a destructive command is confirmed before anything is changed."""

from collections.abc import Callable, Sequence

import pytest

from tests.integration.actions.conversation import TEXTS, Conversation

OR_KEEP = "Text 1 for yes, 2 to keep your message as a thought."
CHANGED = TEXTS["utter_changed_meanwhile"]


def paraphrase(who: Conversation, action: str, body: str, notes: Sequence[str] = (), **slots: object) -> str:
    """Return the reply to a message that does not begin with the command."""
    tracker = who.tracker(who.receive(body), notes, slots)
    tracker.latest_message["is_paraphrase"] = True
    return who.answered(action, tracker)


def choose(who: Conversation, number: str) -> str:
    return who.text("action_choose", number, choice=number)


ASKED: dict[str, tuple[Callable[[Conversation], str], str, dict[int, tuple[str, str | None]]]] = {
    "delete": (
        lambda ann: paraphrase(ann, "action_delete", "I don't need note 1 any more", entry=["1"]),
        'Delete 1 "milk"?',
        {2: ("the heron is back", None)},
    ),
    "delete the last": (
        lambda ann: paraphrase(ann, "action_delete", "please lose that last one"),
        'Delete 2 "the heron is back"?',
        {1: ("milk", "shopping")},
    ),
    "delete several": (
        lambda ann: paraphrase(ann, "action_delete", "I need neither 1 nor 2", entry=["1", "2"]),
        'Delete 1 "milk", 2 "the heron is back"?',
        {},
    ),
    "delete by its words": (
        lambda ann: paraphrase(ann, "action_delete", "lose the note about the heron", ["heron"]),
        'Delete 2 "the heron is back"?',
        {1: ("milk", "shopping")},
    ),
    "take off": (
        lambda ann: paraphrase(ann, "action_take_off_topic", "no more milk", ["milk"], topic="shoping"),
        'Take 1 "milk" off shopping?',
        {2: ("the heron is back", None)},
    ),
    "move": (
        lambda ann: paraphrase(ann, "action_move", "the second belongs to shopping", topic="shoping"),
        'File 2 "the heron is back" under shopping?',
        {1: ("milk", "shopping"), 2: ("the heron is back", "shopping")},
    ),
    "file": (
        lambda ann: paraphrase(ann, "action_file_under", "this belongs under birds", topic="birds"),
        'File 2 "the heron is back" under birds?',
        {1: ("milk", "shopping"), 2: ("the heron is back", "birds")},
    ),
    "edit": (
        lambda ann: paraphrase(ann, "action_edit", "Change note 1 oat  milk", entry=["1"]),
        'Change 1 "milk" to "oat milk"?',
        {1: ("oat  milk", "shopping"), 2: ("the heron is back", None)},
    ),
    "edit in a sentence": (
        lambda ann: paraphrase(ann, "action_edit", "note 1 should say: oat milk", entry=["1"]),
        'Change 1 "milk" to "oat milk"?',
        {1: ("oat milk", "shopping"), 2: ("the heron is back", None)},
    ),
    "append": (
        lambda ann: paraphrase(ann, "action_append", "and two of them"),
        'Add "two of them" to 2 "the heron is back"?',
        {1: ("milk", "shopping"), 2: ("the heron is back\ntwo of them", None)},
    ),
    "rename": (
        lambda ann: paraphrase(ann, "action_rename_topic", "call it food", topic="shoping", new_topic="food"),
        "Rename shopping to food?",
        {1: ("milk", "food"), 2: ("the heron is back", None)},
    ),
}


@pytest.fixture
def saved(ann: Conversation) -> Conversation:
    for body in ("shopping: milk", "the heron is back"):
        ann.save(body)
    return ann


@pytest.mark.parametrize("kind", ASKED)
def test_the_question_says_what_would_be_done_to_what_and_1_does_just_that(
    saved: Conversation, kind: str
) -> None:
    ask, question, after = ASKED[kind]
    before = saved.entries()
    assert ask(saved) == f"{question} {OR_KEEP}"
    assert saved.entries() == before
    choose(saved, "1")
    assert saved.entries() == after
    saved.undo()
    assert saved.entries() == before


@pytest.mark.parametrize("kind", ASKED)
def test_what_was_asked_about_is_done_although_more_was_saved_meanwhile(
    saved: Conversation, kind: str
) -> None:
    ask, _, after = ASKED[kind]
    ask(saved)
    saved.save("fish: herring")
    choose(saved, "1")
    assert {number: said for number, said in saved.entries().items() if number < 3} == after


@pytest.mark.parametrize("kind", ASKED)
def test_2_changes_nothing_and_keeps_the_message_as_a_thought(saved: Conversation, kind: str) -> None:
    before = saved.entries()
    ASKED[kind][0](saved)
    assert choose(saved, "2") == "Saved 3."
    after = saved.entries()
    assert {number: after[number] for number in before} == before
    assert len(after) == 3


def test_merging_is_asked_about_by_the_names_of_the_topics(saved: Conversation) -> None:
    saved.save("food: bread")
    said = paraphrase(saved, "action_merge_topics", "fold them", topic="foood", new_topic="shoping")
    assert said == f"Merge food into shopping? {OR_KEEP}"
    choose(saved, "1")
    assert saved.topics() == {"shopping"}


def test_what_was_edited_meanwhile_is_left_alone(saved: Conversation) -> None:
    paraphrase(saved, "action_delete", "I don't need note 1 any more", entry=["1"])
    saved.text("action_edit", "edit 1 milk and a great many other things", entry=["1"])
    assert choose(saved, "1") == CHANGED
    assert set(saved.entries()) == {1, 2}


def test_an_edit_beyond_the_words_that_were_quoted_counts_too(ann: Conversation) -> None:
    ann.save("x" * 100)
    paraphrase(ann, "action_delete", "I don't need note 1 any more", entry=["1"])
    ann.text("action_edit", "edit 1 " + "x" * 100 + " and more", entry=["1"])
    assert choose(ann, "1") == CHANGED


def test_what_was_deleted_meanwhile_is_said_to_be_in_the_trash(saved: Conversation) -> None:
    paraphrase(saved, "action_delete", "I don't need note 1 any more", entry=["1"])
    saved.text("action_delete", "delete 1", entry=["1"])
    assert choose(saved, "1") == "In the trash: 1. To bring it back, text restore 1"


def test_of_several_of_which_one_is_gone_meanwhile_none_is_deleted(saved: Conversation) -> None:
    paraphrase(saved, "action_delete", "I need neither 1 nor 2", entry=["1", "2"])
    saved.text("action_delete", "delete 1", entry=["1"])
    assert choose(saved, "1") == CHANGED
    assert set(saved.entries()) == {2}


def test_what_was_filed_elsewhere_meanwhile_is_filed_where_it_was_asked(saved: Conversation) -> None:
    paraphrase(saved, "action_move", "the second belongs to shopping", topic="shopping")
    saved.text("action_move", "move 2 to birds", entry=["2"], topic="birds")
    assert choose(saved, "1") == "Filed 2 under shopping."


def test_topics_that_became_others_meanwhile_are_left_alone(saved: Conversation) -> None:
    saved.save("food: bread")
    paraphrase(saved, "action_merge_topics", "fold them", topic="food", new_topic="shopping")
    saved.text("action_rename_topic", "rename food to bakery", topic="food", new_topic="bakery")
    assert choose(saved, "1") == CHANGED
    assert saved.topics() == {"bakery", "shopping"}


def test_where_several_entries_may_be_meant_it_asks_which_and_then_whether(ann: Conversation) -> None:
    ann.save("shopping: oat milk")
    ann.save("shopping: whole milk")
    question = paraphrase(ann, "action_take_off_topic", "no more milk", ["milk"], topic="shopping")
    assert question == (
        "Which one: 1 whole milk, 2 oat milk, or 3 to keep your message as a thought? Text its number."
    )
    assert set(ann.entries()) == {1, 2}
    assert choose(ann, "2") == f'Delete 1 "oat milk"? {OR_KEEP}'
    assert set(ann.entries()) == {1, 2}
    assert choose(ann, "1").startswith("Deleted 1.")
    assert set(ann.entries()) == {2}


def test_where_several_topics_may_be_meant_the_message_can_still_be_saved(ann: Conversation) -> None:
    ann.save("carbon: one")
    ann.save("two")
    question = paraphrase(ann, "action_move", "that goes with the carlon stuff", topic="carlon")
    assert question == (
        "Which topic: 1 carbon, 2 for a new one called carlon, or 3 to keep your message as a thought? "
        "Text its number."
    )
    assert choose(ann, "3") == "Saved 3."
    assert ann.entries()[2] == ("two", None)


def test_a_topic_called_keep_can_be_chosen(ann: Conversation) -> None:
    ann.save("keep: one")
    ann.save("two")
    paraphrase(ann, "action_move", "that goes to the keepr", topic="keepr")
    assert choose(ann, "1") == f'File 2 "two" under keep? {OR_KEEP}'
    choose(ann, "1")
    assert ann.entries()[2] == ("two", "keep")


def test_a_sentence_about_something_that_is_not_there_is_a_thought(saved: Conversation) -> None:
    said = paraphrase(saved, "action_delete", "I don't need note 9 any more", entry=["9"])
    assert said == "Saved 3."
    said = paraphrase(saved, "action_take_off_topic", "no more rope for us", ["rope"], topic="shopping")
    assert said == "Saved 4."


def test_the_question_is_worded_from_what_would_be_done_and_leaves_no_trace(saved: Conversation) -> None:
    paraphrase(saved, "action_delete", "I don't need note 1 any more", entry=["1"])
    assert saved.undo() == "Undone: 2 is no longer saved. To bring it back, text restore 2"


def test_a_look_is_never_asked_about(ann: Conversation) -> None:
    ann.save("one")
    assert "yes" not in paraphrase(ann, "action_find", "where is that note about one", query="one")


@pytest.mark.parametrize("kind", ASKED)
def test_yes_does_what_was_asked_about(saved: Conversation, kind: str) -> None:
    ask, _, after = ASKED[kind]
    ask(saved)
    saved.text("action_choose", "yes", choice="yes")
    assert {number: said for number, said in saved.entries().items() if number < 3} == after


@pytest.mark.parametrize("kind", ASKED)
def test_a_word_that_declines_changes_nothing_and_closes_the_question(saved: Conversation, kind: str) -> None:
    before = saved.entries()
    ASKED[kind][0](saved)
    assert saved.text("action_choose", "cancel", choice="no") == "All right, I left it as it is."
    assert saved.text("action_choose", "yes", choice="yes").startswith("There is nothing to answer")
    assert saved.entries() == before


def test_yes_chooses_none_of_several_options(ann: Conversation) -> None:
    ann.save("shopping: oat milk")
    ann.save("shopping: whole milk")
    paraphrase(ann, "action_take_off_topic", "no more milk", ["milk"], topic="shopping")
    assert ann.text("action_choose", "yes", choice="yes") == "Please text a number from 1 to 3."
    assert ann.text("action_choose", "option 0", choice="0") == "Please text a number from 1 to 3."


@pytest.mark.parametrize(
    ("text", "choice"), [("Yes", "yes"), ("yes please", "yes"), ("Yes.", "yes"), ("never mind!", "no")]
)
def test_without_a_question_an_answer_in_any_words_is_no_entry(
    ann: Conversation, text: str, choice: str
) -> None:
    assert ann.text("action_choose", text, choice=choice).startswith("There is nothing to answer")
    assert ann.entries() == {}


@pytest.mark.parametrize("text", ["Cancel...", '"stop"', "(end)"])
def test_without_a_question_what_has_other_marks_is_a_thought(ann: Conversation, text: str) -> None:
    assert ann.text("action_choose", text, choice="no") == "Saved 1."


def test_yes_to_a_confirmation_that_is_stale_is_asked_again_about_the_same(ann: Conversation) -> None:
    ann.save("the heron")
    assert paraphrase(ann, "action_delete", "lose that").startswith('Delete 1 "the heron"?')
    ann.save("the kingfisher")
    assert ann.text("action_choose", "yes please", choice="yes").startswith('Delete 1 "the heron"?')
    assert ann.entries().keys() == {1, 2}
    assert ann.text("action_choose", "yes", choice="yes").startswith("Deleted 1.")
    assert ann.entries().keys() == {2}


@pytest.mark.parametrize("words", ["just the first one", "only the first", "the other one"])
def test_a_part_of_what_was_asked_about_is_no_yes(ann: Conversation, words: str) -> None:
    ann.save("milk")
    ann.save("the heron is back")
    ann.text("action_delete", "delete 1 and 2", entry=["1", "2"])
    assert (
        ann.text("action_choose", words, choice="1")
        == "I left it as it is. Say exactly which, as in: delete 3"
    )
    assert ann.text("action_show", "show 1", entry=["1"]) == "1:\nmilk"


def test_what_is_only_likely_to_be_a_choice_agrees_to_nothing(ann: Conversation) -> None:
    ann.save("ant")
    ann.save("bee")
    assert "?" in paraphrase(ann, "action_delete", "lose 1 and 2", entry=["1", "2"])
    assert paraphrase(ann, "action_choose", "1 ant", choice="1") == "Please text a number from 1 to 2."
    assert ann.entries().keys() == {1, 2}


@pytest.mark.parametrize("words", ["please dont delete 1", "Don't remove note 1!", "never delete 1"])
def test_what_is_not_to_be_done_is_not_even_asked_about(saved: Conversation, words: str) -> None:
    before = saved.entries()
    assert saved.text("action_delete", words, entry=["1"]) == "All right, I left it as it is."
    assert paraphrase(saved, "action_delete", words, entry=["1"]) == "All right, I left it as it is."
    assert saved.entries() == before


def test_what_is_to_be_done_instead_is_to_be_said_by_itself(saved: Conversation) -> None:
    said = saved.text("action_delete", "don't delete 1, delete 2", entry=["1", "2"])
    assert said == "I left it as it is. Say exactly which, as in: delete 3"


def test_a_yes_with_a_condition_closes_the_question(saved: Conversation) -> None:
    saved.text("action_delete", "delete 1 and 2", entry=["1", "2"])
    assert saved.text("action_choose", "yes but not 2", choice="part").startswith("I left it as it is.")
    assert choose(saved, "1").startswith("Saved")
    assert {1, 2} <= set(saved.entries())


def test_a_yes_that_asks_is_no_yes(saved: Conversation) -> None:
    saved.text("action_delete", "delete 1 and 2", entry=["1", "2"])
    assert saved.text("action_choose", "yes?", choice="yes") == "Please text a number from 1 to 2."
    assert set(saved.entries()) == {1, 2}
