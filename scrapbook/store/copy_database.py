"""Copy a scrapbook from SQLite to PostgreSQL, all tables in one transaction, and compare the two."""

import hashlib
import re
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, Table, func, insert, select, text

from scrapbook.errors import MoveRefused, StoreError
from scrapbook.store import schema
from scrapbook.store.fulltext import RANKED, index_of
from scrapbook.store.schema import SchemaState
from scrapbook.store.tables import Base, EntryRow
from scrapbook.store.unit_of_work import UnitOfWork
from scrapbook.text.query import MAX_INDEXED, Query

BATCH = 1000
"""Rows in memory at a time."""

SAMPLES = 200
"""Entries that are searched for in both databases, spread evenly over all entries."""

TABLES = tuple(Base.metadata.sorted_tables)
"""All tables, each after those that it refers to."""

# A word that both full-text indexes split off in the same way.
_PLAIN_WORD = re.compile(r"(?<!\S)[a-z]{4,}(?!\S)")


@dataclass(frozen=True, slots=True)
class CopyResult:
    """The result of a copy, after both databases were compared.

    Attributes:
        rows: copied rows by table.
        finds: searches that found the same entry in both databases.
    """

    rows: Mapping[str, int]
    finds: int


def count_rows(source: Connection) -> int:
    """Return how many rows all tables have."""
    return sum(_count(source, table) for table in TABLES)


def read_all(source: Connection) -> None:
    """Read every row as the app reads it.

    Raises:
        StoreError: a table holds something that the app does not write.
    """
    for table in TABLES:
        for _ in _batches(table, source):
            pass


def copy(source: Connection, target: Connection, on_progress: Callable[[int], None]) -> CopyResult:
    """Copy all rows into the target's empty tables, read them back and compare. The caller commits.

    Args:
        on_progress: called with the number of rows of each batch, when it is copied and when it is read back.

    Raises:
        MoveRefused: the tables of either database are not of this release, the target is not empty, or the
            copy differs from the original.
    """
    _refuse_other_releases(source, target)
    _lock_empty_tables(target)
    with _without_counting(target):
        read = {table.name: _copy(table, source, target, on_progress) for table in TABLES}
    for table in TABLES:
        if _read_back(table, target, on_progress) != read[table.name]:
            raise MoveRefused(f"The copy of the table {table.name} is not like the original.")
    _advance_sequences(source, target)
    return CopyResult(
        {name: fingerprint.rows for name, fingerprint in read.items()}, _compare(source, target)
    )


@dataclass(slots=True)
class _Fingerprint:
    """A checksum of a table's rows in any order: the two databases sort text differently."""

    rows: int = 0
    sum: int = 0

    def add(self, row: RowMapping) -> None:
        self.rows += 1
        self.sum += int.from_bytes(hashlib.sha256(repr(tuple(row.values())).encode()).digest())


def _refuse_other_releases(source: Connection, target: Connection) -> None:
    if schema.schema_state(source) is not SchemaState.CURRENT:
        raise MoveRefused("The scrapbook's tables are of another release; run scrapbook migrate first.")
    if schema.schema_state(target) is not SchemaState.CURRENT:
        raise MoveRefused("The new database's tables are of another release.")


def _lock_empty_tables(target: Connection) -> None:
    """Lock the target's tables until the transaction ends; refuse them unless they are empty.

    A row that another process inserted meanwhile could take the id of a copied one.
    """
    target.execute(text(f"LOCK TABLE {', '.join(table.name for table in TABLES)} IN EXCLUSIVE MODE"))
    for table in TABLES:
        if target.execute(select(table).limit(1)).first():
            raise MoveRefused(f"The new database is not empty: it has {table.name}. Name another one.")


@contextmanager
def _without_counting(target: Connection) -> Generator[None]:
    """Disable the trigger that counts entries: the counts are copied too."""
    target.execute(text("ALTER TABLE entries DISABLE TRIGGER entries_counted"))
    yield
    target.execute(text("ALTER TABLE entries ENABLE TRIGGER entries_counted"))


def _copy(
    table: Table, source: Connection, target: Connection, on_progress: Callable[[int], None]
) -> _Fingerprint:
    fingerprint = _Fingerprint()
    for rows in _batches(table, source):
        for row in rows:
            fingerprint.add(row)
        target.execute(insert(table), [dict(row) for row in rows])
        on_progress(len(rows))
    return fingerprint


def _read_back(table: Table, target: Connection, on_progress: Callable[[int], None]) -> _Fingerprint:
    fingerprint = _Fingerprint()
    for rows in _batches(table, target):
        for row in rows:
            fingerprint.add(row)
        on_progress(len(rows))
    return fingerprint


def _batches(table: Table, connection: Connection) -> Iterator[list[RowMapping]]:
    """Yield the rows. Raises StoreError for a value that is not of its column's type."""
    try:
        rows = connection.execute(select(table), execution_options={"yield_per": BATCH})
        for batch in rows.mappings().partitions():
            yield list(batch)
    except (ValueError, TypeError, RecursionError, OverflowError):
        raise StoreError(f"The table {table.name} is damaged.") from None


def _advance_sequences(source: Connection, target: Connection) -> None:
    """Continue the row ids of each table after the highest ever assigned, so that none is assigned again."""
    for table, highest in source.execute(text("SELECT name, seq FROM sqlite_sequence")).all():
        if table in Base.metadata.tables and highest:
            setval = text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :highest)")
            target.execute(setval, {"table": table, "highest": highest})


def _compare(source: Connection, target: Connection) -> int:
    """Search both databases for sample entries by one of their words.

    Returns:
        How many were found in both.

    Raises:
        MoveRefused: one was found in the source only.
    """
    before, after = index_of(UnitOfWork(source)), index_of(UnitOfWork(target))
    finds = 0
    for person_id, entry_id, word in _samples(source):
        query = Query.parse(word)
        if entry_id not in before.find(person_id, query, RANKED):
            continue  # thousands contain the word, and this one is not among the newest
        if entry_id not in after.find(person_id, query, RANKED):
            raise MoveRefused("A search in the new database does not find what it finds in the old one.")
        finds += 1
    return finds


def _samples(source: Connection) -> Iterator[tuple[int, int, str]]:
    """Yield the person's id, the entry's id and its longest plain word, for up to ``SAMPLES`` entries."""
    entries = Base.metadata.tables[EntryRow.__tablename__]
    every = max(1, _count(source, entries) // SAMPLES)
    sampled = select(entries.c.person_id, entries.c.id, entries.c.text).where(
        entries.c.deleted_at.is_(None), entries.c.id % every == 0
    )
    for person_id, entry_id, body in source.execute(sampled.limit(SAMPLES)).all():
        if words := _PLAIN_WORD.findall(body[:MAX_INDEXED]):
            yield person_id, entry_id, max(words, key=len)


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()
