"""The replies: recorded before they are sent, then what came of sending them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, func, insert, select, update

from scrapbook.errors import NotFound, RecipientOptedOut
from scrapbook.store.prepared import Prepared, table_of
from scrapbook.store.records import Reply, ReplyState
from scrapbook.store.statements import update_one
from scrapbook.store.tables import MessageRow, ReplyRow
from scrapbook.store.unit_of_work import UnitOfWork

PROGRESS = {"accepted": 0, "scheduled": 0, "queued": 1, "sending": 2, "sent": 3, "delivered": 4, "read": 5}
"""How far a text has come, by Twilio's delivery status."""

FAILURES = frozenset({"failed", "undelivered", "canceled"})
"""The ways a text can end without reaching anybody. Nothing comes after them, nor they after delivery."""

OPTED_OUT = RecipientOptedOut().code
MOST_LISTED = 500


_table = table_of(ReplyRow)
_FIELDS = (
    "message_sid",
    "round",
    "ordinal",
    "from_address",
    "to_address",
    "body",
    "segments",
    "state",
    "created_at",
    "media_key",
)
_RECORD = Prepared(
    lambda _: insert(_table).values({name: bindparam(name) for name in _FIELDS}).returning(_table.c.id)
)
_DELIVERY = Prepared(
    lambda _: (
        select(ReplyRow.twilio_sid, ReplyRow.delivery_status)
        .where(ReplyRow.id == bindparam("id_"))
        .with_for_update()
    )
)
_REPORTED = Prepared(
    lambda _: (
        update(_table)
        .where(_table.c.id == bindparam("which"))
        .values({name: bindparam(name) for name in ("twilio_sid", "delivery_status", "delivery_status_at")})
    )
)
_ORIGIN = Prepared(
    lambda _: (
        select(MessageRow.sid, MessageRow.person_id, MessageRow.received_at)
        .join(ReplyRow, ReplyRow.message_sid == MessageRow.sid)
        .where(ReplyRow.id == bindparam("id_"))
    )
)


class Replies:
    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def record(  # noqa: PLR0913, PLR0917 - the fields of a reply
        self,
        message_sid: str,
        from_: str,
        to: str,
        bodies: Sequence[str],
        segments: Sequence[int],
        at: datetime,
        round_: int = 0,
        media_key: str | None = None,
        state: ReplyState = "recorded",
    ) -> list[Reply]:
        """What is to be sent in answer to a message, in order; the file goes with the first. StoreError where
        that was recorded before in the same round, or there is no such message."""
        common = {
            "message_sid": message_sid,
            "round": round_,
            "from_address": from_,
            "to_address": to,
            "state": state,
            "created_at": at,
        }
        rows = [
            {
                **common,
                "ordinal": ordinal,
                "body": body,
                "segments": count,
                "media_key": None if ordinal else media_key,
            }
            for ordinal, (body, count) in enumerate(zip(bodies, segments, strict=True))
        ]
        return [self._insert(row) for row in rows]

    def get(self, id: int) -> Reply:  # noqa: A002
        """NotFound when there is no such reply."""
        for reply in self._replies(ReplyRow.id == id):
            return reply
        raise NotFound("There is no such reply.")

    def by_twilio_sid(self, twilio_sid: str) -> Reply | None:
        return next(iter(self._replies(ReplyRow.twilio_sid == twilio_sid)), None)

    def of_message(self, sid: str) -> list[Reply]:
        """Of all rounds, in the order in which they are to be sent."""
        return self._replies(ReplyRow.message_sid == sid)

    def sids_to(self, address: str, since: datetime) -> frozenset[str]:
        """What Twilio calls the replies to ``address`` that were sent since then."""
        sent_at = func.coalesce(ReplyRow.sent_at, ReplyRow.delivery_status_at, ReplyRow.created_at)
        theirs = (ReplyRow.to == address, sent_at >= since, ReplyRow.twilio_sid.is_not(None))
        return frozenset(
            sid for sid in self._work.session.scalars(select(ReplyRow.twilio_sid).where(*theirs)) if sid
        )

    def next_round(self, message_sid: str) -> int:
        """The round in which the message is answered if it is started anew now; 0 when it has no replies."""
        highest = select(func.max(ReplyRow.round)).where(ReplyRow.message_sid == message_sid)
        latest = self._work.session.scalar(highest)
        return 0 if latest is None else latest + 1

    def undelivered(self) -> list[Reply]:
        """Those that Twilio has not taken, the oldest 500. One whose recipient wants none is left out."""
        unwanted = (ReplyRow.state == "failed") & ReplyRow.error_code.is_not_distinct_from(OPTED_OUT)
        rows = select(ReplyRow).where(ReplyRow.state != "sent", ~unwanted).order_by(ReplyRow.id)
        return [_reply(row) for row in self._work.session.scalars(rows.limit(MOST_LISTED))]

    def reopen(self, id: int) -> None:  # noqa: A002
        """Makes one that failed as if it had only been recorded. NotFound when it is not one that failed."""
        failed = update(ReplyRow).where(ReplyRow.id == id, ReplyRow.state == "failed")
        values = {"state": "recorded", "error_code": None, "error": None, "sent_at": None}
        update_one(self._work.session, failed.values(values), "failed reply")

    def hold(self, why: str, at: datetime) -> None:
        """Makes every one that is on its way one that failed: it is sent when somebody says so."""
        on_the_way = update(ReplyRow).where(ReplyRow.state.in_(["recorded", "sending"]))
        self._work.session.execute(on_the_way.values(state="failed", error=why, sent_at=at, held_until=None))

    def mark_sending(self, id: int) -> None:  # noqa: A002
        """To be called before it is given to Twilio. NotFound."""
        self._update(id, {"state": "sending", "held_until": None})

    def mark_sent(self, id: int, twilio_sid: str, at: datetime) -> None:  # noqa: A002
        """NotFound. A delivery status that was reported for ``twilio_sid`` before this is kept."""
        reply = self.get(id)
        values = {"state": "sent", "twilio_sid": twilio_sid, "sent_at": at, "error_code": None, "error": None}
        if reply.twilio_sid == twilio_sid:
            del values["error_code"], values["error"]
        else:
            values |= {"delivery_status": None, "delivery_status_at": None}
        self._update(id, values)

    def mark_failed(self, id: int, code: int | None, error: str, at: datetime) -> None:  # noqa: A002
        """``code`` is Twilio's, ``error`` what went wrong in plain words. NotFound."""
        values = {"state": "failed", "error_code": code, "error": error, "sent_at": at, "held_until": None}
        self._update(id, values)

    def update_delivery(
        self,
        id: int,  # noqa: A002
        twilio_sid: str,
        status: str,
        error_code: int | None,
        at: datetime,
    ) -> bool:
        """Whether ``status`` is news: not when it is unknown, comes late or again, or is about an earlier
        attempt to send the reply. NotFound."""
        row = _DELIVERY.one(self._work.connection, id_=id)
        if row is None:
            raise NotFound("There is no such reply.")
        known_sid, known_status = row
        if known_sid not in {None, twilio_sid} or not _is_news(known_status, status):
            return False
        reported = {
            "which": id,
            "twilio_sid": twilio_sid,
            "delivery_status": status,
            "delivery_status_at": at,
        }
        _REPORTED.run(self._work.connection, **reported)
        if error_code is not None:
            self._update(id, {"error_code": error_code})
        return True

    def origin(self, id: int) -> tuple[str, int, datetime] | None:  # noqa: A002
        """Of the message that it answers: its sid, whose it is, and when it came in."""
        row = _ORIGIN.one(self._work.connection, id_=id)
        return None if row is None else (row[0], row[1], row[2])

    def latest_to_person(self, person_id: int, before_sid: str) -> list[Reply]:
        """The replies to the person's latest answered message that got any, ``before_sid`` itself aside, in
        the round that answered it."""
        theirs = (MessageRow.person_id == person_id, MessageRow.sid != before_sid)
        has_replies = exists().where(ReplyRow.message_sid == MessageRow.sid)
        answered = select(MessageRow.sid).where(*theirs, MessageRow.state == "answered", has_replies)
        sid = self._work.session.scalar(answered.order_by(MessageRow.id.desc()).limit(1))
        replies = self.of_message(sid) if sid else []
        return [reply for reply in replies if reply.round == replies[-1].round]

    def _insert(self, values: Mapping[str, Any]) -> Reply:
        row = _RECORD.one(self._work.connection, **values)
        assert row is not None  # noqa: S101 - it was inserted
        return Reply(
            id=row[0],
            message_sid=values["message_sid"],
            round=values["round"],
            ordinal=values["ordinal"],
            from_=values["from_address"],
            to=values["to_address"],
            body=values["body"],
            segments=values["segments"],
            state=values["state"],
            twilio_sid=None,
            delivery_status=None,
            error_code=None,
            error=None,
            created_at=values["created_at"],
            sent_at=None,
            delivery_status_at=None,
            media_key=values["media_key"],
        )

    def _update(self, reply_id: int, values: Mapping[str, object]) -> None:
        update_one(
            self._work.session, update(ReplyRow).where(ReplyRow.id == reply_id).values(values), "reply"
        )

    def _replies(self, where: ColumnElement[bool]) -> list[Reply]:
        rows = self._work.session.scalars(
            select(ReplyRow).where(where).order_by(ReplyRow.round, ReplyRow.ordinal)
        )
        return [_reply(row) for row in rows]


def _is_news(known: str | None, reported: str) -> bool:
    if known is None:
        return reported in PROGRESS or reported in FAILURES
    if known in FAILURES:
        return False
    if reported in FAILURES:
        return PROGRESS[known] < PROGRESS["delivered"]
    return PROGRESS.get(reported, -1) > PROGRESS[known]


def _reply(row: ReplyRow) -> Reply:
    return Reply(
        id=row.id,
        message_sid=row.message_sid,
        round=row.round,
        ordinal=row.ordinal,
        from_=row.from_,
        to=row.to,
        body=row.body,
        segments=row.segments,
        state=row.state,
        twilio_sid=row.twilio_sid,
        delivery_status=row.delivery_status,
        error_code=row.error_code,
        error=row.error,
        created_at=row.created_at,
        sent_at=row.sent_at,
        delivery_status_at=row.delivery_status_at,
        media_key=row.media_key,
        held_until=row.held_until,
    )
