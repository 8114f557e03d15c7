"""A reminder that is no longer wanted is removed or asked about, never saved as another one."""

import pytest

from tests.integration.actions.conversation import Conversation

ACTION = "action_cancel_reminder"


@pytest.fixture
def reminded(ann: Conversation) -> Conversation:
    ann.save("the rent went up again")
    for text in (
        "remind me to pay the rent on friday",
        "remind me to call mum",
        "remind me to call the bank",
    ):
        ann.text("action_remind", text)
    return ann


def test_it_is_deleted_by_its_words(reminded: Conversation) -> None:
    said = reminded.text(ACTION, "delete the reminder about the rent", notes=["rent"])
    assert said == "Deleted 2 remind me to pay the rent on friday. Text undo to take that back."
    assert 2 not in reminded.entries()
    assert 1 in reminded.entries()
    reminded.undo()
    assert 2 in reminded.entries()


def test_in_other_words_it_is_confirmed(reminded: Conversation) -> None:
    tracker = reminded.tracker(reminded.receive("cancel the rent reminder"), ["rent"], {"note": "rent"})
    tracker.latest_message["is_paraphrase"] = True
    assert reminded.answered(ACTION, tracker).startswith('Delete 2 "remind me to pay the rent')
    assert len(reminded.entries()) == 4
    assert reminded.text("action_choose", "1", choice="1").startswith("Deleted 2.")


def test_of_several_one_is_asked_for(reminded: Conversation) -> None:
    said = reminded.text(ACTION, "delete the reminder to call", notes=["call"])
    assert said.startswith("Which one: 1 remind me to call the bank, 2 remind me to call mum?")
    assert reminded.text("action_choose", "2", choice="2").startswith("Deleted 3.")


def test_all_are_named_before_they_are_deleted(reminded: Conversation) -> None:
    said = reminded.text(ACTION, "delete all my reminders")
    assert all(f'{number} "remind me to' in said for number in (4, 3, 2))
    assert len(reminded.entries()) == 4
    assert reminded.text("action_choose", "1", choice="1").startswith("Deleted 4, 3, 2.")


def test_where_there_is_none_nothing_is_deleted_and_the_message_can_be_kept(ann: Conversation) -> None:
    ann.save("the gym is too loud")
    assert ann.text(ACTION, "delete the reminder about the gym", notes=["gym"]).startswith(
        'No reminder about "gym".'
    )
    assert ann.text("action_keep_question", "save").startswith("Saved 2")


def test_only_ones_own_reminders_are_meant(reminded: Conversation, ben: Conversation) -> None:
    said = ben.text(ACTION, "delete the reminder about the rent", notes=["rent"])
    assert said.startswith('No reminder about "rent".')
    assert 2 in reminded.entries()
