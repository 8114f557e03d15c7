"""Messages that are not finished: what is queued or under way, and what failed and can be tried again."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from dbos import DBOSClient, EnqueueOptions

from scrapbook.errors import NotFound, ScrapbookError
from scrapbook.journey import JOURNEY_VERSION, LAST, MESSAGES_QUEUE, Journey
from scrapbook.settings import Settings
from scrapbook.store import Store
from scrapbook.twilio.incoming import Incoming, IncomingMedia

UNDER_WAY = ["ENQUEUED", "PENDING", "DELAYED"]
ENDED_BADLY = ["ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A message that has not been answered as it should.

    Attributes:
        state: ``waiting``, ``working`` or ``failed``.
        problem: a sentence, or empty.
    """

    message_sid: str
    received_at: datetime
    state: str
    problem: str


@dataclass(frozen=True, slots=True)
class _Journey:
    workflow_id: str
    status: str
    incoming: Incoming
    person_id: int
    round: int


class MessageInbox:
    """The unfinished messages of one installation; ``opened`` is the way to get it."""

    def __init__(self, client: DBOSClient, store: Store) -> None:
        self._client = client
        self._store = store

    def unfinished(self) -> list[Unfinished]:
        """Oldest first."""
        found = {
            journey.incoming.message_sid: Unfinished(
                journey.incoming.message_sid,
                journey.incoming.received_at,
                {"ENQUEUED": "waiting", "DELAYED": "waiting", "PENDING": "working"}.get(
                    journey.status, "failed"
                ),
                "" if journey.status in UNDER_WAY else "its journey ended with an error",
            )
            for journey in self._journeys(UNDER_WAY + ENDED_BADLY)
        }
        with self._store.transaction(read_only=True) as tx:
            for message in tx.messages.unfinished():
                if message.state == "failed" or message.sid not in found:
                    found.setdefault(
                        message.sid,
                        Unfinished(message.sid, message.received_at, message.state, message.problem or ""),
                    )
        return sorted(found.values(), key=lambda one: one.received_at)

    def retry(self, message_sid: str) -> None:
        """Start a failed message's journey anew, behind what its sender has texted since.

        Raises:
            NotFound: no message has that sid.
            ScrapbookError: it has not failed; it is answered, or still under way.
        """
        rounds = [
            journey
            for journey in self._journeys([*UNDER_WAY, *ENDED_BADLY, "SUCCESS"], message_sid)
            if journey.incoming.message_sid == message_sid
        ]
        if any(journey.status in UNDER_WAY for journey in rounds):
            raise ScrapbookError(f"{message_sid} is still under way")
        incoming, person_id = self._kept(message_sid) if not rounds else _what(rounds)
        next_round = max((journey.round for journey in rounds), default=0) + 1
        self._client.enqueue(
            EnqueueOptions(
                queue_name=MESSAGES_QUEUE,
                workflow_name="Journey.answer",
                class_name="Journey",
                instance_name=Journey.NAME,
                workflow_id=f"{message_sid}.{next_round}",
                queue_partition_key=str(person_id),
                priority=LAST,
                app_version=JOURNEY_VERSION,
            ),
            incoming.to_dict(),
            person_id,
            next_round,
        )

    def _kept(self, message_sid: str) -> tuple[Incoming, int]:
        """A message whose journey the engine has forgotten already."""
        with self._store.transaction(read_only=True) as tx:
            message = tx.messages.get(message_sid)
        if message.state == "answered":
            raise ScrapbookError(f"{message_sid} is answered already")
        return (
            Incoming(
                message_sid=message.sid,
                from_=message.from_,
                to=message.to,
                body=message.body,
                media=tuple(IncomingMedia(part.url, part.content_type) for part in message.media),
                received_at=message.received_at,
            ),
            message.person_id,
        )

    def _journeys(self, statuses: list[str], prefix: str | None = None) -> list[_Journey]:
        listed = self._client.list_workflows(
            status=list(statuses), name="Journey.answer", workflow_id_prefix=prefix, load_output=False
        )
        found: list[_Journey] = []
        for workflow in listed:
            if workflow.input is None:
                continue
            incoming, person_id, *rest = workflow.input["args"]
            found.append(
                _Journey(
                    workflow.workflow_id,
                    str(workflow.status),
                    Incoming.from_dict(incoming),
                    person_id,
                    rest[0] if rest else 0,
                )
            )
        return found


def _what(rounds: list[_Journey]) -> tuple[Incoming, int]:
    return rounds[0].incoming, rounds[0].person_id


@contextmanager
def opened(settings: Settings) -> Generator[MessageInbox]:
    """The inbox of these settings.

    Raises:
        NotFound: the scrapbook has never been up with these settings.
    """
    if settings.is_sqlite and not (settings.data_dir / "journey.db").exists():
        raise NotFound("There is no inbox yet: the scrapbook has not been up with these settings")
    client = DBOSClient(system_database_url=settings.journey_database_url, application_name="scrapbook")
    store = Store.open(settings.database_url)
    try:
        yield MessageInbox(client, store)
    finally:
        store.close()
        client.destroy()
