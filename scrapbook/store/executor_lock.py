"""A lock on an executor id, held as long as its process lives.

DBOS resumes the workflows of its own executor id, so two processes with the same id would run them twice.

On PostgreSQL it is an advisory lock of a session. The server releases it when the process ends: at once, or
within ``EXECUTOR_TIMEOUT`` if the machine is gone. So nothing is written, and no clocks have to agree. A
pooler that shares sessions would share the locks too: connect to PostgreSQL directly. On SQLite, which only
one machine uses, it is a lock on a file.
"""

import fcntl
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import quote

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from scrapbook.store.errors import translate_errors

EXECUTOR_TIMEOUT = 20
"""Seconds until PostgreSQL drops a silent connection: 5, then three keepalive probes, 5 apart."""

_KEEPALIVE = """
    SELECT set_config('tcp_keepalives_idle', '5', false), set_config('tcp_keepalives_interval', '5', false),
        set_config('tcp_keepalives_count', '3', false)
"""

# The number separates these locks from the other advisory locks of the scrapbook.
_KEY = "hashtextextended(:name, 7265318)"


class FileExecutorLock:
    """The lock on an executor id beside a SQLite database.

    Args:
        folder: the data directory; the lock file is in its folder ``run``.
        name: the executor id.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._path = folder / "run" / f"executor-{quote(name, safe='')}.lock"
        self._file: IO[bytes] | None = None

    def acquire(self) -> bool:
        """Acquire the lock. Returns whether it is held; False where another process holds it.

        Raises:
            OSError: the file cannot be created or locked.
        """
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = self._path.open("wb")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.close()
                return False
            self._file = file
        return True

    def release(self) -> None:
        """Release the lock, if it is held."""
        file, self._file = self._file, None
        if file is not None:
            file.close()

    @contextmanager
    def try_exclusively(self, name: str) -> Generator[bool]:  # noqa: ARG002
        """Yield True: no other process works on this database."""
        yield True


class ExecutorLock:
    """An advisory lock on an executor id, among all processes that share a PostgreSQL.

    Args:
        name: the executor id.
    """

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._name = name
        self._connection: Connection | None = None
        self._mutex = threading.RLock()

    def acquire(self) -> bool:
        """Acquire the lock, or check that it is still held; call it at the start, then regularly.

        Returns:
            Whether it is held; False where another process holds it.

        Raises:
            StoreUnavailable: the database cannot be reached. The lock may be lost then.
        """
        with self._mutex, translate_errors():
            try:
                if self._connection is not None:
                    self._connection.execute(text("SELECT 1"))
                    return True
                return self._connect_and_lock()
            except SQLAlchemyError:
                self.release()
                raise

    def _connect_and_lock(self) -> bool:
        # Autocommit, because a transaction that stays open keeps PostgreSQL from vacuuming.
        self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._connection.execute(text(_KEEPALIVE))
        try_lock = text(f"SELECT pg_try_advisory_lock({_KEY})")
        is_locked = bool(self._connection.execute(try_lock, {"name": self._name}).scalar_one())
        if not is_locked:
            self.release()
        return is_locked

    def release(self) -> None:
        """Release the lock, if it is held."""
        with self._mutex:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.invalidate()
                connection.close()

    @contextmanager
    def try_exclusively(self, name: str) -> Generator[bool]:
        """Lock the name of a piece of work within the context. Yields whether no other process has it."""
        with translate_errors(), self._engine.begin() as connection:
            try_lock = text(f"SELECT pg_try_advisory_xact_lock({_KEY})")
            yield bool(connection.execute(try_lock, {"name": name}).scalar_one())
