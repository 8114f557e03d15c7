"""The recordings of calls."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from scrapbook.emulators.twilio.database import new_sid


@dataclass(frozen=True, slots=True)
class NewRecording:
    """A recording without a sid.

    Attributes:
        status: completed, or absent if nothing was said.
        duration: in whole seconds.
        content: a WAV file.
        callback: the URL to which it is reported; "" for none.
    """

    call_sid: str
    status: str
    duration: int
    content: bytes
    callback: str


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording without its content; ``is_reported`` once the app has accepted or refused the report."""

    seq: int
    sid: str
    call_sid: str
    status: str
    duration: int
    callback: str
    is_reported: bool
    created_at: datetime


class Recordings:
    """Stores the account's recordings, for the thread of its connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, new: NewRecording) -> Recording:
        """Store a recording under a new sid."""
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
        """Return the recording. Raises KeyError if there is none, or it was deleted."""
        found = self._recordings("sid = ? AND NOT deleted", (sid,))
        if not found:
            raise KeyError(sid)
        return found[0]

    def visible(self) -> list[Recording]:
        """Return the recordings that the account lists, newest first."""
        return self._recordings("status = 'completed' AND NOT deleted")[::-1]

    def all(self) -> Iterator[Recording]:
        """Yield all recordings, also the deleted ones, oldest first."""
        return self._each("true")

    def unreported(self) -> list[Recording]:
        """Return the recordings that are still to be reported, oldest first."""
        return self._recordings("callback <> '' AND NOT is_reported")

    def content(self, sid: str) -> bytes:
        """Return the WAV file. Raises KeyError as ``get``, and if nothing was recorded."""
        row = self._connection.execute(
            "SELECT content FROM recordings WHERE sid = ? AND status = 'completed' AND NOT deleted", (sid,)
        ).fetchone()
        if row is None:
            raise KeyError(sid)
        return row["content"]

    def set_reported(self, sid: str) -> None:
        """Mark a recording as reported."""
        self._connection.execute("UPDATE recordings SET is_reported = 1 WHERE sid = ?", (sid,))

    def delete(self, sid: str) -> None:
        """Delete a recording and its content."""
        self._connection.execute("UPDATE recordings SET deleted = 1, content = '' WHERE sid = ?", (sid,))

    def _recordings(self, condition: str, values: Sequence[object] = ()) -> list[Recording]:
        return list(self._each(condition, values))

    def _each(self, condition: str, values: Sequence[object] = ()) -> Iterator[Recording]:
        # Every condition is a constant of this class; input is passed as values.
        query = (
            "SELECT seq, sid, call_sid, status, duration, callback, is_reported, created_at FROM recordings"  # noqa: S608
            f" WHERE {condition} ORDER BY seq"
        )
        return (_recording(dict(row)) for row in self._connection.execute(query, tuple(values)))


def _recording(columns: dict[str, Any]) -> Recording:
    return Recording(
        created_at=datetime.fromisoformat(columns.pop("created_at")),
        is_reported=bool(columns.pop("is_reported")),
        **columns,
    )
