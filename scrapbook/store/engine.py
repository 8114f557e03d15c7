"""The connections to the database, and how a transaction on them begins."""

import os
import weakref
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import StaticPool

from scrapbook.errors import StoreError

WAIT_FOR_LOCK = 5
"""Seconds until a transaction that waits for another one gives up."""

CONNECT_TIMEOUT = 5
"""Seconds."""

WITHIN_TRANSACTION = 30
"""Seconds for which a transaction may do nothing; PostgreSQL then takes it back and closes the connection."""

READING = {"read_only": True, "postgresql_readonly": True}
"""Execution options of a connection whose transactions only read."""


def connect(url: str) -> Engine:
    """Nothing is connected to yet. StoreError when the URL is not one of a database that is supported."""
    parsed = _parsed(url)
    return _leave_behind(_writing(parsed) if parsed.get_backend_name() == "sqlite" else _postgresql(parsed))


def reading(engine: Engine) -> Engine:
    """The same database, where it is only read: on SQLite by other connections than those that write."""
    if engine.dialect.name != "sqlite":
        return engine.execution_options(**READING)
    readers = _sqlite(engine.url)
    event.listen(readers, "connect", _only_read)
    return _leave_behind(readers).execution_options(**READING)


def _leave_behind(engine: Engine) -> Engine:
    """A child process must not talk over the connections of its parent."""
    forget = weakref.WeakMethod(engine.dispose)
    os.register_at_fork(after_in_child=lambda: (dispose := forget()) and dispose(close=False))
    return engine


def connect_alone(url: str) -> Engine:
    """To a SQLite database that nobody else can even read as long as the engine is there.

    The first use fails as with one that is locked when somebody else has it open.
    """
    engine = create_engine(
        _parsed(url),
        hide_parameters=True,
        connect_args={"timeout": 0},
        poolclass=StaticPool,
        execution_options=READING,
    )
    event.listen(engine, "connect", _hold_alone)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "connect", _only_read)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _hold_alone(connection: DBAPIConnection, _record: object) -> None:
    """Before anything is read: https://www.sqlite.org/wal.html#use_of_wal_without_shared_memory"""
    cursor = connection.cursor()
    cursor.execute("PRAGMA locking_mode = EXCLUSIVE")
    cursor.close()


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        # It may hold a password.
        raise StoreError("The database URL cannot be read.") from None
    if parsed.drivername not in {"sqlite", "sqlite+pysqlite", "postgresql+psycopg"}:
        raise StoreError(f"The database must be sqlite or postgresql+psycopg, not {parsed.drivername}.")
    if parsed.get_backend_name() == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise StoreError("The database must be a file: one in memory would be forgotten.")
    return parsed


def _writing(url: URL) -> Engine:
    """Of one connection, for which its threads wait. Those that wait for SQLite's own lock ask for it now and
    then, and under load one of them may never find it free."""
    return _sqlite(url, pool_size=1, max_overflow=0, pool_timeout=WAIT_FOR_LOCK)


def _sqlite(url: URL, **pool: int) -> Engine:
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": WAIT_FOR_LOCK}, **pool)
    event.listen(engine, "do_connect", _create_private)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _create_private(_dialect: object, _record: object, arguments: list[str], _options: object) -> None:
    """SQLite would let everybody on the machine read a file that it makes; those beside it get its mode.

    One that is there is not even opened: closing it would let go of the locks that the process holds on it.
    """
    with suppress(OSError):
        os.close(os.open(arguments[0], os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _set_up_sqlite(connection: DBAPIConnection, _record: object) -> None:
    # The driver's own transaction control starts transactions late and only before some statements.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        # What is deleted is overwritten, not only let go of.
        "secure_delete = ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _only_read(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """A transaction that writes takes the lock at once: one that read first and then finds the lock taken
    could only fail. One that reads takes no lock, and sees the database as it was at its first statement."""
    is_reading = connection.get_execution_options().get("read_only")
    connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")


def _postgresql(url: URL) -> Engine:
    arguments: dict[str, Any] = {"connect_timeout": CONNECT_TIMEOUT}
    engine = create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=arguments)
    event.listen(engine, "connect", _set_up_postgresql)
    return engine


def _set_up_postgresql(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"SET lock_timeout = '{WAIT_FOR_LOCK}s'")
    # A process that is stopped within a transaction must not keep its locks, which others would wait for.
    cursor.execute(f"SET idle_in_transaction_session_timeout = '{WITHIN_TRANSACTION}s'")
    # The driver prepares what it runs often. A plan that suits all words would read a query's words anew for
    # each entry, and take a word in every entry for one in a few.
    cursor.execute("SET plan_cache_mode = force_custom_plan")
    cursor.close()
    connection.commit()
