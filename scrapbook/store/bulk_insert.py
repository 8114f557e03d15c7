"""Insert many rows at once: with COPY on PostgreSQL, with one prepared statement on SQLite."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Connection, text

from scrapbook.store.prepared import Prepared, on_cursor, table_of, values_of
from scrapbook.store.tables import Base

_STATEMENTS: dict[tuple[str, tuple[str, ...]], Prepared] = {}


def insert_rows(
    connection: Connection, table: type[Base], columns: Sequence[str], rows: Iterable[Mapping[str, object]]
) -> None:
    """Insert rows, each with a value for every one of these columns."""
    if connection.dialect.name == "sqlite":
        key = (table.__tablename__, tuple(columns))
        statement = _STATEMENTS.setdefault(key, Prepared(lambda _: values_of(table, *columns)))
        statement.many(connection, rows)
    else:
        _copy(connection, table, columns, rows)


def reserve_ids(connection: Connection, table: type[Base], count: int) -> list[int]:
    """Return ids that no row of the table has or will get otherwise.

    On SQLite that holds until the end of the transaction, in which nobody else writes.
    """
    name = table.__tablename__
    if connection.dialect.name == "sqlite":
        used = connection.execute(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": name})
        last = used.scalar_one_or_none() or 0
        return list(range(last + 1, last + count + 1))
    drawn = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")
    return list(connection.execute(drawn, {"name": name, "count": count}).scalars())


def _copy(
    connection: Connection, table: type[Base], columns: Sequence[str], rows: Iterable[Mapping[str, object]]
) -> None:
    described = table_of(table)
    dialect = connection.dialect
    # The names are those of the tables' classes, and never come from outside.
    stored = [described.columns[name].name for name in columns]
    statement = f"COPY {described.name} ({', '.join(stored)}) FROM STDIN"
    binds = [described.columns[name].type.dialect_impl(dialect).bind_processor(dialect) for name in columns]

    def write(cursor: object) -> None:
        with cast(Any, cursor).copy(statement) as copy:
            for row in rows:
                copy.write_row([_bound(bind, row[name]) for bind, name in zip(binds, columns, strict=True)])

    on_cursor(connection, write)


def _bound(bind: Callable[[Any], Any] | None, value: object) -> object:
    return bind(value) if bind else value
