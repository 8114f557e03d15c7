"""What is answered to ``forget me`` and to the code."""

import re
from datetime import timedelta

import pytest

from scrapbook.core.forgetting import CODE_LIFETIME
from scrapbook.store import Store
from tests.integration.actions.conversation import Conversation, notices


@pytest.fixture(params=["sqlite_url", "postgresql_url"])
def store_url(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue(request.param)


def code_in(reply: str) -> str:
    found = re.search(r"forget (\d{4})$", reply)
    assert found, reply
    return found[1]


def ask(who: Conversation) -> str:
    return code_in(who.text("action_forget_me", "forget me"))


def confirm(who: Conversation, code: str) -> str:
    return who.text("action_confirm_forgetting", f"forget {code}", entry=code)


def is_confirmed(store: Store, who: Conversation) -> bool:
    with store.transaction(read_only=True) as tx:
        wish = tx.erasures.of(who.person.id)
        return wish is not None and wish.message_id is not None


def test_the_answer_says_what_would_be_erased_and_erases_nothing(
    ann: Conversation, action_store: Store
) -> None:
    ann.save("python: decorators are just functions")
    ann.save("the heron came back")
    reply = ann.text("action_forget_me", "forget me")
    assert reply.startswith("This erases everything of you here, for good: 2 entries, 1 topic, 3 messages.")
    assert len(ann.entries()) == 2
    assert not is_confirmed(action_store, ann)


def test_the_code_confirms_it(ann: Conversation, action_store: Store) -> None:
    ann.save("the heron came back")
    reply = confirm(ann, ask(ann))
    assert reply.startswith("Erased: 1 entry, 3 messages. This message is the last")
    assert is_confirmed(action_store, ann)


def test_the_receipt_says_how_long_backups_are_kept(
    ann: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "until whoever runs this scrapbook deletes them." in confirm(ann, ask(ann))
    monkeypatch.setenv("SCRAPBOOK_BACKUP_RETENTION_DAYS", "30")
    with ann.store.transaction() as tx:
        tx.erasures.withdraw(ann.person.id)
    assert "Backups made before still have it, until 11 April 2025." in confirm(ann, ask(ann))


def test_a_wrong_code_erases_nothing_and_ends_the_right_one(ann: Conversation, action_store: Store) -> None:
    code = ask(ann)
    wrong = f"{(int(code) + 1) % 10_000:04}"
    assert confirm(ann, wrong).startswith("That is not the code. Nothing was erased.")
    assert confirm(ann, code) == "Saved 1."
    assert not is_confirmed(action_store, ann)


def test_a_code_expires(ann: Conversation, action_store: Store) -> None:
    code = ask(ann)
    ann.now += CODE_LIFETIME
    assert confirm(ann, code).startswith("That code has expired. Nothing was erased.")
    assert not is_confirmed(action_store, ann)


def test_a_code_is_valid_until_it_expires(ann: Conversation, action_store: Store) -> None:
    code = ask(ann)
    ann.now += CODE_LIFETIME - timedelta(minutes=1)
    confirm(ann, code)
    assert is_confirmed(action_store, ann)


def test_a_code_is_that_of_one_conversation(
    ann: Conversation, ben: Conversation, action_store: Store
) -> None:
    code = ask(ann)
    assert confirm(ben, code) == "Saved 1."
    with action_store.transaction() as tx:
        tx.people.add_address(ann.person.id, "whatsapp:+15550100")
        tx.erasures.ask(ann.person.id, "whatsapp:+15550100", code, ann.now)
    assert confirm(ann, code) == "Saved 1."
    assert not is_confirmed(action_store, ann)


def test_four_digits_that_were_not_asked_for_are_a_thought(ann: Conversation) -> None:
    assert confirm(ann, "1984") == "Saved 1."
    assert ann.entries() == {1: ("forget 1984", None)}


def test_a_turn_that_runs_again_answers_with_the_same_code(ann: Conversation) -> None:
    sid = ann.receive("forget me")
    assert ann.turn("action_forget_me", sid) == ann.turn("action_forget_me", sid)


def test_what_is_shared_is_ended_and_others_are_told(
    ann: Conversation, ben: Conversation, action_store: Store
) -> None:
    ben.receive("hello")
    ann.save("shopping: milk")
    ann.text("action_share_with", "share shopping with ben", topic="shopping", person="ben")
    ben.save("shopping: bread")
    confirm(ann, ask(ann))
    with action_store.transaction(read_only=True) as tx:
        assert tx.topic_members.concerning(ben.person.id) == []
    told = [notice.body for notice in notices(action_store, ben)]
    assert told[-1] == "Ann does not share shopping with you any more. You keep what you wrote there."
    assert list(ben.entries().values()) == [("bread", "shopping")]
