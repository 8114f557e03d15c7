"""The stateless tracker store, and the speed-ups that must behave like Rasa's own functions."""

import asyncio

import pytest
import rasa.shared.utils.common
from components import rasa_speedups
from components.tracker_store import StatelessTrackerStore
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet, UserUttered
from rasa.shared.core.slots import Slot
from rasa.utils.endpoints import EndpointConfig

ANSWERS = [
    {"events": [], "responses": []},
    {"events": [{"event": "slot", "name": "topic", "value": "gpu"}], "responses": [{"text": "Saved."}]},
    {"responses": [{"response": "utter_saved", "number": 3}]},
    {"events": [{"name": "no event"}], "responses": []},
    {"events": "none", "responses": []},
    {"events": [], "responses": {}},
    [],
]


def _result(validate, answer):
    try:
        return validate(RemoteAction("action_save", None), answer)
    except ValidationError as error:
        return error.message


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_of_the_action_server_is_validated_as_by_rasa(answer):
    assert _result(rasa_speedups.validate_action_result, answer) == _result(
        rasa_speedups.stock_validation, answer
    )


@pytest.mark.parametrize("base", [Event, Slot])
def test_the_same_subclasses_are_found(base):
    assert rasa_speedups.all_subclasses(base) == rasa_speedups.stock_subclasses(base)


def test_a_list_of_subclasses_is_a_copy():
    rasa_speedups.all_subclasses(Event).clear()
    assert rasa_speedups.all_subclasses(Event)


def test_loading_the_assistant_installs_them(agent):
    assert RemoteAction._validate_action_result is rasa_speedups.validate_action_result
    assert rasa.shared.utils.common.all_subclasses is rasa_speedups.all_subclasses


def _store():
    return StatelessTrackerStore(Domain.empty())


async def _after_turns(store, turns):
    for _ in range(turns):
        tracker = await store.get_or_create_tracker("person-1")
        tracker.update(UserUttered("hello"))
        tracker.update(SlotSet("topic", "gpu"))
        await store.save(tracker)
    return await store.get_or_create_tracker("person-1")


@pytest.mark.parametrize("turns", [0, 1, 50])
def test_every_turn_starts_from_an_empty_tracker(turns):
    tracker = asyncio.run(_after_turns(_store(), turns))
    assert [type(event).__name__ for event in tracker.events] == ["ActionExecuted"]


def test_no_conversation_is_stored():
    async def stored(store):
        await _after_turns(store, 3)
        return await store.retrieve("person-1"), list(await store.keys())

    assert asyncio.run(stored(_store())) == (None, [])


def test_rasa_creates_it_from_the_endpoints_file():
    endpoint = EndpointConfig(type="components.tracker_store.StatelessTrackerStore")
    assert isinstance(TrackerStore.create(endpoint, Domain.empty()), StatelessTrackerStore)
