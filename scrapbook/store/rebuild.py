"""Rebuild a SQLite database of unknown origin: copy its rows into tables that are created here.

A database file holds more than rows: triggers, views and expressions, which run when it is read or written.
So no schema of a file from outside is used. Its tables are read, with the schema distrusted, and their rows
inserted into tables of our own, under their constraints. See https://www.sqlite.org/security.html
"""

import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import create_engine

from scrapbook.errors import DatabaseTooNew, DatabaseTooOld, StoreError, StoreUnavailable
from scrapbook.store import schema
from scrapbook.store.errors import TRANSIENT_SQLITE_CODES, translate_errors

MAX_VALUE_BYTES = 128 * 2**20
"""Bytes of one value or row: more than the local phone's longest recording."""

_STORAGE_CLASSES = {
    "INTEGER": "integer",
    "BIGINT": "integer",
    "BOOLEAN": "integer",
    "FLOAT": "real",
    "BLOB": "blob",
}
"""What SQLite may store in a column of that declared type; in any other, text."""

# The text of a statement in the schema begins with its first words, whatever else was changed in it.
_PLAIN_TABLE = "type = 'table' AND sql LIKE 'CREATE TABLE %'"
_VIRTUAL_TABLE = "type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE %'"


def rebuild_scrapbook(source: Path, target: Path) -> dict[str, int]:
    """Rebuild the scrapbook's database ``source`` as the new file ``target``, at the revision that it has.

    Returns:
        The number of rows, by table.

    Raises:
        DatabaseTooOld, DatabaseTooNew: it is of a revision that this release does not know.
        StoreError: it is damaged, or has something that no scrapbook has.
        StoreUnavailable: the disk is full or fails.
    """
    revision = _revision(source)
    target.touch(mode=0o600)
    engine = create_engine(f"sqlite:///{target}", hide_parameters=True)
    try:
        with translate_errors():
            schema.create_at(engine, revision)
    finally:
        engine.dispose()
    return rebuild(source, target)


def rebuild(source: Path, target: Path) -> dict[str, int]:
    """Replace the rows of the database ``target`` by those of ``source``. Nothing else of the source is used.

    Args:
        source: a database of unknown origin, which is only read.
        target: a database with the tables of the same revision, which nobody else has open.

    Returns:
        The number of rows, by table.

    Raises:
        StoreError: the source is damaged, or has something that the target has not.
        StoreUnavailable: the disk is full or fails.
    """
    with _translated(source), closing(_connect(f"file:{target.absolute()}")) as connection:
        connection.execute("ATTACH ? AS source", (_immutable(source),))
        connection.execute("PRAGMA source.cell_size_check = ON")
        _refuse_unknown(connection, source.name)
        tables = _plain_tables(connection)
        for table in tables:
            _check_integrity(connection, table, source.name)
        connection.execute("BEGIN")
        with _without_triggers(connection):
            counts = {table: _copy(connection, table, source.name) for table in tables}
            _copy_sequences(connection, tables)
            _rebuild_indexes(connection)
        if connection.execute("PRAGMA main.foreign_key_check").fetchone():
            raise _damaged(source.name)
        connection.execute("COMMIT")
    return counts


def _revision(source: Path) -> str:
    with _translated(source), closing(_connect(_immutable(source))) as connection:
        query = f"SELECT name FROM sqlite_schema WHERE {_PLAIN_TABLE} AND name = 'alembic_version'"  # noqa: S608
        if not connection.execute(query).fetchone():
            raise _damaged(source.name)
        rows = connection.execute("SELECT version_num FROM alembic_version LIMIT 2").fetchall()
    if len(rows) != 1 or not isinstance(rows[0][0], str):
        raise _damaged(source.name)
    [(revision,)] = rows
    known = schema.revisions()
    if revision < known[0]:
        raise DatabaseTooOld
    if revision not in known:
        raise DatabaseTooNew
    return revision


def _refuse_unknown(connection: sqlite3.Connection, name: str) -> None:
    """Refuse a source with a table, trigger, view or index that the target has not."""
    objects = "SELECT type, name FROM {}.sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    known = set(connection.execute(objects.format("main")))
    unknown = sorted(set(connection.execute(objects.format("source"))) - known, key=ascii)
    if unknown:
        kind, which = unknown[0]
        raise StoreError(f"{name} has a {ascii(kind)[1:21]} that no scrapbook has: {ascii(which)[:100]}.")


def _plain_tables(connection: sqlite3.Connection) -> list[str]:
    """Return the names of the target's tables without those of its full-text indexes."""
    virtual = _names(connection, "main", _VIRTUAL_TABLE)
    parts = tuple(f"{index}_" for index in virtual)
    ours = [name for name in _names(connection, "main", _PLAIN_TABLE) if not name.startswith(parts)]
    return [name for name in ours if not name.startswith("sqlite_")]


def _names(connection: sqlite3.Connection, database: str, condition: str) -> list[str]:
    query = f"SELECT name FROM {database}.sqlite_schema WHERE {condition} ORDER BY rowid"  # noqa: S608
    return [name for (name,) in connection.execute(query)]


def _check_integrity(connection: sqlite3.Connection, table: str, name: str) -> None:
    """Refuse a table of the source that is none, is damaged, or lacks a column of the target's."""
    if table not in _names(connection, "source", _PLAIN_TABLE):
        raise StoreError(f"{name} has no table {table}.")
    if not set(_columns(connection, "main", table)) <= set(_columns(connection, "source", table)):
        raise StoreError(f"{name} has another table {table} than a scrapbook of its release.")
    [(verdict,), *_] = connection.execute(f"PRAGMA source.integrity_check({_quoted(table)})")
    if verdict != "ok":
        raise _damaged(name)


def _copy(connection: sqlite3.Connection, table: str, name: str) -> int:
    """Copy the rows of a table. Returns how many."""
    columns = _columns(connection, "main", table)
    ours, theirs = f"main.{_quoted(table)}", f"source.{_quoted(table)}"
    into = ", ".join(map(_quoted, columns))
    # Qualified: SQLite takes a quoted name that is no column for a string.
    values = ", ".join(f"theirs.{_quoted(column)}" for column in columns)
    connection.execute(f"DELETE FROM {ours}")  # noqa: S608 - names of our own schema
    count = connection.execute(
        f"INSERT INTO {ours} ({into}) SELECT {values} FROM {theirs} AS theirs"  # noqa: S608
    ).rowcount
    wrong = " OR ".join(
        f"coalesce(typeof({_quoted(column)}) NOT IN ('null', '{_storage_class(kind)}'), false)"
        for column, kind in columns.items()
    )
    if connection.execute(f"SELECT 1 FROM {ours} WHERE {wrong} LIMIT 1").fetchone():  # noqa: S608
        raise _damaged(name)
    texts = [_quoted(column) for column, kind in columns.items() if _storage_class(kind) == "text"]
    _check_utf_8(connection, ours, texts)
    return count


def _check_utf_8(connection: sqlite3.Connection, table: str, columns: list[str]) -> None:
    """Read all texts of a table. Raises sqlite3.OperationalError for one that is not UTF-8."""
    connection.text_factory = str
    try:
        for _ in connection.execute(f"SELECT {', '.join(columns) or 1} FROM {table}"):  # noqa: S608
            pass
    finally:
        connection.text_factory = _decoded


def _storage_class(kind: str) -> str:
    return _STORAGE_CLASSES.get(kind, "text")


def _columns(connection: sqlite3.Connection, database: str, table: str) -> dict[str, str]:
    """Return the declared types of a table's columns, without generated ones."""
    return {
        name: kind.upper()
        for _, name, kind, _, _, _, hidden in connection.execute(
            f"PRAGMA {database}.table_xinfo({_quoted(table)})"
        )
        if not hidden
    }


def _copy_sequences(connection: sqlite3.Connection, tables: list[str]) -> None:
    """Copy the highest row ids that were ever assigned, so that none is assigned again."""
    if not _names(connection, "main", "name = 'sqlite_sequence'"):
        return
    if not _names(connection, "source", "name = 'sqlite_sequence'"):
        return
    highest = connection.execute("SELECT name, seq FROM source.sqlite_sequence").fetchall()
    connection.execute("DELETE FROM main.sqlite_sequence")
    connection.executemany(
        "INSERT INTO main.sqlite_sequence (name, seq) VALUES (?, ?)",
        [(table, seq) for table, seq in highest if table in tables and isinstance(seq, int)],
    )


def _rebuild_indexes(connection: sqlite3.Connection) -> None:
    """Fill the full-text indexes from the tables: https://www.sqlite.org/fts5.html#the_rebuild_command"""
    for index in _names(connection, "main", f"{_VIRTUAL_TABLE} AND sql LIKE '%USING fts5 (%'"):
        quoted = _quoted(index)
        connection.execute(f"INSERT INTO main.{quoted} ({quoted}) VALUES ('rebuild')")  # noqa: S608


@contextmanager
def _without_triggers(connection: sqlite3.Connection) -> Generator[None]:
    """Drop the target's triggers inside the block: what they count and index is copied, too."""
    triggers = connection.execute(
        "SELECT name, sql FROM main.sqlite_schema WHERE type = 'trigger'"
    ).fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER main.{_quoted(name)}")
    yield
    for _, sql in triggers:
        connection.execute(sql)


def _immutable(path: Path) -> str:
    """Return the URI of a file that is only read, without a lock, a journal or a file beside it."""
    return f"{path.absolute().as_uri()}?mode=ro&immutable=1"


def _connect(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, isolation_level=None)
    connection.text_factory = _decoded
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0", "foreign_keys = OFF"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


_decoded: Callable[[bytes], str] = lambda value: value.decode("utf-8", "replace")  # noqa: E731


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _damaged(name: str) -> StoreError:
    return StoreError(f"{name} is damaged.")


@contextmanager
def _translated(source: Path) -> Generator[None]:
    try:
        yield
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in TRANSIENT_SQLITE_CODES:
            raise StoreUnavailable(f"{source.name} could not be copied: {error.sqlite_errorname}.") from None
        raise _damaged(source.name) from None
    except (ValueError, OverflowError):
        raise _damaged(source.name) from None
