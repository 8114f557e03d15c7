"""Handing a recorded reply to Twilio, once, at the pace that its number allows."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

from scrapbook import metrics
from scrapbook.circuit import Circuit
from scrapbook.errors import RecipientOptedOut, SendError
from scrapbook.file_types import COMPACT_SOUND, is_sound
from scrapbook.patience import AfterFailures, Patience
from scrapbook.reports import about, report
from scrapbook.store import Media, Message, Reply, Store
from scrapbook.twilio.sending import Sent

# At ten seconds each about an hour and a half; then the reply stands in the inbox.
SEND_ATTEMPTS = 500

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


class Delivery:
    """The steps of delivering.

    Args:
        public_url: where Twilio reports the delivery status to.
        send_rate: segments per second and sending number; 0 for no limit.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what the steps work with
        self,
        store: Store,
        sender: MessageSender,
        links: LinkMaker,
        public_url: str,
        send_rate: float,
        patience: Patience,
    ) -> None:
        self._store = store
        self._sender = sender
        self._links = links
        self._public_url = public_url
        self._send_rate = send_rate
        self._patiently = patience
        self._circuit = Circuit(SendError, lambda error: report(error, step="send_to_anybody"))

    def reserve_slot(self, reply_id: int) -> float:
        """Seconds until this reply may go out at the sending number's rate."""
        if not self._send_rate:
            return 0.0

        def reserve() -> float:
            now = datetime.now(UTC)
            with self._store.transaction() as tx:
                reply = tx.replies.get(reply_id)
                slot = tx.senders.reserve(reply.from_, reply.segments / self._send_rate, now)
            return (slot - now).total_seconds()

        return self._patiently(reserve)

    def send(self, reply_id: int) -> None:
        """Gives it to Twilio, or records why it was not taken."""
        message = self._patiently(lambda: self._answered(reply_id))
        with about(message.sid, "deliver", message.person_id):
            self._send(reply_id, message)

    def _send(self, reply_id: int, message: Message) -> None:
        try:
            is_sent = self._patiently(
                lambda: self._send_once(reply_id), giving_up=AfterFailures(SendError, SEND_ATTEMPTS)
            )
        except SendError as error:
            refusal = error
            self._patiently(lambda: self._record_refusal(reply_id, refusal))
            if not isinstance(refusal, RecipientOptedOut):
                report(refusal, reply_id=reply_id, step="send", twilio_code=refusal.code or 0)
        else:
            if is_sent:
                _tell(reply_id, message)

    def _answered(self, reply_id: int) -> Message:
        """The message that the reply answers."""
        with self._store.transaction(read_only=True) as tx:
            return tx.messages.get(tx.replies.get(reply_id).message_sid)

    def _send_once(self, reply_id: int) -> bool:
        """False where that was done before."""
        with self._store.transaction(read_only=True) as tx:
            reply = tx.replies.get(reply_id)
            opted_out = tx.people.is_opted_out(reply.to)
        if reply.state in {"sent", "failed"}:
            return False
        if opted_out:
            raise RecipientOptedOut
        sent = self._circuit(reply.to, lambda: self._already_taken(reply) or self._hand_over(reply))
        with self._store.transaction() as tx:
            tx.replies.mark_sent(reply_id, sent.twilio_sid, datetime.now(UTC))
        return True

    def _already_taken(self, reply: Reply) -> Sent | None:
        """What came of an earlier attempt whose answer was lost, with a connection or with this process."""
        if reply.state != "sending":
            return None
        with self._store.transaction(read_only=True) as tx:
            reported = tx.replies.get(reply.id).twilio_sid
            known = tx.replies.sids_to(reply.to, reply.created_at - TWILIO_REMEMBERS)
        if reported:
            return Sent(reported, "sent")
        return self._sender.find(reply.from_, reply.to, reply.body, reply.created_at, known)

    def _hand_over(self, reply: Reply) -> Sent:
        with self._store.transaction() as tx:
            tx.replies.mark_sending(reply.id)
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
