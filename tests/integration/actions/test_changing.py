from datetime import timedelta

import pytest

from tests.integration.actions.conversation import Conversation


def delete(who: Conversation, *numbers: str) -> str:
    return who.text("action_delete", "delete", entry=list(numbers))


def restore(who: Conversation, *numbers: str) -> str:
    return who.text("action_restore", "restore", entry=list(numbers))


def move(who: Conversation, number: str, topic: str) -> str:
    return who.text("action_move", f"move {number} to {topic}", entry=[number], topic=topic)


def test_it_deletes_one_several_and_the_last(ann: Conversation) -> None:
    for name in ("one", "two", "three", "four"):
        ann.save(name)
    assert "Deleted 1." in delete(ann, "1")
    assert delete(ann, "2", "3") == 'Delete 2 "two", 3 "three"? Text 1 for yes, 2 for no.'
    assert "Deleted 2, 3." in ann.agree()
    assert "Deleted 4." in delete(ann)
    assert ann.entries() == {}
    assert "Nothing is saved" in delete(ann)


def test_it_says_plainly_what_it_could_not_delete(ann: Conversation) -> None:
    ann.save("one")
    assert delete(ann, "9") == "There is no entry 9."
    assert "Not there, or in the trash already: 9" in delete(ann, "1", "9")
    assert "In the trash: 1" in delete(ann, "1")


def test_a_deleted_entry_can_be_restored_for_thirty_days(ann: Conversation) -> None:
    ann.save("python: one")
    delete(ann, "1")
    ann.now += timedelta(days=29)
    assert restore(ann, "1") == "Restored 1."
    assert ann.entries() == {1: ("one", "python")}
    delete(ann, "1")
    ann.now += timedelta(days=31)
    assert restore(ann, "1") == "There is no entry 1."


def test_numbers_are_never_given_twice(ann: Conversation) -> None:
    ann.save("one")
    delete(ann)
    ann.save("two")
    assert ann.entries() == {2: ("two", None)}


@pytest.mark.parametrize(
    ("notes", "left"), [(["milk"], {2, 3}), (["Eggs"], {1, 3}), (["mlik"], {2, 3}), (["milk", "eggs"], {3})]
)
def test_it_takes_things_off_a_list(ann: Conversation, notes: list[str], left: set[int]) -> None:
    for body in ("shopping: milk", "shopping: eggs", "milk teeth"):
        ann.save(body)
    ann.text("action_take_off_topic", "take it off shopping", notes=notes, topic="shopping list")
    assert set(ann.entries()) == left


def test_it_asks_which_of_several_to_take_off(ann: Conversation) -> None:
    ann.save("shopping: oat milk")
    ann.save("shopping: whole milk")
    question = ann.text("action_take_off_topic", "take milk off shopping", notes=["milk"], topic="shopping")
    assert question == "Which one: 1 whole milk, 2 oat milk? Text its number."
    assert "Deleted 1." in ann.text("action_choose", "2", choice="2")
    assert ann.entries() == {2: ("whole milk", "shopping")}


def test_it_clears_a_list_and_undo_brings_it_back(ann: Conversation) -> None:
    ann.save("shopping: milk")
    ann.save("shopping: eggs")
    said = ann.text("action_take_off_topic", "clear my shopping list", topic="shopping")
    assert said == 'Take 2 "eggs", 1 "milk" off shopping? Text 1 for yes, 2 for no.'
    assert set(ann.entries()) == {1, 2}
    ann.agree()
    assert ann.entries() == {}
    ann.undo()
    assert set(ann.entries()) == {1, 2}


def test_it_says_what_is_not_on_a_list(ann: Conversation) -> None:
    ann.save("shopping: milk")
    said = ann.text("action_take_off_topic", "take rope off shopping", notes=["rope"], topic="shopping")
    assert said == "Nothing like rope under shopping."
    assert set(ann.entries()) == {1}


def test_it_moves_an_entry_to_a_misspelled_topic(ann: Conversation) -> None:
    ann.save("python: one")
    ann.save("two")
    assert move(ann, "2", "pyhton") == "Filed 2 under python."


def test_move_asks_when_torn_and_a_new_topic_can_be_chosen(ann: Conversation) -> None:
    ann.save("carbon: one")
    ann.save("two")
    question = move(ann, "2", "carlon")
    assert question == "Which topic: 1 carbon, or 2 for a new one called carlon? Text its number."
    assert ann.entries()[2] == ("two", None)
    assert ann.text("action_choose", "2", choice="2") == "Filed 2 under carlon."


def test_under_files_the_latest_entry(ann: Conversation) -> None:
    ann.save("fewer kernels")
    assert ann.text("action_file_under", "save this under gpu", topic="gpu") == "Filed 1 under gpu."


def test_under_with_nothing_to_file_is_a_thought(ann: Conversation) -> None:
    assert ann.text("action_file_under", "under pressure", topic="pressure") == "Saved 1."


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("edit 1 new  text: 'x'\nmore", "new  text: 'x'\nmore"),
        ("edit 1: Neu", "Neu"),
        ("pls edit #1, {braces}", "{braces}"),
        ("change 1 to something else", "something else"),
        ("please change note 1 to say something else", "something else"),
        ("note 1 should say something else", "something else"),
        ("edit 1 to be or not to be", "to be or not to be"),
        ("edit 1 1 is the loneliest number", "1 is the loneliest number"),
    ],
)
def test_it_takes_the_new_words_of_an_entry_to_the_letter(ann: Conversation, body: str, text: str) -> None:
    ann.save("python: old")
    assert "Changed 1." in ann.text("action_edit", body, entry=["1"])
    assert ann.entries() == {1: (text, "python")}


def test_edit_without_words_is_explained(ann: Conversation) -> None:
    ann.save("old")
    assert "edit 42" in ann.text("action_edit", "edit 1", entry=["1"])
    assert ann.entries() == {1: ("old", None)}


@pytest.mark.parametrize(
    ("action", "body", "slots", "said"),
    [
        ("action_edit", "edit 1", {"entry": ["1"]}, "Text the number and then the new words"),
        ("action_edit", "edit 9: nine birds", {"entry": ["9"]}, "There is no entry 9. "),
        ("action_append", "add to note 9: nine birds", {"entry": ["9"]}, "There is no entry 9. "),
        ("action_correct", "correct 9: nine birds", {"entry": ["9"]}, "There is no entry 9. "),
        ("action_move", "move 9 to birds", {"entry": ["9"], "topic": "birds"}, "There is no entry 9. "),
        ("action_move", "move 1", {"entry": ["1"]}, "File what where?"),
        (
            "action_rename_topic",
            "rename the cat to Felix",
            {"topic": "cat", "new_topic": "Felix"},
            "There is no topic cat. ",
        ),
        (
            "action_merge_topics",
            "merge the cats into Felix",
            {"topic": "cats", "new_topic": "Felix"},
            "There is no topic cats. ",
        ),
    ],
)
def test_a_command_that_came_to_nothing_says_why_and_save_keeps_it(
    ann: Conversation, action: str, body: str, slots: dict[str, object], said: str
) -> None:
    ann.save("old")
    assert ann.text(action, body, **slots).startswith(said)
    assert ann.entries() == {1: ("old", None)}
    assert ann.text("action_keep_question", "save") == f'Saved 2: "{body}"'
    assert ann.entries()[2] == (body, None)


def test_an_edit_that_may_count_something_is_asked_about(ann: Conversation) -> None:
    for body in ("one", "bread"):
        ann.save(body)
    asked = ann.text("action_edit", "edit 2 pages of the thesis", entry=["2"])
    or_keep = "Text 1 for yes, 2 to keep your message as a thought."
    assert asked == f'Change 2 "bread" to "pages of the thesis"? {or_keep}'
    assert ann.text("action_choose", "2", choice="2") == "Saved 3."
    assert ann.entries()[3] == ("edit 2 pages of the thesis", None)
    ann.text("action_edit", "edit 2 loaves of brown bread", entry=["2"])
    assert ann.text("action_choose", "1", choice="1").startswith("Changed 2.")
    assert ann.entries()[2] == ("loaves of brown bread", None)


def test_an_edit_that_may_count_something_and_names_no_entry_is_a_thought(ann: Conversation) -> None:
    assert ann.text("action_edit", "edit 5 pages of the thesis", entry=["5"]) == "Saved 1."


def test_it_adds_to_the_latest_entry(ann: Conversation) -> None:
    ann.save("gpu: fewer kernels")
    assert ann.text("action_append", "add: see also: Numba") == "Added to 1."
    assert ann.entries() == {1: ("fewer kernels\nsee also: Numba", "gpu")}


@pytest.mark.parametrize(
    "body",
    ["add this to note 1: see also Numba", "add to 1: see also Numba", "append to note 1 see also Numba"],
)
def test_it_adds_to_the_entry_that_is_named(ann: Conversation, body: str) -> None:
    ann.save("one")
    ann.save("two")
    assert ann.text("action_append", body, entry=["1"]) == "Added to 1."
    assert ann.entries() == {1: ("one\nsee also Numba", None), 2: ("two", None)}


def test_it_adds_to_nothing_else_when_the_entry_is_not_there(ann: Conversation) -> None:
    ann.save("one")
    said = ann.text("action_append", "add to note 9: see also Numba", entry=["9"])
    assert said.startswith("There is no entry 9. ")
    assert ann.entries() == {1: ("one", None)}


def test_with_nothing_to_add_to_it_is_a_thought(ann: Conversation) -> None:
    assert ann.text("action_append", "add: see also Numba") == "Saved 1."


def test_it_renames_and_merges_topics(ann: Conversation) -> None:
    ann.save("gpus: one")
    ann.save("python: two")
    said = ann.text("action_rename_topic", "rename gpus to gpu", topic="gpus", new_topic="gpu")
    assert said == "gpus is now called gpu; either name finds it."
    said = ann.text("action_rename_topic", "rename gpu to python", topic="gpu", new_topic="python")
    assert "merge gpu into python" in said
    said = ann.text("action_merge_topics", "merge gpu into python", topic="gpu", new_topic="python")
    assert said == "Merged gpu into python, which either name finds now. Entries moved: 1."
    assert ann.topics() == {"python"}
    said = ann.text("action_merge_topics", "merge rust into python", topic="rust", new_topic="python")
    assert "There is no topic rust." in said


def test_rename_to_another_case_is_no_other_topic(ann: Conversation) -> None:
    ann.save("pytorch: one")
    ann.text("action_rename_topic", "rename pytorch to PyTorch", topic="pytorch", new_topic="PyTorch")
    assert ann.topics() == {"PyTorch"}


CHANGES = {
    "save": ("action_save", "x", {}),
    "save under a topic": ("action_save", "rust: x", {}),
    "add": ("action_add_to_topic", "add x to rust", {"notes": ["x"], "topic": "rust"}),
    "remind": ("action_remind", "remind me of x", {}),
    "delete": ("action_delete", "delete 1 and 2", {"entry": ["1", "2"]}),
    "restore": ("action_restore", "restore 3", {"entry": ["3"]}),
    "take off": ("action_take_off_topic", "take one off gpu", {"notes": ["one"], "topic": "gpu"}),
    "move": ("action_move", "move 1 to rust", {"entry": ["1"], "topic": "rust"}),
    "file": ("action_file_under", "under rust", {"topic": "rust"}),
    "edit": ("action_edit", "edit 1 x", {"entry": ["1"]}),
    "append": ("action_append", "add: x", {}),
    "rename": ("action_rename_topic", "rename gpu to cards", {"topic": "gpu", "new_topic": "cards"}),
    "merge": ("action_merge_topics", "merge gpu into python", {"topic": "gpu", "new_topic": "python"}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_is_undone_by_name_and_completely(ann: Conversation, change: str) -> None:
    for body in ("gpu: one", "python: two", "three"):
        ann.save(body)
    delete(ann, "3")
    before = ann.entries(), ann.topics()
    action, body, slots = CHANGES[change]
    if ann.text(action, body, **slots).endswith("Text 1 for yes, 2 for no."):
        ann.agree()
    assert (ann.entries(), ann.topics()) != before
    assert ann.undo().startswith("Undone: ")
    assert (ann.entries(), ann.topics()) == before


def test_undo_goes_several_steps_back_and_then_says_so(ann: Conversation) -> None:
    ann.save("one")
    ann.save("two")
    delete(ann, "1")
    assert "1 back from the trash" in ann.undo()
    assert "2 is no longer saved" in ann.undo()
    assert "1 is no longer saved" in ann.undo()
    assert ann.undo() == "There is nothing left to undo."


def test_a_change_whose_words_were_forgotten_is_undone_by_its_day(ann: Conversation) -> None:
    ann.save("one")
    ann.save("two")
    delete(ann, "2")
    with ann.store.transaction() as tx:
        for number in (1, 2, 3):
            tx.messages.set_state(f"SM{ann.person.id}-{number}", "answered")
    assert ann.store.purge_trash(ann.now + timedelta(days=31)) == 1
    assert ann.undo() == "Undone: your change of 12 March 2025."
    assert ann.entries() == {}


def test_commands_without_arguments_are_explained_and_sentences_saved(ann: Conversation) -> None:
    for action in ("action_move", "action_rename_topic", "action_merge_topics", "action_restore"):
        assert "For example" in ann.text(action, "word")
        assert ann.text(action, "we should move house next year").startswith("Saved")


def test_it_deletes_as_many_of_the_latest_as_are_said(ann: Conversation) -> None:
    for name in ("one", "two", "three"):
        ann.save(name)
    said = ann.text("action_delete", "delete the last two notes", entry=["newest 2"])
    assert said == 'Delete 3 "three", 2 "two"? Text 1 for yes, 2 for no.'
    assert "Deleted 3, 2." in ann.agree()
    assert ann.entries() == {1: ("one", None)}
    assert ann.undo() == "Undone: 3, 2 back from the trash."


def test_it_deletes_what_is_about_something_and_nothing_else(ann: Conversation) -> None:
    for name in ("call my mother", "the heron is back", "the key is in the bag"):
        ann.save(name)
    said = ann.text("action_delete", "delete the note about the heron", notes=["the heron"])
    assert said == "Took out 2 the heron is back. Text undo to take that back."
    said = ann.text("action_delete", "delete the note about the moon", notes=["the moon"])
    assert said == "Nothing about the moon."
    assert set(ann.entries()) == {1, 3}


def test_many_numbers_are_named_by_the_runs_that_they_make(ann: Conversation) -> None:
    for n in range(1, 31):
        ann.save(f"thought {n}")
    numbers = [str(n) for n in range(1, 31) if n not in {20, 22}]
    slots = {"entry": numbers}
    ran = "1-19, 21, 23-30"
    asked = ann.text("action_delete", "delete 1-19, 21, 23-30", **slots)
    assert asked.startswith(f'Delete 28 entries ({ran}: 1 "thought 1" ... 30 "thought 30")? ')
    said = ann.agree()
    assert said == f"Deleted {ran}. Text undo to take that back."
    assert ann.undo() == f"Undone: {ran} back from the trash."


def test_many_numbers_far_from_each_other_are_counted(ann: Conversation) -> None:
    for n in range(1, 61):
        ann.save(f"thought {n}")
    numbers = [str(n) for n in range(1, 61, 2)]
    ann.text("action_delete", "delete " + " ".join(numbers), entry=numbers)
    said = ann.agree()
    assert said == "Deleted 1, 3, 5, 7, 9, 11, 13, 15, 17, 19... (30 in all). Text undo to take that back."
