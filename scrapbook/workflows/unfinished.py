"""Unfinished messages: those that wait or are in progress, and those that failed and can be retried."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from scrapbook.errors import NotFound, ScrapbookError
from scrapbook.settings import Settings
from scrapbook.store import UNASSIGNED, Message, OutboundMessage, Store, WaitingMessage
from scrapbook.workflows.engine import (
    ATTEMPTS_PER_MEMO,
    DOWNLOAD_MEDIA,
    HANDLE_MEMO,
    MEDIA_QUEUE,
    UNFINISHED_STATUSES,
    WORKFLOWS_CLASS,
    WORKFLOWS_INSTANCE,
    WORKFLOWS_VERSION,
    dbos_client,
)

if TYPE_CHECKING:
    from dbos import DBOSClient

STATES = {"ENQUEUED": "waiting", "DELAYED": "waiting", "PENDING": "working"}
"""The states of unfinished messages by DBOS's statuses of unfinished workflows."""

MEMO_WORKFLOWS = (DOWNLOAD_MEDIA, HANDLE_MEMO)

LOST = "nothing is at work on it"
"""The problem of a message that is neither answered nor in the inbox, and has no workflow."""

OUTBOUND = "outbound-"
"""Prefix of the id of an outbound message that answers no message."""


@dataclass(frozen=True, slots=True)
class UnfinishedMessage:
    """A message that is not answered, or whose reply is not sent.

    Attributes:
        state: ``waiting``, ``working``, ``sending`` (answered, a reply is being sent), ``failed`` (not
            answered), ``unsent`` (answered, but the provider refused a reply) or ``held`` (answered, but a
            daily limit is reached). ``failed`` and ``unsent`` can be retried.
        problem: a sentence, or empty.
    """

    message_id: str
    received_at: datetime
    state: str
    problem: str = ""

    @property
    def can_be_retried(self) -> bool:
        return self.state in {"failed", "unsent"}


class UnfinishedMessages:
    """The unfinished messages of one installation; ``open_unfinished`` makes it."""

    def __init__(self, client: "DBOSClient | None", store: Store) -> None:
        self._client = client
        self._store = store

    def unfinished(self) -> list[UnfinishedMessage]:
        """Return the unfinished messages, oldest first."""
        working = self._memos_in_progress()
        with self._store.transaction(read_only=True) as tx:
            waiting = tx.inbox.all()
            messages = tx.messages.unfinished()
            unsent = {_id_of(message): message for message in tx.outbound_messages.undelivered()}
        found = {one.message_id: one for one in _of_inbox(waiting)}
        for message in messages:
            found.setdefault(message.id, _of_message(message, working.get(message.id)))
        for id_, outbound in unsent.items():
            found.setdefault(id_, _of_outbound(outbound))
        return sorted(found.values(), key=lambda one: one.received_at)

    def workflows_in_progress(self) -> int:
        """Return how many workflows DBOS has not finished; the scrapbook's own tables do not record them."""
        return len(self._in_progress(load_input=False))

    def retry(self, message_id: str) -> None:
        """Retry a failed message, behind what its sender has texted since; or send a refused reply again.

        Raises:
            NotFound: there is no message with that id.
            ScrapbookError: the message is answered, or still in progress.
        """
        if message_id.startswith(OUTBOUND):
            self._send_one_again(message_id)
            return
        one = next((one for one in self.unfinished() if one.message_id == message_id), None)
        if one is None:
            with self._store.transaction(read_only=True) as tx:
                tx.messages.get(message_id)
            raise ScrapbookError(f"{message_id} is answered already")
        if one.state in STATES.values():
            raise ScrapbookError(f"{message_id} is still under way")
        with self._store.transaction(read_only=True) as tx:
            message = tx.messages.get(message_id)
        if one.state in {"unsent", "sending", "held"}:  # only failed replies are sent again
            self._send_again(message)
        elif message.is_memo:
            self._download_again(message)
        else:
            self._answer_again(message)

    def transcribe_again(self, person_id: int, number: int) -> None:
        """Transcribe a memo again, and download its recording first if it is missing.

        Raises:
            NotFound: the person has no memo with that number.
            ScrapbookError: the memo is transcribed, or still in progress.
        """
        with self._store.transaction(read_only=True) as tx:
            entry = tx.entries.by_number(person_id, number)
            memo = tx.messages.find(entry.message_id) if entry and entry.message_id else None
            if memo is None or not memo.is_memo:
                raise NotFound(f"Entry {number} is not a memo")
            transcript = tx.transcripts.of(memo.media[0].url)
        if transcript and transcript.text:
            raise ScrapbookError(f"Memo {number} is transcribed already; texting correct: ... changes it")
        if memo.id in self._memos_in_progress():
            raise ScrapbookError(f"Memo {number} is still being worked on")
        self._download_again(memo)

    def _answer_again(self, message: Message) -> None:
        with self._store.transaction() as tx:
            tx.leases.claim(message.person_id, UNASSIGNED)
            tx.inbox.put(message.person_id, message.id, max(1, tx.outbound_messages.next_attempt(message.id)))

    def _send_one_again(self, name: str) -> None:
        """Send a message that answers none again.

        Raises:
            NotFound: there is no such message, or it has not failed.
        """
        number = name.removeprefix(OUTBOUND)
        if not number.isdigit():
            raise NotFound("There is no such outbound message.")
        with self._store.transaction() as tx:
            message = tx.outbound_messages.get(int(number))
            tx.leases.claim(message.person_id, UNASSIGNED)
            tx.outbound_messages.reopen(message.id)

    def _send_again(self, message: Message) -> None:
        with self._store.transaction() as tx:
            tx.leases.claim(message.person_id, UNASSIGNED)
            for reply in tx.outbound_messages.of_message(message.id):
                if reply.state == "failed":
                    tx.outbound_messages.reopen(reply.id)
            tx.outbox.release_message(message.id)

    def _download_again(self, memo: Message) -> None:
        """Enqueue the download under a new id: DBOS ignores a workflow with an id that was used before.

        A restored scrapbook has none of the workflows before, but the replies to their attempts.
        """
        if self._client is None:
            raise NotFound("The scrapbook has not been up with these settings")
        prefix = f"collect-{memo.id}."
        used = self._client.list_workflows(workflow_id_prefix=prefix, load_input=False, load_output=False)
        ends = (workflow.workflow_id.removeprefix(prefix) for workflow in used)
        with self._store.transaction(read_only=True) as tx:
            answered = -(-tx.outbound_messages.next_attempt(memo.id) // ATTEMPTS_PER_MEMO)
        unused = max(answered, 1, *(int(end) + 1 for end in ends if end.isdigit()))
        self._client.enqueue(
            {
                "queue_name": MEDIA_QUEUE,
                "workflow_name": DOWNLOAD_MEDIA,
                "class_name": WORKFLOWS_CLASS,
                "instance_name": WORKFLOWS_INSTANCE,
                "workflow_id": f"{prefix}{unused}",
                "app_version": WORKFLOWS_VERSION,
            },
            memo.id,
            memo.person_id,
            ATTEMPTS_PER_MEMO * unused,
            True,
        )

    def _memos_in_progress(self) -> dict[str, str]:
        """Return the states of memos in progress by message id: ``waiting`` or ``working``."""
        return {
            workflow.input["args"][0]: STATES[str(workflow.status)]
            for workflow in self._in_progress(list(MEMO_WORKFLOWS))
            if hasattr(workflow.input, "keys")  # None or a string where it cannot be read
        }

    def _in_progress(self, names: list[str] | None = None, *, load_input: bool = True) -> list[Any]:
        if self._client is None:
            return []
        return self._client.list_workflows(
            status=list(UNFINISHED_STATUSES), name=names, load_input=load_input, load_output=False
        )


def _of_inbox(waiting: list[WaitingMessage]) -> Generator[UnfinishedMessage]:
    """Yield the messages in the inbox; the first of each person's is in progress."""
    people = set[int]()
    for one in waiting:
        state = "waiting" if one.person_id in people else "working"
        people.add(one.person_id)
        yield UnfinishedMessage(one.message_id, one.received_at, state)


def _of_message(message: Message, working: str | None) -> UnfinishedMessage:
    if working:
        return UnfinishedMessage(message.id, message.received_at, working)
    return UnfinishedMessage(message.id, message.received_at, "failed", message.problem or LOST)


def _of_outbound(message: OutboundMessage) -> UnfinishedMessage:
    if message.not_before is not None:
        problem = f"a daily limit is reached: it waits until {message.not_before:%Y-%m-%d %H:%M} UTC"
        return UnfinishedMessage(_id_of(message), message.created_at, "held", problem)
    state = "unsent" if message.state == "failed" else "sending"
    return UnfinishedMessage(_id_of(message), message.created_at, state, message.failure_reason or "")


def _id_of(message: OutboundMessage) -> str:
    """Return the id of the message that it answers; for one that answers none, an id of its own."""
    return message.in_reply_to or f"{OUTBOUND}{message.id}"


@contextmanager
def open_unfinished(settings: Settings) -> Generator[UnfinishedMessages]:
    """Yield the unfinished messages of the installation with these settings.

    Raises:
        NotFound: the scrapbook has never run with these settings.
    """
    if settings.is_sqlite and not settings.sqlite_path.exists():
        raise NotFound("There is no inbox yet: the scrapbook has not been up with these settings")
    store = Store.open(settings.database_url)
    try:
        with unfinished_of(settings, store) as unfinished:
            yield unfinished
    finally:
        store.close()


@contextmanager
def unfinished_of(settings: Settings, store: Store) -> Generator[UnfinishedMessages]:
    """Yield the unfinished messages of an open store."""
    with dbos_client(settings.dbos_database_url) as client:
        yield UnfinishedMessages(client, store)
