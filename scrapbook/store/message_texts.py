"""The text of messages and their replies, which can be erased while their rows remain."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import and_, exists, or_, select, update
from sqlalchemy.orm import aliased

from scrapbook.store.outbound_messages import OPTED_OUT
from scrapbook.store.sql_helpers import chunks, rows_written
from scrapbook.store.tables import MessageRow, OutboundRow
from scrapbook.store.unit_of_work import UnitOfWork

# A reply that the provider has not accepted may still be sent, unless its recipient opted out.
IS_FINISHED = or_(
    OutboundRow.state == "sent",
    and_(OutboundRow.state == "failed", OutboundRow.error_code == OPTED_OUT),
)
HAS_TEXT = OutboundRow.body != ""


class MessageTexts:
    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def with_text(self, after: int, before: datetime, limit: int) -> tuple[list[str], int | None]:
        """Return the ids of messages whose text, or whose replies' text, can be erased.

        Checks the next ``limit`` answered messages that were received before then. Each person's latest
        answered message is left out, because its replies can be asked for again.

        Args:
            after: 0, or the position that the call before returned.

        Returns:
            The ids, and the position to continue after; None where no more messages follow.
        """
        old = (MessageRow.received_at < before) & (MessageRow.state == "answered")
        rows = select(MessageRow.id).where(MessageRow.id > after, old)
        ids = self._work.session.scalars(rows.order_by(MessageRow.id).limit(limit)).all()
        replied = exists().where(OutboundRow.in_reply_to == MessageRow.message_id, HAS_TEXT, IS_FINISHED)
        latest = aliased(MessageRow)
        has_replies = exists().where(OutboundRow.in_reply_to == latest.message_id)
        theirs = (latest.person_id == MessageRow.person_id, latest.state == "answered", has_replies)
        last_answered = select(latest.id).where(*theirs).order_by(latest.id.desc()).limit(1).scalar_subquery()
        with_text = select(MessageRow.message_id).where(
            MessageRow.id.in_(ids),
            (MessageRow.body != "") | replied,
            MessageRow.id.is_distinct_from(last_answered),
        )
        return list(self._work.session.scalars(with_text)), ids[-1] if ids else None

    def forget(self, message_ids: Iterable[str]) -> None:
        """Erase the text of messages, and of their replies that are not to be sent any more."""
        for chunk in chunks(message_ids):
            message = update(MessageRow).where(MessageRow.message_id.in_(chunk))
            self._work.session.execute(message.values(body=""))
            reply = update(OutboundRow).where(OutboundRow.in_reply_to.in_(chunk), IS_FINISHED)
            self._work.session.execute(reply.values(body=""))

    def forget_unasked(self, before: datetime) -> int:
        """Erase the text of what was sent before then without an answer to anything. Returns of how many."""
        old = (OutboundRow.in_reply_to.is_(None), OutboundRow.created_at < before, HAS_TEXT, IS_FINISHED)
        return rows_written(self._work.session, update(OutboundRow).where(*old).values(body=""))
