"""A whole scrapbook from SQLite into PostgreSQL: every table, in one transaction, then compared."""

import hashlib
import re
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, Table, func, insert, select, text

from scrapbook.errors import MoveRefused
from scrapbook.search import Query, Word
from scrapbook.store import schema
from scrapbook.store.fulltext import RANKED, index_of
from scrapbook.store.schema import Standing
from scrapbook.store.tables import Base, EntryRow
from scrapbook.store.unit_of_work import UnitOfWork

BATCH = 1000
"""Rows that are held in memory at a time."""

SAMPLES = 200
"""Entries that are searched for in both databases, spread evenly over all of them."""

TABLES = tuple(Base.metadata.sorted_tables)
"""Each after those that it refers to."""

# Both indexes take it for the same word, whatever stands around it.
_PLAIN_WORD = re.compile(r"(?<!\S)[a-z]{4,}(?!\S)")


@dataclass(frozen=True, slots=True)
class Moved:
    """What is the same in both databases.

    Attributes:
        rows: how many, by the name of their table.
        finds: how many searches found the same entry.
    """

    rows: Mapping[str, int]
    finds: int


def count(source: Connection) -> int:
    """Rows that there are to move."""
    return sum(_count(source, table) for table in TABLES)


def move(source: Connection, target: Connection, went: Callable[[int], None]) -> Moved:
    """Fills the target's empty tables, reads them back and compares. Whoever calls it commits.

    Args:
        went: told how many rows have just been read or read back.

    Raises:
        MoveRefused: either side is not of this release, the target holds something, or what was read back is
            not what was read.
    """
    _refuse_other_releases(source, target)
    _refuse_what_is_in_use(target)
    with _counted_already(target):
        read = {table.name: _copy(table, source, target, went) for table in TABLES}
    for table in TABLES:
        if _read_back(table, target, went) != read[table.name]:
            raise MoveRefused(f"The copy of the table {table.name} is not like the original.")
    _number_on(source, target)
    return Moved({name: fingerprint.rows for name, fingerprint in read.items()}, _compare(source, target))


@dataclass(slots=True)
class _Fingerprint:
    """Of a table's rows in any order: databases sort texts differently."""

    rows: int = 0
    sum: int = 0

    def add(self, row: RowMapping) -> None:
        self.rows += 1
        self.sum += int.from_bytes(hashlib.sha256(repr(tuple(row.values())).encode()).digest())


def _refuse_other_releases(source: Connection, target: Connection) -> None:
    if schema.standing(source) is not Standing.CURRENT:
        raise MoveRefused("The scrapbook's tables are of another release; run scrapbook migrate first.")
    if schema.standing(target) is not Standing.CURRENT:
        raise MoveRefused("The new database's tables are of another release.")


def _refuse_what_is_in_use(target: Connection) -> None:
    """Nobody else writes to it from here on: their numbers would be ours."""
    target.execute(text(f"LOCK TABLE {', '.join(table.name for table in TABLES)} IN EXCLUSIVE MODE"))
    for table in TABLES:
        if target.execute(select(table).limit(1)).first():
            raise MoveRefused(f"The new database is not empty: it has {table.name}. Name another one.")


@contextmanager
def _counted_already(target: Connection) -> Generator[None]:
    """The counts of entries come along; counting anew would write a person's row once for each entry."""
    target.execute(text("ALTER TABLE entries DISABLE TRIGGER entries_counted"))
    yield
    target.execute(text("ALTER TABLE entries ENABLE TRIGGER entries_counted"))


def _copy(table: Table, source: Connection, target: Connection, went: Callable[[int], None]) -> _Fingerprint:
    fingerprint = _Fingerprint()
    for rows in _batches(table, source):
        for row in rows:
            fingerprint.add(row)
        target.execute(insert(table), [dict(row) for row in rows])
        went(len(rows))
    return fingerprint


def _read_back(table: Table, target: Connection, went: Callable[[int], None]) -> _Fingerprint:
    fingerprint = _Fingerprint()
    for rows in _batches(table, target):
        for row in rows:
            fingerprint.add(row)
        went(len(rows))
    return fingerprint


def _batches(table: Table, connection: Connection) -> Iterator[list[RowMapping]]:
    rows = connection.execute(select(table), execution_options={"yield_per": BATCH})
    for batch in rows.mappings().partitions():
        yield list(batch)


def _number_on(source: Connection, target: Connection) -> None:
    """The next row's number follows the highest there ever was: one that is gone is not given again."""
    for table, highest in source.execute(text("SELECT name, seq FROM sqlite_sequence")).all():
        if table in Base.metadata.tables and highest:
            following = text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :highest)")
            target.execute(following, {"table": table, "highest": highest})


def _compare(source: Connection, target: Connection) -> int:
    """Entries found by one of their words in both databases: how many were."""
    before, after = index_of(UnitOfWork(source)), index_of(UnitOfWork(target))
    finds = 0
    for person_id, entry_id, word in _samples(source):
        query = Query((Word(word),))
        if entry_id not in before.find(person_id, query, RANKED):
            continue  # one of thousands that hold the word, and not among the newest
        if entry_id not in after.find(person_id, query, RANKED):
            raise MoveRefused("A search in the new database does not find what it finds in the old one.")
        finds += 1
    return finds


def _samples(source: Connection) -> Iterator[tuple[int, int, str]]:
    entries = Base.metadata.tables[EntryRow.__tablename__]
    every = max(1, _count(source, entries) // SAMPLES)
    sampled = select(entries.c.person_id, entries.c.id, entries.c.text).where(
        entries.c.deleted_at.is_(None), entries.c.id % every == 0
    )
    for person_id, entry_id, body in source.execute(sampled.limit(SAMPLES)).all():
        if words := _PLAIN_WORD.findall(body):
            yield person_id, entry_id, max(words, key=len)


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()
