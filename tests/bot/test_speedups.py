"""Rasa's speed-ups: each function compared with stock Rasa, and whole turns with and without them."""

import ast
import asyncio
import copy
import inspect
import sys
from pathlib import Path

import pytest
from aiohttp import web
from components import rasa_speedups
from rasa.core import processor
from rasa.core.actions.action import ActionExtractSlots, RemoteAction
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.core.policies import rule_policy
from rasa.core.policies.policy import PolicyPrediction
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.constants import DEFAULT_SLOT_NAMES
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ConversationPaused,
    DefinePrevUserUtteredFeaturization,
    FollowupAction,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk import Tracker

ROOT = Path(__file__).parents[2]
BENCH = ROOT / "bench"

TEXTS = ["find my notes about python", "serach brett", "undo", "what a day", "add milk to shopping"]


@pytest.fixture(scope="module")
def domain(agent):
    return agent.processor.domain


def _uttered(text="find python", intent="find", entities=(("query", "python"),), **more):
    found = [{"entity": name, "value": value, "start": 5, "end": 11} for name, value in entities]
    parsed = {"intent_ranking": [{"name": intent}], "is_paraphrase": True}
    return UserUttered(
        text, {"name": intent, "confidence": 0.9}, found, parsed, metadata={"message_id": "SM1"}, **more
    )


def _tracker(domain, *events):
    begun = [ActionExecuted("action_session_start"), ActionExecuted("action_listen")]
    return DialogueStateTracker.from_events("person-1", [*begun, *events], slots=domain.slots)


# --- whole turns ---


def test_turns_are_the_same_with_and_without_the_speed_ups():
    sys.path.insert(0, str(BENCH))
    import equality

    texts = [text for path in equality.training_files() for text in equality.texts_of(path)[::50]]
    texts += ["", "?", "/find", "note: a\nnote: b", "\u200b", "find \U0001f600", "5", "x" * 1600]
    stock, ours = equality.turns(texts, stock=True), equality.turns(texts, stock=False)
    assert list(equality.differences(stock, ours)) == []
    assert len({call["action"] for turn in ours for call in turn["calls"]}) > 15


@pytest.mark.parametrize(("value", "is_disabled"), [("1", True), ("0", False), ("", False)])
def test_an_environment_variable_disables_them(monkeypatch, value, is_disabled):
    monkeypatch.setenv(rasa_speedups.STOCK_TURNS, value)
    monkeypatch.setattr(DaskGraphRunner, "run", rasa_speedups.stock_run)
    rasa_speedups.install()
    assert (DaskGraphRunner.run is rasa_speedups.stock_run) is is_disabled


# --- the graph ---


@pytest.mark.parametrize("text", TEXTS)
def test_a_graph_run_returns_the_same_as_dask(agent, domain, text):
    from rasa.core.channels.channel import UserMessage

    model = agent.processor
    targets = [model.model_metadata.nlu_target]
    tracker = _tracker(domain)

    def run(function):
        inputs = {"__message__": [UserMessage(text, message_id="1")], "__tracker__": tracker}
        return function(model.graph_runner, inputs, targets)[targets[0]][0].as_dict()

    assert run(rasa_speedups.run_graph) == run(rasa_speedups.stock_run)


def test_an_input_with_the_name_of_a_node_is_rejected(agent):
    runner, target = agent.processor.graph_runner, agent.processor.model_metadata.nlu_target
    with pytest.raises(GraphRunError, match="clashes with a node name"):
        rasa_speedups.run_graph(runner, {"__message__": target}, [target])


def test_training_is_left_to_dask(monkeypatch):
    class LazyNode:
        _eager = False

    runner = object.__new__(DaskGraphRunner)
    runner._instantiated_nodes = {"train": LazyNode()}
    monkeypatch.setattr(rasa_speedups, "stock_run", lambda *arguments: arguments)
    assert rasa_speedups.run_graph(runner, {}, ["train"]) == (runner, {}, ["train"])


# --- predictions ---


@pytest.fixture
def uncached(agent, monkeypatch):
    """A model with an empty cache, and a list of the predictions that stock Rasa makes for it."""
    model = agent.processor
    monkeypatch.setitem(model.__dict__, "_cached_predictions", None)
    found = []

    def stock(model, tracker):
        found.append(original(model, tracker))
        return found[-1]

    original = rasa_speedups.stock_prediction
    monkeypatch.setattr(rasa_speedups, "stock_prediction", stock)
    return model, found


def test_a_prediction_is_made_once_for_turns_with_the_same_key(uncached, domain):
    model, found = uncached
    predictions = [
        rasa_speedups.predict_next(model, _tracker(domain, _uttered(text))) for text in ("find a", "find b")
    ]
    assert len(found) == 1
    assert predictions[0] == predictions[1] == found[0]


@pytest.mark.parametrize(
    "other",
    [
        [_uttered(intent="undo")],
        [_uttered(entities=())],
        [_uttered(entities=(("query", "python"), ("topic", "x")))],
        [_uttered(), DefinePrevUserUtteredFeaturization(False)],
        [_uttered(), DefinePrevUserUtteredFeaturization(False), ActionExecuted("action_find")],
        [_uttered(), ActionExecuted("action_save")],
        [_uttered(text="")],
    ],
)
def test_a_prediction_is_made_again_if_anything_that_the_rules_read_differs(uncached, domain, other):
    model, found = uncached
    rasa_speedups.predict_next(model, _tracker(domain, _uttered()))
    predicted = rasa_speedups.predict_next(model, _tracker(domain, *other))
    assert len(found) == 2
    assert predicted == found[1]


@pytest.mark.parametrize("event", [ConversationPaused(), FollowupAction("action_undo")])
def test_nothing_is_cached_after_other_events(uncached, domain, event):
    model, found = uncached
    for _ in range(2):
        rasa_speedups.predict_next(model, _tracker(domain, _uttered(), event))
    assert len(found) == 2


def test_nothing_is_cached_if_a_slot_influences_predictions(uncached, domain, monkeypatch):
    model, found = uncached
    slot = next(slot for slot in domain.slots if slot.name not in DEFAULT_SLOT_NAMES)
    monkeypatch.setattr(slot, "influence_conversation", True)
    for _ in range(2):
        rasa_speedups.predict_next(model, _tracker(domain, _uttered()))
    assert len(found) == 2


def test_a_reloaded_model_has_an_empty_cache(uncached, domain):
    model, found = uncached
    rasa_speedups.predict_next(model, _tracker(domain, _uttered()))
    reloaded = copy.copy(model)
    del reloaded.__dict__["_cached_predictions"]
    rasa_speedups.predict_next(reloaded, _tracker(domain, _uttered()))
    assert len(found) == 2


def test_two_turns_share_no_event():
    cache = rasa_speedups.PredictionCache()
    cache.put("turn", PolicyPrediction([1.0], "rules", events=[DefinePrevUserUtteredFeaturization(False)]))
    [one], [two] = cache.get("turn").events, cache.get("turn").events
    assert one == two
    assert one is not two
    assert one.timestamp < two.timestamp


def test_the_least_recently_used_prediction_is_dropped():
    cache = rasa_speedups.PredictionCache(max_size=2)
    for name in ("a", "b"):
        cache.put(name, PolicyPrediction([1.0], name))
    cache.get("a")
    cache.put("c", PolicyPrediction([1.0], "c"))
    assert len(cache) == 2
    assert cache.get("b") is None
    assert [cache.get(name).policy_name for name in ("a", "c")] == ["a", "c"]


# --- slots ---


def test_a_copied_slot_is_a_new_object_with_the_same_values(domain):
    for slot in domain.slots:
        copied = rasa_speedups.copied_slot(slot)
        assert type(copied) is type(slot)
        assert copied.__dict__ == slot.__dict__
        copied.value = ["else"]
        assert slot.value != ["else"]


@pytest.mark.parametrize(
    "entities", [(), (("query", "python"),), (("unheard_of", "x"),), (("topic", "gpu"),)]
)
def test_the_same_slots_are_filled(domain, entities):
    def events(function):
        tracker = _tracker(domain, _uttered(entities=entities))
        return asyncio.run(function(ActionExtractSlots(None), None, None, tracker, domain))

    assert events(rasa_speedups.extract_slots) == events(rasa_speedups.stock_extraction)


def test_a_slot_with_another_mapping_is_left_to_rasa():
    domain = Domain.from_dict(
        {"intents": ["find"], "slots": {"s": {"type": "text", "mappings": [{"type": "from_text"}]}}}
    )
    tracker = _tracker(domain, _uttered(entities=()))
    found = asyncio.run(rasa_speedups.extract_slots(ActionExtractSlots(None), None, None, tracker, domain))
    assert found == [SlotSet("s", "find python")]


# --- actions ---


def test_every_action_of_the_domain_is_found(domain):
    endpoint = EndpointConfig("http://127.0.0.1")
    for name in domain.action_names_or_texts:
        ours = rasa_speedups.find_action(name, domain, endpoint)
        stock = rasa_speedups.stock_action(name, domain, endpoint)
        assert (type(ours), ours.name()) == (type(stock), stock.name())
        assert getattr(ours, "action_endpoint", endpoint) in (endpoint, None)


def test_an_action_is_cached_by_domain_and_endpoint(domain):
    endpoints = [EndpointConfig("http://127.0.0.1") for _ in range(2)]
    one, again, other = (
        rasa_speedups.find_action("action_save", domain, endpoint)
        for endpoint in (*endpoints[:1] * 2, endpoints[1])
    )
    assert one is again is not other
    with pytest.raises(RasaException):
        rasa_speedups.find_action("action_save", Domain.empty(), endpoints[0])


def test_a_call_holds_what_the_actions_read_in_the_form_of_rasa_sdk(domain):
    tracker = _tracker(domain, _uttered(), SlotSet("query", "python"))
    stock, ours = (
        Tracker.from_dict(
            function(RemoteAction("action_find", EndpointConfig("")), tracker, domain)["tracker"]
        )
        for function in (rasa_speedups.stock_call, rasa_speedups.action_call)
    )
    message = ours.latest_message
    assert message == {name: stock.latest_message[name] for name in message}
    assert {"text", "intent", "entities", "metadata", "is_paraphrase"} <= message.keys()
    assert ours.slots == {name: value for name, value in stock.slots.items() if value is not None}
    for name in ("sender_id", "followup_action", "active_loop", "latest_action_name"):
        assert getattr(ours, name) == getattr(stock, name), name
    assert ours.is_paused() == stock.is_paused()


def test_a_call_holds_neither_the_domain_nor_the_events_nor_the_ranking(domain):
    call = rasa_speedups.action_call(
        RemoteAction("action_find", EndpointConfig("")), _tracker(domain, _uttered()), domain
    )
    assert "domain" not in call
    assert call["tracker"]["events"] == []
    assert "intent_ranking" not in call["tracker"]["latest_message"]


def test_the_calls_of_one_event_loop_share_a_connection():
    async def connections(endpoint, calls):
        ports = set()

        async def answer(request):
            ports.add(request.transport.get_extra_info("peername")[1])
            return web.json_response({"said": await request.json()})

        app = web.Application()
        app.router.add_post("/", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        endpoint.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        for number in range(calls):
            assert await endpoint.request(json=number) == {"said": number}
        await runner.cleanup()
        return len(ports)

    endpoint = EndpointConfig("")
    assert [asyncio.run(connections(endpoint, 3)) for _ in range(2)] == [1, 1]


# --- responses and the log ---


def test_the_same_response_is_chosen(domain):
    generator = TemplatedNaturalLanguageGenerator(domain.responses)
    for name in [*domain.responses, "utter_unheard_of"]:
        ours = rasa_speedups.choose_response(generator, name, "rest", {})
        assert ours == rasa_speedups.stock_choice(generator, name, "rest", {})


def test_a_response_for_another_channel_is_not_chosen():
    generator = TemplatedNaturalLanguageGenerator({"utter_a": [{"text": "a", "channel": "slack"}]})
    assert rasa_speedups.choose_response(generator, "utter_a", "rest", {}) is None


@pytest.mark.parametrize("module", [processor, rule_policy])
def test_rasa_makes_these_copies_for_the_debug_log_only(module):
    tree = ast.parse(inspect.getsource(module))
    copies = [
        node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and _is_name(node.value, "copy")
    ]
    logged = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "structlogger.debug"
        for inner in ast.walk(node)
    }
    assert copies
    assert all(node.attr == "deepcopy" and id(node) in logged for node in copies)


def _is_name(node, name):
    return isinstance(node, ast.Name) and node.id == name
