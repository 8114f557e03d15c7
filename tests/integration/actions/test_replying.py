"""A message that answers an earlier one, as WhatsApp lets people do, is about what that one was about."""

import pytest

from tests.integration.actions.conversation import Conversation

OURS = "SMreply"


@pytest.fixture
def house_url(url: str) -> str:
    """On both databases."""
    return url


@pytest.fixture
def saved(ann: Conversation) -> Conversation:
    ann.save("gpu: fewer kernels")
    ann.save("two")
    return ann


def theirs(who: Conversation, count: int) -> str:
    return f"SM{who.person.id}-{count}"


def reply_to(who: Conversation, count: int) -> str:
    """Records that the message was replied to; what Twilio calls the reply."""
    with who.store.transaction() as tx:
        [reply] = tx.replies.record(
            theirs(who, count),
            from_="+15550199",
            to="+15550100",
            bodies=["Saved."],
            segments=[1],
            at=who.now,
            round_=0,
        )
        tx.replies.mark_sent(reply.id, OURS, who.now)
    return OURS


def test_a_thought_that_answers_a_text_goes_with_its_entry(saved: Conversation) -> None:
    assert saved.answer(theirs(saved, 1), "action_save", "larger: ones too") == "Added to 1."
    assert saved.entries()[1] == ("fewer kernels\nlarger: ones too", "gpu")
    assert saved.undo() == "Undone: 1 reads as before."


def test_a_thought_that_answers_a_receipt_goes_with_its_entry(saved: Conversation) -> None:
    assert saved.answer(reply_to(saved, 1), "action_save", "larger ones") == "Added to 1."


def test_a_thought_that_answers_what_was_said_of_an_entry_goes_with_it(saved: Conversation) -> None:
    saved.text("action_edit", "edit 1 few kernels", entry=["1"])
    assert saved.answer(reply_to(saved, 3), "action_save", "larger ones") == "Added to 1."


def test_a_command_means_the_entry_that_is_answered(saved: Conversation) -> None:
    sid = theirs(saved, 1)
    assert saved.answer(sid, "action_append", "add: larger ones") == "Added to 1."
    assert saved.answer(sid, "action_file_under", "under python", topic="python") == "Filed 1 under python."
    assert saved.answer(sid, "action_delete", "delete that").startswith("Deleted 1.")
    assert set(saved.entries()) == {2}


def test_an_answer_to_what_is_no_entry_or_in_the_trash_is_a_thought(saved: Conversation) -> None:
    assert saved.answer("SMnobody", "action_save", "three") == "Saved 3."
    saved.text("action_delete", "delete 1", entry=["1"])
    assert saved.answer(theirs(saved, 1), "action_save", "four") == "Saved 4."


def test_nobody_answers_into_another_persons_scrapbook(saved: Conversation, ben: Conversation) -> None:
    assert ben.answer(theirs(saved, 1), "action_save", "mine") == "Saved 1."
    assert saved.entries()[1] == ("fewer kernels", "gpu")
