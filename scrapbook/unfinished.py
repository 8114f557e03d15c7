"""Messages that are not finished: what waits or is under way, and what failed and can be tried again."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from scrapbook.engine import (
    JOURNEY_NAME,
    JOURNEY_VERSION,
    MEDIA_QUEUE,
    ROUNDS_OF_A_MEMO,
    UNDER_WAY,
    engine_client,
)
from scrapbook.errors import NotFound, ScrapbookError
from scrapbook.settings import Settings
from scrapbook.store import NOBODY, Message, Reply, Store, Waiting

if TYPE_CHECKING:
    from dbos import DBOSClient

STATES = {"ENQUEUED": "waiting", "DELAYED": "waiting", "PENDING": "working"}
"""What the engine's statuses of work that is not finished are called here."""

MEMO_WORKFLOWS = ("Journey.collect", "Journey.transcribe")

LOST = "nothing is at work on it"


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


class UnfinishedMessages:
    """The unfinished messages of one installation; ``opened`` is the way to get it."""

    def __init__(self, client: "DBOSClient | None", store: Store) -> None:
        self._client = client
        self._store = store

    def unfinished(self) -> list[Unfinished]:
        """Oldest first."""
        working = self._memos_under_way()
        with self._store.transaction(read_only=True) as tx:
            waiting = tx.inbox.all()
            messages = tx.messages.unfinished()
            unsent = {reply.message_sid: reply for reply in tx.replies.undelivered()}
        found = {one.message_sid: one for one in _of_inbox(waiting)}
        for message in messages:
            found.setdefault(message.sid, _of_message(message, working.get(message.sid)))
        for sid, reply in unsent.items():
            found.setdefault(sid, _of_reply(reply))
        return sorted(found.values(), key=lambda one: one.received_at)

    def known_to_the_engine_alone(self) -> int:
        """How many workflows the engine has under way, which the scrapbook's own tables do not tell."""
        return len(self._under_way(load_input=False))

    def retry(self, message_sid: str) -> None:
        """Have a failed message answered anew, behind what its sender has texted since, or have sent again
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
        if one.state in STATES.values():
            raise ScrapbookError(f"{message_sid} is still under way")
        with self._store.transaction(read_only=True) as tx:
            message = tx.messages.get(message_sid)
        if one.state in {"unsent", "sending", "held"}:  # what is being sent is not sent a second time
            self._send_again(message)
        elif message.is_memo:
            self._collect_again(message)
        else:
            self._answer_again(message)

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

    def _answer_again(self, message: Message) -> None:
        with self._store.transaction() as tx:
            tx.leases.claim(message.person_id, NOBODY)
            tx.inbox.put(message.person_id, message.sid, max(1, tx.replies.next_round(message.sid)))

    def _send_again(self, message: Message) -> None:
        with self._store.transaction() as tx:
            tx.leases.claim(message.person_id, NOBODY)
            for reply in tx.replies.of_message(message.sid):
                if reply.state == "failed":
                    tx.replies.reopen(reply.id)
            tx.outbox.release_message(message.sid)

    def _collect_again(self, memo: Message) -> None:
        """Under an id that no workflow has had: the engine would take a used one for a repetition."""
        if self._client is None:
            raise NotFound("The scrapbook has not been up with these settings")
        prefix = f"collect-{memo.sid}."
        used = self._client.list_workflows(workflow_id_prefix=prefix, load_input=False, load_output=False)
        ends = (workflow.workflow_id.removeprefix(prefix) for workflow in used)
        unused = max((int(end) for end in ends if end.isdigit()), default=0) + 1
        self._client.enqueue(
            {
                "queue_name": MEDIA_QUEUE,
                "workflow_name": "Journey.collect",
                "class_name": "Journey",
                "instance_name": JOURNEY_NAME,
                "workflow_id": f"{prefix}{unused}",
                "app_version": JOURNEY_VERSION,
            },
            memo.sid,
            memo.person_id,
            ROUNDS_OF_A_MEMO * unused,
            True,
        )

    def _memos_under_way(self) -> dict[str, str]:
        """By sid, ``waiting`` or ``working``."""
        return {
            workflow.input["args"][0]: STATES[str(workflow.status)]
            for workflow in self._under_way(list(MEMO_WORKFLOWS))
            if workflow.input is not None
        }

    def _under_way(self, names: list[str] | None = None, *, load_input: bool = True) -> list[Any]:
        if self._client is None:
            return []
        return self._client.list_workflows(
            status=list(UNDER_WAY), name=names, load_input=load_input, load_output=False
        )


def _of_inbox(waiting: list[Waiting]) -> Generator[Unfinished]:
    """The first of each person's is being worked on."""
    people = set[int]()
    for one in waiting:
        state = "waiting" if one.person_id in people else "working"
        people.add(one.person_id)
        yield Unfinished(one.message_sid, one.received_at, state)


def _of_message(message: Message, working: str | None) -> Unfinished:
    if working:
        return Unfinished(message.sid, message.received_at, working)
    return Unfinished(message.sid, message.received_at, "failed", message.problem or LOST)


def _of_reply(reply: Reply) -> Unfinished:
    if reply.held_until is not None:
        problem = f"a daily limit is reached: it waits until {reply.held_until:%Y-%m-%d %H:%M} UTC"
        return Unfinished(reply.message_sid, reply.created_at, "held", problem)
    state = "unsent" if reply.state == "failed" else "sending"
    return Unfinished(reply.message_sid, reply.created_at, state, reply.error or "")


@contextmanager
def opened(settings: Settings) -> Generator[UnfinishedMessages]:
    """The unfinished messages of these settings.

    Raises:
        NotFound: the scrapbook has never been up with these settings.
    """
    if settings.is_sqlite and not settings.sqlite_path.exists():
        raise NotFound("There is no inbox yet: the scrapbook has not been up with these settings")
    store = Store.open(settings.database_url)
    try:
        with of(settings, store) as unfinished:
            yield unfinished
    finally:
        store.close()


@contextmanager
def of(settings: Settings, store: Store) -> Generator[UnfinishedMessages]:
    """The unfinished messages of a store that is open already."""
    with engine_client(settings) as client:
        yield UnfinishedMessages(client, store)
