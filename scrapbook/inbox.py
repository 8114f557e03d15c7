"""Messages that are not finished: what is queued or under way, and what failed and can be tried again."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from dbos import DBOSClient, EnqueueOptions, WorkflowStatus

from scrapbook.errors import NotFound, ScrapbookError
from scrapbook.journey import (
    JOURNEY_VERSION,
    LAST,
    MEDIA_QUEUE,
    MESSAGES_QUEUE,
    ROUNDS_OF_A_MEMO,
    SENDING_QUEUE,
    Journey,
)
from scrapbook.settings import Settings
from scrapbook.store import Message, Reply, Store
from scrapbook.twilio.incoming import Incoming, IncomingMedia

WAITING = {"ENQUEUED": "waiting", "DELAYED": "waiting", "PENDING": "working"}
ANSWER = "Journey.answer"
MEMO_WORKFLOWS = ("Journey.collect", "Journey.transcribe", "Journey.answer_memo")
ENDED_BADLY = ["ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A message that has not been answered as it should.

    Attributes:
        state: ``waiting``, ``working``, ``sending`` (answered, a reply is on its way to Twilio), ``failed``
            (not answered), ``unsent`` (answered, but Twilio did not take a reply) or ``held`` (answered, but
            a daily limit is reached). ``failed`` and ``unsent`` can be tried again.
        problem: a sentence, or empty.
    """

    message_sid: str
    received_at: datetime
    state: str
    problem: str = ""

    @property
    def can_be_tried_again(self) -> bool:
        return self.state in {"failed", "unsent"}


@dataclass(frozen=True, slots=True)
class _Journey:
    incoming: Incoming
    person_id: int
    status: str


class MessageInbox:
    """The unfinished messages of one installation; ``opened`` is the way to get it."""

    def __init__(self, client: DBOSClient, store: Store) -> None:
        self._client = client
        self._store = store

    def unfinished(self) -> list[Unfinished]:
        """Oldest first."""
        journeys = {journey.incoming.message_sid: journey for journey in self._journeys()}
        with self._store.transaction(read_only=True) as tx:
            kept = {message.sid: message for message in tx.messages.unfinished()}
            states = tx.messages.states(journeys)
            unsent = {reply.message_sid: reply for reply in tx.replies.undelivered()}
        found = [
            _of_journey(journey)
            for sid, journey in journeys.items()
            if journey.status in WAITING or states.get(sid) != "answered"
        ]
        known = {one.message_sid for one in found}
        working = self._memos_under_way()
        found += [_of_message(message, working.get(sid)) for sid, message in kept.items() if sid not in known]
        known |= kept.keys()
        found += [_of_reply(reply) for sid, reply in unsent.items() if sid not in known]
        return sorted(found, key=lambda one: one.received_at)

    def known_to_the_engine_alone(self) -> int:
        """How much there is that the scrapbook's own tables do not tell: what is queued or under way, and
        messages that failed before they were written down."""
        waiting = self._client.list_workflows(status=list(WAITING), load_input=False, load_output=False)
        failed = {one.incoming.message_sid for one in self._journeys() if one.status not in WAITING}
        with self._store.transaction(read_only=True) as tx:
            return len(waiting) + len(failed - tx.messages.states(failed).keys())

    def retry(self, message_sid: str) -> None:
        """Start a failed message's journey anew, behind what its sender has texted since, or send again
        what Twilio did not take.

        Raises:
            NotFound: no message has that sid.
            ScrapbookError: it has not failed; it is answered, or still under way.
        """
        one = next((one for one in self.unfinished() if one.message_sid == message_sid), None)
        if one is None:
            with self._store.transaction(read_only=True) as tx:
                tx.messages.get(message_sid)
            raise ScrapbookError(f"{message_sid} is answered already")
        if one.state in WAITING.values():
            raise ScrapbookError(f"{message_sid} is still under way")
        if one.state in {
            "unsent",
            "sending",
            "held",
        }:  # sending a second time what is being sent changes nothing
            self._send_again(message_sid)
        elif (memo := self._memo(message_sid)) is not None:
            self._collect_again(memo)
        else:
            self._answer_again(message_sid)

    def transcribe_again(self, person_id: int, number: int) -> None:
        """Have a memo fetched, where it is missing, and written down again.

        Raises:
            NotFound: the person has no memo of that number.
            ScrapbookError: it is written down, or still under way.
        """
        with self._store.transaction(read_only=True) as tx:
            entry = tx.entries.by_number(person_id, number)
            memo = tx.messages.find(entry.message_sid) if entry and entry.message_sid else None
            if memo is None or not memo.is_memo:
                raise NotFound(f"Entry {number} is not a memo")
            transcript = tx.transcripts.of(memo.media[0].url)
        if transcript and transcript.text:
            raise ScrapbookError(f"Memo {number} is written down already; texting correct: ... changes it")
        if memo.sid in self._memos_under_way():
            raise ScrapbookError(f"Memo {number} is still being worked on")
        self._collect_again(memo)

    def _collect_again(self, memo: Message) -> None:
        prefix = f"collect-{memo.sid}."
        round_ = ROUNDS_OF_A_MEMO * self._unused(prefix)
        self._enqueue(prefix, MEDIA_QUEUE, "collect", None, None, memo.sid, memo.person_id, round_, True)

    def _answer_again(self, message_sid: str) -> None:
        incoming, person_id = self._what(message_sid)
        with self._store.transaction(read_only=True) as tx:
            round_ = max(1, tx.replies.next_round(message_sid))
        self._enqueue(
            f"{message_sid}.",
            MESSAGES_QUEUE,
            "answer",
            str(person_id),
            LAST,
            incoming.to_dict(),
            person_id,
            round_,
        )

    def _send_again(self, message_sid: str) -> None:
        with self._store.transaction() as tx:
            replies = [reply for reply in tx.replies.undelivered() if reply.message_sid == message_sid]
            for reply in replies:
                if reply.state == "failed":
                    tx.replies.reopen(reply.id)
        for reply in replies:
            self._enqueue(f"reply-{reply.id}.", SENDING_QUEUE, "deliver", reply.to, reply.id, reply.id)

    def _enqueue(
        self,
        prefix: str,
        queue: str,
        workflow: str,
        partition: str | None,
        priority: int | None,
        *arguments: object,
    ) -> None:
        """Start a workflow of the journey under a new id with that prefix."""
        options = EnqueueOptions(
            queue_name=queue,
            workflow_name=f"Journey.{workflow}",
            class_name="Journey",
            instance_name=Journey.NAME,
            workflow_id=f"{prefix}{self._unused(prefix)}",
            app_version=JOURNEY_VERSION,
        )
        if partition is not None:
            options["queue_partition_key"] = partition
        if priority is not None:
            options["priority"] = priority
        self._client.enqueue(options, *arguments)

    def _unused(self, prefix: str) -> int:
        """The end of an id that no workflow has had: the engine would take a used one for a repetition."""
        used = self._client.list_workflows(workflow_id_prefix=prefix, load_input=False, load_output=False)
        ends = (workflow.workflow_id.removeprefix(prefix) for workflow in used)
        return max((int(end) for end in ends if end.isdigit()), default=0) + 1

    def _what(self, message_sid: str) -> tuple[Incoming, int]:
        """From the store; from its journey where that ended before anything was stored."""
        with self._store.transaction(read_only=True) as tx:
            message = tx.messages.find(message_sid)
        if message:
            return _as_incoming(message), message.person_id
        [journey, *_] = [one for one in self._journeys() if one.incoming.message_sid == message_sid]
        return journey.incoming, journey.person_id

    def _memo(self, message_sid: str) -> Message | None:
        with self._store.transaction(read_only=True) as tx:
            message = tx.messages.find(message_sid)
        return message if message and message.is_memo else None

    def _memos_under_way(self) -> dict[str, str]:
        """By sid, ``waiting`` or ``working``."""
        return {
            workflow.input["args"][0]: WAITING[str(workflow.status)]
            for name in MEMO_WORKFLOWS
            for workflow in self._client.list_workflows(status=list(WAITING), name=name, load_output=False)
            if workflow.input is not None
        }

    def _journeys(self) -> Iterator[_Journey]:
        """Of unfinished messages, those under way last."""
        for statuses in (ENDED_BADLY, list(WAITING)):
            for workflow in self._client.list_workflows(status=statuses, name=ANSWER, load_output=False):
                if workflow.input is not None:
                    yield _journey(workflow)


def _journey(workflow: WorkflowStatus) -> _Journey:
    assert workflow.input is not None  # noqa: S101 - it was asked for
    incoming, person_id, *_ = workflow.input["args"]
    return _Journey(Incoming.from_dict(incoming), person_id, str(workflow.status))


def _of_journey(journey: _Journey) -> Unfinished:
    state = WAITING.get(journey.status, "failed")
    problem = "its journey ended with an error" if state == "failed" else ""
    return Unfinished(journey.incoming.message_sid, journey.incoming.received_at, state, problem)


def _of_message(message: Message, working: str | None) -> Unfinished:
    if working:
        return Unfinished(message.sid, message.received_at, working)
    return Unfinished(message.sid, message.received_at, "failed", message.problem or "its journey is gone")


def _of_reply(reply: Reply) -> Unfinished:
    if reply.held_until is not None:
        problem = f"a daily limit is reached: it waits until {reply.held_until:%Y-%m-%d %H:%M} UTC"
        return Unfinished(reply.message_sid, reply.created_at, "held", problem)
    state = "unsent" if reply.state == "failed" else "sending"
    return Unfinished(reply.message_sid, reply.created_at, state, reply.error or "")


def _as_incoming(message: Message) -> Incoming:
    return Incoming(
        message_sid=message.sid,
        from_=message.from_,
        to=message.to,
        body=message.body,
        media=tuple(IncomingMedia(part.url, part.content_type) for part in message.media),
        received_at=message.received_at,
    )


@contextmanager
def opened(settings: Settings) -> Generator[MessageInbox]:
    """The inbox of these settings.

    Raises:
        NotFound: the scrapbook has never been up with these settings.
    """
    if settings.is_sqlite and not settings.journey_path.exists():
        raise NotFound("There is no inbox yet: the scrapbook has not been up with these settings")
    store = Store.open(settings.database_url)
    try:
        with of(settings, store) as inbox:
            yield inbox
    finally:
        store.close()


@contextmanager
def of(settings: Settings, store: Store) -> Generator[MessageInbox]:
    """The inbox of a store that is open already."""
    client = DBOSClient(system_database_url=settings.journey_database_url, application_name="scrapbook")
    try:
        yield MessageInbox(client, store)
    finally:
        client.destroy()
