"""The entry point of the store: opens the database, migrates it, and begins transactions."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime
from typing import Self, TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from scrapbook.errors import DatabaseTooNew
from scrapbook.store import actions_role, copy_database, schema, stored_values
from scrapbook.store.copy_database import CopyResult
from scrapbook.store.engine import connect, connect_exclusively, read_only
from scrapbook.store.errors import translate_errors
from scrapbook.store.executor_lock import ExecutorLock
from scrapbook.store.schema import SchemaState
from scrapbook.store.sql_helpers import CHUNK
from scrapbook.store.stats import Stats, stats_of
from scrapbook.store.transaction import Transaction
from scrapbook.store.unit_of_work import SESSION, UnitOfWork

PAUSE_SECONDS = 0.01
"""Seconds between consecutive transactions of one task, so that other writers get the lock in between."""

T = TypeVar("T")


class Store:
    """The database of one installation. A process has one, shared by its threads.

    Raises:
        StoreUnavailable: the database failed, and a retry can help: it is locked, full or out of reach.
        StoreError: it failed otherwise.
    """

    def __init__(self, engine: Engine, readers: Engine) -> None:
        self._engine = engine
        self._read_only = readers

    @classmethod
    def open(cls, url: str) -> Self:
        """Return the store at ``url``, which connects at first use.

        Args:
            url: ``sqlite:////path/to/file`` or ``postgresql+psycopg://…``.

        Raises:
            StoreError: the URL is neither.
        """
        engine = connect(url)
        return cls(engine, read_only(engine))

    @classmethod
    def open_exclusively(cls, url: str) -> Self:
        """Return a read-only store that locks a SQLite file against all other connections until it is closed.

        Its first use raises StoreUnavailable if another connection has the file open.
        """
        engine = connect_exclusively(url)
        return cls(engine, engine)

    def executor_lock(self, name: str) -> ExecutorLock:
        """Return the lock on an executor id, among all processes that share a PostgreSQL."""
        return ExecutorLock(self._engine, name)

    @property
    def writes_side_by_side(self) -> bool:
        """Return whether write transactions can run at the same time: not on SQLite."""
        return self._engine.dialect.name != "sqlite"

    def close(self) -> None:
        """Close the connections."""
        with translate_errors():
            self._engine.dispose()
            self._read_only.dispose()

    def migrate(self) -> None:
        """Bring the tables up to date. Several processes may call it at once.

        Raises:
            DatabaseTooOld: they are of a release that this one cannot migrate from.
        """
        with translate_errors():
            schema.migrate(self._engine)

    def grant_actions_role(self, url: str) -> None:
        """Let the role of that URL change rows, and nothing else; see ``actions_role.grant``.

        Raises:
            SettingsError: the URL does not name such a role.
        """
        with translate_errors(), self._engine.begin() as connection:
            actions_role.grant(connection, url)

    def schema_is_current(self) -> bool:
        """Return whether this release can work on the tables: they are its own, or of a newer release.

        While two releases run side by side, migrations only add (docs/scale.md).

        Raises:
            DatabaseTooOld: they are of a release that this one cannot migrate from.
        """
        with translate_errors(), self._read_only.connect() as connection:
            return schema.schema_state(connection) is not SchemaState.OLDER

    def has_tables(self) -> bool:
        """Return whether the database has tables of a scrapbook, of whatever release."""
        with translate_errors(), self._read_only.connect() as connection:
            return schema.has_tables(connection)

    def refuse_newer_schema(self) -> None:
        """Refuse tables of a newer release, for what works on this release's only.

        Raises:
            DatabaseTooNew: they are of a newer release.
            DatabaseTooOld: they are of a release that this one cannot migrate from.
        """
        with translate_errors(), self._read_only.connect() as connection:
            if schema.schema_state(connection) is SchemaState.NEWER:
                raise DatabaseTooNew

    def stats(self) -> Stats:
        """Return the row counts for monitoring."""
        with (
            translate_errors(),
            Session(self._read_only, execution_options=SESSION) as session,
            session.begin(),
        ):
            return stats_of(session)

    def purge_trash(self, before: datetime) -> int:
        """Delete the entries that were put into the trash before then, with their text in other tables.

        The messages and replies themselves keep their text. Runs in short transactions of its own, so that
        other writers do not wait long.

        Returns:
            How many entries were deleted.
        """
        purged = 0
        while batch := self._purge_batch(before):
            purged += batch
            time.sleep(PAUSE_SECONDS)
        if purged:
            with self.transaction() as tx:
                tx.entries.forget_deleted()
            self._forget_words()
        return purged

    def purge_changes(self, before: datetime) -> int:
        """Delete the changes that were made before then, so that they cannot be undone any more.

        Runs in short transactions of its own. Returns how many were deleted.
        """
        purged = 0
        while batch := self.write(lambda tx: tx.changes.purge(before)):
            purged += batch
            time.sleep(PAUSE_SECONDS)
        return purged

    def size(self) -> int:
        """Return the number of rows in all tables."""
        with translate_errors(), self._read_only.begin() as connection:
            return copy_database.count_rows(connection)

    def read_everything(self) -> None:
        """Read every row as the app reads it.

        Raises:
            StoreError: a table holds something that the app does not write.
        """
        with translate_errors(), self._read_only.begin() as connection:
            copy_database.read_all(connection)
            stored_values.check(connection)

    def copy_to(self, target: "Store", on_progress: Callable[[int], None]) -> CopyResult:
        """Copy everything into an empty PostgreSQL, all or nothing; see ``copy_database.copy``.

        Raises:
            MoveRefused: the databases cannot be copied, or the copy differs from the original.
        """
        with translate_errors(), self._read_only.begin() as source, target._engine.begin() as written:
            return copy_database.copy(source, written, on_progress)

    @contextmanager
    def transaction(self, *, read_only: bool = False) -> Generator[Transaction]:
        """Yield a transaction: committed at the end, rolled back on any exception.

        On SQLite transactions that write run one after the other: keep them short, and wait for nothing
        inside. A read-only transaction waits for no other.

        Raises:
            StoreError: a read-only transaction writes.
        """
        engine = self._read_only if read_only else self._engine
        with translate_errors(), engine.begin() as connection, UnitOfWork(connection) as work:
            yield Transaction(work)

    def write(self, work: Callable[[Transaction], T]) -> T:
        """Run ``work`` in a transaction of its own. Returns what it returns."""
        with self.transaction() as tx:
            return work(tx)

    def read(self, work: Callable[[Transaction], T]) -> T:
        """Run ``work`` in a read-only transaction of its own. Returns what it returns."""
        with self.transaction(read_only=True) as tx:
            return work(tx)

    def _purge_batch(self, before: datetime) -> int:
        with self.transaction() as tx:
            return tx.entries.purge_trash(before)

    def _forget_words(self) -> None:
        with self.transaction(read_only=True) as tx:
            people = [person.id for person in tx.people.list()]
        for person_id in people:
            self._forget_words_of(person_id)

    def _forget_words_of(self, person_id: int) -> None:
        last: str | None = ""
        while last is not None:
            with self.transaction() as tx:
                last = tx.words.forget_unused(person_id, last, CHUNK)
            time.sleep(PAUSE_SECONDS)
