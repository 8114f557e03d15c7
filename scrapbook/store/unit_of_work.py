"""The connection of one transaction, and a session that is created with the first statement that needs it."""

from collections.abc import Generator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from scrapbook.store.prepared import on_cursor

SESSION = {"synchronize_session": False, "populate_existing": True}
"""Options of sessions. Rows are read into records and written by statements, so they need no identity map."""


class UnitOfWork:
    """The state that the modules of a transaction share.

    Attributes:
        connection: for prepared statements.
        epoch: counts the writes. A cached read is valid while it does not change.
    """

    def __init__(self, connection: Connection) -> None:
        """Take a connection in a transaction, which the caller ends."""
        self.connection = connection
        self.epoch = 0
        self._session: Session | None = None
        self._savepoints = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            self._session.close()

    @property
    def dialect(self) -> str:
        """Return the name of the database: ``sqlite`` or ``postgresql``."""
        return self.connection.dialect.name

    @property
    def session(self) -> Session:
        """Return the session for statements that are not prepared, and begin a new epoch.

        Read this property anew for each statement, because any statement may write.
        """
        self.begin_epoch()
        if self._session is None:
            self._session = Session(
                self.connection,
                autoflush=False,
                execution_options=SESSION,
                join_transaction_mode="rollback_only",
            )
        return self._session

    @property
    def is_rolled_back(self) -> bool:
        """Return whether SQLite has rolled the transaction back, as it may when the disk is full or fails."""
        driver: Any = self.connection.connection.dbapi_connection
        return self.dialect == "sqlite" and not driver.in_transaction

    def begin_epoch(self) -> None:
        """Invalidate cached reads; call it where something is written that may be cached."""
        self.epoch += 1

    @contextmanager
    def savepoint(self) -> Generator[None]:
        """Set a savepoint; an exception in the context rolls its writes back, and is raised."""
        name = self._set_savepoint()
        try:
            yield
        except BaseException:
            self._roll_back_to(name)
            raise
        self._run(f"RELEASE SAVEPOINT {name}")

    @contextmanager
    def dry_run(self) -> Generator[None]:
        """Set a savepoint, to which the context is always rolled back at its end."""
        name = self._set_savepoint()
        try:
            yield
        finally:
            self._roll_back_to(name)

    def _set_savepoint(self) -> str:
        self._savepoints += 1
        name = f"scrapbook_{self._savepoints}"
        self._run(f"SAVEPOINT {name}")
        return name

    def _roll_back_to(self, name: str) -> None:
        self.begin_epoch()
        # A broken connection has lost all writes already: do not hide the first error.
        if not self.connection.invalidated:
            self._run(f"ROLLBACK TO SAVEPOINT {name}")
            self._run(f"RELEASE SAVEPOINT {name}")

    def _run(self, sql: str) -> None:
        on_cursor(self.connection, lambda cursor: cursor.execute(sql))
