"""The lengths of DBOS's queues, read from its own table.

The interface of DBOS lists workflows one by one, and on SQLite cannot use its index for that.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from sqlalchemy import Engine, create_engine, inspect, make_url, text

from scrapbook.store.engine import CONNECT_TIMEOUT, READ_ONLY
from scrapbook.store.errors import translate_errors

# The condition of DBOS's partial index, so that it is used.
DEPTHS = """
    SELECT queue_name, status, count(*), min(created_at) FROM {schema}workflow_status
    WHERE status IN ('ENQUEUED', 'PENDING') AND queue_name IS NOT NULL GROUP BY queue_name, status
"""


EXECUTORS = """
    SELECT DISTINCT executor_id FROM {schema}workflow_status
    WHERE status = 'PENDING' AND queue_name IS NOT NULL AND executor_id IS NOT NULL
"""


ENDED_BEFORE = """
    SELECT 1 FROM {schema}workflow_status
    WHERE status NOT IN ('ENQUEUED', 'PENDING', 'DELAYED') AND updated_at < :before LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class QueueStats:
    """The workflows in one queue.

    Attributes:
        waiting: how many have not begun.
        working: how many are in progress.
        oldest: when the oldest of both was enqueued.
    """

    waiting: int = 0
    working: int = 0
    oldest: datetime | None = None


class DbosQueues:
    """Reads DBOS's database, and never writes to it.

    Raises:
        StoreUnavailable: the database failed, and a retry can help.
        StoreError: it failed otherwise.
    """

    def __init__(self, engine: Engine, schema: str, file: Path | None = None) -> None:
        self._engine = engine
        self._schema = schema.rstrip(".") or None
        self._file = file
        self._is_known_to_exist = False
        self._depths = text(DEPTHS.format(schema=schema))
        self._executors = text(EXECUTORS.format(schema=schema))
        self._ended_before = text(ENDED_BEFORE.format(schema=schema))

    @classmethod
    def open(cls, url: str) -> Self:
        """Return a reader of the DBOS database at ``url``, which connects at first use."""
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            read_only = f"sqlite:///file:{parsed.database}?mode=ro&uri=true"
            return cls(create_engine(read_only, hide_parameters=True), "", Path(parsed.database or ""))
        arguments = {"connect_timeout": CONNECT_TIMEOUT}
        engine = create_engine(parsed, hide_parameters=True, pool_pre_ping=True, connect_args=arguments)
        return cls(engine.execution_options(**READ_ONLY), "dbos.")

    def stats(self) -> dict[str, QueueStats]:
        """Return the lengths by the name of the queue; empty queues are left out."""
        found: dict[str, QueueStats] = {}
        if not self.exists():
            return found
        with translate_errors(), self._engine.connect() as connection:
            for queue, status, count, oldest in connection.execute(self._depths):
                before = found.get(queue, QueueStats())
                since = datetime.fromtimestamp(oldest / 1000, UTC)
                found[queue] = QueueStats(
                    waiting=count if status == "ENQUEUED" else before.waiting,
                    working=count if status == "PENDING" else before.working,
                    oldest=min(since, before.oldest or since),
                )
        return found

    def executors(self) -> set[str]:
        """Return the ids of executors with workflows in progress."""
        if not self.exists():
            return set()
        with translate_errors(), self._engine.connect() as connection:
            return set(connection.scalars(self._executors))

    def has_ended_before(self, before: datetime) -> bool:
        """Return whether a workflow ended before then."""
        if not self.exists():
            return False
        values = {"before": round(before.timestamp() * 1000)}
        with translate_errors(), self._engine.connect() as connection:
            return connection.execute(self._ended_before, values).first() is not None

    def exists(self) -> bool:
        """Return whether DBOS has been launched before, which creates its tables."""
        if not self._is_known_to_exist and (self._file is None or self._file.exists()):
            with translate_errors(), self._engine.connect() as connection:
                self._is_known_to_exist = inspect(connection).has_table(
                    "workflow_status", schema=self._schema
                )
        return self._is_known_to_exist

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()
