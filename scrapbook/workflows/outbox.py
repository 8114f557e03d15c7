"""The outbox: sends recorded messages, in order to each address, and to different addresses concurrently.

A message is recorded before it is sent, and is ``sending`` before it is submitted. If its process is killed
then, the message is looked up at the provider before it is sent again.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

import structlog

from scrapbook.core.unasked import say_again_if_outside
from scrapbook.errors import LeaseLost, NotFound, RecipientOptedOut, SendError
from scrapbook.messaging.channel import AudioLimits, Channel, Channels, FileLimits
from scrapbook.messaging.ports import SentMessage
from scrapbook.net.circuit_breaker import CircuitBreaker
from scrapbook.observability import metrics
from scrapbook.observability.reporting import bind_context, report_error
from scrapbook.store import GroupWriter, Media, Outgoing, Store, Transaction
from scrapbook.text.file_types import COMPACT_AUDIO, is_audio
from scrapbook.workflows.leases import LeaseTerm
from scrapbook.workflows.quota import QuotaHold, SegmentQuota
from scrapbook.workflows.retry import SEND, retry

MAX_CONCURRENT_SENDS = 24
"""Requests to providers in progress at the same time."""

# The final states.
DONE = frozenset({"sent", "failed"})

# An equal message to the same number that is older is not the one that is looked up.
DUPLICATE_WINDOW = timedelta(hours=1)

log = structlog.get_logger(__name__)

T = TypeVar("T")


class LinkMaker(Protocol):
    """Makes temporary links from which a provider can fetch a stored file."""

    def url(self, key: str, content_type: str) -> str:
        """Return the link to a file, served with that content type."""
        ...


@dataclass(slots=True)
class Attempt:
    """An attempt to send a message.

    Attributes:
        epoch: of the lease term in which it was loaded.
        is_begun: whether it was recorded as ``sending`` just before, so that no limit delays it.
        is_wanted: whether its recipient has not opted out.
        may_be_accepted: whether the provider may have accepted it, in an attempt whose response was lost.
        is_tried: whether time has passed since it was loaded, so that its state must be read again.
    """

    message: Outgoing
    epoch: int
    is_begun: bool
    is_wanted: bool = True
    may_be_accepted: bool = False
    is_tried: bool = False


class Outbox:
    """Sends messages, in one event loop.

    Args:
        worker: the name under which this process holds its leases.
        send_rate: segments per second and sending number; 0 for no limit.
        quota: segments per day.
        clock: aware, in UTC.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - its collaborators
        self,
        store: Store,
        writer: GroupWriter,
        channels: Channels,
        links: LinkMaker,
        term: LeaseTerm,
        worker: str,
        send_rate: float,
        quota: SegmentQuota,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._writer = writer
        self._channels = channels
        self._links = links
        self._term = term
        self._worker = worker
        self._send_rate = send_rate
        self._quota = quota
        self._clock = clock
        self._request_slots = asyncio.Semaphore(MAX_CONCURRENT_SENDS)
        self._circuits: dict[str, CircuitBreaker] = {}
        self._queues: dict[str, deque[Attempt]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._known: set[int] = set()
        self._people: dict[int, int] = {}

    def is_busy(self, person_id: int) -> bool:
        """Return whether a message to the person is being sent or waits to be sent."""
        return person_id in self._people

    def knows(self, outbound_id: int) -> bool:
        """Return whether the message is being sent or waits to be sent."""
        return outbound_id in self._known

    def sends_at_once(self, to: str) -> bool:
        """Return whether a message to that address can be recorded as ``sending``: nothing delays it."""
        is_unlimited = not self._send_rate and not self._quota.is_limited
        return (is_unlimited or not self._is_metered(to)) and to not in self._queues

    def _is_metered(self, to: str) -> bool:
        return self._channels.of(to).is_metered

    def file_limits(self, to: str) -> FileLimits:
        """Return which files can be sent to an address."""
        return self._channels.file_limits(to)

    def add(self, message: Outgoing, *, is_begun: bool) -> None:
        """Send a message, behind the earlier ones to the same address.

        Args:
            is_begun: whether it was just recorded as ``sending``, so that the provider cannot have it yet.
        """
        if message.id in self._known:
            return
        attempt = Attempt(message, self._term.epoch, is_begun=is_begun)
        queue = self._queues.get(message.to)
        if queue is None:
            # First, because it may fail: then the message is not known, and the next check adds it again.
            self._start(message.to, attempt)
        else:
            attempt.is_tried = True  # its state may have changed when its turn comes
            queue.append(attempt)
        self._known.add(message.id)
        self._people[message.person_id] = self._people.get(message.person_id, 0) + 1

    def _start(self, to: str, attempt: Attempt) -> None:
        queue = deque([attempt])
        self._tasks[to] = asyncio.create_task(self._send_all(to, queue), context=Context())
        self._queues[to] = queue

    async def stop(self, seconds: float) -> None:
        """Wait for the requests in progress, at most ``seconds``; the rest is sent after the next start."""
        tasks = list(self._tasks.values())
        for queue in self._queues.values():
            while len(queue) > 1:
                queue.pop()
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _send_all(self, to: str, queue: deque[Attempt]) -> None:
        try:
            while queue:
                await self._send_reported(queue[0])
                self._forget(queue.popleft())
        finally:
            for attempt in queue:
                self._forget(attempt)
            del self._queues[to], self._tasks[to]

    def _forget(self, attempt: Attempt) -> None:
        self._known.discard(attempt.message.id)
        person_id = attempt.message.person_id
        if self._people[person_id] > 1:
            self._people[person_id] -= 1
        else:
            del self._people[person_id]

    async def _send_reported(self, attempt: Attempt) -> None:
        message = attempt.message
        with bind_context(message.in_reply_to, "deliver", message.person_id):
            try:
                if attempt.is_begun or await self._begin(attempt):
                    await self._send(attempt)
            except LeaseLost:
                log.warning("lease_lost", outbound_id=message.id)
            except NotFound:
                log.info("outbound_message_removed", outbound_id=message.id)  # together with its person
            except Exception as error:  # noqa: BLE001 - it remains in the outbox, and the next check adds it
                report_error(error, outbound_id=message.id, step="send")

    # Limits, before sending

    async def _begin(self, attempt: Attempt) -> bool:
        """Return whether to send it now; over a daily limit it is held, and the recipient is notified."""
        message = attempt.message
        await self._wait_for_a_slot(attempt)
        if attempt.epoch != self._term.epoch:
            raise LeaseLost
        hold = await self._write_alone(lambda tx: self._reserve(tx, attempt))
        if hold is None:
            return True
        if isinstance(hold, QuotaHold):
            log.info("message_held", outbound_id=message.id, until=hold.until.isoformat())
            await self._report_hold(message, hold)
            if hold.notice:
                self.add(Outgoing.of(hold.notice, hold.notice.created_at), is_begun=False)
        return False

    def _reserve(self, tx: Transaction, attempt: Attempt) -> QuotaHold | str | None:
        """Return None if it is to be sent; else its hold, or the state that it has already."""
        person_id = attempt.message.person_id
        tx.leases.lock(person_id)
        stored = tx.outbound_messages.get(attempt.message.id)
        if stored.state in DONE or stored.not_before is not None:
            return stored.state
        attempt.is_wanted = not tx.people.is_opted_out(stored.to)
        attempt.may_be_accepted = stored.state == "sending"
        if attempt.is_wanted and not attempt.may_be_accepted:
            is_metered = self._is_metered(stored.to)
            if is_metered and (hold := self._quota.reserve(tx, stored, self._clock())):
                # The lease remains while a notice or report is due: if this app is killed, another makes it.
                if not hold.notice and not hold.operator_error:
                    tx.leases.release(person_id, self._worker)
                return hold
            tx.outbound_messages.mark_sending(stored.id)
        return None

    async def _wait_for_a_slot(self, attempt: Attempt) -> None:
        """Wait for a send slot of the sending number."""
        message = attempt.message
        if self._send_rate and self._is_metered(message.to):
            seconds = await self._write_alone(lambda tx: self._reserve_slot(tx, message))
            await asyncio.sleep(seconds)

    def _reserve_slot(self, tx: Transaction, message: Outgoing) -> float:
        """Return the seconds until the message's slot; a message that will be held takes no slot."""
        now = self._clock()
        stored = tx.outbound_messages.get(message.id)
        if stored.state != "recorded" or not self._quota.has_room(tx, stored, now):
            return 0.0
        slot = tx.send_slots.reserve(stored.from_, stored.segments / self._send_rate, now)
        return (slot - now).total_seconds()

    async def _report_hold(self, message: Outgoing, hold: QuotaHold) -> None:
        """Report the limit that was reached to the operator, once a day."""
        if hold.operator_error:
            report_error(hold.operator_error, outbound_id=message.id, step="send")
            await self._write_alone(lambda tx: self._mark_reported(tx, message, hold))

    def _mark_reported(self, tx: Transaction, message: Outgoing, hold: QuotaHold) -> None:
        tx.leases.lock(message.person_id)
        tx.segment_usage.mark_reported(message.id, (hold.until - timedelta(days=1)).date(), hold.account)
        tx.leases.release(message.person_id, self._worker)

    # Sending

    async def _send(self, attempt: Attempt) -> None:
        message = attempt.message
        try:
            is_sent = await retry(lambda: self._send_once(attempt), SEND)
        except SendError as error:
            refusal = error
            await self._write_alone(lambda tx: self._record_refusal(tx, message, refusal))
            if not isinstance(refusal, RecipientOptedOut):
                report_error(refusal, outbound_id=message.id, step="send", twilio_code=refusal.code or 0)
        else:
            if is_sent:
                _log_sent(message)

    async def _send_once(self, attempt: Attempt) -> bool:
        """Return whether this attempt sent it; False where an earlier one did."""
        if attempt.is_tried and not await self._reload(attempt):
            return False
        attempt.is_tried = True
        if not attempt.is_wanted:
            raise RecipientOptedOut
        message = attempt.message
        async with self._request_slots:
            with self._circuit(message.to).attempt(message.to):
                sent = await self._find_accepted(attempt) or await self._submit(attempt)
        await self._write(message.person_id, lambda tx: self._record_sent(tx, message, sent))
        return True

    async def _reload(self, attempt: Attempt) -> bool:
        """Read the message's state again. Returns whether it is still to be sent."""
        stored, is_opted_out = await self._read(
            lambda tx: (
                tx.outbound_messages.get(attempt.message.id),
                tx.people.is_opted_out(attempt.message.to),
            )
        )
        attempt.is_wanted = not is_opted_out
        return stored.state not in DONE

    async def _find_accepted(self, attempt: Attempt) -> SentMessage | None:
        """Look up the message of an earlier attempt whose response was lost; None where there is none."""
        if not attempt.may_be_accepted:
            return None
        message = attempt.message
        since = message.created_at - DUPLICATE_WINDOW
        stored, known = await self._read(
            lambda tx: (
                tx.outbound_messages.get(message.id),
                tx.outbound_messages.provider_ids_to(message.to, since),
            )
        )
        if stored.provider_id:
            return SentMessage(stored.provider_id, "sent")
        return await self._channels.of(message.to).transport.find(
            message.from_,
            message.to,
            message.body,
            message.created_at,
            known,
            in_template=message.in_template,
        )

    async def _submit(self, attempt: Attempt) -> SentMessage:
        message, attempt.may_be_accepted = attempt.message, True
        channel = self._channels.of(message.to)
        media_urls = await self._media_urls(channel, message.media_key) if message.media_key else ()
        await self._term.confirm(attempt.epoch)
        try:
            sent = await channel.transport.send(
                message.from_,
                message.to,
                message.body,
                message.id,
                media_urls,
                in_template=message.in_template,
            )
        except SendError as error:
            metrics.sends.labels("none" if error.code is None else error.code).inc()
            if isinstance(error, RecipientOptedOut):
                now = self._clock()
                await self._write(message.person_id, lambda tx: tx.people.set_opt_out(message.to, now))
            raise
        metrics.sends.labels(0).inc()
        return sent

    async def _media_urls(self, channel: Channel, key: str) -> tuple[str, ...]:
        """Return a new link to the file for this attempt, because links expire."""
        file = await self._read(lambda tx: tx.files.of_key(key))
        return (self._links.url(key, _sent_as(file, channel.audio)),) if file else ()

    def _circuit(self, address: str) -> CircuitBreaker:
        """Return the circuit breaker of the channel for that address; each channel has its own."""
        name = self._channels.of(address).name
        if name not in self._circuits:
            self._circuits[name] = CircuitBreaker(
                SendError, lambda error: report_error(error, step="send_to_anybody")
            )
        return self._circuits[name]

    def _record_sent(self, tx: Transaction, message: Outgoing, sent: SentMessage) -> None:
        tx.leases.lock(message.person_id)  # before its outbound messages, as everywhere
        tx.outbox.mark_sent(message.id, sent.provider_id, self._clock())
        tx.leases.release(message.person_id, self._worker)

    def _record_refusal(self, tx: Transaction, message: Outgoing, error: SendError) -> None:
        tx.leases.lock(message.person_id)
        tx.segment_usage.refund(message.id)
        tx.outbound_messages.mark_failed(message.id, error.code, str(error), self._clock())
        say_again_if_outside(tx, message.id, error.code, self._clock())
        if message.in_reply_to is None:
            metrics.unasked_failed.labels("none" if error.code is None else error.code).inc()
        tx.leases.release(message.person_id, self._worker)

    async def _write(self, person_id: int, work: Callable[[Transaction], T]) -> T:
        return await retry(lambda: self._writer.write(work, key=person_id))

    async def _write_alone(self, work: Callable[[Transaction], T]) -> T:
        """Write in a transaction of its own; it must be short, and lock the lease first.

        It also locks rows that all people share: the slot of a number, the quota of the day.
        """
        return await retry(lambda: asyncio.to_thread(self._store.write, work))

    async def _read(self, work: Callable[[Transaction], T]) -> T:
        return await retry(lambda: asyncio.to_thread(self._store.read, work))


def _log_sent(message: Outgoing) -> None:
    seconds = (datetime.now(UTC) - message.began_at).total_seconds()
    metrics.delivery_seconds.observe(seconds)
    log.info(
        "message_sent", outbound_id=message.id, person_id=message.person_id, sent_ms=round(seconds * 1000)
    )


def _sent_as(file: Media, audio: AudioLimits) -> str:
    """Return the content type under which a file is served.

    A recording that the channel does not accept is converted to a compact format when it is served.
    """
    is_accepted = file.content_type in audio.types and (file.size or 0) <= audio.max_bytes
    return COMPACT_AUDIO if is_audio(file.content_type) and not is_accepted else file.content_type
