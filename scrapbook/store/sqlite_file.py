"""Create SQLite databases in WAL mode, in which readers and writers do not wait for one another.

The mode is a property of the file. To change it, SQLite needs the file for itself, and fails at once if it is
in use: its busy timeout does not apply.
"""

import secrets
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

SWITCH_TIMEOUT = 5.0
"""Seconds in which the mode of a file that is in use is tried to be changed."""

_PAUSE = 0.02
_IN_USE = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def create(path: Path) -> None:
    """Create an empty database in WAL mode that only its owner can read, unless the file exists.

    The file gets its name when it is complete, so several processes may do it at once. An existing file is
    not opened: closing it would release the locks that this process holds on it.

    Raises:
        OSError: the file cannot be created.
        sqlite3.Error: it cannot be written.
    """
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600, exist_ok=False)
    try:
        with closing(sqlite3.connect(draft)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
        with suppress(FileExistsError):  # another process was first
            path.hardlink_to(draft)  # atomic
    finally:
        draft.unlink()


def switch_to_wal(connection: sqlite3.Connection) -> None:
    """Switch a database to WAL mode, if it is not in that mode; wait while others use it.

    Raises:
        sqlite3.OperationalError: others used it for SWITCH_TIMEOUT seconds, or it cannot be written.
    """
    deadline = time.monotonic() + SWITCH_TIMEOUT
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in _IN_USE or time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE)
        else:
            return


def empty_log(path: Path, *, rewrite: bool = False) -> bool:
    """Empty the write-ahead log of a database, which holds pages as they were before they were changed.

    Args:
        rewrite: whether to write the file anew without its free pages, which other programs do not overwrite.

    Returns:
        Whether it is empty. Those who read or write the database may prevent that for a while.
    """
    if not path.exists():
        return True
    try:
        with closing(sqlite3.connect(path, timeout=SWITCH_TIMEOUT)) as connection:
            if rewrite:
                connection.execute("VACUUM").close()
            return connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _IN_USE:
            raise
        return False
