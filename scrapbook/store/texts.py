"""The words of messages and replies, which can be forgotten while the record of them stays."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import and_, exists, or_, select, update
from sqlalchemy.orm import aliased

from scrapbook.store.replies import OPTED_OUT
from scrapbook.store.statements import chunks
from scrapbook.store.tables import MessageRow, ReplyRow
from scrapbook.store.unit_of_work import UnitOfWork

# One that Twilio has not taken may still be sent, unless its recipient wants none.
DONE_WITH = or_(ReplyRow.state == "sent", and_(ReplyRow.state == "failed", ReplyRow.error_code == OPTED_OUT))
HAS_WORDS = ReplyRow.body != ""


class Texts:
    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def worded(self, after: int, before: datetime, limit: int) -> tuple[list[str], int | None]:
        """Which of the next ``limit`` answered messages that came in before then have words to be forgotten,
        of their own or in their replies.

        What each person was told last is not: it can be asked for again.

        ``after`` is 0, or what came second the last time: None when these were the last.
        """
        old = (MessageRow.received_at < before) & (MessageRow.state == "answered")
        rows = select(MessageRow.id).where(MessageRow.id > after, old)
        ids = self._work.session.scalars(rows.order_by(MessageRow.id).limit(limit)).all()
        replied = exists().where(ReplyRow.message_sid == MessageRow.sid, HAS_WORDS, DONE_WITH)
        latest = aliased(MessageRow)
        has_replies = exists().where(ReplyRow.message_sid == latest.sid)
        theirs = (latest.person_id == MessageRow.person_id, latest.state == "answered", has_replies)
        told_last = select(latest.id).where(*theirs).order_by(latest.id.desc()).limit(1).scalar_subquery()
        worded = select(MessageRow.sid).where(
            MessageRow.id.in_(ids),
            (MessageRow.body != "") | replied,
            MessageRow.id.is_distinct_from(told_last),
        )
        return list(self._work.session.scalars(worded)), ids[-1] if ids else None

    def forget(self, message_sids: Iterable[str]) -> None:
        """Theirs, and those of their replies that Twilio has taken."""
        for chunk in chunks(message_sids):
            message = update(MessageRow).where(MessageRow.sid.in_(chunk))
            self._work.session.execute(message.values(body=""))
            reply = update(ReplyRow).where(ReplyRow.message_sid.in_(chunk), DONE_WITH)
            self._work.session.execute(reply.values(body=""))
