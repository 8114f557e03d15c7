"""Ranges of numbers: all of the range, or nothing and a sentence that says why."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.entry_numbers import MAX_RANGE
from scrapbook.store import Store
from scrapbook.text.parsed_text import ParsedText
from tests.integration.actions.conversation import Conversation

BEYOND = "There is no entry {}: yours go from 1 to 6. So I did nothing."
TAKE_NUMBERS: dict[str, dict[str, Any]] = {
    "action_delete": {},
    "action_restore": {},
    "action_move": {"topic": "gpu"},
    "action_pin": {},
    "action_unpin": {},
    "action_show": {},
}


@pytest.fixture
def six(ann: Conversation) -> Conversation:
    """Ann with six entries, of which the last is in the trash."""
    for word in ("one", "two", "three", "four", "five", "six"):
        ann.save(word)
    ann.text("action_delete", "delete 6", entry=["6"])
    return ann


def confirmed(who: Conversation, action: str, body: str, **slots: Any) -> str:
    """Return the reply to a command, and to its being confirmed if that is asked."""
    said = who.text(action, body, **slots)
    return who.agree() if said.endswith("Text 1 for yes, 2 for no.") else said


def state(who: Conversation) -> list[object]:
    with who.store.transaction(read_only=True) as tx:
        found = [tx.entries.by_number(who.person.id, number) for number in range(1, 8)]
    return [(entry.text, entry.topic, entry.deleted_at, entry.pinned_at) for entry in found if entry]


@pytest.mark.parametrize(
    ("text", "typed", "number"),
    [
        ("delete 1-1,000,000", ["1-1", "000", "000"], "1,000,000"),
        ("delete 1 to 1 000 000", ["1-1", "000", "000"], "1 000 000"),
        ("delete 1,000", ["1", "000"], "1,000"),
        ("delete 1-2,500", ["1-2", "500"], "2,500"),
        ("delete 3...1,005", ["3-1", "005"], "1,005"),
        ("delete 2.500", ["2", "500"], "2.500"),
        ("delete 4’321", ["4", "321"], "4’321"),
    ],
)
def test_a_number_with_separators_is_never_taken_for_several(
    six: Conversation, text: str, typed: list[str], number: str
) -> None:
    before = state(six)
    said = six.text("action_delete", text, entry=typed)
    assert said.startswith(f"I read {number} as one number. ")
    assert state(six) == before


@pytest.mark.parametrize(
    ("text", "typed"), [("delete 101,102", ["101", "102"]), ("delete 3, 101", ["3", "101"])]
)
def test_a_list_without_spaces_is_one_where_each_number_is_an_entrys(
    ann: Conversation, text: str, typed: list[str]
) -> None:
    for number in range(102):
        ann.save(f"entry {number}")
    ann.text("action_delete", text, entry=typed)
    assert ann.agree().startswith(f"Deleted {', '.join(typed)}. ")


@pytest.mark.parametrize("action", TAKE_NUMBERS)
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["1-1000000000"], BEYOND.format(1000000000)),
        (["1000000000-1"], BEYOND.format(1000000000)),
        (["1-" + "9" * 5000], BEYOND.format("9" * 20)),
        (["5-7"], BEYOND.format(7)),
        (["0-3"], BEYOND.format(0)),
        (["1-3", "2-9"], BEYOND.format(9)),
        (["1", "2-9"], BEYOND.format(9)),
        (["7-9"], BEYOND.format(7)),
        (["-5"], "There is no entry -5."),
        (["1", "-5"], "There is no entry -5."),
        (["1-3-5"], "There is no entry 1-3-5."),
        (["555-123-4567"], "There is no entry 555-123-4567."),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_range_that_ends_where_no_entry_is_changes_nothing(
    six: Conversation, action: str, typed: list[str], said: str
) -> None:
    before = state(six)
    assert six.text(action, "it", entry=typed, **TAKE_NUMBERS[action]) == said
    assert state(six) == before


@pytest.mark.parametrize(
    ("typed", "deleted"),
    [
        (["1-3"], "1, 2, 3"),
        (["3-1"], "1, 2, 3"),
        (["2-2"], "2"),
        (["1-3", "2-4"], "1, 2, 3, 4"),
        (["3", "1-4", "3"], "3, 1, 2, 4"),
        (["01-02"], "1, 2"),
    ],
)
def test_a_range_is_all_of_its_numbers_once(six: Conversation, typed: list[str], deleted: str) -> None:
    assert confirmed(six, "action_delete", "delete", entry=typed).startswith(f"Deleted {deleted}. ")
    assert f"Undone: {deleted} back" in six.undo()


def test_a_range_may_have_gaps(six: Conversation) -> None:
    assert six.text("action_delete", "delete 4-6", entry=["4-6"]) == (
        'Delete 4 "four", 5 "five" (not there: 6)? Text 1 for yes, 2 for no.'
    )
    assert six.agree() == "Deleted 4, 5. Text undo to take that back."
    assert six.text("action_restore", "restore 1-6", entry=["1-6"]) == "Restored 4, 5, 6."
    assert confirmed(six, "action_move", "move 1-6 to gpu", entry=["1-6"], topic="gpu").startswith(
        "Filed 1, 2"
    )
    assert {topic for _, topic in six.entries().values()} == {"gpu"}


def test_a_range_has_a_longest_length(action_store: Store, ann: Conversation) -> None:
    with action_store.transaction() as tx:
        for number in range(MAX_RANGE + 1):
            tx.entries.add(ann.person.id, ParsedText(str(number)), None, None, ann.now)
    said = ann.text("action_delete", "delete", entry=[f"1-{MAX_RANGE + 1}"])
    assert said == "That would be 501 entries, more than 500 at a time. So I did nothing."
    assert len(ann.entries()) == MAX_RANGE + 1
    asked = ann.text("action_delete", "delete", entry=[f"2-{MAX_RANGE + 1}"])
    assert asked == 'Delete 500 entries (2-501: 2 "1" ... 501 "500")? Text 1 for yes, 2 for no.'
    assert ann.agree().startswith("Deleted 2-501. ")
    assert len(ann.entries()) == 1


def test_there_is_no_range_before_there_is_an_entry(ann: Conversation) -> None:
    assert ann.text("action_delete", "delete 1-5", entry=["1-5"]).startswith("Nothing is saved yet.")


@pytest.mark.parametrize("action", ["action_delete", "action_pin", "action_unpin", "action_move"])
@pytest.mark.parametrize("typed", ["5 of 9/3", "1.5", "2,000,000.25"])
def test_a_number_that_cannot_be_read_does_not_mean_the_latest_entry(
    six: Conversation, action: str, typed: str
) -> None:
    before = state(six)
    assert six.text(action, f"it {typed}", **TAKE_NUMBERS[action]).startswith("There is no entry ")
    assert state(six) == before


def test_a_number_in_the_name_of_a_topic_is_none_of_an_entry(six: Conversation) -> None:
    assert six.text("action_move", "move that to web 2", topic="web 2") == "Filed 5 under web 2."
    assert six.text("action_move", "move that to python3", topic="python3") == "Filed 5 under python3."


@pytest.mark.parametrize(
    ("action", "message", "typed"),
    [
        ("action_edit", "edit 1-5 shorter words", ["1-5"]),
        ("action_edit", "edit -5 shorter words", ["-5"]),
        ("action_append", "add to 1-5: shorter words", ["1-5"]),
        ("action_append", "add to -5: shorter words", ["-5"]),
        ("action_correct", "correct 1-5: shorter words", ["1-5"]),
    ],
)
def test_new_words_are_for_one_entry_and_are_saved_if_several_are_named(
    six: Conversation, action: str, message: str, typed: list[str]
) -> None:
    before = state(six)
    assert six.text(action, message, entry=typed) == "Saved 7."
    assert state(six)[:6] == before
    assert six.entries()[7] == (message, None)


def test_what_may_be_a_bank_pin_is_saved(six: Conversation) -> None:
    assert six.text("action_pin", "pin 1234-5678", entry=["1234-5678"]) == "Saved 7."


def test_a_message_whose_range_came_to_nothing_can_be_saved(six: Conversation) -> None:
    six.text("action_delete", "delete 1-300", entry=["1-300"])
    assert six.text("action_keep_question", "save") == 'Saved 7: "delete 1-300"'
    assert six.entries()[7] == ("delete 1-300", None)


ENDS = st.one_of(st.integers(0, 8), st.integers(0, 10**30))
NUMBERS = st.lists(
    st.one_of(ENDS.map(str), st.tuples(ENDS, ENDS).map(lambda ends: "{}-{}".format(*ends))),
    min_size=1,
    max_size=4,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(NUMBERS)
def test_whatever_is_named_all_of_it_is_deleted_or_nothing(six: Conversation, typed: list[str]) -> None:
    ends = [sorted(map(int, words.split("-"))) for words in typed]
    is_beyond = any(len(pair) > 1 and not (pair[0] >= 1 and pair[1] <= 6) for pair in ends)
    before = six.entries()
    said = confirmed(six, "action_delete", "delete", entry=typed)
    if said.startswith(("There is no entry", "That would be", "In the trash")):
        assert six.entries() == before
        return
    assert not is_beyond
    named = {number for pair in ends for number in range(pair[0], min(pair[-1], 9) + 1)}
    assert before.keys() - six.entries().keys() == named & before.keys()
    six.undo()
    assert six.entries() == before


@pytest.mark.parametrize(
    "text", ["delete 1 or 2", "pin note 1 or note 2", "delete one or two", "pin 1, 2 or 3"]
)
def test_one_of_several_is_asked_for(six: Conversation, text: str) -> None:
    before = state(six)
    typed = ["1", "2", "3"] if "3" in text else ["1", "2"]
    action = "action_pin" if text.startswith("pin") else "action_delete"
    assert six.text(action, text, entry=typed).startswith("Which one: 1 one, 2 two")
    assert state(six) == before
    assert six.text("action_choose", "2", choice="2").partition(".")[0] in {"Deleted 2", "Pinned 2"}


@pytest.mark.parametrize(("text", "said"), [("show 1e9", "1e9"), ("delete 1/2", "1/2"), ("delete 3a", "3a")])
def test_what_is_no_number_is_said_back_as_it_was_typed(six: Conversation, text: str, said: str) -> None:
    action = "action_show" if text.startswith("show") else "action_delete"
    assert six.text(action, text) == f"There is no entry {said}."
