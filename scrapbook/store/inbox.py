"""The inbox: messages to be answered, each person's in order.

A message enters it in the transaction that records the message, and leaves it in the one that records its
replies. docs/architecture.md describes the path of a message.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Unpack, cast

from sqlalchemy import ColumnElement, Executable, Select, bindparam, delete, exists, select, update
from sqlalchemy.orm import InstrumentedAttribute

from scrapbook.store.inbound_messages import Arrival, Messages
from scrapbook.store.prepared import Prepared, insert_or_ignore, table_of
from scrapbook.store.tables import (
    ChangeRow,
    EntryRow,
    InboxRow,
    LeaseRow,
    MessageMediaRow,
    MessageRow,
    OptOutRow,
    OutboundRow,
    RowSnapshotRow,
    TurnResultRow,
)
from scrapbook.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class WaitingMessage:
    """A message that waits to be answered.

    Attributes:
        id: of its row in the inbox; a later row has a higher one.
        attempt: counts the answers to it: 0 for the first, higher for a retry or a further answer.
        memo_result: the result of a memo, by name; None for a message that is answered as it was texted.
        has_media: whether pictures or recordings came with it.
    """

    id: int
    person_id: int
    message_id: str
    attempt: int
    memo_result: str | None
    from_: str
    to: str
    body: str
    received_at: datetime
    is_memo: bool
    has_media: bool


@dataclass(frozen=True, slots=True)
class MessageStatus:
    """The state of a message before its replies are recorded.

    Attributes:
        state: of the message.
        response: of the turn's result; None where there is no result.
        media_keys: of the files that go with it.
        is_answered: whether replies of this attempt are recorded.
        is_answered_later: whether replies of a later attempt are recorded.
        is_opted_out: whether the sender has opted out.
        is_held: whether an earlier reply to the sender waits for a later day.
        has_links: whether an entry that it made or reworded has a link.
    """

    state: str
    response: str | None
    media_keys: tuple[str, ...]
    is_answered: bool
    is_answered_later: bool
    is_opted_out: bool
    is_held: bool
    has_links: bool


_inbox = table_of(InboxRow)


def _media_keys(arguments: Mapping[str, str]) -> tuple[str, ...]:
    """Return the keys in a result; an older release wrote one, under another name."""
    return tuple(arguments.get("media_keys", arguments.get("media_key", "")).split())


def _row() -> Select[*tuple[Any, ...]]:
    has_media = exists().where(MessageMediaRow.message_id == MessageRow.message_id)
    columns: list[ColumnElement[Any] | InstrumentedAttribute[Any]] = [
        InboxRow.id,
        InboxRow.person_id,
        InboxRow.message_id,
        InboxRow.attempt,
        InboxRow.memo_result,
        MessageRow.from_,
        MessageRow.to,
        MessageRow.body,
        MessageRow.received_at,
        MessageRow.is_memo,
        has_media.label("has_media"),
    ]
    return select(*columns).join(MessageRow, MessageRow.message_id == InboxRow.message_id)


def _status(_dialect: str) -> Executable:
    of_attempt = exists().where(
        OutboundRow.in_reply_to == MessageRow.message_id,
        OutboundRow.attempt == bindparam("attempt"),
    )
    of_later = exists().where(
        OutboundRow.in_reply_to == MessageRow.message_id,
        OutboundRow.attempt > bindparam("attempt"),
    )
    held = exists().where(OutboundRow.to == MessageRow.from_, OutboundRow.not_before.is_not(None))
    opted_out = exists().where(OptOutRow.address == MessageRow.from_)
    linked = (EntryRow.has_link, EntryRow.deleted_at.is_(None))
    made = exists().where(EntryRow.message_id == MessageRow.message_id, *linked)
    reworded = exists().where(
        ChangeRow.message_id == MessageRow.message_id,
        RowSnapshotRow.change_id == ChangeRow.id,
        RowSnapshotRow.table_name == EntryRow.__tablename__,
        EntryRow.id == RowSnapshotRow.row_id,
        EntryRow.edited_at >= ChangeRow.made_at,
        *linked,
    )
    columns = (
        MessageRow.state,
        TurnResultRow.response,
        TurnResultRow.arguments,
        of_attempt,
        of_later,
        opted_out,
        held,
        made | reworded,
    )
    rows = select(*columns).outerjoin(TurnResultRow, TurnResultRow.message_id == MessageRow.message_id)
    return rows.where(MessageRow.message_id == bindparam("message_id"))


_PUT = Prepared(
    lambda dialect: (
        insert_or_ignore(dialect, InboxRow)
        .values({name: bindparam(name) for name in ("person_id", "message_id", "attempt", "memo_result")})
        .returning(_inbox.c.id)
    )
)
_NEXT = Prepared(
    lambda _: _row().where(InboxRow.person_id == bindparam("person_id")).order_by(InboxRow.id).limit(1)
)
_FOLLOWED = Prepared(
    lambda _: (
        select(InboxRow.id)
        .where(InboxRow.message_id == bindparam("message_id"), InboxRow.id > bindparam("after"))
        .limit(1)
    )
)
_REMOVE = Prepared(lambda _: delete(_inbox).where(_inbox.c.id == bindparam("id_")))
_STATUS = Prepared(_status)


class Inbox:
    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def accept(self, **arrival: Unpack[Arrival]) -> bool:
        """Record a received message and put it into the inbox; claim the person's lease before.

        Returns:
            Whether it is new: a message with a known id is left unchanged.
        """
        is_new = Messages(self._work).add(**arrival)
        return is_new and self.put(arrival["person_id"], arrival["message_id"])

    def put(self, person_id: int, message_id: str, attempt: int = 0, memo_result: str | None = None) -> bool:
        """Put a message behind the person's other messages; claim the person's lease before.

        Returns:
            Whether it was inserted: a message enters the inbox once for each attempt.
        """
        row = _PUT.one(
            self._work.connection,
            person_id=person_id,
            message_id=message_id,
            attempt=attempt,
            memo_result=memo_result,
        )
        return row is not None

    def next(self, person_id: int) -> WaitingMessage | None:
        """Return the person's message that is answered next; None where none waits."""
        row = _NEXT.one(self._work.connection, person_id=person_id)
        return None if row is None else WaitingMessage(*row)

    def is_followed(self, waiting: WaitingMessage) -> bool:
        """Return whether another row of the same message follows this one."""
        return (
            _FOLLOWED.one(self._work.connection, message_id=waiting.message_id, after=waiting.id) is not None
        )

    def remove(self, id_: int) -> None:
        """Remove a row, if it is still there."""
        _REMOVE.run(self._work.connection, id_=id_)

    def status(self, waiting: WaitingMessage) -> MessageStatus:
        """Return the state of a waiting message and of the replies to it."""
        row = _STATUS.one(self._work.connection, message_id=waiting.message_id, attempt=waiting.attempt)
        assert row is not None  # noqa: S101 - the inbox refers to the message
        arguments: dict[str, Any] | None
        state, response, arguments, is_answered, is_answered_later, is_opted_out, is_held, has_links = row
        return MessageStatus(
            state=state,
            response=response,
            media_keys=_media_keys(cast("dict[str, str]", arguments or {})),
            is_answered=bool(is_answered),
            is_answered_later=bool(is_answered_later),
            is_opted_out=bool(is_opted_out),
            is_held=bool(is_held),
            has_links=bool(has_links),
        )

    def all(self) -> list[WaitingMessage]:
        """Return all messages in the inbox, in its order."""
        rows = self._work.session.execute(_row().order_by(InboxRow.id))
        return [WaitingMessage(*row) for row in rows]

    def fail_all(self, problem: str) -> None:
        """Mark all messages in the inbox as failed, and empty it. Each can be retried."""
        waiting = select(InboxRow.message_id)
        failed = update(MessageRow).where(MessageRow.message_id.in_(waiting))
        self._work.session.execute(failed.values(state="failed", problem=problem))
        self._work.session.execute(delete(InboxRow))
        self._work.session.execute(delete(LeaseRow))
