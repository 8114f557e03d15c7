"""The messages that came in, exactly as they came."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol, Required, TypedDict, Unpack, cast

from sqlalchemy import bindparam, exists, func, insert, select, update

from scrapbook.errors import NotFound
from scrapbook.store.media import media_of
from scrapbook.store.prepared import Prepared, insert_or_ignore
from scrapbook.store.records import Media, Message, MessageState
from scrapbook.store.statements import chunks, update_one
from scrapbook.store.tables import MessageMediaRow, MessageRow
from scrapbook.store.unit_of_work import UnitOfWork

_FIND = Prepared(
    lambda _: select(
        MessageRow.sid,
        MessageRow.person_id,
        MessageRow.from_.label("from_"),
        MessageRow.to.label("to"),
        MessageRow.body,
        MessageRow.received_at,
        MessageRow.state,
        MessageRow.problem,
        MessageRow.is_memo,
        MessageRow.replied_to,
        exists().where(MessageMediaRow.message_sid == MessageRow.sid).label("has_media"),
    ).where(MessageRow.sid == bindparam("sid"))
)

_RECORD = Prepared(
    lambda dialect: insert_or_ignore(dialect, MessageRow).values(
        {
            "sid": bindparam("sid"),
            "person_id": bindparam("person_id"),
            "from_address": bindparam("from_"),
            "to_address": bindparam("to"),
            "body": bindparam("body"),
            "received_at": bindparam("received_at"),
            "state": "received",
            "is_memo": bindparam("is_memo"),
            "replied_to": bindparam("replied_to"),
        }
    )
)


class Attachment(Protocol):
    """What a message brings along besides its text."""

    @property
    def url(self) -> str: ...
    @property
    def content_type(self) -> str: ...


class Arrival(TypedDict, total=False):
    """The fields of a message that has come in; all but the last three are needed."""

    sid: Required[str]
    person_id: Required[int]
    from_: Required[str]
    to: Required[str]
    body: Required[str]
    received_at: Required[datetime]
    media: Sequence[Attachment]
    is_memo: bool
    replied_to: str | None


class Messages:
    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def add(self, **arrival: Unpack[Arrival]) -> bool:
        """Keep a message that has come in. Returns whether it is new: one that is known by its sid stays."""
        values: dict[str, object] = {"media": (), "is_memo": False, "replied_to": None, **arrival}
        media = cast("Sequence[Attachment]", values.pop("media"))
        is_new = _RECORD.run(self._work.connection, **values)
        if is_new and media:
            self._attach(arrival["sid"], media)
        return bool(is_new)

    def record(self, **arrival: Unpack[Arrival]) -> Message:
        """As ``add``; returns the message."""
        self.add(**arrival)
        return self.get(arrival["sid"])

    def get(self, sid: str) -> Message:
        """NotFound when there is no such message."""
        if (message := self.find(sid)) is None:
            raise NotFound("There is no such message.")
        return message

    def find(self, sid: str) -> Message | None:
        for record in _FIND.records(self._work.connection, sid=sid):
            media = self._media([sid]).get(sid, []) if record.pop("has_media") else []
            return Message(**record, media=tuple(media))
        return None

    def memos_of(self, message: Message) -> list[Message]:
        """The sounds that came with it, as messages of their own; in order."""
        of_message = MessageRow.sid.startswith(f"{message.sid}-", autoescape=True)
        rows = select(MessageRow).where(
            MessageRow.person_id == message.person_id, MessageRow.is_memo, of_message
        )
        return self._messages(self._work.session.scalars(rows.order_by(MessageRow.id)).all())

    def write_down(self, sid: str, transcript: str) -> None:
        """What a memo says becomes its body. NotFound."""
        row = update(MessageRow).where(MessageRow.sid == sid).values(body=transcript)
        update_one(self._work.session, row, "message")

    def states(self, sids: Iterable[str]) -> dict[str, MessageState]:
        """By sid; messages that are not known are left out."""
        pairs = (MessageRow.sid, MessageRow.state)
        return {
            sid: state
            for chunk in chunks(sids)
            for sid, state in self._work.session.execute(select(*pairs).where(MessageRow.sid.in_(chunk)))
        }

    def set_state(self, sid: str, state: MessageState, problem: str | None = None) -> None:
        """``problem`` is what went wrong, in plain words. NotFound."""
        row = update(MessageRow).where(MessageRow.sid == sid).values(state=state, problem=problem)
        update_one(self._work.session, row, "message")

    def unfinished(self, person_id: int | None = None) -> list[Message]:
        """All that are not answered, failed ones included, in the order in which they arrived."""
        rows = select(MessageRow).where(MessageRow.state != "answered").order_by(MessageRow.id)
        if person_id is not None:
            rows = rows.where(MessageRow.person_id == person_id)
        return self._messages(self._work.session.scalars(rows).all())

    def unanswered_memos(self, person_id: int) -> int:
        """How many of the person's memos are to be answered."""
        theirs = (MessageRow.person_id == person_id, MessageRow.is_memo, MessageRow.state == "received")
        # As the index of what is not finished has it.
        unfinished = MessageRow.state != "answered"
        return self._work.session.scalar(select(func.count()).where(*theirs, unfinished)) or 0

    def _attach(self, sid: str, media: Sequence[Attachment]) -> None:
        rows = [
            {"message_sid": sid, "ordinal": ordinal, "url": part.url, "content_type": part.content_type}
            for ordinal, part in enumerate(media)
        ]
        self._work.session.execute(insert(MessageMediaRow), rows)

    def _messages(self, rows: Sequence[MessageRow]) -> list[Message]:
        media = self._media(row.sid for row in rows)
        return [_message(row, tuple(media.get(row.sid, ()))) for row in rows]

    def _media(self, sids: Iterable[str]) -> dict[str, list[Media]]:
        return media_of(self._work.session, MessageMediaRow, MessageMediaRow.message_sid, sids)


def _message(row: MessageRow, media: tuple[Media, ...]) -> Message:
    return Message(
        sid=row.sid,
        person_id=row.person_id,
        from_=row.from_,
        to=row.to,
        body=row.body,
        media=media,
        received_at=row.received_at,
        state=row.state,
        problem=row.problem,
        is_memo=row.is_memo,
        replied_to=row.replied_to,
    )
