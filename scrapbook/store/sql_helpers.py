"""Statements that several modules of the store use."""

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
"""Values in one IN (…): far below the limits of both databases, and few enough for good plans."""


def dialect_of(session: Session) -> str:
    """Return the name of the database: ``sqlite`` or ``postgresql``."""
    return session.get_bind().dialect.name


def rows_written(session: Session, statement: Update | Delete) -> int:
    """Run an update or a delete. Returns how many rows it wrote."""
    return cast(CursorResult[Any], session.execute(statement)).rowcount


def insert_if_new(session: Session, row: type[Base], **values: object) -> bool:
    """Insert a row, unless its key exists already. Returns whether it was inserted."""
    insert = sqlite.insert if dialect_of(session) == "sqlite" else postgresql.insert
    new = insert(row).values(**values).on_conflict_do_nothing().returning(literal_column("1", Integer))
    return session.execute(new).first() is not None


def insert_or_update(
    session: Session, row: type[Base], key: Mapping[str, object], values: Mapping[str, object]
) -> None:
    """Update the row with that primary key, or insert it."""
    if rows_written(session, update(row).filter_by(**key).values(**values)) == 0:
        insert_if_new(session, row, **key, **values)


def update_one(session: Session, statement: Update, what: str) -> None:
    """Run an update by key.

    Args:
        what: the kind of row, for the message of the error.

    Raises:
        NotFound: there is no such row.
    """
    if rows_written(session, statement) == 0:
        raise NotFound(f"There is no such {what}.")


def chunks(values: Iterable[T]) -> Iterator[list[T]]:
    """Yield the values in lists of at most ``CHUNK``."""
    iterator = iter(values)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
