"""Statements that are built and compiled once, and run on the driver's own cursor.

To build a statement, to look up what it was compiled to and to make objects of its rows takes SQLAlchemy
about a millisecond of processor time, of which the database needs a hundredth. What every message needs goes
this way; SQLAlchemy still says what the SQL is, and how values go in and come out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

from sqlalchemy import BindParameter, Connection, Dialect, Executable, Insert, Table, bindparam, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from scrapbook.store.failures import DRIVER_ERRORS
from scrapbook.store.tables import Base

Build = Callable[[str], Executable]
Row = tuple[Any, ...]
Process = Callable[[Any], Any]


class Cursor(Protocol):
    """What is used of a driver's cursor."""

    rowcount: int

    def execute(self, sql: str, values: object = ..., /) -> object: ...
    def executemany(self, sql: str, values: object, /) -> object: ...
    def fetchall(self) -> list[Row]: ...


class Prepared:
    """A statement; ``build`` makes it for a dialect, with a ``bindparam`` for whatever is given later.

    Errors of the driver are raised as they are; the edge of the store translates them.
    """

    def __init__(self, build: Build) -> None:
        self._build = build
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, connection: Connection, **values: object) -> list[Row]:
        """All that it finds."""
        return self._compiled_for(connection).found(self._executed(connection, values).fetchall())

    def one(self, connection: Connection, **values: object) -> Row | None:
        """The first row that it finds, if any."""
        return next(iter(self.rows(connection, **values)), None)

    def records(self, connection: Connection, **values: object) -> list[dict[str, Any]]:
        """All that it finds, each column by its name."""
        names = self._compiled_for(connection).columns
        return [dict(zip(names, row, strict=True)) for row in self.rows(connection, **values)]

    def run(self, connection: Connection, **values: object) -> int:
        """How many rows it wrote to."""
        return self._executed(connection, values).rowcount

    def many(self, connection: Connection, rows: Iterable[Mapping[str, object]]) -> None:
        """Runs it once for each of the mappings of values."""
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
    """For the values of an ``IN``, of which there are always so many; see ``numbered``."""
    return [bindparam(f"{name}_{place}") for place in range(count)]


def numbered(name: str, values: Iterable[object]) -> dict[str, object]:
    """The values for ``placeholders`` of that name."""
    return {f"{name}_{place}": value for place, value in enumerate(values)}


def values_of(table: type[Base], *columns: str) -> Insert:
    """Inserts a row of these columns, each by the value of its name."""
    return insert(table_of(table)).values({name: bindparam(name) for name in columns})


def insert_or_ignore(dialect: str, table: type[Base], *columns: str) -> Insert:
    """As ``values_of``, but leaves a row alone whose key is there already. Without columns: add values."""
    with_conflict = sqlite.insert if dialect == "sqlite" else postgresql.insert
    new = with_conflict(table_of(table)).on_conflict_do_nothing()
    return new.values({name: bindparam(name) for name in columns}) if columns else new


def table_of(row: type[Base]) -> Table:
    """The table of a row's class: a statement that writes to it is compiled without the ORM's additions."""
    return cast(Table, row.__table__)


@dataclass(frozen=True, slots=True)
class _Compiled:
    """``binds``: the names of the values in order, how each is processed, and what it is if not given."""

    sql: str
    binds: Sequence[tuple[str, Process | None, object]]
    required: int
    is_positional: bool
    columns: Sequence[str]
    processes: Sequence[tuple[int, Process]]

    def bound(self, values: Mapping[str, object]) -> object:
        """As the driver takes them. KeyError when one is missing, TypeError when there are others."""
        if len(values) > self.required:
            raise TypeError("The statement does not take all of these values.")
        named = [
            (name, _processed(process, values[name] if fixed is _REQUIRED else fixed))
            for name, process, fixed in self.binds
        ]
        return [value for _, value in named] if self.is_positional else dict(named)

    def found(self, rows: list[Row]) -> list[Row]:
        return [self._row(row) for row in rows] if self.processes else rows

    def _row(self, row: Row) -> Row:
        values = list(row)
        for place, process in self.processes:
            values[place] = process(values[place])
        return tuple(values)


_REQUIRED = object()


def _processed(process: Process | None, value: object) -> object:
    return value if process is None else process(value)


def _compile(statement: Executable, dialect: Dialect) -> _Compiled:
    # All that is executed can be compiled, which the types do not say.
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
        processes=[(place, process) for place, process in enumerate(processes) if process is not None],
    )


def _impl(type_: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return type_.dialect_impl(dialect)


def on_cursor(connection: Connection, use: Callable[[Cursor], object]) -> Cursor:
    """Uses a new cursor of the driver's, and returns it."""
    # The pool's wrapper of a connection adds a record of each cursor, of which nothing is of use here.
    driver: Any = connection.connection.dbapi_connection
    cursor: Cursor = driver.cursor()
    try:
        use(cursor)
    except DRIVER_ERRORS as error:
        # As SQLAlchemy does with what it runs itself: the pool must not hand a broken connection to others.
        if connection.dialect.is_disconnect(cast(Any, error), driver, cast(Any, cursor)):
            connection.invalidate(error)
        raise
    return cursor
