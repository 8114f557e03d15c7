"""What callers said after the beep."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from scrapbook.twilio.local.database import new_sid


@dataclass(frozen=True, slots=True)
class NewRecording:
    """``content`` is WAV, ``duration`` its length in whole seconds, ``callback`` the URL that asked for it.

    ``status`` is Twilio's: completed, or absent where nothing was said.
    """

    call_sid: str
    status: str
    duration: int
    content: bytes
    callback: str


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording without its content; ``is_reported`` once the house has taken the news of it."""

    seq: int
    sid: str
    call_sid: str
    status: str
    duration: int
    callback: str
    is_reported: bool
    created_at: datetime


class Recordings:
    """Of the whole account. Belongs to the thread of its connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, new: NewRecording) -> Recording:
        """Keeps it, under a sid of its own."""
        sid = new_sid("RE")
        self._connection.execute(
            "INSERT INTO recordings (sid, call_sid, status, duration, content, callback, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                sid, new.call_sid, new.status, new.duration, new.content, new.callback,
                datetime.now(UTC).isoformat(),
            ),
        )  # fmt: skip
        return self.get(sid)

    def get(self, sid: str) -> Recording:
        """Raises KeyError when there is no such recording, or no longer."""
        found = self._recordings("sid = ? AND NOT deleted", (sid,))
        if not found:
            raise KeyError(sid)
        return found[0]

    def listed(self) -> list[Recording]:
        """What there is to listen to, newest first."""
        return self._recordings("status = 'completed' AND NOT deleted")[::-1]

    def unreported(self) -> list[Recording]:
        """What the house does not know of yet, oldest first."""
        return self._recordings("callback <> '' AND NOT is_reported")

    def content(self, sid: str) -> bytes:
        """WAV. Raises KeyError like ``get``, and where nothing was recorded."""
        row = self._connection.execute(
            "SELECT content FROM recordings WHERE sid = ? AND status = 'completed' AND NOT deleted", (sid,)
        ).fetchone()
        if row is None:
            raise KeyError(sid)
        return row["content"]

    def set_reported(self, sid: str) -> None:
        """The house has taken the news."""
        self._connection.execute("UPDATE recordings SET is_reported = 1 WHERE sid = ?", (sid,))

    def delete(self, sid: str) -> None:
        """Takes the recording out of the account, its content included."""
        self._connection.execute("UPDATE recordings SET deleted = 1, content = '' WHERE sid = ?", (sid,))

    def _recordings(self, condition: str, values: Sequence[object] = ()) -> list[Recording]:
        # The conditions are the ones above; what comes from outside is in the values.
        query = (
            "SELECT seq, sid, call_sid, status, duration, callback, is_reported, created_at FROM recordings"  # noqa: S608
            f" WHERE {condition} ORDER BY seq"
        )
        return [_recording(dict(row)) for row in self._connection.execute(query, tuple(values)).fetchall()]


def _recording(columns: dict[str, Any]) -> Recording:
    return Recording(
        created_at=datetime.fromisoformat(columns.pop("created_at")),
        is_reported=bool(columns.pop("is_reported")),
        **columns,
    )
