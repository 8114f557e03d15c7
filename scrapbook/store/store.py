"""The way into the database."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime
from typing import Self, TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from scrapbook.errors import DatabaseTooNew
from scrapbook.store import moving, schema
from scrapbook.store.engine import connect, connect_alone, reading
from scrapbook.store.failures import wrapped
from scrapbook.store.figures import Figures, figures_of
from scrapbook.store.moving import Moved
from scrapbook.store.presence import Presence
from scrapbook.store.schema import Standing
from scrapbook.store.statements import CHUNK
from scrapbook.store.transaction import Transaction
from scrapbook.store.unit_of_work import SESSION, UnitOfWork

LET_OTHERS = 0.01
"""Seconds between two of many transactions that follow each other: who writes without a pause is always first
again."""

T = TypeVar("T")


class Store:
    """Everything that is kept. One for each process, used from all of its threads.

    Whatever the database refuses leaves as StoreUnavailable when trying again can help (locked, full, out of
    reach), as StoreError otherwise.
    """

    def __init__(self, engine: Engine, readers: Engine) -> None:
        self._engine = engine
        self._reading = readers

    @classmethod
    def open(cls, url: str) -> Self:
        """``sqlite:////path/to/file`` or ``postgresql+psycopg://…``. Connects at first use. StoreError when
        it is neither."""
        engine = connect(url)
        return cls(engine, reading(engine))

    @classmethod
    def open_alone(cls, url: str) -> Self:
        """A SQLite file, to be read with nobody else at it until it is closed. StoreUnavailable at first use
        when somebody is."""
        engine = connect_alone(url)
        return cls(engine, engine)

    def presence(self, name: str) -> Presence:
        """Of this process among all that share a PostgreSQL; see ``Presence``."""
        return Presence(self._engine, name)

    @property
    def writes_side_by_side(self) -> bool:
        """Whether transactions that write need not wait for each other: not on SQLite."""
        return self._engine.dialect.name != "sqlite"

    def close(self) -> None:
        with wrapped():
            self._engine.dispose()
            self._reading.dispose()

    def migrate(self) -> None:
        """Brings the tables up to date; safe to be called by several processes at once."""
        with wrapped():
            schema.migrate(self._engine)

    def schema_is_current(self) -> bool:
        """Whether this release can work on the tables: they are its own, or of one that is newer. While two
        releases run side by side, migrations only add (docs/scale.md)."""
        with wrapped(), self._reading.connect() as connection:
            return schema.standing(connection) is not Standing.OLDER

    def refuse_newer_schema(self) -> None:
        """DatabaseTooNew where the tables are of a newer release: for what takes exactly this one's."""
        with wrapped(), self._reading.connect() as connection:
            if schema.standing(connection) is Standing.NEWER:
                raise DatabaseTooNew

    def figures(self) -> Figures:
        with wrapped(), Session(self._reading, execution_options=SESSION) as session, session.begin():
            return figures_of(session)

    def purge_trash(self, before: datetime) -> int:
        """Removes for good what was put in the trash before then, and every trace of its text outside the
        messages and replies themselves. How many entries that were.

        In transactions of its own, short ones, so that nobody who writes waits for long.
        """
        purged = 0
        while batch := self._purge_batch(before):
            purged += batch
            time.sleep(LET_OTHERS)
        if purged:
            with self.transaction() as tx:
                tx.entries.forget_deleted()
            self._forget_words()
        return purged

    def size(self) -> int:
        """Rows in all tables."""
        with wrapped(), self._reading.begin() as connection:
            return moving.count(connection)

    def move_to(self, target: "Store", went: Callable[[int], None]) -> Moved:
        """Copies everything into an empty PostgreSQL, all or nothing; see ``moving.move``. MoveRefused."""
        with wrapped(), self._reading.begin() as source, target._engine.begin() as written:
            return moving.move(source, written, went)

    @contextmanager
    def transaction(self, *, read_only: bool = False) -> Generator[Transaction]:
        """Commits at the end, takes everything back on any exception.

        One that only reads waits for nobody and cannot write (StoreError). On SQLite all others run one
        after the other: keep them short, and wait for nothing inside.
        """
        engine = self._reading if read_only else self._engine
        with wrapped(), engine.begin() as connection, UnitOfWork(connection) as work:
            yield Transaction(work)

    def write(self, work: Callable[[Transaction], T]) -> T:
        """What ``work`` returns, in a transaction of its own: for whoever hands that to a thread."""
        with self.transaction() as tx:
            return work(tx)

    def read(self, work: Callable[[Transaction], T]) -> T:
        """As ``write``, where it only reads."""
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
            time.sleep(LET_OTHERS)
