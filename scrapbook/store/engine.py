"""SQLAlchemy engines for SQLite and PostgreSQL: connection settings, and how transactions begin."""

import os
import sqlite3
import weakref
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import StaticPool

from scrapbook.errors import StoreError
from scrapbook.store import sqlite_file, sqlite_write_lock

LOCK_TIMEOUT = 5
"""Seconds that a transaction waits for another one's lock."""

CONNECT_TIMEOUT = 5
"""Seconds to connect to PostgreSQL."""

IDLE_TRANSACTION_TIMEOUT = 30
"""Seconds without a statement after which PostgreSQL rolls a transaction back and closes the connection."""

READ_ONLY = {"read_only": True, "postgresql_readonly": True}
"""Execution options of a connection for read-only transactions."""


def connect(url: str) -> Engine:
    """Return an engine for the database, which connects at first use.

    Raises:
        StoreError: the URL cannot be read, or names no supported database.
    """
    parsed = _parsed(url)
    return _dispose_after_fork(
        _sqlite_writer(parsed) if parsed.get_backend_name() == "sqlite" else _postgresql(parsed)
    )


def read_only(engine: Engine) -> Engine:
    """Return an engine for read-only transactions on the same database.

    On SQLite it has connections of its own.
    """
    if engine.dialect.name != "sqlite":
        return engine.execution_options(**READ_ONLY)
    readers = _sqlite(engine.url)
    event.listen(readers, "connect", _only_read)
    return _dispose_after_fork(readers).execution_options(**READ_ONLY)


def _dispose_after_fork(engine: Engine) -> Engine:
    """Have a forked child drop the connections, which are its parent's."""
    reference = weakref.WeakMethod(engine.dispose)
    os.register_at_fork(after_in_child=lambda: (dispose := reference()) and dispose(close=False))
    return engine


def connect_exclusively(url: str) -> Engine:
    """Return an engine that locks a SQLite database against all other connections, readers included.

    Its first use raises as for a locked database if another connection has it open.
    """
    engine = create_engine(
        _parsed(url),
        hide_parameters=True,
        connect_args={"timeout": 0},
        poolclass=StaticPool,
        execution_options=READ_ONLY,
    )
    event.listen(engine, "connect", _lock_exclusively)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "connect", _only_read)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _lock_exclusively(connection: DBAPIConnection, _record: object) -> None:
    """Set the locking mode, before the first read.

    https://www.sqlite.org/wal.html#use_of_wal_without_shared_memory
    """
    cursor = connection.cursor()
    cursor.execute("PRAGMA locking_mode = EXCLUSIVE")
    cursor.close()


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        # The URL may contain a password, so the error is not chained.
        raise StoreError("The database URL cannot be read.") from None
    if parsed.drivername not in {"sqlite", "sqlite+pysqlite", "postgresql+psycopg"}:
        raise StoreError(f"The database must be sqlite or postgresql+psycopg, not {parsed.drivername}.")
    if parsed.get_backend_name() == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise StoreError("The database must be a file: one in memory would be forgotten.")
    return parsed


def _sqlite_writer(url: URL) -> Engine:
    """Return an engine with one connection, for which threads queue, as processes do for the lock."""
    engine = _sqlite(url, pool_size=1, max_overflow=0, pool_timeout=LOCK_TIMEOUT)
    event.listen(engine, "connect", _return_at_once_when_locked)
    return engine


def _sqlite(url: URL, **pool: int) -> Engine:
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": LOCK_TIMEOUT}, **pool)
    event.listen(engine, "do_connect", _create_private)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _create_private(_dialect: object, _record: object, arguments: list[str], _options: object) -> None:
    """Create the database file with mode 600; SQLite gives the mode to the files beside it."""
    with suppress(OSError, sqlite3.Error):  # the connection that follows tells what is wrong
        sqlite_file.create(Path(arguments[0]))


def _set_up_sqlite(connection: DBAPIConnection, _record: object) -> None:
    # Else the driver begins transactions late, and only before some statements.
    connection.isolation_level = None
    sqlite_file.switch_to_wal(cast("sqlite3.Connection", connection))
    cursor = connection.cursor()
    for pragma in (
        "synchronous = FULL",
        "foreign_keys = ON",
        # Overwrite deleted content, instead of only marking its pages as free.
        "secure_delete = ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _return_at_once_when_locked(connection: DBAPIConnection, _record: object) -> None:
    """Have ``sqlite_write_lock`` wait in place of SQLite.

    No later statement of a transaction waits: in WAL mode, readers delay no writer.
    """
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout = 0")
    cursor.close()


def _only_read(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at once, unless the transaction only reads.

    A transaction that first reads and then finds the lock taken can only fail. One that only reads takes no
    lock, and sees the database as it was at its first statement. The execution option ``lock_timeout`` is the
    number of seconds to wait for the lock, in place of LOCK_TIMEOUT.
    """
    options = connection.get_execution_options()
    if options.get("read_only"):
        connection.exec_driver_sql("BEGIN")
        return
    cursor = connection.connection.cursor()
    try:
        database = Path(connection.engine.url.database or "")
        sqlite_write_lock.begin(cursor, database, options.get("lock_timeout", LOCK_TIMEOUT))
    finally:
        cursor.close()


def _postgresql(url: URL) -> Engine:
    arguments: dict[str, Any] = {"connect_timeout": CONNECT_TIMEOUT}
    engine = create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=arguments)
    event.listen(engine, "connect", _set_up_postgresql)
    return engine


def _set_up_postgresql(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}s'")
    # Others wait for the locks of a process that is suspended within a transaction.
    cursor.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_TRANSACTION_TIMEOUT}s'")
    # The driver prepares frequent statements. A generic plan for all words would evaluate a query's words
    # again for each entry, and estimate a word of every entry as one of a few.
    cursor.execute("SET plan_cache_mode = force_custom_plan")
    cursor.close()
    connection.commit()
