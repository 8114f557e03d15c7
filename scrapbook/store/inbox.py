"""The inbox: messages that are to be answered, in the order of each person's.

A message enters it in the transaction that keeps the message, and leaves it in the one that records its
replies. docs/architecture.md follows a message through.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Unpack, cast

from sqlalchemy import ColumnElement, Executable, Select, bindparam, delete, exists, select, update
from sqlalchemy.orm import InstrumentedAttribute

from scrapbook.store.messages import Arrival, Messages
from scrapbook.store.prepared import Prepared, insert_or_ignore, table_of
from scrapbook.store.tables import (
    InboxRow,
    LeaseRow,
    MessageMediaRow,
    MessageRow,
    OptOutRow,
    OutcomeRow,
    ReplyRow,
)
from scrapbook.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that waits to be answered.

    Attributes:
        id: its place in the inbox; what came later has a higher one.
        round: of its replies: 0, higher where it is answered anew or in parts.
        heard: what came of a memo, by name; None for what is to be answered as it was texted.
        has_media: whether pictures or sounds came with it.
    """

    id: int
    person_id: int
    message_sid: str
    round: int
    heard: str | None
    from_: str
    to: str
    body: str
    received_at: datetime
    is_memo: bool
    has_media: bool


@dataclass(frozen=True, slots=True)
class MessageStatus:
    """What is known of a message before its replies are recorded.

    Attributes:
        state: of the message.
        response, media_key: of the turn's outcome; None where it had none, or no file goes with it.
        is_answered: whether replies are recorded in this round.
        is_answered_later: whether any are in a later one.
        is_opted_out: whether the sender wants no texts.
        is_held: whether an earlier reply to the sender waits for another day.
    """

    state: str
    response: str | None
    media_key: str | None
    is_answered: bool
    is_answered_later: bool
    is_opted_out: bool
    is_held: bool


_inbox = table_of(InboxRow)


def _row() -> Select[*tuple[Any, ...]]:
    has_media = exists().where(MessageMediaRow.message_sid == MessageRow.sid)
    columns: list[ColumnElement[Any] | InstrumentedAttribute[Any]] = [
        InboxRow.id,
        InboxRow.person_id,
        InboxRow.message_sid,
        InboxRow.round,
        InboxRow.heard,
        MessageRow.from_,
        MessageRow.to,
        MessageRow.body,
        MessageRow.received_at,
        MessageRow.is_memo,
        has_media.label("has_media"),
    ]
    return select(*columns).join(MessageRow, MessageRow.sid == InboxRow.message_sid)


def _status(_dialect: str) -> Executable:
    of_round = exists().where(ReplyRow.message_sid == MessageRow.sid, ReplyRow.round == bindparam("round"))
    of_later = exists().where(ReplyRow.message_sid == MessageRow.sid, ReplyRow.round > bindparam("round"))
    held = exists().where(ReplyRow.to == MessageRow.from_, ReplyRow.held_until.is_not(None))
    opted_out = exists().where(OptOutRow.address == MessageRow.from_)
    columns = (
        MessageRow.state,
        OutcomeRow.response,
        OutcomeRow.arguments,
        of_round,
        of_later,
        opted_out,
        held,
    )
    rows = select(*columns).outerjoin(OutcomeRow, OutcomeRow.message_sid == MessageRow.sid)
    return rows.where(MessageRow.sid == bindparam("sid"))


_PUT = Prepared(
    lambda dialect: (
        insert_or_ignore(dialect, InboxRow)
        .values({name: bindparam(name) for name in ("person_id", "message_sid", "round", "heard")})
        .returning(_inbox.c.id)
    )
)
_NEXT = Prepared(
    lambda _: _row().where(InboxRow.person_id == bindparam("person_id")).order_by(InboxRow.id).limit(1)
)
_FOLLOWED = Prepared(
    lambda _: (
        select(InboxRow.id)
        .where(InboxRow.message_sid == bindparam("sid"), InboxRow.id > bindparam("after"))
        .limit(1)
    )
)
_REMOVE = Prepared(lambda _: delete(_inbox).where(_inbox.c.id == bindparam("id_")))
_STATUS = Prepared(_status)


class Inbox:
    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def accept(self, round_: int = 0, **arrival: Unpack[Arrival]) -> bool:
        """Keep a message that has come in, to be answered; the person's lease must be claimed before.

        Returns whether it is new: one that is known by its sid stays as it is.
        """
        is_new = Messages(self._work).add(**arrival)
        return is_new and self.put(arrival["person_id"], arrival["sid"], round_)

    def put(self, person_id: int, message_sid: str, round_: int = 0, heard: str | None = None) -> bool:
        """Have a message answered behind everything else of the person's, whose lease must be claimed before.

        Returns whether it is new: a message is put in once in each round.
        """
        row = _PUT.one(
            self._work.connection, person_id=person_id, message_sid=message_sid, round=round_, heard=heard
        )
        return row is not None

    def next(self, person_id: int) -> Waiting | None:
        """The person's message that is to be answered next."""
        row = _NEXT.one(self._work.connection, person_id=person_id)
        return None if row is None else Waiting(*row)

    def is_followed(self, waiting: Waiting) -> bool:
        """Whether the inbox holds another row of the same message behind this one."""
        return _FOLLOWED.one(self._work.connection, sid=waiting.message_sid, after=waiting.id) is not None

    def remove(self, id_: int) -> None:
        """Take it out: it is answered. Harmless when it is not there any more."""
        _REMOVE.run(self._work.connection, id_=id_)

    def status(self, waiting: Waiting) -> MessageStatus:
        row = _STATUS.one(self._work.connection, sid=waiting.message_sid, round=waiting.round)
        assert row is not None  # noqa: S101 - the inbox refers to the message
        arguments: dict[str, Any] | None
        state, response, arguments, is_answered, is_answered_later, is_opted_out, is_held = row
        return MessageStatus(
            state=state,
            response=response,
            media_key=cast("dict[str, str]", arguments or {}).get("media_key"),
            is_answered=bool(is_answered),
            is_answered_later=bool(is_answered_later),
            is_opted_out=bool(is_opted_out),
            is_held=bool(is_held),
        )

    def all(self) -> list[Waiting]:
        """Everything that is to be answered, in the order in which it came in."""
        rows = self._work.session.execute(_row().order_by(InboxRow.id))
        return [Waiting(*row) for row in rows]

    def hold(self, problem: str) -> None:
        """Mark all of its messages as failed, and empty it: each is answered when somebody retries it."""
        waiting = select(InboxRow.message_sid)
        failed = update(MessageRow).where(MessageRow.sid.in_(waiting))
        self._work.session.execute(failed.values(state="failed", problem=problem))
        self._work.session.execute(delete(InboxRow))
        self._work.session.execute(delete(LeaseRow))
