"""Outbound messages: recorded before they are sent, with the result of sending and the delivery status."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, exists, func, insert, select, text, update

from scrapbook.errors import NotFound, RecipientOptedOut
from scrapbook.model.delivery_status import DeliveryStatus
from scrapbook.model.records import OutboundMessage, OutboundState
from scrapbook.store.prepared import Prepared, insert_or_ignore, table_of
from scrapbook.store.sql_helpers import update_one
from scrapbook.store.tables import MessageRow, OutboundRow
from scrapbook.store.unit_of_work import UnitOfWork

OPTED_OUT = RecipientOptedOut().code
"""The provider's error code of a message whose recipient has opted out."""

MAX_SCANNED = 20_000
"""Outbound messages, everybody's, among which those that answer none are looked for."""

UNASKED = "outbound_messages.in_reply_to IS NULL"
"""The condition of the partial index of those that answer none; statements with that text alone use it."""

MAX_LISTED = 500
"""Messages that ``undelivered`` returns."""

_table = table_of(OutboundRow)
_FIELDS = (
    "person_id",
    "in_reply_to",
    "dedup_key",
    "attempt",
    "part",
    "from_address",
    "to_address",
    "body",
    "segments",
    "state",
    "created_at",
    "media_key",
    "is_exempt",
    "in_template",
)
_VALUES: dict[str, Any] = {name: bindparam(name) for name in _FIELDS}
_RECORD = Prepared(lambda _: insert(_table).values(_VALUES).returning(_table.c.id))
_RECORD_ONCE = Prepared(
    lambda dialect: insert_or_ignore(dialect, OutboundRow).values(_VALUES).returning(_table.c.id)
)
_DELIVERY = Prepared(
    lambda _: (
        select(OutboundRow.provider_id, OutboundRow.delivery_status)
        .where(OutboundRow.id == bindparam("id_"))
        .with_for_update()
    )
)
_REPORTED = Prepared(
    lambda _: (
        update(_table)
        .where(_table.c.id == bindparam("which"))
        .values({name: bindparam(name) for name in ("provider_id", "delivery_status", "delivery_status_at")})
    )
)
_ORIGIN = Prepared(
    lambda _: (
        select(OutboundRow.person_id, OutboundRow.in_reply_to, began())
        .outerjoin(MessageRow, MessageRow.message_id == OutboundRow.in_reply_to)
        .where(OutboundRow.id == bindparam("id_"))
    )
)
_COUNT_UNASKED = Prepared(
    lambda _: select(func.count()).where(
        OutboundRow.person_id == bindparam("person_id"),
        text(UNASKED),
        OutboundRow.created_at >= bindparam("since"),
        OutboundRow.is_exempt.is_(False),
    )
)


def began() -> ColumnElement[datetime]:
    """Return the column of when work on an outbound message began.

    That is when the message that it answers was received; else when it was recorded.
    """
    return func.coalesce(MessageRow.received_at, OutboundRow.created_at)


class Origin(NamedTuple):
    """Where an outbound message comes from.

    Attributes:
        in_reply_to: the id of the message that it answers, if it answers one.
        began_at: when that message was received; else when the outbound message was recorded.
    """

    person_id: int
    in_reply_to: str | None
    began_at: datetime

    @property
    def is_unasked(self) -> bool:
        """Return whether the message answers none."""
        return self.in_reply_to is None


class OutboundMessages:
    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def record_reply(  # noqa: PLR0913, PLR0917 - the fields of a reply
        self,
        person_id: int,
        message_id: str,
        from_: str,
        to: str,
        bodies: Sequence[str],
        segments: Sequence[int],
        at: datetime,
        attempt: int = 0,
        media_keys: Sequence[str | None] | None = None,
        state: OutboundState = "recorded",
    ) -> list[OutboundMessage]:
        """Record the reply to a message, in parts.

        Args:
            bodies: the text of each part.
            segments: the segments of each part.
            attempt: counts the answers to the message.
            media_keys: the file of each part, by its key in the media store; None for no files.

        Raises:
            StoreError: a reply of that attempt is recorded already, or there is no such message.
        """
        common = {
            "person_id": person_id,
            "in_reply_to": message_id,
            "dedup_key": None,
            "attempt": attempt,
            "from_address": from_,
            "to_address": to,
            "state": state,
            "created_at": at,
            "is_exempt": False,
            "in_template": False,
        }
        keys = [None] * len(bodies) if media_keys is None else media_keys
        rows = [
            {
                **common,
                "part": part,
                "body": body,
                "segments": count,
                "media_key": key,
            }
            for part, (body, count, key) in enumerate(zip(bodies, segments, keys, strict=True))
        ]
        return [_recorded(_RECORD.one(self._work.connection, **row), row) for row in rows]

    def record(  # noqa: PLR0913, PLR0917 - the fields of a message
        self,
        person_id: int,
        dedup_key: str,
        from_: str,
        to: str,
        body: str,
        segments: int,
        at: datetime,
        *,
        is_exempt: bool = False,
        in_template: bool = False,
    ) -> OutboundMessage | None:
        """Record a message that answers none; claim the person's lease before.

        Args:
            dedup_key: names the cause of the message, and its day if it recurs. It is recorded once for each.
            is_exempt: whether daily limits do not apply to it.
            in_template: whether it is sent in the approved template of the provider.

        Returns:
            The message; None where one with that key is recorded already.
        """
        values = {
            "person_id": person_id,
            "in_reply_to": None,
            "dedup_key": dedup_key,
            "attempt": 0,
            "part": 0,
            "from_address": from_,
            "to_address": to,
            "body": body,
            "segments": segments,
            "state": "recorded",
            "created_at": at,
            "media_key": None,
            "is_exempt": is_exempt,
            "in_template": in_template,
        }
        row = _RECORD_ONCE.one(self._work.connection, **values)
        return None if row is None else _recorded(row, values)

    def get(self, id: int) -> OutboundMessage:  # noqa: A002
        """Return an outbound message.

        Raises:
            NotFound: there is no outbound message with that id.
        """
        for message in self._messages(OutboundRow.id == id):
            return message
        raise NotFound("There is no such outbound message.")

    def by_provider_id(self, provider_id: str) -> OutboundMessage | None:
        """Return the message with the provider's id; None where there is none."""
        return next(iter(self._messages(OutboundRow.provider_id == provider_id)), None)

    def of_message(self, message_id: str) -> list[OutboundMessage]:
        """Return the replies to a message, those of all attempts, in the order of sending."""
        return self._messages(OutboundRow.in_reply_to == message_id)

    def provider_ids_to(self, address: str, since: datetime) -> frozenset[str]:
        """Return the provider's ids of the messages that were sent to ``address`` since then."""
        row = OutboundRow
        sent_at = func.coalesce(row.sent_at, row.delivery_status_at, row.created_at)
        theirs = (row.to == address, sent_at >= since, row.provider_id.is_not(None))
        found = self._work.session.scalars(select(row.provider_id).where(*theirs))
        return frozenset(provider_id for provider_id in found if provider_id)

    def was_refused(self, person_id: int, address: str, code: int, since: datetime) -> bool:
        """Return whether something said unasked failed with that error code since then."""
        row = OutboundRow
        unasked = (row.person_id == person_id, text(UNASKED), row.created_at >= since)
        refused = exists().where(*unasked, row.to == address, row.error_code == code)
        return bool(self._work.session.scalar(select(refused)))

    def next_attempt(self, message_id: str) -> int:
        """Return the number of the next attempt to answer a message; 0 when it has no replies."""
        of_message = OutboundRow.in_reply_to == message_id
        latest = self._work.session.scalar(select(func.max(OutboundRow.attempt)).where(of_message))
        return 0 if latest is None else latest + 1

    def undelivered(self) -> list[OutboundMessage]:
        """Return the oldest messages that no provider has accepted, ``MAX_LISTED`` at most.

        Those whose recipient has opted out are left out.
        """
        row = OutboundRow
        unwanted = (row.state == "failed") & row.error_code.is_not_distinct_from(OPTED_OUT)
        found = select(row).where(row.state != "sent", ~unwanted).order_by(row.id).limit(MAX_LISTED)
        return [_message(row) for row in self._work.session.scalars(found)]

    def reopen(self, id: int) -> None:  # noqa: A002
        """Reset a failed message to ``recorded``, so that it is sent.

        Raises:
            NotFound: there is no failed message with that id.
        """
        failed = update(OutboundRow).where(OutboundRow.id == id, OutboundRow.state == "failed")
        values = {"state": "recorded", "error_code": None, "failure_reason": None, "sent_at": None}
        update_one(self._work.session, failed.values(values), "failed outbound message")

    def fail_all(self, reason: str, at: datetime) -> None:
        """Mark all messages that are recorded or being sent as failed. Each can be retried."""
        pending = update(OutboundRow).where(OutboundRow.state.in_(["recorded", "sending"]))
        self._work.session.execute(
            pending.values(state="failed", failure_reason=reason, sent_at=at, not_before=None)
        )

    def mark_sending(self, id: int) -> None:  # noqa: A002
        """Record that a message is submitted to the provider; call it before.

        Raises:
            NotFound: there is no outbound message with that id.
        """
        self._update(id, {"state": "sending", "not_before": None})

    def mark_sent(self, id: int, provider_id: str, at: datetime) -> None:  # noqa: A002
        """Record that the provider has accepted a message.

        A delivery status that was reported for ``provider_id`` before is preserved; any other is cleared.

        Raises:
            NotFound: there is no outbound message with that id.
        """
        message = self.get(id)
        values = {
            "state": "sent",
            "provider_id": provider_id,
            "sent_at": at,
            "error_code": None,
            "failure_reason": None,
        }
        if message.provider_id == provider_id:
            del values["error_code"], values["failure_reason"]
        else:
            values |= {"delivery_status": None, "delivery_status_at": None}
        self._update(id, values)

    def mark_failed(self, id: int, code: int | None, error: str, at: datetime) -> None:  # noqa: A002
        """Record that a message was not sent.

        Args:
            code: the provider's error code, if there is one.
            error: the reason, in plain words.

        Raises:
            NotFound: there is no outbound message with that id.
        """
        values = {
            "state": "failed",
            "error_code": code,
            "failure_reason": error,
            "sent_at": at,
            "not_before": None,
        }
        self._update(id, values)

    def update_delivery(
        self,
        id: int,  # noqa: A002
        provider_id: str,
        status: DeliveryStatus,
        error_code: int | None,
        at: datetime,
    ) -> bool:
        """Record a delivery status, unless it is outdated, repeated, or of another attempt to send.

        Returns:
            Whether it was recorded.

        Raises:
            NotFound: there is no outbound message with that id.
        """
        row = _DELIVERY.one(self._work.connection, id_=id)
        if row is None:
            raise NotFound("There is no such outbound message.")
        known_id, known_status = row
        known = None if known_status is None else DeliveryStatus(known_status)
        if known_id not in {None, provider_id} or not status.supersedes(known):
            return False
        reported = {
            "which": id,
            "provider_id": provider_id,
            "delivery_status": status.value,
            "delivery_status_at": at,
        }
        _REPORTED.run(self._work.connection, **reported)
        if error_code is not None:
            self._update(id, {"error_code": error_code})
        return True

    def origin(self, id: int) -> Origin | None:  # noqa: A002
        """Return the origin of an outbound message; None where there is none with that id."""
        row = _ORIGIN.one(self._work.connection, id_=id)
        return None if row is None else Origin(*row)

    def latest_to_person(self, person_id: int, before: str) -> list[OutboundMessage]:
        """Return the replies to the person's latest answered message with replies, those of its last attempt.

        Args:
            before: the id of a message that is not considered.
        """
        theirs = (MessageRow.person_id == person_id, MessageRow.message_id != before)
        has_replies = exists().where(OutboundRow.in_reply_to == MessageRow.message_id)
        answered = select(MessageRow.message_id).where(*theirs, MessageRow.state == "answered", has_replies)
        message_id = self._work.session.scalar(answered.order_by(MessageRow.id.desc()).limit(1))
        replies = self.of_message(message_id) if message_id else []
        return [reply for reply in replies if reply.attempt == replies[-1].attempt]

    def latest_bodies(self, person_id: int, count: int) -> list[str]:
        """Return the bodies of the replies to a person's latest messages, and of what was sent unasked.

        Of the latter, only the latest are searched, so that no index is needed.

        Args:
            count: of messages whose replies are returned.
        """
        row = OutboundRow
        answered = select(MessageRow.message_id).where(MessageRow.person_id == person_id)
        latest = answered.order_by(MessageRow.id.desc()).limit(count).subquery()
        replies = select(row.body).where(row.in_reply_to.in_(select(latest.c.message_id)))
        newest = select(func.max(row.id)).scalar_subquery()
        own = select(row.body).where(
            row.person_id == person_id, row.in_reply_to.is_(None), row.id > newest - MAX_SCANNED
        )
        return [*self._work.session.scalars(replies), *self._work.session.scalars(own)]

    def count_unasked(self, person_id: int, since: datetime) -> int:
        """Return how many messages were recorded for a person since then that answer none of theirs."""
        row = _COUNT_UNASKED.one(self._work.connection, person_id=person_id, since=since)
        return row[0] if row else 0

    def failed_unasked(self, since: datetime) -> int:
        """Return how many messages that answer none were recorded since then and have reached nobody."""
        failures = [status for status in DeliveryStatus if status.is_failure]
        failed = (OutboundRow.state == "failed") | OutboundRow.delivery_status.in_(failures)
        counted = select(func.count()).where(text(UNASKED), OutboundRow.created_at >= since, failed)
        return self._work.session.scalar(counted) or 0

    def _update(self, id: int, values: Mapping[str, object]) -> None:  # noqa: A002
        row = update(OutboundRow).where(OutboundRow.id == id).values(values)
        update_one(self._work.session, row, "outbound message")

    def _messages(self, where: ColumnElement[bool]) -> list[OutboundMessage]:
        rows = select(OutboundRow).where(where)
        in_order = rows.order_by(OutboundRow.attempt, OutboundRow.part)
        return [_message(row) for row in self._work.session.scalars(in_order)]


def _recorded(row: Sequence[Any] | None, values: Mapping[str, Any]) -> OutboundMessage:
    assert row is not None  # noqa: S101 - it was inserted
    return OutboundMessage(
        id=row[0],
        person_id=values["person_id"],
        in_reply_to=values["in_reply_to"],
        attempt=values["attempt"],
        part=values["part"],
        from_=values["from_address"],
        to=values["to_address"],
        body=values["body"],
        segments=values["segments"],
        state=values["state"],
        provider_id=None,
        delivery_status=None,
        error_code=None,
        failure_reason=None,
        created_at=values["created_at"],
        sent_at=None,
        delivery_status_at=None,
        media_key=values["media_key"],
        is_exempt=values["is_exempt"],
        in_template=values["in_template"],
    )


def _message(row: OutboundRow) -> OutboundMessage:
    return OutboundMessage(
        id=row.id,
        person_id=row.person_id,
        in_reply_to=row.in_reply_to,
        attempt=row.attempt,
        part=row.part,
        from_=row.from_,
        to=row.to,
        body=row.body,
        segments=row.segments,
        state=row.state,
        provider_id=row.provider_id,
        delivery_status=None if row.delivery_status is None else DeliveryStatus(row.delivery_status),
        error_code=row.error_code,
        failure_reason=row.failure_reason,
        created_at=row.created_at,
        sent_at=row.sent_at,
        delivery_status_at=row.delivery_status_at,
        media_key=row.media_key,
        not_before=row.not_before,
        is_exempt=row.is_exempt,
        in_template=row.in_template,
    )
