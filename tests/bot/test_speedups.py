"""Rasa's speed-ups: what each does beside what stock Rasa does, and whole turns either way."""

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
    parsed = {"intent_ranking": [{"name": intent}], "only_understood": True}
    return UserUttered(
        text, {"name": intent, "confidence": 0.9}, found, parsed, metadata={"message_sid": "SM1"}, **more
    )


def _tracker(domain, *events):
    begun = [ActionExecuted("action_session_start"), ActionExecuted("action_listen")]
    return DialogueStateTracker.from_events("person-1", [*begun, *events], slots=domain.slots)


# --- whole turns ---


def test_turns_come_out_the_same_with_the_speed_ups_and_without():
    sys.path.insert(0, str(BENCH))
    import equality

    texts = [text for path in equality.training_files() for text in equality.texts_of(path)[::50]]
    texts += ["", "?", "/find", "note: a\nnote: b", "\u200b", "find \U0001f600", "5", "x" * 1600]
    stock, ours = equality.turns(texts, stock=True), equality.turns(texts, stock=False)
    assert list(equality.differences(stock, ours)) == []
    assert len({call["action"] for turn in ours for call in turn["calls"]}) > 15


@pytest.mark.parametrize(("value", "left_out"), [("1", True), ("0", False), ("", False)])
def test_they_can_be_left_out_for_comparing(monkeypatch, value, left_out):
    monkeypatch.setenv(rasa_speedups.STOCK_TURNS, value)
    monkeypatch.setattr(DaskGraphRunner, "run", rasa_speedups.stock_run)
    rasa_speedups.install()
    assert (DaskGraphRunner.run is rasa_speedups.stock_run) is left_out


# --- the graph ---


@pytest.mark.parametrize("text", TEXTS)
def test_a_graph_run_straight_puts_out_what_dask_does(agent, domain, text):
    from rasa.core.channels.channel import UserMessage

    model = agent.processor
    targets = [model.model_metadata.nlu_target]
    tracker = _tracker(domain)

    def run(way):
        inputs = {"__message__": [UserMessage(text, message_id="1")], "__tracker__": tracker}
        return way(model.graph_runner, inputs, targets)[targets[0]][0].as_dict()

    assert run(rasa_speedups.run_graph) == run(rasa_speedups.stock_run)


def test_an_input_that_could_be_taken_for_a_node_is_refused_as_by_dask(agent):
    runner, target = agent.processor.graph_runner, agent.processor.model_metadata.nlu_target
    with pytest.raises(GraphRunError, match="clashes with a node name"):
        rasa_speedups.run_graph(runner, {"__message__": target}, [target])


def test_a_training_is_left_to_dask(monkeypatch):
    class Late:
        _eager = False

    runner = object.__new__(DaskGraphRunner)
    runner._instantiated_nodes = {"train": Late()}
    monkeypatch.setattr(rasa_speedups, "stock_run", lambda *arguments: arguments)
    assert rasa_speedups.run_graph(runner, {}, ["train"]) == (runner, {}, ["train"])


# --- predictions ---


@pytest.fixture
def asked(agent, monkeypatch):
    """A model with nothing remembered, and the predictions that its rules were asked for."""
    model = agent.processor
    monkeypatch.setitem(model.__dict__, "_remembered", None)
    found = []

    def stock(model, tracker):
        found.append(of_the_rules(model, tracker))
        return found[-1]

    of_the_rules = rasa_speedups.stock_prediction
    monkeypatch.setattr(rasa_speedups, "stock_prediction", stock)
    return model, found


def test_rules_are_asked_once_for_turns_of_one_kind(asked, domain):
    model, found = asked
    said = [
        rasa_speedups.predict_next(model, _tracker(domain, _uttered(text))) for text in ("find a", "find b")
    ]
    assert len(found) == 1
    assert said[0] == said[1] == found[0]


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
def test_rules_are_asked_again_when_anything_that_they_see_is_different(asked, domain, other):
    model, found = asked
    rasa_speedups.predict_next(model, _tracker(domain, _uttered()))
    predicted = rasa_speedups.predict_next(model, _tracker(domain, *other))
    assert len(found) == 2
    assert predicted == found[1]


@pytest.mark.parametrize("event", [ConversationPaused(), FollowupAction("action_undo")])
def test_nothing_is_remembered_of_what_is_out_of_the_ordinary(asked, domain, event):
    model, found = asked
    for _ in range(2):
        rasa_speedups.predict_next(model, _tracker(domain, _uttered(), event))
    assert len(found) == 2


def test_nothing_is_remembered_where_a_slot_has_a_say(asked, domain, monkeypatch):
    model, found = asked
    slot = next(slot for slot in domain.slots if slot.name not in DEFAULT_SLOT_NAMES)
    monkeypatch.setattr(slot, "influence_conversation", True)
    for _ in range(2):
        rasa_speedups.predict_next(model, _tracker(domain, _uttered()))
    assert len(found) == 2


def test_a_model_that_is_loaded_anew_remembers_nothing_of_the_one_before(asked, domain):
    model, found = asked
    rasa_speedups.predict_next(model, _tracker(domain, _uttered()))
    anew = copy.copy(model)
    del anew.__dict__["_remembered"]
    rasa_speedups.predict_next(anew, _tracker(domain, _uttered()))
    assert len(found) == 2


def test_no_two_turns_share_an_event():
    known = rasa_speedups.Predictions()
    known.keep("turn", PolicyPrediction([1.0], "rules", events=[DefinePrevUserUtteredFeaturization(False)]))
    [one], [two] = known.get("turn").events, known.get("turn").events
    assert one == two
    assert one is not two
    assert one.timestamp < two.timestamp


def test_so_many_predictions_are_remembered_and_the_one_unused_longest_goes():
    known = rasa_speedups.Predictions(size=2)
    for name in ("a", "b"):
        known.keep(name, PolicyPrediction([1.0], name))
    known.get("a")
    known.keep("c", PolicyPrediction([1.0], "c"))
    assert len(known) == 2
    assert known.get("b") is None
    assert [known.get(name).policy_name for name in ("a", "c")] == ["a", "c"]


# --- slots ---


def test_a_copied_slot_is_another_with_the_same_values(domain):
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
    def events(way):
        tracker = _tracker(domain, _uttered(entities=entities))
        return asyncio.run(way(ActionExtractSlots(None), None, None, tracker, domain))

    assert events(rasa_speedups.extract_slots) == events(rasa_speedups.stock_extraction)


def test_a_slot_that_is_filled_otherwise_is_left_to_rasa():
    domain = Domain.from_dict(
        {"intents": ["find"], "slots": {"s": {"type": "text", "mappings": [{"type": "from_text"}]}}}
    )
    tracker = _tracker(domain, _uttered(entities=()))
    found = asyncio.run(rasa_speedups.extract_slots(ActionExtractSlots(None), None, None, tracker, domain))
    assert found == [SlotSet("s", "find python")]


# --- actions ---


def test_every_action_of_the_domain_is_found_as_rasa_finds_it(domain):
    endpoint = EndpointConfig("http://127.0.0.1")
    for name in domain.action_names_or_texts:
        ours = rasa_speedups.find_action(name, domain, endpoint)
        stock = rasa_speedups.stock_action(name, domain, endpoint)
        assert (type(ours), ours.name()) == (type(stock), stock.name())
        assert getattr(ours, "action_endpoint", endpoint) in (endpoint, None)


def test_an_action_is_kept_for_its_own_domain_and_endpoint_only(domain):
    endpoints = [EndpointConfig("http://127.0.0.1") for _ in range(2)]
    one, again, other = (
        rasa_speedups.find_action("action_save", domain, endpoint)
        for endpoint in (*endpoints[:1] * 2, endpoints[1])
    )
    assert one is again is not other
    with pytest.raises(RasaException):
        rasa_speedups.find_action("action_save", Domain.empty(), endpoints[0])


def test_a_call_says_of_the_turn_what_the_actions_read_and_rasa_sdk_understands_it(domain):
    tracker = _tracker(domain, _uttered(), SlotSet("query", "python"))
    stock, ours = (
        Tracker.from_dict(way(RemoteAction("action_find", EndpointConfig("")), tracker, domain)["tracker"])
        for way in (rasa_speedups.stock_call, rasa_speedups.action_call)
    )
    message = ours.latest_message
    assert message == {name: stock.latest_message[name] for name in message}
    assert {"text", "intent", "entities", "metadata", "only_understood"} <= message.keys()
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


def test_calls_share_a_connection_and_another_loop_has_its_own():
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


def test_a_response_is_chosen_as_rasa_chooses_it(domain):
    generator = TemplatedNaturalLanguageGenerator(domain.responses)
    for name in [*domain.responses, "utter_unheard_of"]:
        ours = rasa_speedups.choose_response(generator, name, "rest", {})
        assert ours == rasa_speedups.stock_choice(generator, name, "rest", {})


def test_a_response_for_another_channel_is_not_chosen():
    generator = TemplatedNaturalLanguageGenerator({"utter_a": [{"text": "a", "channel": "slack"}]})
    assert rasa_speedups.choose_response(generator, "utter_a", "rest", {}) is None


@pytest.mark.parametrize("module", [processor, rule_policy])
def test_what_is_not_copied_any_more_was_copied_for_the_debug_log_only(module):
    tree = ast.parse(inspect.getsource(module))
    of_copy = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and _is(node.value, "copy")]
    logged = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "structlogger.debug"
        for inner in ast.walk(node)
    }
    assert of_copy
    assert all(node.attr == "deepcopy" and id(node) in logged for node in of_copy)


def _is(node, name):
    return isinstance(node, ast.Name) and node.id == name
