"""The messages of the local Twilio."""

import asyncio
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from scrapbook.emulators.handset import Attachment
from scrapbook.emulators.twilio.database import new_sid


@dataclass(frozen=True, slots=True)
class Media:
    """An attachment without its content. ``size`` is in bytes."""

    sid: str
    content_type: str
    size: int
    created_at: datetime
    deleted: bool


@dataclass(frozen=True, slots=True)
class Message:
    """A message with its attachments.

    Attributes:
        seq: the messages' order.
        changed: grows with every change of any message.
        status: pending or delivered for inbound messages; Twilio's words for others.
        extras: further fields of the webhook.
        deleted: whether it was deleted from the account's log; its handset still shows it.
    """

    seq: int
    changed: int
    sid: str
    direction: str
    from_: str
    to: str
    body: str
    status: str
    error_code: int | None
    status_callback: str
    extras: Mapping[str, str]
    created_at: datetime
    updated_at: datetime
    sent_at: datetime | None
    deleted: bool
    media: tuple[Media, ...]

    @property
    def is_inbound(self) -> bool:
        """Whether a handset sent it."""
        return self.direction == "inbound"


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message without a sid; ``media_urls`` are those of attachments that are not fetched yet."""

    direction: str
    from_: str
    to: str
    body: str
    status: str
    status_callback: str = ""
    extras: Mapping[str, str] = field(default_factory=dict[str, str])
    media: Sequence[Attachment] = ()
    media_urls: Sequence[str] = ()


class MessageLog:
    """Stores messages, for the thread of its connection. Its methods are short and block."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._change = asyncio.Event()

    async def wait_for_change(self) -> None:
        """Return after the next change of any message."""
        await self._change.wait()

    def add(self, new: NewMessage) -> Message:
        """Store a message under a new sid."""
        sid = new_sid("MM" if new.media or new.media_urls else "SM")
        now = datetime.now(UTC).isoformat()
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute(
                "INSERT INTO messages (changed, sid, direction, sender, recipient, body, status,"
                " status_callback, extras, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    self._next(), sid, new.direction, new.from_, new.to, new.body, new.status,
                    new.status_callback, json.dumps(dict(new.extras)), now, now,
                ),
            )  # fmt: skip
            self._attach(sid, new.media)
            self._connection.executemany(
                "INSERT INTO media_urls VALUES (?, ?, ?)",
                [(sid, index, url) for index, url in enumerate(new.media_urls)],
            )
        self._notify()
        return self.get(sid)

    def get(self, sid: str) -> Message:
        """Return the message. Raises KeyError if there is none."""
        found = self._messages("sid = ?", (sid,))
        if not found:
            raise KeyError(sid)
        return found[0]

    def media_urls(self, sid: str) -> list[str]:
        """Return the URLs of the attachments that are not fetched yet."""
        rows = self._connection.execute(
            "SELECT url FROM media_urls WHERE message_sid = ? ORDER BY position", (sid,)
        ).fetchall()
        return [row["url"] for row in rows]

    def attach(self, sid: str, parts: Sequence[Attachment]) -> Message:
        """Store the attachments that were fetched, and forget their URLs."""
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._attach(sid, parts)
            self._connection.execute("DELETE FROM media_urls WHERE message_sid = ?", (sid,))
            self._connection.execute("UPDATE messages SET changed = ? WHERE sid = ?", (self._next(), sid))
        self._notify()
        return self.get(sid)

    def set_status(self, sid: str, status: str, error_code: int | None = None) -> Message:
        """Set the status of a message."""
        now = datetime.now(UTC).isoformat()
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute(
                "UPDATE messages SET status = ?, error_code = ?, changed = ?, updated_at = ?,"
                " sent_at = CASE WHEN ? = 'sent' THEN ? ELSE sent_at END WHERE sid = ?",
                (status, error_code, self._next(), now, status, now, sid),
            )
        self._notify()
        return self.get(sid)

    def of_number(self, number: str, after: int) -> list[Message]:
        """Return the messages from and to ``number`` with a change after ``after``, oldest change first."""
        return self._messages("changed > ? AND ? IN (sender, recipient)", (after, number), "changed")

    def latest_change(self) -> int:
        """Return the number of the latest change."""
        return int(self._connection.execute("SELECT value FROM sequence").fetchone()["value"])

    def waiting(self, sender: str | None = None) -> list[Message]:
        """Return the inbound messages that the app has not accepted, oldest first; all, or one sender's."""
        condition = "status = 'pending' AND direction = 'inbound'"
        if sender is None:
            return self._messages(condition, ())
        return self._messages(f"{condition} AND sender = ?", (sender,))

    def on_the_way(self) -> list[Message]:
        """Return the outbound messages without a final status, oldest first."""
        return self._messages("status IN ('queued', 'sent') AND direction <> 'inbound'", ())

    def visible(self, from_: str, to: str) -> list[Message]:
        """Return the messages that the account's log lists, newest first; an empty number matches any."""
        return self._messages(
            "NOT deleted AND ? IN ('', sender) AND ? IN ('', recipient)", (from_, to), "seq DESC"
        )

    def all(self) -> Iterator[Message]:
        """Yield all messages, also the deleted ones, oldest first."""
        return self._each("true", ())

    def last_from(self, sender: str) -> Message | None:
        """Return the latest message of a handset; None if there is none."""
        found = self._messages("direction = 'inbound' AND sender = ?", (sender,), "seq DESC LIMIT 1")
        return found[0] if found else None

    def delete(self, sid: str) -> None:
        """Delete a message from the account's log. Its handset still shows it."""
        self._connection.execute("UPDATE messages SET deleted = 1 WHERE sid = ?", (sid,))

    def content(self, media_sid: str) -> Attachment:
        """Return the attachment. Raises KeyError if there is none."""
        row = self._connection.execute(
            "SELECT content_type, content FROM media WHERE sid = ?", (media_sid,)
        ).fetchone()
        if row is None:
            raise KeyError(media_sid)
        return Attachment(row["content_type"], row["content"])

    def delete_media(self, media_sid: str) -> None:
        """Delete an attachment from the account. Its handset still shows it."""
        self._connection.execute("UPDATE media SET deleted = 1 WHERE sid = ?", (media_sid,))

    def purge(self, before: datetime) -> None:
        """Delete everything older that is not pending. Twilio stores messages longer."""
        old = "SELECT sid FROM messages WHERE created_at < ? AND status <> 'pending'"
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            for table in ("media", "media_urls"):
                self._connection.execute(
                    f"DELETE FROM {table} WHERE message_sid IN ({old})",  # noqa: S608
                    (before.isoformat(),),
                )
            self._connection.execute(
                f"DELETE FROM messages WHERE sid IN ({old})",  # noqa: S608
                (before.isoformat(),),
            )
            self._connection.execute(
                "DELETE FROM recordings WHERE is_reported AND created_at < ?", (before.isoformat(),)
            )

    def opted_out(self, number: str, subscriber: str) -> bool:
        """Return whether ``subscriber`` has opted out of messages from ``number``."""
        return (
            self._connection.execute(
                "SELECT 1 FROM opt_outs WHERE number = ? AND subscriber = ?", (number, subscriber)
            ).fetchone()
            is not None
        )

    def set_opted_out(self, number: str, subscriber: str, opted_out: bool) -> None:
        """Store whether ``subscriber`` has opted out of messages from ``number``."""
        statement = (
            "INSERT OR IGNORE INTO opt_outs VALUES (?, ?)"
            if opted_out
            else "DELETE FROM opt_outs WHERE number = ? AND subscriber = ?"
        )
        self._connection.execute(statement, (number, subscriber))

    def _attach(self, sid: str, parts: Sequence[Attachment]) -> None:
        now = datetime.now(UTC).isoformat()
        self._connection.executemany(
            "INSERT INTO media (sid, message_sid, position, content_type, content, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [
                (new_sid("ME"), sid, index, part.content_type, part.content, now)
                for index, part in enumerate(parts)
            ],
        )

    def _next(self) -> int:
        row = self._connection.execute("UPDATE sequence SET value = value + 1 RETURNING value").fetchone()
        return int(row["value"])

    def _notify(self) -> None:
        self._change.set()
        self._change = asyncio.Event()

    def _messages(self, condition: str, values: Sequence[object], order: str = "seq") -> list[Message]:
        return list(self._each(condition, values, order))

    def _each(self, condition: str, values: Sequence[object], order: str = "seq") -> Iterator[Message]:
        # Every condition is a constant of this class; input is passed as values.
        query = f"SELECT * FROM messages WHERE {condition} ORDER BY {order}"  # noqa: S608
        return map(self._message, self._connection.execute(query, tuple(values)))

    def _message(self, row: sqlite3.Row) -> Message:
        columns: dict[str, Any] = dict(row)
        return Message(
            from_=columns.pop("sender"),
            to=columns.pop("recipient"),
            extras=json.loads(columns.pop("extras")),
            created_at=datetime.fromisoformat(columns.pop("created_at")),
            updated_at=datetime.fromisoformat(columns.pop("updated_at")),
            sent_at=_moment(columns.pop("sent_at")),
            deleted=bool(columns.pop("deleted")),
            media=self._media(row["sid"]),
            **columns,
        )

    def _media(self, message_sid: str) -> tuple[Media, ...]:
        rows = self._connection.execute(
            "SELECT sid, content_type, length(content) AS size, created_at, deleted FROM media"
            " WHERE message_sid = ? ORDER BY position",
            (message_sid,),
        ).fetchall()
        return tuple(
            Media(
                row["sid"],
                row["content_type"],
                row["size"],
                datetime.fromisoformat(row["created_at"]),
                bool(row["deleted"]),
            )
            for row in rows
        )


def _moment(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)
