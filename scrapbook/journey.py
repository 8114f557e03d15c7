"""The way of one message, readable from top to bottom.

Two durable workflows, run by DBOS: ``answer`` takes a text from the webhook to its recorded replies,
``deliver`` takes one reply to Twilio. Whatever is killed, each goes on after its last finished step; every
step may therefore run twice and has to come out the same.
"""

import itertools
import threading
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

import structlog
from dbos import DBOS, DBOSConfiguredInstance, SetEnqueueOptions, SetWorkflowID
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_never,
    wait_exponential,
)

from scrapbook.assistant import Assistant
from scrapbook.errors import AssistantFailed, RecipientOptedOut, ScrapbookError, SendError
from scrapbook.reports import report
from scrapbook.segments import segment_count, split
from scrapbook.store import Reply, Store
from scrapbook.twilio.incoming import Incoming
from scrapbook.twilio.sending import Sent

# Bound to the workflows, not to the release: a message that was under way when the house was upgraded is
# finished by the new release. Raised only when the steps of a workflow change in an incompatible way.
JOURNEY_VERSION = "1"

# The engine's lowest priority: behind everything else that a person has texted.
LAST = 2**31 - 1

MESSAGES_QUEUE = "messages"
SENDING_QUEUE = "sending"

# A turn that fails with everything up fails for a reason of its own: a few tries, then the inbox.
TURN_ATTEMPTS = 6
# At ten seconds each about an hour and a half; then the reply stands in the inbox.
SEND_ATTEMPTS = 500

# How far back an equal reply to the same number may be confused with one that is sent again.
TWILIO_REMEMBERS = timedelta(hours=1)

# The one sentence that cannot come from Rasa, because it is said when Rasa fails.
APOLOGY = "Sorry, something went wrong with that message. I kept it, and it can be tried again."

log = structlog.get_logger(__name__)
T = TypeVar("T")


class MessageSender(Protocol):
    """What ``deliver`` needs of Twilio."""

    def send(self, from_: str, to: str, body: str, status_callback: str) -> Sent: ...

    def find(
        self, from_: str, to: str, body: str, since: datetime, known: Collection[str]
    ) -> Sent | None: ...


@DBOS.dbos_class()
class Journey(DBOSConfiguredInstance):
    """The workflows, with what they work with.

    Args:
        public_url: where Twilio reports the delivery status to.
        send_rate: segments per second and sending number; 0 for no limit.
        numbered: whether messages are numbered as they arrive; see ``Arrivals``.
    """

    NAME = "journey"

    def __init__(  # noqa: PLR0913 - what the workflows work with
        self,
        store: Store,
        assistant: Assistant,
        sender: MessageSender,
        public_url: str,
        send_rate: float,
        *,
        numbered: bool,
    ) -> None:
        super().__init__(self.NAME)
        self._store = store
        self._assistant = assistant
        self._sender = sender
        self._public_url = public_url
        self._send_rate = send_rate
        self._stopping = threading.Event()
        self._arrivals = Arrivals() if numbered else None

    def stop(self) -> None:
        """Wake every step that waits to try again; what it was doing goes on at the next start."""
        self._stopping.set()

    def start(self, incoming: Incoming, person_id: int) -> None:
        """Make a text durable. Repeated with the same MessageSid, it changes nothing."""
        with (
            SetWorkflowID(incoming.message_sid),
            SetEnqueueOptions(
                queue_partition_key=str(person_id), priority=self._arrivals and self._arrivals.number()
            ),
        ):
            DBOS.enqueue_workflow(MESSAGES_QUEUE, self.answer, incoming.to_dict(), person_id)

    @DBOS.workflow(max_recovery_attempts=None)
    def answer(self, incoming: dict[str, Any], person_id: int, round_: int = 0) -> None:
        """From a text to its recorded replies. ``round_`` counts how often it was started anew by hand."""
        message = Incoming.from_dict(incoming)
        try:
            self._answer(message, person_id, round_)
        except Exception as error:  # the workflow then stands in the inbox as failed
            report(error, message_sid=message.message_sid, step="answer")
            raise

    def _answer(self, message: Incoming, person_id: int, round_: int) -> None:
        sid = message.message_sid
        if not DBOS.run_step({"name": "keep"}, self._keep, message, person_id, round_):
            return
        text = DBOS.run_step({"name": "understand"}, self._understand, sid, person_id)
        replies = DBOS.run_step(
            {"name": "record_replies"}, self._record_replies, message, text or APOLOGY, round_
        )
        for reply_id in replies:
            self._enqueue_delivery(reply_id, message.from_)
        DBOS.run_step({"name": "finish"}, self._finish, sid, bool(text))

    @DBOS.workflow(max_recovery_attempts=None)
    def deliver(self, reply_id: int) -> None:
        seconds = DBOS.run_step({"name": "wait_for_a_slot"}, self._reserve_slot, reply_id)
        if seconds > 0:
            DBOS.sleep(seconds)
        DBOS.run_step({"name": "send"}, self._send, reply_id)

    def _keep(self, message: Incoming, person_id: int, round_: int) -> bool:
        """Write the message down; False when this round of answering it has been gone through already."""

        def record() -> bool:
            with self._store.transaction() as tx:
                kept = tx.messages.record(
                    sid=message.message_sid,
                    person_id=person_id,
                    from_=message.from_,
                    to=message.to,
                    body=message.text,
                    media=message.media,
                    received_at=message.received_at,
                )
                if kept.state == "failed":
                    return tx.replies.next_round(kept.sid) <= round_
                return kept.state == "received"

        return self._patiently(record)

    def _understand(self, sid: str, person_id: int) -> str:
        """The assistant's reply; empty when it failed for good, which is then on record."""

        def ask() -> str:
            with self._store.transaction(read_only=True) as tx:
                text = tx.messages.get(sid).body
            return self._assistant.answer(text, person_id, sid)

        try:
            return self._patiently(ask, giving_up=AfterFailures(AssistantFailed, TURN_ATTEMPTS))
        except Exception as error:
            if self._stopping.is_set():  # what it failed for is that everything is being closed
                raise Stopping from error
            report(error, message_sid=sid, step="understand")
            return ""

    def _record_replies(self, message: Incoming, text: str, round_: int) -> list[int]:
        bodies = split(text)

        def record() -> list[int]:
            with self._store.transaction() as tx:
                replies = tx.replies.record(
                    message.message_sid,
                    from_=message.to,
                    to=message.from_,
                    bodies=bodies,
                    segments=[segment_count(body) for body in bodies],
                    at=datetime.now(UTC),
                    round_=round_,
                )
                return [reply.id for reply in replies]

        return self._patiently(record)

    def _enqueue_delivery(self, reply_id: int, recipient: str) -> None:
        """One recipient's replies go out one after the other; different people's side by side."""
        with (
            SetWorkflowID(f"reply-{reply_id}"),
            SetEnqueueOptions(queue_partition_key=recipient, priority=reply_id),
        ):
            DBOS.enqueue_workflow(SENDING_QUEUE, self.deliver, reply_id)

    def _finish(self, sid: str, answered: bool) -> None:
        def finish() -> None:
            with self._store.transaction() as tx:
                if answered:
                    tx.messages.set_state(sid, "answered")
                else:
                    tx.messages.set_state(sid, "failed", "the assistant gave no reply")

        self._patiently(finish)

    def _reserve_slot(self, reply_id: int) -> float:
        """Seconds until this reply may go out at the sending number's rate."""
        if not self._send_rate:
            return 0.0

        def reserve() -> float:
            now = datetime.now(UTC)
            with self._store.transaction() as tx:
                reply = tx.replies.get(reply_id)
                slot = tx.senders.reserve(reply.from_, reply.segments / self._send_rate, now)
            return (slot - now).total_seconds()

        return self._patiently(reserve)

    def _send(self, reply_id: int) -> None:
        try:
            self._patiently(
                lambda: self._send_once(reply_id), giving_up=AfterFailures(SendError, SEND_ATTEMPTS)
            )
        except SendError as error:
            refusal = error
            self._patiently(lambda: self._record_refusal(reply_id, refusal))
            if not isinstance(refusal, RecipientOptedOut):
                report(refusal, reply_id=reply_id, step="send", twilio_code=refusal.code or 0)

    def _send_once(self, reply_id: int) -> None:
        with self._store.transaction(read_only=True) as tx:
            reply = tx.replies.get(reply_id)
            opted_out = tx.people.is_opted_out(reply.to)
        if reply.state in {"sent", "failed"}:
            return
        if opted_out:
            raise RecipientOptedOut
        sent = self._already_taken(reply) or self._hand_over(reply)
        with self._store.transaction() as tx:
            tx.replies.mark_sent(reply_id, sent.twilio_sid, datetime.now(UTC))

    def _already_taken(self, reply: Reply) -> Sent | None:
        """What came of an earlier attempt whose answer was lost, with a connection or with this process."""
        if reply.state != "sending":
            return None
        with self._store.transaction(read_only=True) as tx:
            reported = tx.replies.get(reply.id).twilio_sid
            known = tx.replies.sids_to(reply.to, reply.created_at - TWILIO_REMEMBERS)
        if reported:
            return Sent(reported, "sent")
        return self._sender.find(reply.from_, reply.to, reply.body, reply.created_at, known)

    def _hand_over(self, reply: Reply) -> Sent:
        with self._store.transaction() as tx:
            tx.replies.mark_sending(reply.id)
        try:
            return self._sender.send(reply.from_, reply.to, reply.body, self._status_url(reply))
        except RecipientOptedOut:
            with self._store.transaction() as tx:
                tx.people.set_opt_out(reply.to, datetime.now(UTC))
            raise

    def _record_refusal(self, reply_id: int, error: SendError) -> None:
        with self._store.transaction() as tx:
            tx.replies.mark_failed(reply_id, error.code, str(error), datetime.now(UTC))

    def _status_url(self, reply: Reply) -> str:
        return f"{self._public_url}/twilio/status?reply={reply.id}"

    def _patiently(
        self, work: Callable[[], T], giving_up: Callable[[RetryCallState], bool] = stop_never
    ) -> T:
        """Try until it works, for as long as the error says that trying again can help."""
        retrying = Retrying(
            retry=retry_if_exception(_is_temporary),
            wait=wait_exponential(multiplier=0.25, max=10),
            stop=giving_up,
            sleep=self._wait,
            before_sleep=_say_so,
            reraise=True,
        )
        return retrying(work)

    def _wait(self, seconds: float) -> None:
        if self._stopping.wait(seconds):
            raise Stopping


class Arrivals:
    """Numbers the messages in the order of their arrival.

    The engine starts equal priorities by the time of their enqueueing, which on SQLite it knows to the
    second only; there a number as priority keeps the order, and goes on after what is queued from before.
    PostgreSQL knows milliseconds, and has several processes whose numbers would not agree.
    """

    def __init__(self) -> None:
        self._numbers: Iterator[int] | None = None
        self._lock = threading.Lock()

    def number(self) -> int:
        """The next one; to be called when the engine is up."""
        with self._lock:
            if self._numbers is None:
                self._numbers = itertools.count(_highest_queued() + 1)
            return next(self._numbers)


def _highest_queued() -> int:
    queued = DBOS.list_workflows(
        queue_name=MESSAGES_QUEUE,
        status=["ENQUEUED", "PENDING", "DELAYED"],
        load_input=False,
        load_output=False,
    )
    numbers = (workflow.priority or 0 for workflow in queued)
    return max((number for number in numbers if number != LAST), default=0)


class Stopping(BaseException):
    """The house is being stopped: leave the step unfinished, so that it runs again at the next start."""


def _is_temporary(error: BaseException) -> bool:
    return isinstance(error, ScrapbookError) and not error.permanent


class AfterFailures:
    """Give up after so many errors of one kind; other temporary ones are waited out for ever.

    An assistant or a database that is not there is no failure of the work that waits for it.
    """

    def __init__(self, kind: type[ScrapbookError], limit: int) -> None:
        self._kind = kind
        self._left = limit

    def __call__(self, state: RetryCallState) -> bool:
        if isinstance(state.outcome and state.outcome.exception(), self._kind):
            self._left -= 1
        return self._left <= 0


def _say_so(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    log.warning(
        "trying_again", attempt=state.attempt_number, because=str(error), workflow_id=DBOS.workflow_id
    )
