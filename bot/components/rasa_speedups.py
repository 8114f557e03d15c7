"""Makes a turn of Rasa 3.6 several times faster without changing its result.

Stock Rasa spends most of a turn on repeated work: it checks a schema, searches for classes, plans the order
of a graph, matches the same rules, and makes copies that are never read. The docstring of each function here
says what stock Rasa does, what is done instead, and why the result is the same. ``bench/equality.py`` sends
texts through both and compares the results. There is one difference: the action server gets fewer fields
(``action_call``).

``install`` replaces Rasa's functions by these. With ``SCRAPBOOK_STOCK_TURNS=1`` in the environment it does
nothing; that is for comparisons during development.
"""

import asyncio
import atexit
import copy
import dataclasses
import os
import time
from collections import OrderedDict
from functools import lru_cache
from types import SimpleNamespace, TracebackType
from typing import Any, Dict, FrozenSet, List, Optional, Sequence, Text, Tuple, Type

import aiohttp
import rasa
import rasa.core.actions.action as rasa_actions
import rasa.shared.utils.common
from jsonschema.validators import validator_for
from rasa.core import processor
from rasa.core.actions.action import (
    Action,
    ActionExtractSlots,
    ActionListen,
    ActionSessionStart,
    RemoteAction,
)
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.core.policies import rule_policy
from rasa.core.policies.policy import Policy, PolicyPrediction
from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.core.processor import MessageProcessor
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import GraphNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.constants import ACTION_VALIDATE_SLOT_MAPPINGS, DEFAULT_SLOT_NAMES
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import DEFAULT_REQUEST_TIMEOUT, EndpointConfig

from components import action_client

STOCK_TURNS = "SCRAPBOOK_STOCK_TURNS"

# Turns with the same intent and entity types need two predictions; there are some hundreds of such groups.
MAX_CACHED_PREDICTIONS = 4096
# Loaded models: one, and a few more while a model is replaced.
_MAX_DOMAINS = 4
# Less than the 5 seconds after which uvicorn and Sanic close an idle connection, perhaps during a call.
KEEPALIVE_SECONDS = 3

# The fields of a message that the action server gets: no ranking of all intents, no offsets of words.
MESSAGE_FIELDS = ("text", "intent", "entities", "message_id", "metadata", "is_paraphrase", "evidence")

stock_call = RemoteAction._action_call_format
stock_validation = RemoteAction._validate_action_result
stock_subclasses = rasa.shared.utils.common.all_subclasses
stock_run = DaskGraphRunner.run
stock_action = rasa_actions.action_for_name_or_text
stock_prediction = MessageProcessor._predict_next_with_tracker
stock_extraction = ActionExtractSlots.run
stock_choice = TemplatedNaturalLanguageGenerator._random_response_for


@dataclasses.dataclass(frozen=True)
class _Identity:
    """Compares an object by identity as a cache key.

    It holds a reference to the object, so that no other object can get the same id.
    """

    value: Any

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, _Identity) and self.value is other.value

    def __hash__(self) -> int:
        return id(self.value)


# --- the graph ---


def run_graph(
    runner: DaskGraphRunner, inputs: Optional[Dict[Text, Any]] = None, targets: Optional[List[Text]] = None
) -> Dict[Text, Any]:
    """Return the outputs of the targets as ``DaskGraphRunner.run`` does.

    Stock Rasa prunes the graph to its targets for each run. Then dask's scheduler computes an order of its
    nodes, with queues and states for workers that do not exist. Here the order is computed once for each set
    of targets. The nodes are called with the same inputs, each after the nodes that it needs; the order of
    two independent nodes affects neither. The training graph, the only one whose nodes are created lazily,
    is left to dask, which releases outputs that are no longer needed.

    Raises:
        GraphRunError: a node raised a ``RuntimeError``.
    """
    if not all(node._eager for node in runner._instantiated_nodes.values()):
        return stock_run(runner, inputs, targets)
    wanted = tuple(targets or runner._graph_schema.target_names)
    orders = runner.__dict__.setdefault("_orders", {})
    if wanted not in orders:
        orders[wanted] = _order(runner, wanted)
    if any(name in orders[wanted] or isinstance(value, str) for name, value in (inputs or {}).items()):
        return stock_run(runner, inputs, targets)  # which rejects inputs that could be mistaken for nodes
    outputs = {name: (name, value) for name, value in (inputs or {}).items()}
    try:
        for name, (node, needs) in orders[wanted].items():
            outputs[name] = node(*[outputs.get(need, need) for need in needs])
    except RuntimeError as error:
        raise GraphRunError("Error running runner.") from error
    return {name: outputs[name][1] for name in wanted}


def _order(runner: DaskGraphRunner, targets: Sequence[Text]) -> Dict[Text, Tuple[GraphNode, List[Text]]]:
    """Return the nodes that the targets need, and the names that each needs, in topological order."""
    nodes = runner._graph_schema.minimal_graph_schema(list(targets)).nodes
    ordered: Dict[Text, Tuple[GraphNode, List[Text]]] = {}

    def append(name: Text) -> None:
        if name in ordered or name not in nodes:  # an input of the run is not a node
            return
        needs = list(nodes[name].needs.values())
        for need in needs:
            append(need)
        ordered[name] = (runner._instantiated_nodes[name], needs)

    for target in targets:
        append(target)
    return ordered


# --- the prediction ---


class PredictionCache:
    """A cache of a model's predictions; the key holds everything that its rules read."""

    def __init__(self, max_size: int = MAX_CACHED_PREDICTIONS) -> None:
        """Create an empty cache of at most ``max_size`` predictions."""
        self.max_size = max_size
        self._predictions: "OrderedDict[Any, PolicyPrediction]" = OrderedDict()

    def __len__(self) -> int:
        return len(self._predictions)

    def get(self, key: Any) -> Optional[PolicyPrediction]:
        """Return a copy of the prediction with current timestamps, or None."""
        prediction = self._predictions.get(key)
        if prediction is None:
            return None
        self._predictions.move_to_end(key)
        return _renewed(prediction)

    def put(self, key: Any, prediction: PolicyPrediction) -> None:
        """Store a prediction, and drop the least recently used one if there are too many."""
        self._predictions[key] = _renewed(prediction)
        if len(self._predictions) > self.max_size:
            self._predictions.popitem(last=False)


def _renewed(prediction: PolicyPrediction) -> PolicyPrediction:
    renewed = copy.copy(prediction)
    renewed.events = [copy.copy(event) for event in prediction.events]
    for event in renewed.events:
        event.timestamp = time.time()
    return renewed


def predict_next(model: MessageProcessor, tracker: DialogueStateTracker) -> PolicyPrediction:
    """Return the prediction for the next action as ``MessageProcessor._predict_next_with_tracker`` does.

    Stock Rasa turns the conversation into states and matches them with all rules, twice a turn. Here a
    prediction is cached under the values that these states consist of: the intents, the entity types, and the
    past actions. Nothing else affects the prediction of ``RulePolicy`` unless a slot or a loop influences it
    or a rule begins with a text. In these cases, and if the conversation holds any other event, stock Rasa
    makes the prediction. The cache belongs to the loaded model.
    """
    cache = model.__dict__.get("_cached_predictions")
    if cache is None:
        cache = model._cached_predictions = PredictionCache(
            MAX_CACHED_PREDICTIONS if _is_cacheable(model) else 0
        )
    key = _prediction_key(tracker) if cache.max_size else None
    if key is None:
        return stock_prediction(model, tracker)
    prediction = cache.get(key)
    if prediction is None:
        prediction = stock_prediction(model, tracker)
        cache.put(key, prediction)
    return prediction


def _is_cacheable(model: MessageProcessor) -> bool:
    """Return whether predictions depend on intents, entities and actions only."""
    nodes = getattr(model.graph_runner, "_instantiated_nodes", {}).values()
    policies = [node._component for node in nodes if isinstance(node._component, Policy)]
    only_rules = all(type(policy) is RulePolicy for policy in policies)
    return (
        bool(policies)
        and only_rules
        and not any('"text":' in rule for policy in policies for rule in policy.lookup.get(RULES, {}))
        and not any(slot.influence_conversation for slot in model.domain.slots)
        and not model.domain.form_names
    )


def _prediction_key(tracker: DialogueStateTracker) -> Optional[Tuple[Any, ...]]:
    """Return the cache key of a conversation; None if its prediction cannot be cached."""
    if tracker.followup_action or tracker.active_loop or tracker.is_paused():
        return None
    parts: List[Any] = []
    for event in tracker.events:
        key_part = _KEY_PARTS.get(type(event))
        if key_part is None:
            return None
        parts.append(key_part(event))
    return tuple(parts)


def _user_key(event: UserUttered) -> Tuple[Any, ...]:
    entity_types = sorted(
        (str(entity.get("entity")), str(entity.get("role")), str(entity.get("group")))
        for entity in event.entities
    )
    return event.intent.get("name"), event.use_text_for_featurization, not event.text, tuple(entity_types)


# The values of each event type that are part of a state.
_KEY_PARTS: Dict[Type[Event], Any] = {
    UserUttered: _user_key,
    ActionExecuted: lambda event: (event.action_name, event.action_text, event.hide_rule_turn),
    DefinePrevUserUtteredFeaturization: lambda event: event.use_text_for_featurization,
    SessionStarted: lambda _event: "session",
    SlotSet: lambda _event: None,  # has no influence: see _is_cacheable
    BotUttered: lambda _event: None,
}


# --- slots ---


def copied_slot(slot: Slot) -> Slot:
    """Return a shallow copy of the slot as ``copy.copy`` does.

    Stock Rasa copies all slots for each copy of a tracker, several times a turn, and ``copy.copy`` uses the
    pickle protocol. A slot is a plain object that defines no method of that protocol, so the copy is a new
    object with the same attributes.
    """
    copied = object.__new__(type(slot))
    copied.__dict__.update(slot.__dict__)
    return copied


async def extract_slots(
    action: ActionExtractSlots, output_channel: Any, nlg: Any, tracker: DialogueStateTracker, domain: Domain
) -> List[Event]:
    """Return the events that fill slots from the latest message as ``ActionExtractSlots.run`` does.

    Stock Rasa tries each mapping of each slot. A mapping from an entity yields nothing unless the message has
    such an entity. If all mappings are from entities and no action validates them, a message without such an
    entity fills no slot.
    """
    sources = _entities_of_slots(_Identity(domain))
    if sources is None or tracker.latest_message is None:
        return await stock_extraction(action, output_channel, nlg, tracker, domain)
    if sources.isdisjoint(entity.get("entity") for entity in tracker.latest_message.entities):
        return []
    return await stock_extraction(action, output_channel, nlg, tracker, domain)


@lru_cache(maxsize=_MAX_DOMAINS)
def _entities_of_slots(domain: _Identity) -> Optional[FrozenSet[Text]]:
    """Return the entities that fill slots; None if anything else may fill or validate slots."""
    if ACTION_VALIDATE_SLOT_MAPPINGS in domain.value.user_actions:
        return None
    slots = [slot for slot in domain.value.slots if slot.name not in DEFAULT_SLOT_NAMES]
    mappings = [mapping for slot in slots for mapping in slot.mappings]
    if any(mapping.get("type") != "from_entity" for mapping in mappings):
        return None
    return frozenset(mapping["entity"] for mapping in mappings)


# --- actions ---


def find_action(name: Text, domain: Domain, endpoint: Optional[EndpointConfig]) -> Action:
    """Return the action of that name as ``action_for_name_or_text`` does.

    Stock Rasa creates all of its default actions and collects the names of the domain to find one, three
    times a turn. The cached actions hold a name and an endpoint and no state of a turn; all others are
    created each time.

    Raises:
        ActionNotFoundException: the domain has no such action.
    """
    action = _cached_action(name, _Identity(domain), _Identity(endpoint))
    return action if type(action) in _CACHEABLE else stock_action(name, domain, endpoint)


_CACHEABLE = (RemoteAction, ActionListen, ActionSessionStart, ActionExtractSlots)


@lru_cache(maxsize=_MAX_DOMAINS * 64)
def _cached_action(name: Text, domain: _Identity, endpoint: _Identity) -> Action:
    return stock_action(name, domain.value, endpoint.value)


def action_call(action: RemoteAction, tracker: DialogueStateTracker, domain: Domain) -> Dict[Text, Any]:
    """Return the body of a call of the action server.

    Stock Rasa sends the domain, all slots, all events and all results of the pipeline, 23 KB with each call.
    Here the slots that are set and the fields of the message are sent, under the names that
    ``rasa_sdk.Tracker`` reads; the actions of this assistant read no others. An action server that requires a
    domain, such as that of rasa_sdk, answers 449.
    """
    del domain
    message = tracker.latest_message.parse_data if tracker.latest_message else {}
    slots = {name: slot.value for name, slot in tracker.slots.items() if name not in DEFAULT_SLOT_NAMES}
    return {
        "next_action": action.name(),
        "sender_id": tracker.sender_id,
        "version": rasa.__version__,
        "tracker": {
            "sender_id": tracker.sender_id,
            "slots": {name: value for name, value in slots.items() if value is not None},
            "latest_message": {name: message[name] for name in MESSAGE_FIELDS if name in message},
            "events": [],
            "paused": tracker.is_paused(),
            "followup_action": tracker.followup_action,
            "active_loop": dataclasses.asdict(tracker.active_loop) if tracker.active_loop else {},
            "latest_action_name": tracker.latest_action_name,
        },
    }


class _Unclosed:
    """A context manager that yields a session and does not close it."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def __aenter__(self) -> aiohttp.ClientSession:
        return self._session

    async def __aexit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        return None


def shared_session(endpoint: EndpointConfig) -> _Unclosed:
    """Return a session with the endpoint for ``async with``, configured as ``EndpointConfig.session`` does.

    Stock Rasa opens a session, and with it a connection, for each call. Here each endpoint has one session.
    It has no limit of connections and stores no cookies, like a session of a single call.
    """
    loop = asyncio.get_running_loop()
    session_loop, session = endpoint.__dict__.get("_shared_session", (None, None))
    if session_loop is not loop or session.closed:
        if session is not None:
            session.connector._close()  # a closed loop cannot await anything
        session = _new_session(endpoint)
        atexit.register(session.connector._close)
        endpoint.__dict__["_shared_session"] = (loop, session)
    return _Unclosed(session)


def _new_session(endpoint: EndpointConfig) -> aiohttp.ClientSession:
    auth = endpoint.basic_auth
    return aiohttp.ClientSession(
        headers=endpoint.headers,
        auth=aiohttp.BasicAuth(auth["username"], auth["password"]) if auth else None,
        timeout=aiohttp.ClientTimeout(total=DEFAULT_REQUEST_TIMEOUT),
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEPALIVE_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
        trace_configs=action_client.proving(endpoint),
    )


@lru_cache(maxsize=1)
def _validator() -> Any:
    schema = RemoteAction.action_response_format_spec()
    return validator_for(schema)(schema)


def validate_action_result(action: RemoteAction, result: Dict[Text, Any]) -> bool:
    """Return True if the answer of an action server fits Rasa's schema.

    Stock Rasa calls ``jsonschema.validate``, which checks the schema itself each time. Here one validator is
    created, since the schema does not change.

    Raises:
        ValidationError: raised by Rasa's own function if the answer does not fit.
    """
    return True if _validator().is_valid(result) else stock_validation(action, result)


# --- the rest ---


def choose_response(
    generator: TemplatedNaturalLanguageGenerator, name: Text, channel: Text, slots: Dict[Text, Any]
) -> Optional[Dict[Text, Any]]:
    """Return one of the responses of that name as ``_random_response_for`` does; None if there is none.

    Stock Rasa lets NumPy choose, even from a single response. A single response without channel and
    condition is always the one chosen.
    """
    responses = generator.responses.get(name, ())
    if len(responses) == 1 and not responses[0].get("channel") and not responses[0].get("condition"):
        return responses[0]
    return stock_choice(generator, name, channel, slots)


@lru_cache(maxsize=None)
def _subclasses(cls: Any) -> List[Any]:
    return stock_subclasses(cls)


def all_subclasses(cls: Any) -> List[Any]:
    """Return a new list of all concrete subclasses of ``cls`` that were defined at the first call.

    Stock Rasa searches for all event types for each event that it reads. A type that is defined later is
    found only by its module path; this assistant defines none.
    """
    return list(_subclasses(cls))


def avoid_copies_for_logging() -> None:
    """Avoid copies that are made for debug log lines only.

    Stock Rasa makes deep copies of events, states and slots for log lines that are disabled, and lists all
    slots for one of them. The two modules use ``copy`` for nothing else, and the logged objects do not change
    while they are logged.
    """
    processor.copy = rule_policy.copy = SimpleNamespace(deepcopy=lambda value: value)
    MessageProcessor._log_slots = staticmethod(lambda _tracker: None)


def install() -> None:
    """Replace Rasa's functions in this process. Idempotent."""
    if os.environ.get(STOCK_TURNS) == "1":
        return
    DaskGraphRunner.run = run_graph
    MessageProcessor._predict_next_with_tracker = predict_next
    Slot.__copy__ = copied_slot
    ActionExtractSlots.run = extract_slots
    rasa_actions.action_for_name_or_text = find_action
    RemoteAction._action_call_format = action_call
    RemoteAction._validate_action_result = validate_action_result
    EndpointConfig.session = shared_session
    TemplatedNaturalLanguageGenerator._random_response_for = choose_response
    rasa.shared.utils.common.all_subclasses = all_subclasses
    avoid_copies_for_logging()
