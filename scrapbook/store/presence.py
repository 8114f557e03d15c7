"""Which processes are there: each holds a lock under its name, which goes with the process.

The engine takes up again what was begun under its own name: two processes of one name would do everything
twice. On PostgreSQL the lock is the server's. However a process ends, the server notices: at once when the
process dies, within ``GONE_AFTER`` when its machine does. Nothing has to be written, no clocks have to agree.
A pooler that shares connections between transactions would share the locks too: connect to PostgreSQL itself.
On SQLite, which one machine has to itself, the lock is that of a file.
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

from scrapbook.store.failures import wrapped

GONE_AFTER = 20
"""Seconds: a connection that is silent for 5 is asked three more times, 5 apart."""

_KEEPALIVE = """
    SELECT set_config('tcp_keepalives_idle', '5', false), set_config('tcp_keepalives_interval', '5', false),
        set_config('tcp_keepalives_count', '3', false)
"""

# The first number tells these locks from others of the house.
_KEY = "hashtextextended(:name, 7265318)"


class PresenceHere:
    """The being there of a process that works on SQLite.

    Args:
        folder: where the lock is, under ``run``.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._path = folder / "run" / f"executor-{quote(name, safe='')}.lock"
        self._file: IO[bytes] | None = None

    def keep(self) -> bool:
        """As ``Presence.keep``; OSError where the file cannot be made or locked."""
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

    def leave(self) -> None:
        """As ``Presence.leave``."""
        file, self._file = self._file, None
        if file is not None:
            file.close()

    @contextmanager
    def alone(self, name: str) -> Generator[bool]:  # noqa: ARG002
        """As ``Presence.alone``: there is nobody else."""
        yield True


class Presence:
    """One process's being there, under a name of its own, among all that share a PostgreSQL."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._name = name
        self._connection: Connection | None = None
        self._one_at_a_time = threading.RLock()

    def keep(self) -> bool:
        """To be called at the start and now and then: false when another process has the name.

        StoreUnavailable when the database cannot be reached; everybody may look missing then.
        """
        with self._one_at_a_time, wrapped():
            try:
                if self._connection is not None:
                    self._connection.execute(text("SELECT 1"))
                    return True
                return self._take()
            except SQLAlchemyError:
                self.leave()
                raise

    def _take(self) -> bool:
        # In no transaction: one that stayed open would keep the database from tidying up.
        self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._connection.execute(text(_KEEPALIVE))
        free = text(f"SELECT pg_try_advisory_lock({_KEY})")
        taken = bool(self._connection.execute(free, {"name": self._name}).scalar_one())
        if not taken:
            self.leave()
        return taken

    def leave(self) -> None:
        """Lets the lock go. Harmless when it is not held."""
        with self._one_at_a_time:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.invalidate()
                connection.close()

    @contextmanager
    def alone(self, name: str) -> Generator[bool]:
        """Whether nobody else is doing that, nor will be before the end of this."""
        with wrapped(), self._engine.begin() as connection:
            free = text(f"SELECT pg_try_advisory_xact_lock({_KEY})")
            yield bool(connection.execute(free, {"name": name}).scalar_one())
