"""Statements that several subjects need."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, TypeVar, cast

from sqlalchemy import CursorResult, Delete, Integer, Update, literal_column, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from scrapbook.errors import NotFound
from scrapbook.store.tables import Base

T = TypeVar("T")

CHUNK = 500
"""Values in one IN (…); far below what either database accepts, and few enough to be planned well."""


def dialect_of(session: Session) -> str:
    """``sqlite`` or ``postgresql``."""
    return session.get_bind().dialect.name


def rows_written(session: Session, statement: Update | Delete) -> int:
    """Runs an update or a delete. How many rows it wrote to."""
    return cast(CursorResult[Any], session.execute(statement)).rowcount


def insert_if_new(session: Session, row: type[Base], **values: object) -> bool:
    """Whether the row was inserted: not when one with the same key is there already."""
    insert = sqlite.insert if dialect_of(session) == "sqlite" else postgresql.insert
    new = insert(row).values(**values).on_conflict_do_nothing().returning(literal_column("1", Integer))
    return session.execute(new).first() is not None


def insert_or_update(
    session: Session, row: type[Base], key: Mapping[str, object], values: Mapping[str, object]
) -> None:
    """Writes the row of that primary key, whether or not there is one."""
    if rows_written(session, update(row).filter_by(**key).values(**values)) == 0:
        insert_if_new(session, row, **key, **values)


def update_one(session: Session, statement: Update, what: str) -> None:
    """Runs an update by key. NotFound when there is no such row; ``what`` names its kind."""
    if rows_written(session, statement) == 0:
        raise NotFound(f"There is no such {what}.")


def chunks(values: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(values)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
