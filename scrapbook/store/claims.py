"""Tells whether another app process has the same executor id.

The engine takes up again what was begun under its own id: two processes of one id would do everything twice.
"""

import fcntl
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO
from urllib.parse import quote

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from scrapbook.store.engine import connect
from scrapbook.store.failures import wrapped

TAKE = text("SELECT pg_try_advisory_lock(hashtextextended('scrapbook executor ' || :name, 0))")

RELEASE = text("SELECT pg_advisory_unlock_all()")


class Claim:
    """A claim to a name among all who share a database, until ``close`` or the end of the process.

    Args:
        url: of the database.
        folder: where it is kept, if it is a file.
    """

    def __init__(self, url: str, name: str, folder: Path) -> None:
        self._name = name
        self._engine: Engine | None = None if url.startswith("sqlite") else connect(url)
        self._path = folder / "run" / f"executor-{quote(name, safe='')}.lock"
        self._alone = threading.Lock()
        self._connection: Connection | None = None
        self._file: IO[bytes] | None = None

    def is_ours(self) -> bool:
        """Whether nobody else has it; it is claimed again where it was lost. StoreUnavailable."""
        with self._alone:
            return self._is_locked() if self._engine is None else self._is_locked_in(self._engine)

    def close(self) -> None:
        if self._file:
            self._file.close()
        if self._connection:
            with suppress(
                SQLAlchemyError
            ):  # the server lets go of it when it sees that the connection is gone
                self._connection.execute(RELEASE)
                self._connection.close()
        if self._engine:
            self._engine.dispose()

    def _is_locked(self) -> bool:
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = self._path.open("wb")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                file.close()
                return False
            self._file = file
        return True

    def _is_locked_in(self, engine: Engine) -> bool:
        with wrapped():
            if self._connection is None or self._connection.invalidated:
                connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
                if not connection.scalar(TAKE, {"name": self._name}):
                    connection.close()
                    return False
                self._connection = connection
            self._connection.scalar(text("SELECT 1"))
        return True
