"""Prepared statements: built and compiled once, run on the driver's own cursor.

SQLAlchemy takes about a millisecond of processor time to build a statement, to look up its compiled form and
to make objects of its rows; the database needs a hundredth of that. So the statements of every message are
prepared. SQLAlchemy still generates the SQL and converts the values.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

from sqlalchemy import BindParameter, Connection, Dialect, Executable, Insert, Table, bindparam, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from scrapbook.store.errors import DRIVER_ERRORS
from scrapbook.store.tables import Base

Build = Callable[[str], Executable]
Row = tuple[Any, ...]
Process = Callable[[Any], Any]


class Cursor(Protocol):
    """The part of a driver's cursor that is used here."""

    rowcount: int

    def execute(self, sql: str, values: object = ..., /) -> object: ...
    def executemany(self, sql: str, values: object, /) -> object: ...
    def fetchall(self) -> list[Row]: ...


class Prepared:
    """A statement that is compiled once for each dialect.

    Errors of the driver are raised unchanged; ``errors.translate_errors`` translates them.

    Args:
        build: makes the statement for a dialect, with a ``bindparam`` for each value.
    """

    def __init__(self, build: Build) -> None:
        self._build = build
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, connection: Connection, **values: object) -> list[Row]:
        """Run it. Returns all rows."""
        return self._compiled_for(connection).processed(self._executed(connection, values).fetchall())

    def one(self, connection: Connection, **values: object) -> Row | None:
        """Run it. Returns the first row; None where there is none."""
        return next(iter(self.rows(connection, **values)), None)

    def records(self, connection: Connection, **values: object) -> list[dict[str, Any]]:
        """Run it. Returns all rows, as dictionaries by the name of the column."""
        names = self._compiled_for(connection).columns
        return [dict(zip(names, row, strict=True)) for row in self.rows(connection, **values)]

    def run(self, connection: Connection, **values: object) -> int:
        """Run it. Returns how many rows were written."""
        return self._executed(connection, values).rowcount

    def many(self, connection: Connection, rows: Iterable[Mapping[str, object]]) -> None:
        """Run it once for each mapping of values."""
        compiled = self._compiled_for(connection)
        bound = [compiled.bound(values) for values in rows]
        if bound:
            on_cursor(connection, lambda cursor: cursor.executemany(compiled.sql, bound))

    def _executed(self, connection: Connection, values: Mapping[str, object]) -> Cursor:
        compiled = self._compiled_for(connection)
        bound = compiled.bound(values)
        return on_cursor(connection, lambda cursor: cursor.execute(compiled.sql, bound))

    def _compiled_for(self, connection: Connection) -> "_Compiled":
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _compile(self._build(dialect.name), dialect)
        return compiled


def placeholders(name: str, count: int) -> list[BindParameter[Any]]:
    """Return ``count`` parameters for an ``IN``; ``numbered`` makes their values."""
    return [bindparam(f"{name}_{index}") for index in range(count)]


def numbered(name: str, values: Iterable[object]) -> dict[str, object]:
    """Return the values of the ``placeholders`` of that name."""
    return {f"{name}_{index}": value for index, value in enumerate(values)}


def values_of(table: type[Base], *columns: str) -> Insert:
    """Return the insert of a row with these columns, each a parameter of its name."""
    return insert(table_of(table)).values({name: bindparam(name) for name in columns})


def insert_or_ignore(dialect: str, table: type[Base], *columns: str) -> Insert:
    """Return an insert that does nothing if the key exists already.

    Without columns it has no values yet; else they are those of ``values_of``.
    """
    with_conflict = sqlite.insert if dialect == "sqlite" else postgresql.insert
    new = with_conflict(table_of(table)).on_conflict_do_nothing()
    return new.values({name: bindparam(name) for name in columns}) if columns else new


def table_of(row: type[Base]) -> Table:
    """Return the table of a row's class: a statement that writes to it is compiled without the ORM."""
    return cast(Table, row.__table__)


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A compiled statement.

    Attributes:
        binds: name, processor and fixed value of each parameter, in order; ``_REQUIRED`` where it is passed.
        required: how many values must be passed.
        is_positional: whether the driver takes them as a list.
        columns: names of the columns of a row.
        processes: index and processor of each column that has one.
    """

    sql: str
    binds: Sequence[tuple[str, Process | None, object]]
    required: int
    is_positional: bool
    columns: Sequence[str]
    processes: Sequence[tuple[int, Process]]

    def bound(self, values: Mapping[str, object]) -> object:
        """Return the values in the form that the driver takes.

        Raises:
            KeyError: a value is missing.
            TypeError: there is a value that the statement does not take.
        """
        if len(values) > self.required:
            raise TypeError("The statement does not take all of these values.")
        named = [
            (name, _processed(process, values[name] if fixed is _REQUIRED else fixed))
            for name, process, fixed in self.binds
        ]
        return [value for _, value in named] if self.is_positional else dict(named)

    def processed(self, rows: list[Row]) -> list[Row]:
        return [self._row(row) for row in rows] if self.processes else rows

    def _row(self, row: Row) -> Row:
        values = list(row)
        for index, process in self.processes:
            values[index] = process(values[index])
        return tuple(values)


_REQUIRED = object()


def _processed(process: Process | None, value: object) -> object:
    return value if process is None else process(value)


def _compile(statement: Executable, dialect: Dialect) -> _Compiled:
    # Every executable statement can be compiled, which the types do not say.
    compiled = cast(SQLCompiler, cast(Any, statement).compile(dialect=dialect))
    if compiled.post_compile_params:
        raise TypeError("A prepared statement takes as many values each time: placeholders() for an IN.")
    is_positional = compiled.positiontup is not None
    names = list(compiled.positiontup or compiled.bind_names.values())
    binds: list[tuple[str, Process | None, object]] = []
    for name in names:
        bind = compiled.binds[name]
        fixed = _REQUIRED if bind.required else bind.effective_value
        binds.append((name, _impl(bind.type, dialect).bind_processor(dialect), fixed))
    columns = list(getattr(statement, "exported_columns", ()))
    processes = [_impl(column.type, dialect).result_processor(dialect, None) for column in columns]
    return _Compiled(
        sql=compiled.string,
        binds=binds,
        required=len({name for name, _, fixed in binds if fixed is _REQUIRED}),
        is_positional=is_positional,
        columns=[column.key for column in columns],
        processes=[(index, process) for index, process in enumerate(processes) if process is not None],
    )


def _impl(type_: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return type_.dialect_impl(dialect)


def on_cursor(connection: Connection, use: Callable[[Cursor], object]) -> Cursor:
    """Call ``use`` with a new cursor of the driver. Returns the cursor."""
    # Not the pool's wrapper of the connection, which records each cursor.
    driver: Any = connection.connection.dbapi_connection
    cursor: Cursor = driver.cursor()
    try:
        use(cursor)
    except DRIVER_ERRORS as error:
        # As SQLAlchemy does for its own statements: the pool must not reuse a broken connection.
        if connection.dialect.is_disconnect(cast(Any, error), driver, cast(Any, cursor)):
            connection.invalidate(error)
        raise
    return cursor
