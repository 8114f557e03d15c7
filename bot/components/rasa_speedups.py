"""Makes a turn of Rasa 3.6 several times faster without changing what comes of it.

Most of a turn of stock Rasa goes into doing again what was done before: checking a schema, looking for
classes, planning the order of a graph, matching the same rules, copying what nobody looks at. Each function
here says what stock Rasa does, what is done instead and why the result is the same; ``bench/equality.py``
sends texts through both and compares. One thing is not the same: the action server is told less
(``action_call``).

``install`` puts all of them in the place of Rasa's own. With ``SCRAPBOOK_STOCK_TURNS=1`` in the environment
it does nothing: that is for comparing, in development, and no setting.
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

STOCK_TURNS = "SCRAPBOOK_STOCK_TURNS"

# Turns of one kind need two predictions; there are some hundreds of kinds.
REMEMBERED_PREDICTIONS = 4096
# Models that are loaded at a time, and a few more while one takes the place of another.
_DOMAINS = 4
# Seconds; less than the 5 after which uvicorn and Sanic close a connection, perhaps in the middle of a call.
KEPT_OPEN = 3

# What an action server may want to know of a message: not the ranking of all intents, nor places of words.
OF_A_MESSAGE = ("text", "intent", "entities", "message_id", "metadata", "only_understood")

stock_call = RemoteAction._action_call_format
stock_validation = RemoteAction._validate_action_result
stock_subclasses = rasa.shared.utils.common.all_subclasses
stock_run = DaskGraphRunner.run
stock_action = rasa_actions.action_for_name_or_text
stock_prediction = MessageProcessor._predict_next_with_tracker
stock_extraction = ActionExtractSlots.run
stock_choice = TemplatedNaturalLanguageGenerator._random_response_for


@dataclasses.dataclass(frozen=True)
class _Same:
    """Stands for a very object as a key, and keeps it, so that no other can get its address."""

    it: Any

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, _Same) and self.it is other.it

    def __hash__(self) -> int:
        return id(self.it)


# --- the graph ---


def run_graph(
    runner: DaskGraphRunner, inputs: Optional[Dict[Text, Any]] = None, targets: Optional[List[Text]] = None
) -> Dict[Text, Any]:
    """The outputs of the targets, as ``DaskGraphRunner.run`` returns them.

    Stock Rasa cuts the graph to its targets for each run and has dask's scheduler find an order of its nodes,
    with queues and states for workers that do not exist. Here the order is found once for each set of
    targets. The nodes are called with the same inputs, each behind those that it needs; which of two that do
    not need each other comes first makes no difference to either. A training, the only graph whose nodes are
    made late, is left to dask, which lets go of what is not needed any more.
    """
    if not all(node._eager for node in runner._instantiated_nodes.values()):
        return stock_run(runner, inputs, targets)
    wanted = tuple(targets or runner._graph_schema.target_names)
    orders = runner.__dict__.setdefault("_orders", {})
    if wanted not in orders:
        orders[wanted] = _order(runner, wanted)
    if any(name in orders[wanted] or isinstance(value, str) for name, value in (inputs or {}).items()):
        return stock_run(runner, inputs, targets)  # which refuses what could be taken for a node
    outputs = {name: (name, value) for name, value in (inputs or {}).items()}
    try:
        for name, (node, needs) in orders[wanted].items():
            outputs[name] = node(*[outputs.get(need, need) for need in needs])
    except RuntimeError as error:
        raise GraphRunError("Error running runner.") from error
    return {name: outputs[name][1] for name in wanted}


def _order(runner: DaskGraphRunner, targets: Sequence[Text]) -> Dict[Text, Tuple[GraphNode, List[Text]]]:
    """The nodes that the targets need and what each of them needs, none before what it needs itself."""
    nodes = runner._graph_schema.minimal_graph_schema(list(targets)).nodes
    ordered: Dict[Text, Tuple[GraphNode, List[Text]]] = {}

    def append(name: Text) -> None:
        if name in ordered or name not in nodes:  # an input of the run is no node
            return
        needs = list(nodes[name].needs.values())
        for need in needs:
            append(need)
        ordered[name] = (runner._instantiated_nodes[name], needs)

    for target in targets:
        append(target)
    return ordered


# --- the prediction ---


class Predictions:
    """What a model predicted, by all that its rules look at; the latest so many."""

    def __init__(self, size: int = REMEMBERED_PREDICTIONS) -> None:
        """Empty; ``size`` is the most that is kept."""
        self._size = size
        self._known: "OrderedDict[Any, PolicyPrediction]" = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def get(self, situation: Any) -> Optional[PolicyPrediction]:
        """One of the caller's own, with events of now; None when there is none."""
        known = self._known.get(situation)
        if known is None:
            return None
        self._known.move_to_end(situation)
        return _renewed(known)

    def keep(self, situation: Any, prediction: PolicyPrediction) -> None:
        """Forgets what was not asked for longest, if it must."""
        self._known[situation] = _renewed(prediction)
        if len(self._known) > self._size:
            self._known.popitem(last=False)


def _renewed(prediction: PolicyPrediction) -> PolicyPrediction:
    renewed = copy.copy(prediction)
    renewed.events = [copy.copy(event) for event in prediction.events]
    for event in renewed.events:
        event.timestamp = time.time()
    return renewed


def predict_next(model: MessageProcessor, tracker: DialogueStateTracker) -> PolicyPrediction:
    """The prediction for the next action, as ``MessageProcessor._predict_next_with_tracker`` makes it.

    Stock Rasa turns the conversation into states and matches them with all rules, twice a turn. Here a
    prediction is remembered by what these states are made of: the intents, the kinds of the entities, and the
    actions that were taken. Nothing else can change what ``RulePolicy`` predicts, as long as no slot and no
    loop has a say and no rule begins with a text; where that is not so, or the conversation holds any other
    event, the rules are asked. What is remembered belongs to the model that was loaded, and goes with it.
    """
    remembered = model.__dict__.get("_remembered")
    if remembered is None:
        remembered = model._remembered = Predictions(REMEMBERED_PREDICTIONS if _only_rules(model) else 0)
    situation = _situation(tracker) if remembered._size else None
    if situation is None:
        return stock_prediction(model, tracker)
    prediction = remembered.get(situation)
    if prediction is None:
        prediction = stock_prediction(model, tracker)
        remembered.keep(situation, prediction)
    return prediction


def _only_rules(model: MessageProcessor) -> bool:
    """Whether predictions follow from intents, entities and actions alone."""
    nodes = getattr(model.graph_runner, "_instantiated_nodes", {}).values()
    policies = [node._component for node in nodes if isinstance(node._component, Policy)]
    of_rules = all(type(policy) is RulePolicy for policy in policies)
    return (
        bool(policies)
        and of_rules
        and not any('"text":' in rule for policy in policies for rule in policy.lookup.get(RULES, {}))
        and not any(slot.influence_conversation for slot in model.domain.slots)
        and not model.domain.form_names
    )


def _situation(tracker: DialogueStateTracker) -> Optional[Tuple[Any, ...]]:
    """What a prediction follows from; None when something is going on that is not looked at here."""
    if tracker.followup_action or tracker.active_loop or tracker.is_paused():
        return None
    parts: List[Any] = []
    for event in tracker.events:
        part = _PARTS.get(type(event))
        if part is None:
            return None
        parts.append(part(event))
    return tuple(parts)


def _of_user(event: UserUttered) -> Tuple[Any, ...]:
    kinds = sorted(
        (str(entity.get("entity")), str(entity.get("role")), str(entity.get("group")))
        for entity in event.entities
    )
    return event.intent.get("name"), event.use_text_for_featurization, not event.text, tuple(kinds)


# Kinds of events, and what of each the rules see; nothing else of them gets into a state.
_PARTS: Dict[Type[Event], Any] = {
    UserUttered: _of_user,
    ActionExecuted: lambda event: (event.action_name, event.action_text, event.hide_rule_turn),
    DefinePrevUserUtteredFeaturization: lambda event: event.use_text_for_featurization,
    SessionStarted: lambda _event: "session",
    SlotSet: lambda _event: None,  # has no influence: see _only_rules
    BotUttered: lambda _event: None,
}


# --- slots ---


def copied_slot(slot: Slot) -> Slot:
    """The same slot once more, as ``copy.copy`` makes it.

    Stock Rasa copies all slots for each copy of a tracker, several times a turn, and ``copy.copy`` takes any
    object apart and together by its protocol for pickling. A slot is a plain object that defines none of that
    protocol, so a new object with the same attributes is what comes of it.
    """
    copied = object.__new__(type(slot))
    copied.__dict__.update(slot.__dict__)
    return copied


async def extract_slots(
    action: ActionExtractSlots, output_channel: Any, nlg: Any, tracker: DialogueStateTracker, domain: Domain
) -> List[Event]:
    """The events that fill slots from the latest message, as ``ActionExtractSlots.run`` finds them.

    Stock Rasa tries each mapping of each slot. A mapping from an entity yields nothing unless the message has
    such an entity, and where all mappings are of that kind and nothing validates them, nothing is to be tried
    for a message without one.
    """
    sources = _entities_of_slots(_Same(domain))
    if sources is None or tracker.latest_message is None:
        return await stock_extraction(action, output_channel, nlg, tracker, domain)
    if sources.isdisjoint(entity.get("entity") for entity in tracker.latest_message.entities):
        return []
    return await stock_extraction(action, output_channel, nlg, tracker, domain)


@lru_cache(maxsize=_DOMAINS)
def _entities_of_slots(domain: _Same) -> Optional[FrozenSet[Text]]:
    """The entities that fill slots; None where anything else may fill or check them."""
    if ACTION_VALIDATE_SLOT_MAPPINGS in domain.it.user_actions:
        return None
    slots = [slot for slot in domain.it.slots if slot.name not in DEFAULT_SLOT_NAMES]
    mappings = [mapping for slot in slots for mapping in slot.mappings]
    if any(mapping.get("type") != "from_entity" for mapping in mappings):
        return None
    return frozenset(mapping["entity"] for mapping in mappings)


# --- actions ---


def find_action(name: Text, domain: Domain, endpoint: Optional[EndpointConfig]) -> Action:
    """The action of that name, as ``action_for_name_or_text`` finds it.

    Stock Rasa makes all of its default actions and collects the names of the domain to find one, three times
    a turn. Those that are kept here hold a name and an endpoint, and nothing of a turn; all others are made
    anew.

    Raises:
        ActionNotFoundException: the domain knows no such action.
    """
    action = _kept_action(name, _Same(domain), _Same(endpoint))
    return action if type(action) in _KEPT else stock_action(name, domain, endpoint)


_KEPT = (RemoteAction, ActionListen, ActionSessionStart, ActionExtractSlots)


@lru_cache(maxsize=_DOMAINS * 64)
def _kept_action(name: Text, domain: _Same, endpoint: _Same) -> Action:
    return stock_action(name, domain.it, endpoint.it)


def action_call(action: RemoteAction, tracker: DialogueStateTracker, domain: Domain) -> Dict[Text, Any]:
    """What the action server is sent.

    Stock Rasa sends the domain, all slots, all events and all that the pipeline found out, 23 KB with each
    call. Here go the slots that are set and what the message says, under the names that ``rasa_sdk.Tracker``
    reads; no action of this assistant reads more. An action server that insists on a domain, as that of
    rasa_sdk does, answers 449.
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
            "latest_message": {name: message[name] for name in OF_A_MESSAGE if name in message},
            "events": [],
            "paused": tracker.is_paused(),
            "followup_action": tracker.followup_action,
            "active_loop": dataclasses.asdict(tracker.active_loop) if tracker.active_loop else {},
            "latest_action_name": tracker.latest_action_name,
        },
    }


class _LeftOpen:
    """Lends a session out: whoever is done with it does not close it."""

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


def kept_session(endpoint: EndpointConfig) -> _LeftOpen:
    """A session with the endpoint, configured as ``EndpointConfig.session`` does it, for ``async with``.

    Stock Rasa opens a session, and with it a connection, for each call. Here one is kept for each endpoint;
    it has no limit of connections and keeps no cookies, as a session of one call has neither.
    """
    loop = asyncio.get_running_loop()
    kept_on, session = endpoint.__dict__.get("_kept_session", (None, None))
    if kept_on is not loop or session.closed:
        if session is not None:
            session.connector._close()  # nothing can be awaited on a loop that has ended
        session = _new_session(endpoint)
        atexit.register(session.connector._close)
        endpoint.__dict__["_kept_session"] = (loop, session)
    return _LeftOpen(session)


def _new_session(endpoint: EndpointConfig) -> aiohttp.ClientSession:
    auth = endpoint.basic_auth
    return aiohttp.ClientSession(
        headers=endpoint.headers,
        auth=aiohttp.BasicAuth(auth["username"], auth["password"]) if auth else None,
        timeout=aiohttp.ClientTimeout(total=DEFAULT_REQUEST_TIMEOUT),
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEPT_OPEN),
        cookie_jar=aiohttp.DummyCookieJar(),
    )


@lru_cache(maxsize=1)
def _validator() -> Any:
    schema = RemoteAction.action_response_format_spec()
    return validator_for(schema)(schema)


def validate_action_result(action: RemoteAction, result: Dict[Text, Any]) -> bool:
    """True when the answer of an action server fits Rasa's schema.

    Stock Rasa has ``jsonschema.validate`` check the schema itself first, each time. Here one validator is
    built, and the schema does not change.

    Raises:
        ValidationError: that of Rasa's own function, when it does not fit.
    """
    return True if _validator().is_valid(result) else stock_validation(action, result)


# --- the rest ---


def choose_response(
    generator: TemplatedNaturalLanguageGenerator, name: Text, channel: Text, slots: Dict[Text, Any]
) -> Optional[Dict[Text, Any]]:
    """One of the responses of that name, as ``_random_response_for`` draws it; None when none suits.

    Stock Rasa has NumPy draw, also from one. The only one, bound to no channel and no condition, is what is
    always drawn.
    """
    responses = generator.responses.get(name, ())
    if len(responses) == 1 and not responses[0].get("channel") and not responses[0].get("condition"):
        return responses[0]
    return stock_choice(generator, name, channel, slots)


@lru_cache(maxsize=None)
def _subclasses(cls: Any) -> List[Any]:
    return stock_subclasses(cls)


def all_subclasses(cls: Any) -> List[Any]:
    """A fresh list of all concrete subclasses of ``cls`` that were known at the first call.

    Stock Rasa looks for all kinds of events for each event that it reads. A kind that is defined later is
    found only by its module path; this assistant defines none.
    """
    return list(_subclasses(cls))


def leave_out_copies_for_the_log() -> None:
    """Has what is copied for debugging lines not be copied.

    Stock Rasa makes deep copies of events, states and slots to hand them to lines that are off, and lists all
    slots for one of them. The two modules use ``copy`` for nothing else; what is logged is not changed while
    it is logged.
    """
    processor.copy = rule_policy.copy = SimpleNamespace(deepcopy=lambda value: value)
    MessageProcessor._log_slots = staticmethod(lambda _tracker: None)


def install() -> None:
    """Puts all of it in the place of Rasa's own. Harmless when repeated."""
    if os.environ.get(STOCK_TURNS) == "1":
        return
    DaskGraphRunner.run = run_graph
    MessageProcessor._predict_next_with_tracker = predict_next
    Slot.__copy__ = copied_slot
    ActionExtractSlots.run = extract_slots
    rasa_actions.action_for_name_or_text = find_action
    RemoteAction._action_call_format = action_call
    RemoteAction._validate_action_result = validate_action_result
    EndpointConfig.session = kept_session
    TemplatedNaturalLanguageGenerator._random_response_for = choose_response
    rasa.shared.utils.common.all_subclasses = all_subclasses
    leave_out_copies_for_the_log()
