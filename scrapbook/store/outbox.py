"""The outbox: outbound messages that are recorded and still to be sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from sqlalchemy import ColumnElement, Executable, Select, bindparam, case, null, select, text, update

from scrapbook.model.records import OutboundMessage
from scrapbook.store.leases import TO_BE_SENT
from scrapbook.store.outbound_messages import began
from scrapbook.store.prepared import Prepared, table_of
from scrapbook.store.tables import LeaseRow, MessageRow, OutboundRow
from scrapbook.store.unit_of_work import UnitOfWork

MAX_HOLD = timedelta(days=1)
"""A held message waits for the next day at most."""

MAX_DUE = 500
"""People whose held messages are released at one check."""

MAX_UNSENT = 2_000
"""Messages that are compared with those in memory at one check."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An outbound message that is to be sent.

    Attributes:
        state: ``sending`` where the provider may have accepted it already.
        in_template: whether it is sent in the approved template of the provider.
        began_at: when the message that it answers was received; else when it was recorded.
    """

    id: int
    person_id: int
    in_reply_to: str | None
    from_: str
    to: str
    body: str
    segments: int
    state: str
    media_key: str | None
    in_template: bool
    created_at: datetime
    began_at: datetime

    @classmethod
    def of(cls, message: OutboundMessage, began_at: datetime) -> Self:
        """Return the message in the form of the outbox."""
        return cls(
            id=message.id,
            person_id=message.person_id,
            in_reply_to=message.in_reply_to,
            from_=message.from_,
            to=message.to,
            body=message.body,
            segments=message.segments,
            state=message.state,
            media_key=message.media_key,
            in_template=message.in_template,
            created_at=message.created_at,
            began_at=began_at,
        )


_table = table_of(OutboundRow)


def _row() -> Select[*tuple[Any, ...]]:
    row = OutboundRow
    identity = (row.id, row.person_id, row.in_reply_to, row.from_, row.to, row.body)
    columns = (*identity, row.segments, row.state, row.media_key, row.in_template, row.created_at, began())
    return select(*columns).outerjoin(MessageRow, MessageRow.message_id == row.in_reply_to)


def _sent(_dialect: str) -> Executable:
    """Return the update that keeps a delivery status of the same provider id, and clears one of another."""
    is_same = _table.c.provider_id == bindparam("accepted_id")
    status = ("delivery_status", "delivery_status_at", "error_code")
    values: dict[str, Any] = {name: case((is_same, _table.c[name]), else_=null()) for name in status}
    error = case((is_same, _table.c.failure_reason), else_=null())
    values |= {
        "state": "sent",
        "provider_id": bindparam("accepted_id"),
        "sent_at": bindparam("at"),
        "failure_reason": error,
    }
    return update(_table).where(_table.c.id == bindparam("id_")).values(values)


def _release(_dialect: str) -> Executable:
    held = (_table.c.not_before.is_not(None), _table.c.person_id == bindparam("whose"))
    return update(_table).where(*held).values(not_before=null())


_OF_PERSON = Prepared(
    lambda _: (
        _row()
        .where(text(TO_BE_SENT), OutboundRow.person_id == bindparam("person_id"))
        .order_by(OutboundRow.id)
    )
)
_UNSENT = Prepared(
    lambda _: (
        select(OutboundRow.id, OutboundRow.person_id)
        .join(LeaseRow, LeaseRow.person_id == OutboundRow.person_id)
        .where(text(TO_BE_SENT), LeaseRow.worker == bindparam("worker"))
        .order_by(OutboundRow.id)
        .limit(MAX_UNSENT)
    )
)
_SENT = Prepared(_sent)
_RELEASE = Prepared(_release)


class Outbox:
    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def of_person(self, person_id: int) -> list[Outgoing]:
        """Return what is to be sent to the person, in order, without what is held until a later day."""
        return [Outgoing(*row) for row in _OF_PERSON.rows(self._work.connection, person_id=person_id)]

    def unsent(self, worker: str) -> list[tuple[int, int]]:
        """Return what is to be sent to people whose lease the worker holds, the oldest first.

        Returns:
            The ids of the messages and of their recipients; ``MAX_UNSENT`` at most.
        """
        return [(id_, person_id) for id_, person_id in _UNSENT.rows(self._work.connection, worker=worker)]

    def mark_sent(self, id_: int, provider_id: str, at: datetime) -> None:
        """Record that the provider has accepted a message.

        A delivery status that was reported for ``provider_id`` before is preserved.
        """
        _SENT.run(self._work.connection, id_=id_, accepted_id=provider_id, at=at)

    def due(self, now: datetime) -> list[int]:
        """Return the ids of people with held messages that may be sent at ``now``, ``MAX_DUE`` at most.

        A message that is held for longer than ``MAX_HOLD`` counts: the clock was ahead when it was held.
        """
        row = OutboundRow
        due = select(row.person_id).where(row.not_before.is_not(None), _is_due(now)).distinct()
        return list(self._work.session.scalars(due.order_by(row.person_id).limit(MAX_DUE)))

    def release(self, person_id: int) -> None:
        """Return the person's held messages to the outbox; claim the person's lease before."""
        _RELEASE.run(self._work.connection, whose=person_id)

    def release_message(self, message_id: str) -> None:
        """Return the held replies to a message to the outbox; claim its sender's lease before."""
        held = (OutboundRow.not_before.is_not(None), OutboundRow.in_reply_to == message_id)
        self._work.session.execute(update(OutboundRow).where(*held).values(not_before=None))


def _is_due(now: datetime) -> ColumnElement[bool]:
    return (OutboundRow.not_before <= now) | (OutboundRow.not_before > now + MAX_HOLD)
