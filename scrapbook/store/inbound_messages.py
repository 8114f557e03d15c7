"""Inbound messages, recorded unchanged."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol, Required, TypedDict, Unpack, cast

from sqlalchemy import Integer, bindparam, exists, func, insert, select, update

from scrapbook.errors import NotFound
from scrapbook.model.records import Media, Message, MessageState
from scrapbook.store.media import media_of
from scrapbook.store.prepared import Prepared, insert_or_ignore
from scrapbook.store.sql_helpers import chunks, update_one
from scrapbook.store.tables import MessageMediaRow, MessageRow, OutboundRow
from scrapbook.store.unit_of_work import UnitOfWork

_FIND = Prepared(
    lambda _: select(
        MessageRow.message_id.label("id"),
        MessageRow.person_id,
        MessageRow.from_.label("from_"),
        MessageRow.to.label("to"),
        MessageRow.body,
        MessageRow.received_at,
        MessageRow.state,
        MessageRow.problem,
        MessageRow.is_memo,
        MessageRow.replied_to,
        MessageRow.is_forwarded,
        MessageRow.answers,
        exists().where(MessageMediaRow.message_id == MessageRow.message_id).label("has_media"),
    ).where(MessageRow.message_id == bindparam("message_id"))
)

_RECORD = Prepared(
    lambda dialect: insert_or_ignore(dialect, MessageRow).values(
        {
            "message_id": bindparam("message_id"),
            "person_id": bindparam("person_id"),
            "from_address": bindparam("from_"),
            "to_address": bindparam("to"),
            "body": bindparam("body"),
            "received_at": bindparam("received_at"),
            "state": "received",
            "is_memo": bindparam("is_memo"),
            "replied_to": bindparam("replied_to"),
            "is_forwarded": bindparam("is_forwarded"),
            "answers": bindparam("answers"),
        }
    )
)


_OPTIONAL = {"media": (), "is_memo": False, "replied_to": None, "is_forwarded": False, "answers": None}

_ADDRESSES = Prepared(
    lambda _: (
        select(MessageRow.from_, MessageRow.to, MessageRow.received_at)
        .where(MessageRow.person_id == bindparam("person_id"))
        .order_by(MessageRow.id.desc())
        .limit(bindparam("limit", type_=Integer))
    )
)
_BEFORE = Prepared(
    lambda _: (
        select(MessageRow.message_id)
        .where(
            MessageRow.person_id == bindparam("person_id"),
            MessageRow.id
            < select(MessageRow.id).where(MessageRow.message_id == bindparam("message_id")).scalar_subquery(),
        )
        .order_by(MessageRow.id.desc())
        .limit(1)
    )
)


class AddressUsed(NamedTuple):
    """The address of a person, that of ours to which they wrote from it, and when they last did."""

    theirs: str
    ours: str
    last_at: datetime


class Attachment(Protocol):
    """A file that came with a message."""

    @property
    def url(self) -> str: ...
    @property
    def content_type(self) -> str: ...


class Arrival(TypedDict, total=False):
    """The fields of a received message; the last five are optional."""

    message_id: Required[str]
    person_id: Required[int]
    from_: Required[str]
    to: Required[str]
    body: Required[str]
    received_at: Required[datetime]
    media: Sequence[Attachment]
    is_memo: bool
    replied_to: str | None
    is_forwarded: bool
    answers: str | None


class Messages:
    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def add(self, **arrival: Unpack[Arrival]) -> bool:
        """Record a received message. Returns whether it is new: one with a known id is left unchanged."""
        values: dict[str, object] = {**_OPTIONAL, **arrival}
        media = cast("Sequence[Attachment]", values.pop("media"))
        is_new = _RECORD.run(self._work.connection, **values)
        if is_new and media:
            self._attach(arrival["message_id"], media)
        return bool(is_new)

    def record(self, **arrival: Unpack[Arrival]) -> Message:
        """Record a received message, as ``add`` does. Returns the recorded message."""
        self.add(**arrival)
        return self.get(arrival["message_id"])

    def get(self, message_id: str) -> Message:
        """Return a message.

        Raises:
            NotFound: there is no message with that id.
        """
        if (message := self.find(message_id)) is None:
            raise NotFound("There is no such message.")
        return message

    def find(self, message_id: str) -> Message | None:
        """Return a message; None where there is none with that id."""
        for record in _FIND.records(self._work.connection, message_id=message_id):
            media = self._media([message_id]).get(message_id, []) if record.pop("has_media") else []
            return Message(**record, media=tuple(media))
        return None

    def before(self, message: Message) -> Message | None:
        """Return the message that arrived before this one from the same person; None if it is the first."""
        found = _BEFORE.one(self._work.connection, person_id=message.person_id, message_id=message.id)
        return self.get(found[0]) if found else None

    def said_before(self, message: Message, limit: int) -> list[Message]:
        """Return the messages that arrived before this one from the same person, at most ``limit``.

        The one whose reply came last is the first. A memo is answered when it is transcribed, which may be
        after what was texted since.
        """
        arrived = (
            select(MessageRow.id).where(MessageRow.message_id == message.id).correlate(None).scalar_subquery()
        )
        theirs = (MessageRow.person_id == message.person_id, MessageRow.id < arrived)
        replied = (
            select(func.max(OutboundRow.created_at))
            .where(OutboundRow.in_reply_to == MessageRow.message_id)
            .correlate(MessageRow)
            .scalar_subquery()
        )
        latest = select(MessageRow, replied).where(*theirs).order_by(MessageRow.id.desc()).limit(limit)
        said_at = {
            row: max(row.received_at, at or row.received_at) for row, at in self._work.session.execute(latest)
        }
        return self._messages(sorted(said_at, key=lambda row: (said_at[row], row.id), reverse=True))

    def memos_of(self, message: Message) -> list[Message]:
        """Return the recordings that came with a message, each as a message of its own, in order."""
        of_message = MessageRow.message_id.startswith(f"{message.id}-", autoescape=True)
        rows = select(MessageRow).where(
            MessageRow.person_id == message.person_id, MessageRow.is_memo, of_message
        )
        return self._messages(self._work.session.scalars(rows.order_by(MessageRow.id)).all())

    def set_transcript(self, message_id: str, transcript: str) -> None:
        """Set the body of a memo to its transcript.

        Raises:
            NotFound: there is no message with that id.
        """
        row = update(MessageRow).where(MessageRow.message_id == message_id).values(body=transcript)
        update_one(self._work.session, row, "message")

    def states(self, message_ids: Iterable[str]) -> dict[str, MessageState]:
        """Return the states of messages by their ids; unknown ids are left out."""
        pairs = (MessageRow.message_id, MessageRow.state)
        return {
            message_id: state
            for chunk in chunks(message_ids)
            for message_id, state in self._work.session.execute(
                select(*pairs).where(MessageRow.message_id.in_(chunk))
            )
        }

    def set_state(self, message_id: str, state: MessageState, problem: str | None = None) -> None:
        """Set the state of a message.

        Args:
            problem: why it failed, in plain words; None otherwise.

        Raises:
            NotFound: there is no message with that id.
        """
        row = (
            update(MessageRow).where(MessageRow.message_id == message_id).values(state=state, problem=problem)
        )
        update_one(self._work.session, row, "message")

    def unfinished(self, person_id: int | None = None) -> list[Message]:
        """Return the messages that are not answered, failed ones included, in the order of arrival."""
        rows = select(MessageRow).where(MessageRow.state != "answered").order_by(MessageRow.id)
        if person_id is not None:
            rows = rows.where(MessageRow.person_id == person_id)
        return self._messages(self._work.session.scalars(rows).all())

    def unanswered_memos(self, person_id: int) -> int:
        """Return how many memos of a person wait for an answer."""
        theirs = (MessageRow.person_id == person_id, MessageRow.is_memo, MessageRow.state == "received")
        # The condition of the partial index, so that it is used.
        unfinished = MessageRow.state != "answered"
        return self._work.session.scalar(select(func.count()).where(*theirs, unfinished)) or 0

    def latest_bodies(self, person_id: int, count: int) -> list[str]:
        """Return the bodies of a person's latest messages, newest first."""
        theirs = select(MessageRow.body).where(MessageRow.person_id == person_id)
        return list(self._work.session.scalars(theirs.order_by(MessageRow.id.desc()).limit(count)))

    def latest_before(self, message_id: str, count: int) -> list[Message]:
        """Return the latest messages of a message's sender that came before it, newest first.

        Raises:
            NotFound: there is no message with that id.
        """
        this = self._work.session.execute(
            select(MessageRow.id, MessageRow.person_id).where(MessageRow.message_id == message_id)
        ).one_or_none()
        if this is None:
            raise NotFound("There is no such message.")
        earlier = select(MessageRow).where(MessageRow.person_id == this.person_id, MessageRow.id < this.id)
        return self._messages(
            self._work.session.scalars(earlier.order_by(MessageRow.id.desc()).limit(count)).all()
        )

    def addresses_used(self, person_id: int, count: int) -> list[AddressUsed]:
        """Return the addresses of a person's latest messages, the one that they used last first.

        Args:
            count: of messages that are looked at.
        """
        rows = _ADDRESSES.rows(self._work.connection, person_id=person_id, limit=count)
        used: dict[str, AddressUsed] = {}
        for theirs, ours, at in rows:
            used.setdefault(theirs, AddressUsed(theirs, ours, at))
        return list(used.values())

    def have_media(self, person_id: int, count: int) -> bool:
        """Return whether something came with any of a person's latest messages."""
        theirs = select(MessageRow.message_id).where(MessageRow.person_id == person_id)
        latest = theirs.order_by(MessageRow.id.desc()).limit(count).subquery()
        has_media = exists().where(MessageMediaRow.message_id.in_(select(latest.c.message_id)))
        return bool(self._work.session.scalar(select(has_media)))

    def _attach(self, message_id: str, media: Sequence[Attachment]) -> None:
        rows = [
            {"message_id": message_id, "ordinal": ordinal, "url": part.url, "content_type": part.content_type}
            for ordinal, part in enumerate(media)
        ]
        self._work.session.execute(insert(MessageMediaRow), rows)

    def _messages(self, rows: Sequence[MessageRow]) -> list[Message]:
        media = self._media(row.message_id for row in rows)
        return [_message(row, tuple(media.get(row.message_id, ()))) for row in rows]

    def _media(self, message_ids: Iterable[str]) -> dict[str, list[Media]]:
        return media_of(self._work.session, MessageMediaRow, MessageMediaRow.message_id, message_ids)


def _message(row: MessageRow, media: tuple[Media, ...]) -> Message:
    return Message(
        id=row.message_id,
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
        is_forwarded=row.is_forwarded,
        answers=row.answers,
    )
