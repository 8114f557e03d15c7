"""What ``scrapbook text`` reads: whether somebody has a number, and whether a message is finished.

Importing SQLAlchemy takes longer than answering a text. So SQLite is read with Python's own module; only
PostgreSQL is read through the store.
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

BUSY_TIMEOUT = 5.0
"""Seconds to wait while another process has locked the file."""

_KNOWN = "SELECT EXISTS (SELECT 1 FROM addresses WHERE value = ?)"

# The id of a memo is that of its message, a hyphen and a number. In ASCII the dot follows the hyphen.
_FINISHED = """
    WITH theirs AS (
        SELECT message_id, state FROM messages WHERE message_id = :message_id
        UNION ALL
        SELECT message_id, state FROM messages
        WHERE message_id > :message_id || '-' AND message_id < :message_id || '.' AND is_memo
    )
    SELECT EXISTS (SELECT 1 FROM theirs)
        AND NOT EXISTS (SELECT 1 FROM theirs WHERE state = 'received')
        AND NOT EXISTS (
            SELECT 1 FROM outbound_messages
            WHERE in_reply_to IN (SELECT message_id FROM theirs) AND state IN ('recorded', 'sending')
        )
"""


class Glance(Protocol):
    """A read-only view of people and messages. Its methods raise StoreError."""

    def knows(self, address: str) -> bool:
        """Return whether somebody has that address."""
        ...

    def is_finished(self, message_id: str) -> bool:
        """Return whether a message and its memos are answered or failed, and their replies sent or failed."""
        ...


@contextmanager
def open_glance(settings: "Settings") -> Generator[Glance]:
    """Yield the view of the database of these settings. Raises StoreUnavailable if there is none yet."""
    if settings.is_sqlite:
        with closing(_connect(settings.sqlite_path)) as connection:
            yield _InSqlite(connection)
    else:
        from scrapbook.store import Store  # noqa: PLC0415 - slow to import

        with closing(Store.open(settings.database_url)) as store:
            yield _InStore(store)


def _connect(path: Path) -> sqlite3.Connection:
    try:
        return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_TIMEOUT)
    except sqlite3.Error as error:
        raise StoreUnavailable("There is no database yet: start the scrapbook first") from error


class _InSqlite:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def knows(self, address: str) -> bool:
        return self._exists(_KNOWN, (address,))

    def is_finished(self, message_id: str) -> bool:
        return self._exists(_FINISHED, {"message_id": message_id})

    def _exists(self, query: str, values: tuple[str, ...] | dict[str, str]) -> bool:
        try:
            [result] = cast("tuple[int]", self._connection.execute(query, values).fetchone())
        except sqlite3.Error as error:
            raise StoreUnavailable(f"The database cannot be read ({type(error).__name__})") from error
        return bool(result)


class _InStore:
    def __init__(self, store: "Store") -> None:
        self._store = store

    def knows(self, address: str) -> bool:
        with self._store.transaction(read_only=True) as tx:
            return tx.people.by_address(address) is not None

    def is_finished(self, message_id: str) -> bool:
        with self._store.transaction(read_only=True) as tx:
            message = tx.messages.find(message_id)
            if message is None:
                return False
            return all(
                one.state != "received"
                and all(
                    reply.state in {"sent", "failed"} for reply in tx.outbound_messages.of_message(one.id)
                )
                for one in (message, *tx.messages.memos_of(message))
            )
