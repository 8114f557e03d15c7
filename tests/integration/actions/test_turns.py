"""A turn takes effect once, however often it is attempted, and also when attempts overlap."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import action
from actions.action import BookAction
from actions.receipts import save_message
from actions.saving import ActionSave
from actions.turn import Turn
from scrapbook.errors import FAILED_TURN
from scrapbook.store import Store, TurnResult
from tests.integration.actions.conversation import Conversation, run


class ActionSaveTogether(BookAction):
    """Saves while another attempt at the same turn is about to save."""

    action_name = "action_save_together"
    meeting = threading.Barrier(2, timeout=10)

    def answer(self, turn: Turn) -> TurnResult:
        self.meeting.wait()
        return save_message(turn)


class ActionSaveAndFail(BookAction):
    action_name = "action_save_and_fail"

    def answer(self, turn: Turn) -> TurnResult:
        save_message(turn)
        raise ZeroDivisionError


@pytest.fixture
def ann_on_postgresql(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Conversation]:
    monkeypatch.setenv("SCRAPBOOK_DATABASE_URL", postgresql_url)
    action.close()
    store = action.store()
    with store.transaction() as tx:
        person = tx.people.add("Ann", ["+15550100"])
    yield Conversation(store, person)
    action.close()


def said(by: BookAction, tracker: Tracker) -> list[str]:
    dispatcher = CollectingDispatcher()
    assert asyncio.run(by.run(dispatcher, tracker, {})) == []
    return [message["response"] + message.get("number", "") for message in dispatcher.messages]


def failed(by: BookAction, tracker: Tracker) -> list[str]:
    """The types of the errors that are reported in place of a reply."""
    dispatcher = CollectingDispatcher()
    assert asyncio.run(by.run(dispatcher, tracker, {})) == []
    [message] = dispatcher.messages
    assert not message["response"]
    return [error["type"] for error in message["custom"][FAILED_TURN]]


def purge(store: Store, ann: Conversation) -> None:
    with store.transaction() as tx:
        tx.entries.trash(tx.entries.list(ann.person.id)[0].id, ann.now)
    assert store.purge_trash(ann.now + timedelta(days=31)) == 1


def test_a_turn_that_runs_again_saves_once_and_says_the_same(ann: Conversation) -> None:
    sid = ann.receive("python: once")
    assert ann.turn("action_save", sid) == ann.turn("action_save", sid) == "Saved 1 under python."
    assert len(ann.entries()) == 1
    assert "no longer saved" in ann.undo()
    assert ann.undo() == "There is nothing left to undo."


def test_attempts_at_the_same_time_save_once(ann: Conversation) -> None:
    sid = ann.receive("python: once")
    with ThreadPoolExecutor(4) as attempts:
        said = list(attempts.map(lambda _: ann.turn("action_save", sid), range(4)))
    assert set(said) == {"Saved 1 under python."}
    assert len(ann.entries()) == 1


def test_the_slower_of_two_attempts_says_what_the_faster_one_did(ann_on_postgresql: Conversation) -> None:
    ann = ann_on_postgresql
    tracker = ann.tracker(ann.receive("once"), [], {})
    with ThreadPoolExecutor(2) as attempts:
        answers = list(attempts.map(lambda _: said(ActionSaveTogether(), tracker), range(2)))
    assert answers == [["utter_saved1"], ["utter_saved1"]]
    assert ann.entries() == {1: ("once", None)}


def test_a_turn_that_fails_writes_nothing_reports_the_error_and_can_be_run_again(ann: Conversation) -> None:
    sid = ann.receive("mine")
    assert failed(ActionSaveAndFail(), ann.tracker(sid, [], {})) == ["ZeroDivisionError"]
    assert ann.entries() == {}
    assert ann.turn("action_save", sid) == "Saved 1."


def test_a_request_without_a_message_is_answered_with_the_error(ann: Conversation) -> None:
    assert failed(ActionSave(), ann.tracker("SM404", [], {})) == ["NotFound"]
    assert failed(ActionSave(), Tracker("default", {}, {}, [], False, None, {}, None)) == ["KeyError"]


def test_a_message_is_its_senders_whatever_the_metadata_says(ann: Conversation, ben: Conversation) -> None:
    tracker = ben.tracker(ann.receive("mine"), [], {})
    tracker.latest_message["metadata"]["person_id"] = ben.person.id
    assert [message["response"] for message in run("action_save", tracker)] == ["utter_saved"]
    assert ann.entries() == {1: ("mine", None)}
    assert ben.entries() == {}


def test_a_failed_message_is_answered_in_full_after_a_purge(action_store: Store, ann: Conversation) -> None:
    sid = ann.receive("python: once")
    ann.turn("action_save", sid)
    with action_store.transaction() as tx:
        tx.messages.set_state(sid, "failed")
    purge(action_store, ann)
    assert ann.turn("action_save", sid) == "Saved 1 under python."


def test_a_turn_whose_words_are_forgotten_is_answered_without_them(
    action_store: Store, ann: Conversation
) -> None:
    sid = ann.receive("python: once")
    ann.turn("action_save", sid)
    with action_store.transaction() as tx:
        tx.messages.set_state(sid, "answered")
    purge(action_store, ann)
    assert ann.turn("action_save", sid) == "That was done before."
    assert ann.entries() == {}
