"""A message that replies to an earlier one, as in WhatsApp, refers to the entry of that message."""

import pytest

from tests.integration.actions.conversation import Conversation

OURS = "SMreply"


@pytest.fixture
def store_url(url: str) -> str:
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
    """Record our reply to the message, and return the id that Twilio gave it."""
    with who.store.transaction() as tx:
        [reply] = tx.outbound_messages.record_reply(
            who.person.id,
            theirs(who, count),
            from_="+15550199",
            to="+15550100",
            bodies=["Saved."],
            segments=[1],
            at=who.now,
            attempt=0,
        )
        tx.outbound_messages.mark_sent(reply.id, OURS, who.now)
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


def test_new_words_in_an_answer_to_an_entry_replace_its_own(saved: Conversation) -> None:
    assert saved.answer(theirs(saved, 1), "action_edit", "edit: larger kernels").startswith("Changed 1.")
    assert saved.entries()[1] == ("larger kernels", "gpu")
    assert saved.answer(theirs(saved, 1), "action_edit", "change it to none").startswith("Changed 1.")
    assert saved.entries()[1] == ("none", "gpu")


def test_a_question_that_answers_an_entry_is_not_appended_to_it(saved: Conversation) -> None:
    assert saved.answer(theirs(saved, 2), "action_save", "who taught the course?").startswith("Saved 3")
    assert "fewer kernels" in saved.answer(theirs(saved, 2), "action_save", "what did i say about kernels?")
    assert {number: text for number, (text, _) in saved.entries().items()} == {
        1: "fewer kernels",
        2: "two",
        3: "who taught the course?",
    }


UNCLEAR = "I can't tell which entry the message that you answer is about."


@pytest.mark.parametrize("answered", ["an entry in the trash", "another person's", "unknown"])
def test_a_command_that_answers_no_entry_is_done_to_none(
    saved: Conversation, ben: Conversation, answered: str
) -> None:
    sid = "SMunknown"
    if answered == "an entry in the trash":
        saved.text("action_delete", "delete 1", entry=["1"])
        sid = theirs(saved, 1)
    elif answered == "another person's":
        ben.save("Ben's own")
        sid = theirs(ben, 1)
    before = saved.entries()
    for action, body, slots in (
        ("action_delete", "delete", {}),
        ("action_file_under", "under zoo", {"topic": "zoo"}),
        ("action_append", "add: more", {}),
        ("action_pin", "pin that", {}),
    ):
        assert saved.answer(sid, action, body, **slots).startswith(UNCLEAR), action
    assert saved.entries() == before


def test_a_command_that_answers_a_list_is_asked_about(saved: Conversation) -> None:
    saved.text("action_browse", "last 2", count="2")
    assert saved.answer(reply_to(saved, 3), "action_delete", "delete").startswith("Which one: 1 two, 2 fewer")
    assert saved.entries().keys() == {1, 2}


def test_a_thought_that_answers_no_entry_is_saved(saved: Conversation) -> None:
    assert saved.answer("SMunknown", "action_save", "takeaway: three things") == "Saved 3."
