"""Takes over what an older release left in the engine's queues: texts to be answered, replies to be sent.

In that release each was a workflow of the engine. Texts become rows of the inbox; a reply that is recorded is
in the outbox already. Each step may be repeated, so a process that is killed in between loses nothing.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import structlog

from scrapbook.engine import UNDER_WAY, engine_client
from scrapbook.errors import NotFound
from scrapbook.intake import arrival_of
from scrapbook.settings import Settings
from scrapbook.store import Store, Transaction
from scrapbook.store.statements import chunks
from scrapbook.twilio.incoming import Incoming

if TYPE_CHECKING:
    from dbos import DBOSClient, WorkflowStatus

ANSWER, ANSWER_MEMO, DELIVER = "Journey.answer", "Journey.answer_memo", "Journey.deliver"
ENDED_BADLY = ("ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")

ENDED = "its journey ended with an error"

log = structlog.get_logger(__name__)


def take_over(settings: Settings, store: Store, worker: str) -> int:
    """Move everything; to be called before anything new is answered, with no process of the older release at
    work. Returns how many workflows there were.

    What ended badly before it was written down is kept as a message that failed.
    """
    names, statuses = (ANSWER, ANSWER_MEMO, DELIVER), (*UNDER_WAY, *ENDED_BADLY)
    with engine_client(settings, lambda queues: queues.has_any(names, statuses)) as client:
        return 0 if client is None else _take_over(client, store, worker)


def hold(client: "DBOSClient", store: Store, problem: str) -> None:
    """Keep everything as messages that failed, with the problem, and answer none of it."""
    under_way = _in_order(client, UNDER_WAY)
    with store.transaction() as tx:
        for workflow in under_way:
            if workflow.name == ANSWER:
                _keep_failed(tx, workflow, problem)
            elif workflow.name == ANSWER_MEMO:
                _fail(tx, _arguments(workflow)[0], problem)
    _cancel(client, under_way)
    _keep_lost(client, store)


def _take_over(client: "DBOSClient", store: Store, worker: str) -> int:
    under_way = _in_order(client, UNDER_WAY)
    with store.transaction() as tx:
        for workflow in under_way:
            if workflow.name == ANSWER:
                _accept(tx, workflow, worker)
            elif workflow.name == ANSWER_MEMO:
                _put(tx, worker, *_arguments(workflow))
    _cancel(client, under_way)
    _keep_lost(client, store)
    if under_way:
        log.info("old_queue_taken_over", workflows=len(under_way))
    return len(under_way)


def _accept(tx: Transaction, workflow: "WorkflowStatus", worker: str) -> None:
    incoming, person_id, *rest = _arguments(workflow)
    message, round_ = Incoming.from_dict(incoming), rest[0] if rest else 0
    if not _is_there(tx, person_id):
        return
    tx.leases.claim(person_id, worker)
    is_new = tx.inbox.accept(round_, **arrival_of(message, person_id))
    # One that was begun may be answered and still have pictures to be fetched: what is done is found done.
    if not is_new and (workflow.status == "PENDING" or _is_to_be_answered(tx, message.message_sid, round_)):
        tx.inbox.put(person_id, message.message_sid, round_)


def _is_to_be_answered(tx: Transaction, sid: str, round_: int) -> bool:
    state = tx.messages.get(sid).state
    if state == "failed":
        return tx.replies.next_round(sid) <= round_
    return state == "received"


def _put(tx: Transaction, worker: str, sid: str, heard: str, round_: int) -> None:
    memo = tx.messages.find(sid)
    if memo is not None and not any(reply.round == round_ for reply in tx.replies.of_message(sid)):
        tx.leases.claim(memo.person_id, worker)
        tx.inbox.put(memo.person_id, sid, round_, heard)


def _keep_lost(client: "DBOSClient", store: Store) -> None:
    """A journey that ended badly may alone hold its message."""
    ended = _in_order(client, ENDED_BADLY, ANSWER)
    with store.transaction() as tx:
        for workflow in ended:
            _keep_failed(tx, workflow, ENDED)


def _keep_failed(tx: Transaction, workflow: "WorkflowStatus", problem: str) -> None:
    incoming, person_id, *_ = _arguments(workflow)
    message = Incoming.from_dict(incoming)
    known = tx.messages.find(message.message_sid)
    if not _is_there(tx, person_id):
        return
    if known is None:
        tx.messages.add(**arrival_of(message, person_id))
        tx.messages.set_state(message.message_sid, "failed", problem)
    elif known.state == "received" and problem != ENDED:
        tx.messages.set_state(message.message_sid, "failed", problem)


def _is_there(tx: Transaction, person_id: int) -> bool:
    """Whether the person was not removed meanwhile, and with them all that they sent."""
    try:
        tx.people.get(person_id)
    except NotFound:
        return False
    return True


def _fail(tx: Transaction, sid: str, problem: str) -> None:
    known = tx.messages.find(sid)
    if known is not None and known.state == "received":
        tx.messages.set_state(sid, "failed", problem)


def _in_order(client: "DBOSClient", statuses: Sequence[str], *names: str) -> "list[WorkflowStatus]":
    """As they would have run: what was begun first, then by its number among those of its sender."""
    found = client.list_workflows(
        status=list(statuses), name=list(names or (ANSWER, ANSWER_MEMO, DELIVER)), load_output=False
    )
    return sorted(found, key=lambda one: (one.status != "PENDING", one.priority or 0, one.created_at or 0))


def _arguments(workflow: "WorkflowStatus") -> Sequence[Any]:
    return workflow.input["args"] if workflow.input else ()


def _cancel(client: "DBOSClient", workflows: "Sequence[WorkflowStatus]") -> None:
    for some in chunks(workflow.workflow_id for workflow in workflows):
        client.cancel_workflows(some)
