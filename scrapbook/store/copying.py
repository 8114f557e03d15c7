"""Copies of SQLite databases: made while they are written to, and checked before they are trusted."""

import sqlite3
from contextlib import closing
from pathlib import Path

from scrapbook.errors import StoreError, StoreUnavailable

WAIT_FOR_LOCK = 30.0
"""Seconds."""

TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"


def copy(source: Path, target: Path) -> None:
    """The database as it is at one moment. Nobody who writes to it is refused.

    Raises:
        StoreUnavailable: it is locked, or the disk is full.
    """
    target.touch(mode=0o600, exist_ok=False)
    try:
        with closing(_reading(source)) as original, closing(sqlite3.connect(target)) as made:
            original.backup(made)
            made.execute("PRAGMA journal_mode = DELETE")  # one file, whatever the original is
    except sqlite3.Error as error:
        raise StoreUnavailable(f"{source.name} could not be copied: {error.sqlite_errorname}") from None


def counts(database: Path) -> dict[str, int]:
    """Rows by table, after the whole file was read and found sound.

    Raises:
        StoreError: it is damaged, or no database.
    """
    try:
        with closing(_reading(database)) as connection:
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
    [(count,)] = connection.execute(f'SELECT count(*) FROM "{quoted}"')  # noqa: S608 - a name out of the schema
    return int(count)


def _reading(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=WAIT_FOR_LOCK)
