"""Copy SQLite databases while they are in use, and verify the copies."""

import sqlite3
from contextlib import closing
from pathlib import Path

from scrapbook.errors import StoreError, StoreUnavailable

LOCK_TIMEOUT = 30.0
"""Seconds to wait for another connection's lock."""

TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"


def copy(source: Path, target: Path) -> None:
    """Copy the state of the database at one moment to a new file; writers are not blocked.

    Raises:
        FileExistsError: ``target`` exists.
        StoreUnavailable: the database is locked, or the disk is full.
    """
    target.touch(mode=0o600, exist_ok=False)
    try:
        with closing(_connect_read_only(source)) as original, closing(sqlite3.connect(target)) as copied:
            original.backup(copied)
            copied.execute(
                "PRAGMA journal_mode = DELETE"
            )  # a single file, also if the original is in WAL mode
            if _is_mostly_empty(copied):
                copied.execute("VACUUM")
    except sqlite3.Error as error:
        raise StoreUnavailable(f"{source.name} could not be copied: {error.sqlite_errorname}") from None


def _is_mostly_empty(connection: sqlite3.Connection) -> bool:
    """Return whether more than half of the pages are free, and full of zeros, because much was deleted."""
    [(pages,)] = connection.execute("PRAGMA page_count")
    [(unused,)] = connection.execute("PRAGMA freelist_count")
    return bool(2 * unused > pages)


def counts(database: Path) -> dict[str, int]:
    """Check the integrity of the whole file. Returns the number of rows of each table.

    Raises:
        StoreError: the file is damaged, or is no database.
    """
    try:
        with closing(_connect_read_only(database)) as connection:
            [(verdict,), *_] = connection.execute("PRAGMA integrity_check(1)")
            broken = connection.execute("PRAGMA foreign_key_check").fetchone()
            if verdict != "ok" or broken:
                raise StoreError(f"{database.name} is damaged")
            tables = connection.execute(TABLES).fetchall()
            return {name: _count(connection, name) for (name,) in tables}
    except sqlite3.DatabaseError:
        raise StoreError(f"{database.name} is damaged") from None


def _count(connection: sqlite3.Connection, table: str) -> int:
    quoted = table.replace('"', '""')
    [(count,)] = connection.execute(f'SELECT count(*) FROM "{quoted}"')  # noqa: S608 - a name from the schema
    return int(count)


def _connect_read_only(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=LOCK_TIMEOUT)
