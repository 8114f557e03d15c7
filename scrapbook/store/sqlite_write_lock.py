"""Have the processes that write to one SQLite database take turns.

SQLite's write lock has no queue. A process that writes without a pause releases it for some microseconds
between two transactions, and those who ask for it every tenth of a second, as SQLite does, hardly ever find
it free. So each first takes a lock on the database's folder, and holds it until it has SQLite's; whoever has
just written must then wait for it.

The lock on the folder only decides who is next. Where it cannot be had, SQLite's alone keeps writers apart.
"""

import fcntl
import os
import sqlite3
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy.engine.interfaces import DBAPICursor

POLL_INTERVAL = 0.001
"""Seconds between two attempts to get a lock."""

_open_folders: set[int] = set()


def begin(cursor: DBAPICursor, database: Path, seconds: float) -> None:
    """Begin a transaction that writes.

    Args:
        cursor: of a connection that does not wait for locks: its ``busy_timeout`` is 0.
        database: the file.
        seconds: to wait for other writers at most.

    Raises:
        sqlite3.OperationalError: others wrote for so long, or the database failed otherwise.
    """
    give_up_at = time.monotonic() + seconds
    with _next_in_line(database.parent, give_up_at):
        while not _has_begun(cursor, is_last=time.monotonic() >= give_up_at):
            time.sleep(POLL_INTERVAL)


def _has_begun(cursor: DBAPICursor, *, is_last: bool) -> bool:
    """Ask for SQLite's write lock. Returns whether it was free; raises the error at the last attempt."""
    try:
        cursor.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if is_last or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


@contextmanager
def _next_in_line(folder: Path, give_up_at: float) -> Generator[None]:
    """Hold the lock on the folder, if it can be had in time. A kill releases it."""
    try:
        place = os.open(folder, os.O_RDONLY)
    except OSError:
        yield
        return
    _open_folders.add(place)
    try:
        while not _is_locked(place) and time.monotonic() < give_up_at:
            time.sleep(POLL_INTERVAL)
        yield
    finally:
        _open_folders.discard(place)
        with suppress(OSError):  # closing alone does not unlock what a child has open, too
            fcntl.flock(place, fcntl.LOCK_UN)
        os.close(place)


def _is_locked(place: int) -> bool:
    """Lock an open folder. Returns whether that is done, or cannot be done, as on some file systems."""
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _close_after_fork() -> None:
    """Have a forked child leave its parent's place: else it would keep it when the parent is killed."""
    while _open_folders:
        os.close(_open_folders.pop())


os.register_at_fork(after_in_child=_close_after_fork)
