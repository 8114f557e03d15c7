"""Handing a recorded reply to Twilio, once, at the pace that its number allows."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

from scrapbook import metrics
from scrapbook.circuit import Circuit
from scrapbook.errors import RecipientOptedOut, SendError
from scrapbook.file_types import COMPACT_SOUND, is_sound
from scrapbook.patience import AfterFailures, Patience
from scrapbook.reports import about, report
from scrapbook.segments import segment_count
from scrapbook.spending import Allowance, Held
from scrapbook.store import Media, Message, Reply, Store
from scrapbook.twilio.sending import Sent

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


class MessageSender(Protocol):
    """What a delivery needs of Twilio."""

    def send(
        self, from_: str, to: str, body: str, status_callback: str = "", media_urls: Sequence[str] = ()
    ) -> Sent: ...

    def find(
        self, from_: str, to: str, body: str, since: datetime, known: Collection[str]
    ) -> Sent | None: ...


class LinkMaker(Protocol):
    """Makes links under which Twilio can fetch a kept file for a while."""

    def url(self, key: str, content_type: str) -> str: ...


@dataclass(slots=True)
class _Going:
    """A reply on its way.

    Attributes:
        held: if it may not go out now.
        is_wanted: whether its recipient takes any.
        may_be_taken: whether Twilio may have it, from an attempt whose answer was lost.
        is_tried: whether what stands here is as old as the last attempt.
    """

    reply: Reply
    message: Message
    held: Held | None = None
    is_wanted: bool = True
    may_be_taken: bool = False
    is_tried: bool = False


class Delivery:
    """The steps of delivering.

    Args:
        public_url: where Twilio reports the delivery status to.
        send_rate: segments per second and sending number; 0 for no limit.
        allowance: segments per day.
        clock: aware, in UTC.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what the steps work with
        self,
        store: Store,
        sender: MessageSender,
        links: LinkMaker,
        public_url: str,
        send_rate: float,
        allowance: Allowance,
        patience: Patience,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._sender = sender
        self._links = links
        self._public_url = public_url
        self._send_rate = send_rate
        self._allowance = allowance
        self._clock = clock
        self._patiently = patience
        self._circuit = Circuit(SendError, lambda error: report(error, step="send_to_anybody"))

    def wait_for_a_slot(self, reply_id: int) -> None:
        """Until the reply may go out at the sending number's rate."""
        if self._send_rate:
            self._patiently.wait(self._patiently(lambda: self.reserve_slot(reply_id)))

    def reserve_slot(self, reply_id: int) -> float:
        """Seconds until the reply may go out; one that is to be held back takes no other's slot."""
        now = self._clock()
        with self._store.transaction() as tx:
            reply = tx.replies.get(reply_id)
            person_id = tx.messages.get(reply.message_sid).person_id
            if reply.state == "recorded" and not self._allowance.has_room(tx, reply, person_id, now):
                return 0.0
            slot = tx.senders.reserve(reply.from_, reply.segments / self._send_rate, now)
        return (slot - now).total_seconds()

    def send(self, reply_id: int) -> float | None:
        """Gives it to Twilio, or records why it was not taken. Seconds to try again after, where the reply is
        held back; whom that concerns is told."""
        going = self._patiently(lambda: self._begin(reply_id))
        if going is None:
            return None
        with about(going.message.sid, "deliver", going.message.person_id):
            if going.held is None:
                self._send(going)
                return None
            log.info("reply_held", reply_id=reply_id, until=going.held.until.isoformat())
            self._tell(reply_id, going.held)
            return (going.held.until - self._clock()).total_seconds()

    def recipient(self, reply_id: int) -> str:
        """The address that it goes to."""
        return self._patiently(lambda: self._reply(reply_id).to)

    def release(self) -> int:
        """Lets all replies that are held back try again now: there may be more room than there was."""
        with self._store.transaction() as tx:
            return tx.spending.release(self._clock())

    def _begin(self, reply_id: int) -> _Going | None:
        """None where it was sent, or refused, before."""
        with self._store.transaction() as tx:
            reply = tx.replies.get(reply_id)
            if reply.state in DONE:
                return None
            going = _Going(reply, tx.messages.get(reply.message_sid))
            going.is_wanted = not tx.people.is_opted_out(reply.to)
            going.may_be_taken = reply.state == "sending"
            if going.is_wanted and not going.may_be_taken:
                going.held = self._allowance.admit(tx, reply, going.message.person_id, self._clock())
                if going.held is None:
                    tx.replies.mark_sending(reply_id)
        return going

    def _tell(self, reply_id: int, held: Held) -> None:
        """Whatever interrupts it, those whom it concerns are told, and once."""
        if held.reported:
            report(held.reported, reply_id=reply_id, step="send")
        segments = 0
        if held.told:
            try:
                self._patiently(
                    lambda: self._tell_once(reply_id, held), giving_up=AfterFailures(SendError, TELL_ATTEMPTS)
                )
                segments = segment_count(held.told)
            except SendError as error:
                report(error, reply_id=reply_id, step="tell", twilio_code=error.code or 0)
        if held.reported or held.told:
            self._patiently(lambda: self._record_telling(reply_id, held, segments))

    def _tell_once(self, reply_id: int, held: Held) -> None:
        reply = self._reply(reply_id)
        told = (reply.from_, reply.to, held.told)
        if self._sender.find(*told, held.since, ()) is None:
            self._sender.send(*told)

    def _record_telling(self, reply_id: int, held: Held, segments: int) -> None:
        with self._store.transaction() as tx:
            person_id = tx.messages.get(tx.replies.get(reply_id).message_sid).person_id
            tx.spending.told(reply_id, held.since.date(), person_id, segments)

    def _send(self, going: _Going) -> None:
        try:
            is_sent = self._patiently(
                lambda: self._send_once(going), giving_up=AfterFailures(SendError, SEND_ATTEMPTS)
            )
        except SendError as error:
            refusal = error
            self._patiently(lambda: self._record_refusal(going.reply.id, refusal))
            if not isinstance(refusal, RecipientOptedOut):
                report(refusal, reply_id=going.reply.id, step="send", twilio_code=refusal.code or 0)
        else:
            if is_sent:
                _tell(going.reply.id, going.message)

    def _reply(self, reply_id: int) -> Reply:
        with self._store.transaction(read_only=True) as tx:
            return tx.replies.get(reply_id)

    def _send_once(self, going: _Going) -> bool:
        """False where that was done meanwhile."""
        if going.is_tried and not self._look_again(going):
            return False
        going.is_tried = True
        if not going.is_wanted:
            raise RecipientOptedOut
        reply = going.reply
        sent = self._circuit(reply.to, lambda: self._already_taken(going) or self._hand_over(going))
        with self._store.transaction() as tx:
            tx.replies.mark_sent(reply.id, sent.twilio_sid, datetime.now(UTC))
        return True

    def _look_again(self, going: _Going) -> bool:
        """Whether it is still to be sent: an hour may have passed since the last attempt."""
        with self._store.transaction(read_only=True) as tx:
            going.reply = tx.replies.get(going.reply.id)
            going.is_wanted = not tx.people.is_opted_out(going.reply.to)
        return going.reply.state not in DONE

    def _already_taken(self, going: _Going) -> Sent | None:
        """What came of an earlier attempt whose answer was lost, with a connection or with this process."""
        if not going.may_be_taken:
            return None
        reply = going.reply
        with self._store.transaction(read_only=True) as tx:
            reported = tx.replies.get(reply.id).twilio_sid
            known = tx.replies.sids_to(reply.to, reply.created_at - TWILIO_REMEMBERS)
        if reported:
            return Sent(reported, "sent")
        return self._sender.find(reply.from_, reply.to, reply.body, reply.created_at, known)

    def _hand_over(self, going: _Going) -> Sent:
        reply, going.may_be_taken = going.reply, True
        try:
            sent = self._sender.send(
                reply.from_, reply.to, reply.body, self._status_url(reply), self._media_urls(reply)
            )
        except SendError as error:
            metrics.sends.labels("none" if error.code is None else error.code).inc()
            if isinstance(error, RecipientOptedOut):
                with self._store.transaction() as tx:
                    tx.people.set_opt_out(reply.to, datetime.now(UTC))
            raise
        metrics.sends.labels(0).inc()
        return sent

    def _media_urls(self, reply: Reply) -> tuple[str, ...]:
        """Made anew for every attempt: a link holds for a while only."""
        if reply.media_key is None:
            return ()
        with self._store.transaction(read_only=True) as tx:
            file = tx.files.of_key(reply.media_key)
        return (self._links.url(reply.media_key, _sent_as(file)),) if file else ()

    def _record_refusal(self, reply_id: int, error: SendError) -> None:
        with self._store.transaction() as tx:
            tx.spending.take_back(reply_id)
            tx.replies.mark_failed(reply_id, error.code, str(error), datetime.now(UTC))

    def _status_url(self, reply: Reply) -> str:
        return f"{self._public_url}/twilio/status?reply={reply.id}"


def _tell(reply_id: int, message: Message) -> None:
    seconds = (datetime.now(UTC) - message.received_at).total_seconds()
    metrics.delivery_seconds.observe(seconds)
    log.info("reply_sent", reply_id=reply_id, person_id=message.person_id, sent_ms=round(seconds * 1000))


def _sent_as(file: Media) -> str:
    """The content type under which it is served: what Twilio would refuse is made small on the way."""
    is_carried = file.content_type in CARRIED and (file.size or 0) <= MOST_CARRIED
    return COMPACT_SOUND if is_sound(file.content_type) and not is_carried else file.content_type
