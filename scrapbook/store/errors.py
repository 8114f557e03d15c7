"""Translate the errors of SQLAlchemy and the drivers to StoreError and StoreUnavailable.

A driver's message may quote the values that were written. So it is left out; its code is included.
"""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from scrapbook.errors import ScrapbookError, StoreError, StoreUnavailable

TRANSIENT_SQLITE_CODES = frozenset(
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
"""Primary result codes of errors that a retry can cure: https://www.sqlite.org/rescode.html"""

TRANSIENT_SQLSTATES = ("08", "40", "53", "55P03", "57P", "58")
"""Prefixes of the SQLSTATE of such errors: connection lost, serialization failure or deadlock, out of
resources, lock not available, server stopped or starting, disk failure.
https://www.postgresql.org/docs/current/errcodes-appendix.html"""

DRIVER_ERRORS = (sqlite3.Error, psycopg.Error)
"""Errors of statements that are run on the driver's own cursor."""


@contextmanager
def translate_errors() -> Generator[None]:
    """Translate the errors of SQLAlchemy and the drivers.

    Raises:
        StoreUnavailable: the database failed, and a retry can help.
        StoreError: it failed otherwise.
    """
    try:
        yield
    except (SQLAlchemyError, *DRIVER_ERRORS) as error:
        # Not "from error", which would expose the driver's message; the traceback still shows the statement.
        raise _translated(error).with_traceback(error.__traceback__) from None


def _translated(error: Exception) -> ScrapbookError:
    cause = _cause(error)
    if isinstance(cause, ScrapbookError):
        return cause
    if isinstance(error, PoolTimeout):
        return StoreUnavailable("No connection to the database was free.")
    kind = StoreUnavailable if _is_transient(error, cause) else StoreError
    return kind(f"The database failed: {_code(cause) or type(error).__name__}.")


def _cause(error: Exception) -> BaseException | None:
    """Return the error that SQLAlchemy wraps, or the driver's own error; None for one of SQLAlchemy's own."""
    if isinstance(error, StatementError):
        return error.orig
    return error if isinstance(error, DRIVER_ERRORS) else None


def _is_transient(error: Exception, cause: BaseException | None) -> bool:
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    if isinstance(cause, sqlite3.Error):
        return (_sqlite_code(cause) & 0xFF) in TRANSIENT_SQLITE_CODES
    if isinstance(cause, psycopg.Error) and cause.sqlstate:
        return cause.sqlstate.startswith(TRANSIENT_SQLSTATES)
    # An error without an SQLSTATE does not come from the server: it was not reached.
    return isinstance(cause, psycopg.OperationalError)


def _code(cause: BaseException | None) -> str | None:
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorname", None)
    return cause.sqlstate if isinstance(cause, psycopg.Error) else None


def _sqlite_code(cause: sqlite3.Error) -> int:
    # Errors of the module itself, such as that of a closed connection, have no code.
    return getattr(cause, "sqlite_errorcode", 0)
