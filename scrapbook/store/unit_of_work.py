"""The connection of one transaction, and the session that is made when a statement comes that needs one."""

from collections.abc import Generator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from scrapbook.store.prepared import on_cursor

SESSION = {"synchronize_session": False, "populate_existing": True}
"""Rows are turned into records as soon as they are read, and written by statements: what a session remembers
of them is never of use."""


class UnitOfWork:
    """What the subjects of a transaction share.

    Attributes:
        connection: for prepared statements.
        epoch: counts the writes. What was read holds as long as it stays the same.
    """

    def __init__(self, connection: Connection) -> None:
        """``connection`` is in a transaction, which whoever began it ends."""
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
        """``sqlite`` or ``postgresql``."""
        return self.connection.dialect.name

    @property
    def session(self) -> Session:
        """For statements that are not prepared, in the same transaction: to be asked for anew for each, since
        any of them may write, which ends the epoch."""
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
    def is_lost(self) -> bool:
        """Whether SQLite has taken back the whole transaction, as it may where the disk is full or fails."""
        driver: Any = self.connection.connection.dbapi_connection
        return self.dialect == "sqlite" and not driver.in_transaction

    def begin_epoch(self) -> None:
        """To be called where something is written that others may have read and remembered."""
        self.epoch += 1

    @contextmanager
    def savepoint(self) -> Generator[None]:
        """An exception takes back what was written inside, and goes on."""
        name = self._set_savepoint()
        try:
            yield
        except BaseException:
            self._take_back_to(name)
            raise
        self._run(f"RELEASE SAVEPOINT {name}")

    @contextmanager
    def rehearsal(self) -> Generator[None]:
        """What is written inside is taken back at the end, whatever happens."""
        name = self._set_savepoint()
        try:
            yield
        finally:
            self._take_back_to(name)

    def _set_savepoint(self) -> str:
        self._savepoints += 1
        name = f"scrapbook_{self._savepoints}"
        self._run(f"SAVEPOINT {name}")
        return name

    def _take_back_to(self, name: str) -> None:
        self.begin_epoch()
        # Where the connection is gone, so is everything that was written: the first error tells more.
        if not self.connection.invalidated:
            self._run(f"ROLLBACK TO SAVEPOINT {name}")
            self._run(f"RELEASE SAVEPOINT {name}")

    def _run(self, sql: str) -> None:
        on_cursor(self.connection, lambda cursor: cursor.execute(sql))
