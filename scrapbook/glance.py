"""What ``scrapbook text`` has to know of what is kept: who has a number, and whether a message is finished.

A command at a terminal begins anew each time, and to import the store's libraries takes longer than an
answer. So on SQLite it is read with nothing but Python's own module; on PostgreSQL the store is asked.
"""

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from scrapbook.errors import StoreUnavailable

if TYPE_CHECKING:
    from scrapbook.settings import Settings
    from scrapbook.store import Store

PATIENCE = 5.0
"""Seconds to wait for whoever holds the file."""

_KNOWN = "SELECT EXISTS (SELECT 1 FROM addresses WHERE value = ?)"

# The memos of a message have its sid, a hyphen and more for their sids; what comes behind a hyphen is a dot.
_FINISHED = """
    WITH theirs AS (
        SELECT sid, state FROM messages WHERE sid = :sid
        UNION ALL
        SELECT sid, state FROM messages WHERE sid > :sid || '-' AND sid < :sid || '.' AND is_memo
    )
    SELECT EXISTS (SELECT 1 FROM theirs)
        AND NOT EXISTS (SELECT 1 FROM theirs WHERE state = 'received')
        AND NOT EXISTS (
            SELECT 1 FROM replies
            WHERE message_sid IN (SELECT sid FROM theirs) AND state IN ('recorded', 'sending')
        )
"""


class Glance(Protocol):
    """A look at what is kept."""

    def knows(self, address: str) -> bool:
        """Return whether somebody has that address."""
        ...

    def is_finished(self, sid: str) -> bool:
        """Return whether a message and its memos are answered or given up, and all their replies sent."""
        ...


@contextmanager
def opened(settings: "Settings") -> Generator[Glance]:
    """Yield a look at what these settings keep. StoreUnavailable where there is nothing yet."""
    if settings.is_sqlite:
        with closing(_connected(settings.sqlite_path)) as connection:
            yield _InSqlite(connection)
    else:
        from scrapbook.store import Store  # noqa: PLC0415 - takes longer to import than an answer

        with closing(Store.open(settings.database_url)) as store:
            yield _InStore(store)


def _connected(path: Path) -> sqlite3.Connection:
    try:
        return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=PATIENCE)
    except sqlite3.Error as problem:
        raise StoreUnavailable("Nothing is kept here yet: start the scrapbook first") from problem


class _InSqlite:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def knows(self, address: str) -> bool:
        return self._holds(_KNOWN, (address,))

    def is_finished(self, sid: str) -> bool:
        return self._holds(_FINISHED, {"sid": sid})

    def _holds(self, question: str, values: tuple[str, ...] | dict[str, str]) -> bool:
        try:
            [answer] = cast("tuple[int]", self._connection.execute(question, values).fetchone())
        except sqlite3.Error as problem:
            raise StoreUnavailable(f"The database cannot be read ({type(problem).__name__})") from problem
        return bool(answer)


class _InStore:
    def __init__(self, store: "Store") -> None:
        self._store = store

    def knows(self, address: str) -> bool:
        with self._store.transaction(read_only=True) as tx:
            return tx.people.by_address(address) is not None

    def is_finished(self, sid: str) -> bool:
        with self._store.transaction(read_only=True) as tx:
            message = tx.messages.find(sid)
            if message is None:
                return False
            return all(
                one.state != "received"
                and all(reply.state in {"sent", "failed"} for reply in tx.replies.of_message(one.sid))
                for one in (message, *tx.messages.memos_of(message))
            )
