"""A turn has its effects once, however often and however nearly at the same time it is tried."""

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
from actions.receipts import keep
from actions.saving import ActionSave
from actions.turn import Turn
from scrapbook.assistant import FAILED
from scrapbook.store import Outcome, Store
from tests.integration.actions.conversation import Conversation, run


class ActionSaveTogether(BookAction):
    """Saves when another try at the same turn is about to save as well."""

    called = "action_save_together"
    meeting = threading.Barrier(2, timeout=10)

    def answer(self, turn: Turn) -> Outcome:
        self.meeting.wait()
        return keep(turn)


class ActionSaveAndFail(BookAction):
    called = "action_save_and_fail"

    def answer(self, turn: Turn) -> Outcome:
        keep(turn)
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
    """The types of the errors that are told in place of a reply."""
    dispatcher = CollectingDispatcher()
    assert asyncio.run(by.run(dispatcher, tracker, {})) == []
    [message] = dispatcher.messages
    assert not message["response"]
    return [error["type"] for error in message["custom"][FAILED]]


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


def test_two_tries_at_the_same_time_save_once(ann: Conversation) -> None:
    sid = ann.receive("python: once")
    with ThreadPoolExecutor(4) as tries:
        said = list(tries.map(lambda _: ann.turn("action_save", sid), range(4)))
    assert set(said) == {"Saved 1 under python."}
    assert len(ann.entries()) == 1


def test_the_slower_of_two_tries_says_what_the_faster_one_did(ann_on_postgresql: Conversation) -> None:
    ann = ann_on_postgresql
    tracker = ann.tracker(ann.receive("once"), [], {})
    with ThreadPoolExecutor(2) as tries:
        answers = list(tries.map(lambda _: said(ActionSaveTogether(), tracker), range(2)))
    assert answers == [["utter_saved1"], ["utter_saved1"]]
    assert ann.entries() == {1: ("once", None)}


def test_a_turn_that_fails_writes_nothing_tells_what_failed_and_can_be_run_again(ann: Conversation) -> None:
    sid = ann.receive("mine")
    assert failed(ActionSaveAndFail(), ann.tracker(sid, [], {})) == ["ZeroDivisionError"]
    assert ann.entries() == {}
    assert ann.turn("action_save", sid) == "Saved 1."


def test_what_comes_without_a_message_is_told_as_a_failure(ann: Conversation) -> None:
    assert failed(ActionSave(), ann.tracker("SM404", [], {})) == ["NotFound"]
    assert failed(ActionSave(), Tracker("default", {}, {}, [], False, None, {}, None)) == ["KeyError"]


def test_a_message_is_its_senders_whoever_it_is_said_to_be_of(ann: Conversation, ben: Conversation) -> None:
    tracker = ben.tracker(ann.receive("mine"), [], {})
    tracker.latest_message["metadata"]["person_id"] = ben.person.id
    assert [message["response"] for message in run("action_save", tracker)] == ["utter_saved"]
    assert ann.entries() == {1: ("mine", None)}
    assert ben.entries() == {}


def test_a_failed_message_is_answered_in_full_after_a_purge(house: Store, ann: Conversation) -> None:
    sid = ann.receive("python: once")
    ann.turn("action_save", sid)
    with house.transaction() as tx:
        tx.messages.set_state(sid, "failed")
    purge(house, ann)
    assert ann.turn("action_save", sid) == "Saved 1 under python."


def test_a_turn_whose_words_are_forgotten_is_answered_without_them(house: Store, ann: Conversation) -> None:
    sid = ann.receive("python: once")
    ann.turn("action_save", sid)
    with house.transaction() as tx:
        tx.messages.set_state(sid, "answered")
    purge(house, ann)
    assert ann.turn("action_save", sid) == "That was done before."
    assert ann.entries() == {}
