"""The way of one message, readable from top to bottom.

Durable workflows, run by DBOS: ``answer`` takes a text from the webhook to its recorded replies, ``deliver``
takes one reply to Twilio. A sound takes ``collect`` (fetched and kept), ``transcribe`` (written down, which
may take a while and holds up nobody) and ``answer_memo`` (understood when its sender's turn has come).

Whatever is killed, each of them is run again until it has come to its end. Every step may therefore run twice
and has to come out the same, and what is put into a queue has an id by which it is put there once. The engine
writes down only those steps that take long, so that they are not done again: for the others that would cost
more than to do them (``Steps``).
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import Context
from datetime import UTC, datetime
from typing import Any, ParamSpec, TypeVar
from uuid import uuid4

from dbos import DBOS, DBOSConfiguredInstance, SetEnqueueOptions, SetWorkflowID
from dbos import error as engine_errors
from tenacity import stop_after_delay

from scrapbook.collecting import Collector
from scrapbook.delivery import Delivery
from scrapbook.file_types import is_sound
from scrapbook.links.previewing import Previewer, may_bring_links
from scrapbook.memos import ACKNOWLEDGED_FROM, Heard, Memos
from scrapbook.metrics import timing
from scrapbook.patience import Patience
from scrapbook.reports import about, report
from scrapbook.turns import APOLOGY, Turns
from scrapbook.twilio.incoming import Incoming
from scrapbook.waking import ring

# Bound to the workflows, not to the release: a message that was under way when the house was upgraded is
# finished by the new release. Raised only when the steps of a workflow change in an incompatible way.
JOURNEY_VERSION = "1"

# The engine's lowest priority: behind everything else that a person has texted.
LAST = 2**31 - 1

MESSAGES_QUEUE = "messages"
MEDIA_QUEUE = "media"
TRANSCRIPTION_QUEUE = "transcription"
SENDING_QUEUE = "sending"
LINKS_QUEUE = "links"

# What ``collect``, ``transcribe`` and ``answer_memo`` have to say is each a round of replies of its own.
ROUNDS_OF_A_MEMO = 3

# Of what comes with a memo, the place of its sound.
SOUND = 0

# Seconds that a webhook waits for a database that is away: less than Twilio waits for its answer.
ACCEPTING = 8.0

NO_REPLY = "the assistant gave no reply"

T = TypeVar("T")
P = ParamSpec("P")


@DBOS.dbos_class()
class Journey(DBOSConfiguredInstance):
    """The workflows; their steps are those of the parts."""

    NAME = "journey"

    def __init__(  # noqa: PLR0913, PLR0917 - what the steps are of
        self,
        turns: Turns,
        collector: Collector,
        memos: Memos,
        delivery: Delivery,
        previewer: Previewer,
        patience: Patience,
    ) -> None:
        super().__init__(self.NAME)
        self._turns = turns
        self._collector = collector
        self._memos = memos
        self._delivery = delivery
        self._previewer = previewer
        self._patiently = patience

    def start(self, incoming: Incoming, person_id: int) -> None:
        """Make a text durable. Repeated with the same MessageSid, it changes nothing."""
        number = self._patiently(lambda: self._turns.number(person_id), giving_up=stop_after_delay(ACCEPTING))
        in_turn = _in_turn(person_id, number)
        _enqueue_once(
            MESSAGES_QUEUE, incoming.message_sid, in_turn, self.answer, incoming.to_dict(), person_id
        )

    @DBOS.workflow(max_recovery_attempts=None)
    def answer(self, incoming: dict[str, Any], person_id: int, round_: int = 0) -> None:
        """From a text to its recorded replies. ``round_`` counts how often it was started anew by hand."""
        message = Incoming.from_dict(incoming)
        with _reported(message.message_sid, "answer", person_id):
            self._answer(message, person_id, round_)

    def _answer(self, message: Incoming, person_id: int, round_: int) -> None:
        sid, steps = message.message_sid, Steps(message.received_at)
        replies = steps.run("keep", self._turns.keep, message, person_id, round_)
        if any(is_sound(part.content_type) for part in message.media):
            for memo in steps.run("begin_memos", self._memos.begin, sid):
                self._enqueue_collection(memo, person_id, 0, is_memo=True)
            steps.run("finish", self._turns.finish, sid, "", steps.milliseconds)
            return
        if replies is None:
            text = steps.run("understand", self._turns.understand, sid, message.text, person_id)
            problem = "" if text else NO_REPLY
            replies = steps.run(
                "reply", self._turns.reply, sid, text or APOLOGY, round_, problem, steps.milliseconds
            )
        self._enqueue_deliveries(replies, message.from_)
        if message.media:
            self._enqueue_collection(sid, person_id, round_ + 1, is_memo=False)
        if may_bring_links(message.text):
            self._enqueue_preview(sid, round_)

    @DBOS.workflow(max_recovery_attempts=None)
    def collect(self, sid: str, person_id: int, round_: int, is_memo: bool) -> None:
        """Fetches what came with a message; a memo is then written down."""
        with _reported(sid, "collect", person_id):
            steps = Steps()
            missing = steps.once("fetch", self._collector.collect, sid)
            steps.once("discard", self._collector.discard, sid)
            if missing:
                self._enqueue_answer(sid, person_id, Heard.MISSING, round_)
            if is_memo and SOUND not in missing:
                self._enqueue_transcription(sid, person_id, round_ + 1)

    @DBOS.workflow(max_recovery_attempts=None)
    def transcribe(self, sid: str, person_id: int, round_: int) -> None:
        """From a sound to its words; whoever left a long one is told meanwhile that it has come in."""
        with _reported(sid, "transcribe", person_id):
            steps = Steps()
            duration = steps.once("measure", self._memos.duration, sid)
            if duration is not None and duration >= ACKNOWLEDGED_FROM:
                text = steps.once("acknowledge", self._memos.acknowledgement, sid, duration)
                replies = steps.run("record_replies", self._turns.record_replies, sid, text, round_)
                self._enqueue_deliveries(replies, self._turns.recipient(sid))
            heard = steps.once("write_down", self._memos.write_down, sid)
            self._enqueue_answer(sid, person_id, Heard(heard), round_ + 1)

    @DBOS.workflow(max_recovery_attempts=None)
    def answer_memo(self, sid: str, heard: str, round_: int) -> None:
        """From what was heard in a sound, or what became of it, to the recorded replies."""
        with _reported(sid, "answer_memo", self._turns.sender(sid)):
            steps = Steps()
            text = steps.run("understand", self._memos.answer, sid, heard)
            problem = NO_REPLY if text == "" else Heard(heard).problem
            if text is None:
                steps.run("finish", self._turns.finish, sid, problem, steps.milliseconds)
                return
            replies = steps.run(
                "reply", self._turns.reply, sid, text or APOLOGY, round_, problem, steps.milliseconds
            )
            self._enqueue_deliveries(replies, self._turns.recipient(sid))

    @DBOS.workflow(max_recovery_attempts=None)
    def preview(self, sid: str) -> None:
        """Looks at the pages behind the links that were texted; nobody waits for it."""
        with _reported(sid, "preview", self._turns.sender(sid)):
            Steps().run("preview", self._previewer.preview, sid)

    @DBOS.workflow(max_recovery_attempts=None)
    def deliver(self, reply_id: int) -> None:
        steps = Steps()
        steps.run("wait_for_a_slot", self._delivery.wait_for_a_slot, reply_id)
        held = steps.run("send", self._delivery.send, reply_id)
        if held is not None:
            # Anew, so that it takes none of the places of those that are sending. Of two, the later one finds
            # that it is sent.
            later = _to_recipient(self._delivery.recipient(reply_id), reply_id, held)
            _enqueue_once(SENDING_QUEUE, f"reply-{reply_id}-{uuid4()}", later, self.deliver, reply_id)

    def release_held(self) -> None:
        """Have all replies that are held back try again: there may be more room than there was. To be called
        when the engine is up."""
        self._delivery.release()
        delayed = DBOS.list_workflows(
            queue_name=SENDING_QUEUE, status="DELAYED", load_input=False, load_output=False
        )
        for workflow in delayed:
            DBOS.set_workflow_delay(workflow.workflow_id, delay_seconds=0)

    def _enqueue_deliveries(self, reply_ids: list[int], recipient: str) -> None:
        """One recipient's replies go out one after the other; different people's side by side."""
        for reply_id in reply_ids:
            to_recipient = _to_recipient(recipient, reply_id)
            _enqueue_once(SENDING_QUEUE, f"reply-{reply_id}", to_recipient, self.deliver, reply_id)

    def _enqueue_collection(self, sid: str, person_id: int, round_: int, *, is_memo: bool) -> None:
        """Who has many to be fetched comes after who has few."""
        id_ = f"collect-{sid}.{round_}"
        after_few = SetEnqueueOptions(priority=max(1, self._collector.waiting(person_id)))
        _enqueue_once(MEDIA_QUEUE, id_, after_few, self.collect, sid, person_id, round_, is_memo)

    def _enqueue_preview(self, sid: str, round_: int) -> None:
        _enqueue_once(LINKS_QUEUE, f"preview-{sid}.{round_}", SetEnqueueOptions(), self.preview, sid)

    def _enqueue_transcription(self, sid: str, person_id: int, round_: int) -> None:
        """Who has many to be written down comes after who has few."""
        id_ = f"transcribe-{sid}.{round_}"
        after_few = SetEnqueueOptions(priority=max(1, self._memos.waiting(person_id)))
        _enqueue_once(TRANSCRIPTION_QUEUE, id_, after_few, self.transcribe, sid, person_id, round_)

    def _enqueue_answer(self, sid: str, person_id: int, heard: Heard, round_: int) -> None:
        """A memo is answered when its sender's turn has come, as a text is."""
        id_ = f"answer-{sid}.{round_}"
        in_turn = _in_turn(person_id, self._patiently(lambda: self._turns.number(person_id)))
        _enqueue_once(MESSAGES_QUEUE, id_, in_turn, self.answer_memo, sid, heard.value, round_)


def _in_turn(person_id: int, number: int) -> SetEnqueueOptions:
    """The engine starts what one person sent by these numbers, whichever process took it and runs it."""
    return SetEnqueueOptions(queue_partition_key=str(person_id), priority=number)


def _to_recipient(recipient: str, reply_id: int, seconds: float | None = None) -> SetEnqueueOptions:
    return SetEnqueueOptions(queue_partition_key=recipient, priority=reply_id, delay_seconds=seconds)


def _enqueue_once(
    queue: str,
    id_: str,
    options: SetEnqueueOptions,
    workflow: Callable[P, None],
    *args: P.args,
    **kwargs: P.kwargs,
) -> None:
    """Once for all, by its id: so the workflow that does it need not remember having done it."""

    def enqueue() -> None:
        with SetWorkflowID(id_), options:
            DBOS.enqueue_workflow(queue, workflow, *args, **kwargs)

    Context().run(enqueue)  # in that of a workflow the engine would write it down as a step
    ring(queue)


class Steps:
    """The steps of a workflow, and how long they took as far as they ran in this process.

    Args:
        received_at: when what it is about came in; then how long that waited for the first step is told too.
    """

    def __init__(self, received_at: datetime | None = None) -> None:
        self._received_at = received_at
        self.milliseconds: dict[str, int] = {}

    def run(self, name: str, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What ``work`` returns. Where the workflow is run again, so is this."""
        if self._received_at and not self.milliseconds:
            waited = datetime.now(UTC) - self._received_at
            self.milliseconds["waited"] = round(waited.total_seconds() * 1000)
        with timing(lambda seconds: self._tell(name, seconds)):
            return work(*args, **kwargs)

    def once(self, name: str, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What ``work`` returned when it ran to its end, also where the workflow is run again."""
        try:
            return DBOS.run_step({"name": name}, self.run, name, work, *args, **kwargs)
        except (
            engine_errors.DBOSUnexpectedStepError
        ):  # a release with other steps has begun it, and written those down
            return self.run(name, work, *args, **kwargs)

    def _tell(self, name: str, seconds: float) -> None:
        self.milliseconds[name] = round(seconds * 1000)


@contextmanager
def _reported(sid: str, workflow: str, person_id: int | None) -> Generator[None]:
    """An error ends the workflow, which then stands in the inbox as failed."""
    with about(sid, workflow, person_id):
        try:
            yield
        except Exception as error:
            report(error, message_sid=sid, step=workflow)
            raise
