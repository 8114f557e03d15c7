"""The intake: records messages before they are acknowledged, opt-outs, delivery statuses and calls."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import structlog

from scrapbook.messaging.inbound import InboundMessage
from scrapbook.model.delivery_status import DeliveryStatus
from scrapbook.observability.reporting import bind_context
from scrapbook.store import Arrival, GroupWriter, Store, Transaction, WaitingMessage
from scrapbook.workflows.delivery_statuses import DeliveryStatuses, StatusReport
from scrapbook.workflows.inbox import Inbox
from scrapbook.workflows.retry import retry
from scrapbook.workflows.unknown_senders import UnknownSenderCache

ACCEPT_TIMEOUT = 8.0
"""Seconds for which a webhook retries while the database is away; Twilio waits longer for the response."""

log = structlog.get_logger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Accepted:
    """The result of accepting a message.

    Attributes:
        person_id: of the sender.
        worker: the name of the process that answers it.
        first: the first of that person's messages in the inbox; None where it was not read.
    """

    person_id: int
    worker: str
    first: WaitingMessage | None = None


def arrival_of(incoming: InboundMessage, person_id: int) -> Arrival:
    """Return the fields of the message for the store."""
    return {
        "message_id": incoming.message_id,
        "person_id": person_id,
        "from_": incoming.from_,
        "to": incoming.to,
        "body": incoming.text,
        "received_at": incoming.received_at,
        "media": incoming.media,
        "replied_to": incoming.replied_to or None,
        "is_forwarded": incoming.is_forwarded,
        "answers": incoming.answers or None,
    }


def _sender(tx: Transaction, incoming: InboundMessage) -> int | None:
    """Return the id of the sender; None where nobody has the address, or the person was removed."""
    if incoming.person_id is None:
        return tx.people.id_of(incoming.from_)
    return incoming.person_id if tx.people.has(incoming.person_id) else None


def _record_stored_media(tx: Transaction, incoming: InboundMessage) -> None:
    """Record the files that were stored before their message, so that nothing fetches them."""
    for part in incoming.media:
        if stored := part.stored:
            tx.files.mark_stored(
                part.url,
                part.content_type,
                stored.key,
                stored.size,
                incoming.received_at,
                stored.live_photo_id,
            )


class MessageIntake:
    """Implements ``messaging.ports.MessageReceiver``, in one event loop.

    Args:
        worker: the name under which this process holds its leases.
    """

    def __init__(self, store: Store, writer: GroupWriter, inbox: Inbox, worker: str) -> None:
        self._store = store
        self._writer = writer
        self._inbox = inbox
        self._worker = worker
        self._statuses = DeliveryStatuses(writer)
        self._unknown_senders = UnknownSenderCache()
        # Only keys by which the writer sorts the writes of a transaction; an outdated one does no harm.
        self._people: dict[str, int] = {}

    async def person_id_of(self, address: str) -> int | None:
        """Return the id of the person with that address; None for an unknown sender."""
        if self._unknown_senders.is_known(address):
            return None
        person_id = await self._read(lambda tx: tx.people.id_of(address))
        if person_id is None:
            self._unknown_senders.remember(address)
        return person_id

    async def set_opt_out(self, address: str, opted_out: bool, at: datetime) -> bool:
        """Record that the owner of an address opted out at ``at``, or opted in again.

        Returns:
            Whether that is a change.
        """
        return await self._write(lambda tx: tx.people.set_opt_out(address, at if opted_out else None))

    async def accept(self, incoming: InboundMessage) -> int | None:
        """Record a message. Returns the sender's id once it is committed; None for an unknown sender."""
        if self._unknown_senders.is_known(incoming.from_):
            return None
        with bind_context(incoming.message_id, "webhook"):
            key = self._people.get(incoming.from_)
            accepted = await self._write(lambda tx: self._accept(tx, incoming), key)
        if accepted is None:
            self._unknown_senders.remember(incoming.from_)
            return None
        self._people[incoming.from_] = accepted.person_id
        if accepted.worker == self._worker:
            self._inbox.wake(accepted.person_id, accepted.first)
        return accepted.person_id

    def _accept(self, tx: Transaction, incoming: InboundMessage) -> Accepted | None:
        person_id = _sender(tx, incoming)
        if person_id is None:
            return None
        worker = tx.leases.claim(person_id, self._worker)
        if not tx.inbox.accept(**arrival_of(incoming, person_id)):
            tx.leases.release(person_id, self._worker)
            return Accepted(person_id, worker)
        _record_stored_media(tx, incoming)
        return Accepted(person_id, worker, tx.inbox.next(person_id))

    async def delivery(
        self, reference: int, provider_id: str, status: DeliveryStatus, error_code: int | None, at: datetime
    ) -> None:
        """Record the delivery status of an outbound message, and opt its recipient out if the status says so.

        Args:
            reference: the id of the outbound message.
        """
        await self._statuses.record(StatusReport(reference, provider_id, status, error_code, at))

    async def stop(self, seconds: float) -> None:
        """Record the delivery statuses that wait, for at most ``seconds``."""
        await self._statuses.stop(seconds)

    async def call(self, call_id: str, from_: str, to: str, at: datetime) -> None:
        """Record the parties of a call."""
        await self._write(lambda tx: tx.calls.record(call_id, from_, to, at))

    async def caller(self, call_id: str) -> tuple[str, str] | None:
        """Return the caller and the called number; None for an unknown call."""
        return await self._read(lambda tx: tx.calls.parties(call_id))

    async def _write(self, work: Callable[[Transaction], T], key: int | None = None) -> T:
        return await retry(lambda: self._writer.write(work, key), seconds=ACCEPT_TIMEOUT)

    async def _read(self, work: Callable[[Transaction], T]) -> T:
        return await retry(lambda: asyncio.to_thread(self._store.read, work), seconds=ACCEPT_TIMEOUT)
