"""The outbox: replies that are recorded and still to be sent. What became of them is in ``replies``."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from sqlalchemy import ColumnElement, Executable, Select, bindparam, case, null, select, text, update

from scrapbook.store.leases import TO_BE_SENT
from scrapbook.store.prepared import Prepared, table_of
from scrapbook.store.records import Reply
from scrapbook.store.tables import MessageRow, ReplyRow
from scrapbook.store.unit_of_work import UnitOfWork

LONGEST_HELD = timedelta(days=1)
"""A reply waits for the next day at most."""

MOST_DUE = 500
"""People whose held replies are released in one go."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A reply that is to be sent.

    Attributes:
        state: ``sending`` where Twilio may have it already.
        person_id, received_at: of the message that it answers: whose that is, and when it came in.
    """

    id: int
    message_sid: str
    from_: str
    to: str
    body: str
    segments: int
    state: str
    media_key: str | None
    created_at: datetime
    person_id: int
    received_at: datetime

    @classmethod
    def of(cls, reply: Reply, person_id: int, received_at: datetime) -> Self:
        """The reply to a message of that person's, which came in then."""
        return cls(
            id=reply.id,
            message_sid=reply.message_sid,
            from_=reply.from_,
            to=reply.to,
            body=reply.body,
            segments=reply.segments,
            state=reply.state,
            media_key=reply.media_key,
            created_at=reply.created_at,
            person_id=person_id,
            received_at=received_at,
        )


_reply = table_of(ReplyRow)


def _row() -> Select[*tuple[Any, ...]]:
    of_reply = (ReplyRow.id, ReplyRow.message_sid, ReplyRow.from_, ReplyRow.to, ReplyRow.body)
    more = (ReplyRow.segments, ReplyRow.state, ReplyRow.media_key, ReplyRow.created_at)
    columns = (*of_reply, *more, MessageRow.person_id, MessageRow.received_at)
    return select(*columns).join(MessageRow, MessageRow.sid == ReplyRow.message_sid)


def _sent(_dialect: str) -> Executable:
    """A delivery status that was reported for the same sid before stays, one of an earlier attempt goes."""
    is_same = _reply.c.twilio_sid == bindparam("taken_sid")
    kept = ("delivery_status", "delivery_status_at", "error_code")
    values: dict[str, Any] = {name: case((is_same, _reply.c[name]), else_=null()) for name in kept}
    error = case((is_same, _reply.c.error), else_=null())
    values |= {
        "state": "sent",
        "twilio_sid": bindparam("taken_sid"),
        "sent_at": bindparam("at"),
        "error": error,
    }
    return update(_reply).where(_reply.c.id == bindparam("id_")).values(values)


def _release(_dialect: str) -> Executable:
    theirs = select(MessageRow.sid).where(MessageRow.person_id == bindparam("person_id"))
    held = (_reply.c.held_until.is_not(None), _reply.c.message_sid.in_(theirs))
    return update(_reply).where(*held).values(held_until=null())


_OF_PERSON = Prepared(
    lambda _: (
        _row().where(text(TO_BE_SENT), MessageRow.person_id == bindparam("person_id")).order_by(ReplyRow.id)
    )
)
_SENT = Prepared(_sent)
_RELEASE = Prepared(_release)


class Outbox:
    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def of_person(self, person_id: int) -> list[Outgoing]:
        """What is still to be sent to the person, in order; what waits for another day is left out."""
        return [Outgoing(*row) for row in _OF_PERSON.rows(self._work.connection, person_id=person_id)]

    def mark_sent(self, id_: int, twilio_sid: str, at: datetime) -> None:
        """Twilio has taken it. A delivery status that came for ``twilio_sid`` before this is kept."""
        _SENT.run(self._work.connection, id_=id_, taken_sid=twilio_sid, at=at)

    def due(self, now: datetime) -> list[int]:
        """People with held replies that may go out at ``now``.

        A reply that is held until later than the next day may, too: a clock was ahead when it was held.
        """
        held = select(MessageRow.person_id).join(ReplyRow, ReplyRow.message_sid == MessageRow.sid)
        due = held.where(ReplyRow.held_until.is_not(None), _is_due(now)).distinct()
        return list(self._work.session.scalars(due.order_by(MessageRow.person_id).limit(MOST_DUE)))

    def release(self, person_id: int) -> None:
        """Have the person's held replies try again; their lease must be claimed before."""
        _RELEASE.run(self._work.connection, person_id=person_id)

    def release_message(self, message_sid: str) -> None:
        """Have the held replies to a message try again; its sender's lease must be claimed before."""
        held = (ReplyRow.held_until.is_not(None), ReplyRow.message_sid == message_sid)
        self._work.session.execute(update(ReplyRow).where(*held).values(held_until=None))


def _is_due(now: datetime) -> ColumnElement[bool]:
    return (ReplyRow.held_until <= now) | (ReplyRow.held_until > now + LONGEST_HELD)
