"""The edge of the store: what the database driver raises becomes an error of the house.

The driver's message may quote what was written, so it is left out; its code says what happened.
"""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from scrapbook.errors import ScrapbookError, StoreError, StoreUnavailable

PASSING_IN_SQLITE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PROTOCOL,
    }
)
"""Primary result codes that another try may not meet: https://www.sqlite.org/rescode.html"""

PASSING_IN_POSTGRESQL = ("08", "40", "53", "55P03", "57P", "58")
"""How the SQLSTATE of such errors starts: connection lost, serialization failure or deadlock, resources used
up, lock not available, server stopped or starting, disk failing.
https://www.postgresql.org/docs/current/errcodes-appendix.html"""


DRIVER_ERRORS = (sqlite3.Error, psycopg.Error)
"""What statements raise that are run on the driver's own cursor."""


@contextmanager
def wrapped() -> Generator[None]:
    """No error of SQLAlchemy's or of a driver's leaves: it becomes StoreUnavailable if trying again can help,
    else StoreError."""
    try:
        yield
    except (SQLAlchemyError, *DRIVER_ERRORS) as error:
        # Not "from error", which would hand the driver's message on; the traceback still shows the way.
        raise _translated(error).with_traceback(error.__traceback__) from None


def _translated(error: Exception) -> ScrapbookError:
    cause = _cause(error)
    if isinstance(cause, ScrapbookError):
        return cause
    if isinstance(error, PoolTimeout):
        return StoreUnavailable("No connection to the database was free.")
    kind = StoreUnavailable if _may_pass(error, cause) else StoreError
    return kind(f"The database failed: {_code(cause) or type(error).__name__}.")


def _cause(error: Exception) -> BaseException | None:
    """What SQLAlchemy wraps, or the driver's own error."""
    if isinstance(error, StatementError):
        return error.orig
    return error if isinstance(error, DRIVER_ERRORS) else None


def _may_pass(error: Exception, cause: BaseException | None) -> bool:
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    if isinstance(cause, sqlite3.Error):
        return (_sqlite_code(cause) & 0xFF) in PASSING_IN_SQLITE
    if isinstance(cause, psycopg.Error) and cause.sqlstate:
        return cause.sqlstate.startswith(PASSING_IN_POSTGRESQL)
    # Without an SQLSTATE it is no answer of the server's: it was not reached.
    return isinstance(cause, psycopg.OperationalError)


def _code(cause: BaseException | None) -> str | None:
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorname", None)
    return cause.sqlstate if isinstance(cause, psycopg.Error) else None


def _sqlite_code(cause: sqlite3.Error) -> int:
    # The module's own errors, such as that of a closed connection, have none.
    return getattr(cause, "sqlite_errorcode", 0)
