"""The outbox: hands recorded replies to Twilio, one recipient's in order and different people's side by side.

A reply is recorded before it is sent, and is ``sending`` from the moment at which Twilio may have it. When
its process is killed then, it is looked up at Twilio before it is sent again.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Sequence
from contextvars import Context
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

import structlog

from scrapbook import metrics
from scrapbook.circuit import Circuit
from scrapbook.errors import LeaseLost, NotFound, RecipientOptedOut, SendError
from scrapbook.file_types import COMPACT_SOUND, is_sound
from scrapbook.leases import LeaseTerm
from scrapbook.patience import AfterFailures, patiently
from scrapbook.reports import about, report
from scrapbook.segments import segment_count
from scrapbook.spending import Allowance, Held
from scrapbook.store import GroupWriter, Media, Outgoing, Store, Transaction
from scrapbook.twilio.sending import Sent

SENDS_AT_ONCE = 24
"""Requests to Twilio that may be under way at the same time."""

# At ten seconds each about an hour and a half; then the reply stands in the inbox.
SEND_ATTEMPTS = 500

# Half a minute: it only says that an answer waits.
TELL_ATTEMPTS = 5

# The states in which there is nothing more to do.
DONE = frozenset({"sent", "failed"})

# How far back an equal reply to the same number may be confused with one that is sent again.
TWILIO_REMEMBERS = timedelta(hours=1)

# Sounds that Twilio takes for MMS and for WhatsApp alike, and how many bytes of them on both:
# https://www.twilio.com/docs/messaging/guides/accepted-mime-types
CARRIED = frozenset({"audio/3gpp", "audio/aac", "audio/amr", "audio/mp4", "audio/mpeg", "audio/ogg"})
MOST_CARRIED = 5 * 1024 * 1024

log = structlog.get_logger(__name__)

T = TypeVar("T")


class MessageSender(Protocol):
    """What sending needs of Twilio."""

    async def send(
        self, from_: str, to: str, body: str, status_callback: str = "", media_urls: Sequence[str] = ()
    ) -> Sent: ...

    async def find(
        self, from_: str, to: str, body: str, since: datetime, known: Collection[str]
    ) -> Sent | None: ...

    async def close(self) -> None: ...


class LinkMaker(Protocol):
    """Makes links under which Twilio can fetch a kept file for a while."""

    def url(self, key: str, content_type: str) -> str: ...


@dataclass(slots=True)
class Attempt:
    """A reply on its way.

    Attributes:
        epoch: of the lease under which it is sent.
        is_begun: whether it is recorded as ``sending`` by whoever put it here, and so needs no look.
        is_wanted: whether its recipient takes replies, and has not opted out.
        may_be_taken: whether Twilio may have it, from an attempt whose answer was lost.
        is_tried: whether it was tried before, so that the reply must be read again.
    """

    reply: Outgoing
    epoch: int
    is_begun: bool
    is_wanted: bool = True
    may_be_taken: bool = False
    is_tried: bool = False


class Outbox:
    """Sends replies. For one event loop.

    Args:
        worker: the name under which this process holds its leases.
        public_url: where Twilio reports the delivery status to.
        send_rate: segments per second and sending number; 0 for no limit.
        allowance: segments per day.
        clock: aware, in UTC.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what sending works with
        self,
        store: Store,
        writer: GroupWriter,
        sender: MessageSender,
        links: LinkMaker,
        term: LeaseTerm,
        worker: str,
        public_url: str,
        send_rate: float,
        allowance: Allowance,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._writer = writer
        self._sender = sender
        self._links = links
        self._term = term
        self._worker = worker
        self._public_url = public_url
        self._send_rate = send_rate
        self._allowance = allowance
        self._clock = clock
        self._places = asyncio.Semaphore(SENDS_AT_ONCE)
        self._circuit = Circuit(SendError, lambda error: report(error, step="send_to_anybody"))
        self._lines: dict[str, deque[Attempt]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._known: set[int] = set()
        self._people: dict[int, int] = {}

    def is_busy(self, person_id: int) -> bool:
        """Whether something is on its way to the person."""
        return person_id in self._people

    def sends_at_once(self, to: str) -> bool:
        """Whether a reply to that address can be recorded as ``sending``: no limit, and no other reply, is
        before it."""
        is_unlimited = not self._send_rate and not self._allowance.is_limited
        return is_unlimited and to not in self._lines

    def add(self, reply: Outgoing, *, is_begun: bool) -> None:
        """Send it, behind what is on its way to the same address.

        Args:
            is_begun: whether it was just recorded as ``sending``, so that Twilio cannot have it yet.
        """
        if reply.id in self._known:
            return
        self._known.add(reply.id)
        self._people[reply.person_id] = self._people.get(reply.person_id, 0) + 1
        attempt = Attempt(reply, self._term.epoch, is_begun=is_begun)
        if reply.to in self._lines:
            attempt.is_tried = True  # much may have happened when its turn comes
            self._lines[reply.to].append(attempt)
        else:
            self._lines[reply.to] = deque([attempt])
            self._tasks[reply.to] = asyncio.create_task(self._send_all(reply.to), context=Context())

    async def stop(self, seconds: float) -> None:
        """Give what is on its way so many seconds to arrive; the rest is sent after the next start."""
        tasks = list(self._tasks.values())
        for line in self._lines.values():
            while len(line) > 1:
                line.pop()
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _send_all(self, to: str) -> None:
        line = self._lines[to]
        try:
            while line:
                await self._send_reported(line[0])
                self._forget(line.popleft())
        finally:
            for attempt in line:
                self._forget(attempt)
            del self._lines[to], self._tasks[to]

    def _forget(self, attempt: Attempt) -> None:
        self._known.discard(attempt.reply.id)
        person_id = attempt.reply.person_id
        if self._people[person_id] > 1:
            self._people[person_id] -= 1
        else:
            del self._people[person_id]

    async def _send_reported(self, attempt: Attempt) -> None:
        reply = attempt.reply
        with about(reply.message_sid, "deliver", reply.person_id):
            try:
                if attempt.is_begun or await self._begin(attempt):
                    await self._send(attempt)
            except LeaseLost:
                log.warning("lease_lost", reply_id=reply.id)
            except NotFound:
                log.info("reply_removed", reply_id=reply.id)  # with whoever sent the message
            except Exception as error:  # noqa: BLE001 - it stays recorded, and is sent after the next start
                report(error, reply_id=reply.id, step="send")

    # Before it is sent: limits

    async def _begin(self, attempt: Attempt) -> bool:
        """Whether it is to be sent now. Beyond a daily limit it is held, and whom that concerns is told."""
        reply = attempt.reply
        await self._wait_for_a_slot(attempt)
        if attempt.epoch != self._term.epoch:
            raise LeaseLost
        held = await self._write_alone(lambda tx: self._admit(tx, attempt))
        if held is None:
            return True
        if isinstance(held, Held):
            log.info("reply_held", reply_id=reply.id, until=held.until.isoformat())
            await self._tell(reply, held)
        return False

    def _admit(self, tx: Transaction, attempt: Attempt) -> Held | str | None:
        """None where it is to be sent; otherwise why not: it is held, or sent or refused before."""
        tx.leases.lock(attempt.reply.person_id)
        kept = tx.replies.get(attempt.reply.id)
        if kept.state in DONE or kept.held_until is not None:
            return kept.state
        attempt.is_wanted = not tx.people.is_opted_out(kept.to)
        attempt.may_be_taken = kept.state == "sending"
        if attempt.is_wanted and not attempt.may_be_taken:
            person_id = attempt.reply.person_id
            if held := self._allowance.admit(tx, kept, person_id, self._clock()):
                # News is still to be told: by whoever takes over, if this process is killed before.
                if not held.is_news:
                    tx.leases.release(person_id, self._worker)
                return held
            tx.replies.mark_sending(kept.id)
        return None

    async def _wait_for_a_slot(self, attempt: Attempt) -> None:
        """Until the reply may go out at the sending number's rate."""
        if self._send_rate:
            reply = attempt.reply
            seconds = await self._write_alone(lambda tx: self._reserve_slot(tx, reply))
            await asyncio.sleep(seconds)

    def _reserve_slot(self, tx: Transaction, reply: Outgoing) -> float:
        """Seconds until the reply may go out; one that is to be held back takes no other's slot."""
        now = self._clock()
        kept = tx.replies.get(reply.id)
        if kept.state != "recorded" or not self._allowance.has_room(tx, kept, reply.person_id, now):
            return 0.0
        slot = tx.senders.reserve(kept.from_, kept.segments / self._send_rate, now)
        return (slot - now).total_seconds()

    async def _tell(self, reply: Outgoing, held: Held) -> None:
        """Whatever interrupts it, those whom it concerns are told, and once."""
        if held.reported:
            report(held.reported, reply_id=reply.id, step="send")
        segments = 0
        if held.told:
            try:
                await patiently(
                    lambda: self._tell_once(reply, held), giving_up=AfterFailures(SendError, TELL_ATTEMPTS)
                )
                segments = segment_count(held.told)
            except SendError as error:
                report(error, reply_id=reply.id, step="tell", twilio_code=error.code or 0)
        if held.is_news:
            await self._write_alone(lambda tx: self._record_telling(tx, reply, held, segments))

    def _record_telling(self, tx: Transaction, reply: Outgoing, held: Held, segments: int) -> None:
        tx.leases.lock(reply.person_id)
        tx.spending.told(reply.id, held.since.date(), reply.person_id, segments)
        tx.leases.release(reply.person_id, self._worker)

    async def _tell_once(self, reply: Outgoing, held: Held) -> None:
        told = (reply.from_, reply.to, held.told)
        if await self._sender.find(*told, held.since, ()) is None:
            await self._sender.send(*told)

    # Sending

    async def _send(self, attempt: Attempt) -> None:
        reply = attempt.reply
        try:
            is_sent = await patiently(
                lambda: self._send_once(attempt), giving_up=AfterFailures(SendError, SEND_ATTEMPTS)
            )
        except SendError as error:
            refusal = error
            await self._write_alone(lambda tx: self._record_refusal(tx, reply, refusal))
            if not isinstance(refusal, RecipientOptedOut):
                report(refusal, reply_id=reply.id, step="send", twilio_code=refusal.code or 0)
        else:
            if is_sent:
                _log_sent(reply)

    async def _send_once(self, attempt: Attempt) -> bool:
        """False where that was done meanwhile."""
        if attempt.is_tried and not await self._look_again(attempt):
            return False
        attempt.is_tried = True
        if not attempt.is_wanted:
            raise RecipientOptedOut
        reply = attempt.reply
        async with self._places:
            with self._circuit.attempt(reply.to):
                sent = await self._already_taken(attempt) or await self._hand_over(attempt)
        await self._write(reply.person_id, lambda tx: self._record_sent(tx, reply, sent))
        return True

    async def _look_again(self, attempt: Attempt) -> bool:
        """Whether it is still to be sent: an hour may have passed since the last attempt."""
        kept, is_opted_out = await self._read(
            lambda tx: (tx.replies.get(attempt.reply.id), tx.people.is_opted_out(attempt.reply.to))
        )
        attempt.is_wanted = not is_opted_out
        return kept.state not in DONE

    async def _already_taken(self, attempt: Attempt) -> Sent | None:
        """What came of an earlier attempt whose answer was lost, with a connection or with a process."""
        if not attempt.may_be_taken:
            return None
        reply = attempt.reply
        since = reply.created_at - TWILIO_REMEMBERS
        kept, known = await self._read(
            lambda tx: (tx.replies.get(reply.id), tx.replies.sids_to(reply.to, since))
        )
        if kept.twilio_sid:
            return Sent(kept.twilio_sid, "sent")
        return await self._sender.find(reply.from_, reply.to, reply.body, reply.created_at, known)

    async def _hand_over(self, attempt: Attempt) -> Sent:
        reply, attempt.may_be_taken = attempt.reply, True
        media_urls = () if reply.media_key is None else await self._media_urls(reply.media_key)
        await self._term.confirm(attempt.epoch)
        try:
            sent = await self._sender.send(
                reply.from_, reply.to, reply.body, self._status_url(reply), media_urls
            )
        except SendError as error:
            metrics.sends.labels("none" if error.code is None else error.code).inc()
            if isinstance(error, RecipientOptedOut):
                now = self._clock()
                await self._write(reply.person_id, lambda tx: tx.people.set_opt_out(reply.to, now))
            raise
        metrics.sends.labels(0).inc()
        return sent

    async def _media_urls(self, key: str) -> tuple[str, ...]:
        """Made anew for every attempt: a link holds for a while only."""
        file = await self._read(lambda tx: tx.files.of_key(key))
        return (self._links.url(key, _sent_as(file)),) if file else ()

    def _status_url(self, reply: Outgoing) -> str:
        return f"{self._public_url}/twilio/status?reply={reply.id}"

    def _record_sent(self, tx: Transaction, reply: Outgoing, sent: Sent) -> None:
        tx.leases.lock(reply.person_id)  # before its replies, as everywhere
        tx.outbox.mark_sent(reply.id, sent.twilio_sid, self._clock())
        tx.leases.release(reply.person_id, self._worker)

    def _record_refusal(self, tx: Transaction, reply: Outgoing, error: SendError) -> None:
        tx.leases.lock(reply.person_id)
        tx.spending.take_back(reply.id)
        tx.replies.mark_failed(reply.id, error.code, str(error), self._clock())
        tx.leases.release(reply.person_id, self._worker)

    async def _write(self, person_id: int, work: Callable[[Transaction], T]) -> T:
        return await patiently(lambda: self._writer.write(work, key=person_id))

    async def _write_alone(self, work: Callable[[Transaction], T]) -> T:
        """For what locks a number's pace or the day's account, which all share: not for as long as a group is
        written, and in no other order than the lease first."""
        return await patiently(lambda: asyncio.to_thread(self._store.write, work))

    async def _read(self, work: Callable[[Transaction], T]) -> T:
        return await patiently(lambda: asyncio.to_thread(self._store.read, work))


def _log_sent(reply: Outgoing) -> None:
    seconds = (datetime.now(UTC) - reply.received_at).total_seconds()
    metrics.delivery_seconds.observe(seconds)
    log.info("reply_sent", reply_id=reply.id, person_id=reply.person_id, sent_ms=round(seconds * 1000))


def _sent_as(file: Media) -> str:
    """The content type under which it is served: what Twilio would refuse is made small on the way."""
    is_carried = file.content_type in CARRIED and (file.size or 0) <= MOST_CARRIED
    return COMPACT_SOUND if is_sound(file.content_type) and not is_carried else file.content_type
