"""Keeps what the webhooks bring: messages, before Twilio is told "200"; delivery statuses; calls."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import structlog
from tenacity import stop_after_delay

from scrapbook.errors import NotFound, RecipientOptedOut
from scrapbook.inbox import Inbox
from scrapbook.patience import patiently
from scrapbook.reports import about
from scrapbook.store import Arrival, GroupWriter, Store, Transaction, Waiting
from scrapbook.strangers import Strangers
from scrapbook.twilio.incoming import Incoming

ACCEPTING = 8.0
"""Seconds that a webhook waits for a database that is away: less than Twilio waits for its answer."""

# Delivery statuses after which there is at most that it was read.
FINAL = frozenset({"delivered", "undelivered", "failed", "canceled"})

log = structlog.get_logger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Accepted:
    """What came of accepting a message.

    Attributes:
        person_id: whose it is.
        worker: the name of the process that answers it.
        first: the first of that person's messages in the inbox; None where it was not looked for.
    """

    person_id: int
    worker: str
    first: Waiting | None = None


def arrival_of(incoming: Incoming, person_id: int) -> Arrival:
    """The message as the store takes it."""
    return {
        "sid": incoming.message_sid,
        "person_id": person_id,
        "from_": incoming.from_,
        "to": incoming.to,
        "body": incoming.text,
        "received_at": incoming.received_at,
        "media": incoming.media,
        "replied_to": incoming.original_replied_sid or None,
    }


class Intake:
    """Implements ``twilio.inbox.Inbox``. For one event loop.

    Args:
        worker: the name under which this process holds its leases.
    """

    def __init__(self, store: Store, writer: GroupWriter, inbox: Inbox, worker: str) -> None:
        self._store = store
        self._writer = writer
        self._inbox = inbox
        self._worker = worker
        self._strangers = Strangers()
        # Only to have what is written in one transaction in the same order everywhere.
        self._people: dict[str, int] = {}

    async def person_id_of(self, address: str) -> int | None:
        if self._strangers.is_known(address):
            return None
        person_id = await self._read(lambda tx: tx.people.id_of(address))
        if person_id is None:
            self._strangers.remember(address)
        return person_id

    async def set_opt_out(self, address: str, opted_out: bool, at: datetime) -> None:
        await self._write(lambda tx: tx.people.set_opt_out(address, at if opted_out else None))

    async def accept(self, incoming: Incoming) -> int | None:
        """Keep a message. Returns whose it is once it is on the disk; None for a stranger's."""
        if self._strangers.is_known(incoming.from_):
            return None
        with about(incoming.message_sid, "webhook"):
            key = self._people.get(incoming.from_)
            accepted = await self._write(lambda tx: self._accept(tx, incoming), key)
        if accepted is None:
            self._strangers.remember(incoming.from_)
            return None
        self._people[incoming.from_] = accepted.person_id
        if accepted.worker == self._worker:
            self._inbox.wake(accepted.person_id, accepted.first)
        return accepted.person_id

    def _accept(self, tx: Transaction, incoming: Incoming) -> Accepted | None:
        person_id = tx.people.id_of(incoming.from_)
        if person_id is None:
            return None
        worker = tx.leases.claim(person_id, self._worker)
        if not tx.inbox.accept(**arrival_of(incoming, person_id)):
            tx.leases.release(person_id, self._worker)
            return Accepted(person_id, worker)
        return Accepted(person_id, worker, tx.inbox.next(person_id))

    async def delivery(
        self, reply_id: int, twilio_sid: str, status: str, error_code: int | None, at: datetime
    ) -> None:
        def keep(tx: Transaction) -> tuple[str, int, datetime] | None:
            if not tx.replies.update_delivery(reply_id, twilio_sid, status, error_code, at):
                return None
            if status not in FINAL:
                return None
            if error_code == RecipientOptedOut().code:
                tx.people.set_opt_out(tx.replies.get(reply_id).to, at)
            return tx.replies.origin(reply_id)

        try:
            news = await self._write(keep)
        except NotFound:
            log.warning("delivery_of_unknown_reply", reply_id=reply_id)
            return
        if news is None:
            return
        message_sid, person_id, received_at = news
        log.info(
            "reply_arrived" if status == "delivered" else "reply_not_arrived",
            message_sid=message_sid,
            person_id=person_id,
            reply_id=reply_id,
            status=status,
            code=error_code,
            arrived_ms=round((at - received_at).total_seconds() * 1000),
        )

    async def call(self, call_sid: str, from_: str, to: str, at: datetime) -> None:
        await self._write(lambda tx: tx.calls.record(call_sid, from_, to, at))

    async def caller(self, call_sid: str) -> tuple[str, str] | None:
        return await self._read(lambda tx: tx.calls.parties(call_sid))

    async def _write(self, work: Callable[[Transaction], T], key: int | None = None) -> T:
        return await patiently(lambda: self._writer.write(work, key), giving_up=stop_after_delay(ACCEPTING))

    async def _read(self, work: Callable[[Transaction], T]) -> T:
        return await patiently(
            lambda: asyncio.to_thread(self._store.read, work), giving_up=stop_after_delay(ACCEPTING)
        )
