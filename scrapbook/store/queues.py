"""How much waits in the queues of the durable engine, read from its own table.

The engine's own interface lists workflows one by one, and on SQLite cannot use its index for that.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from sqlalchemy import Engine, String, TextClause, bindparam, create_engine, inspect, make_url, text

from scrapbook.store.engine import CONNECT_TIMEOUT, READING
from scrapbook.store.failures import wrapped

# The statuses in the words of the partial index.
DEPTHS = """
    SELECT queue_name, status, count(*), min(created_at) FROM {schema}workflow_status
    WHERE status IN ('ENQUEUED', 'PENDING') AND queue_name IS NOT NULL GROUP BY queue_name, status
"""


EXECUTORS = """
    SELECT DISTINCT executor_id FROM {schema}workflow_status
    WHERE status = 'PENDING' AND queue_name IS NOT NULL AND executor_id IS NOT NULL
"""


ANY_OF = """
    SELECT 1 FROM {schema}workflow_status WHERE name IN :names AND status IN :statuses LIMIT 1
"""

ENDED_BEFORE = """
    SELECT 1 FROM {schema}workflow_status
    WHERE status NOT IN ('ENQUEUED', 'PENDING', 'DELAYED') AND updated_at < :before LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """What is in one queue.

    Attributes:
        waiting, working: how many have not been begun, and are under way.
        oldest: when the oldest of both was put in.
    """

    waiting: int = 0
    working: int = 0
    oldest: datetime | None = None


class EngineQueues:
    """Reads the engine's database, never writes to it. Raises as ``Store`` does."""

    def __init__(self, engine: Engine, schema: str, file: Path | None = None) -> None:
        self._engine = engine
        self._schema = schema.rstrip(".") or None
        self._file = file
        self._was_there = False
        self._depths = text(DEPTHS.format(schema=schema))
        self._executors = text(EXECUTORS.format(schema=schema))
        lists = [bindparam(name, expanding=True, type_=String) for name in ("names", "statuses")]
        self._any_of = text(ANY_OF.format(schema=schema)).bindparams(*lists)
        self._ended_before = text(ENDED_BEFORE.format(schema=schema))

    @classmethod
    def open(cls, url: str) -> Self:
        """``url`` is that of the engine's database. Connects at first use."""
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            read_only = f"sqlite:///file:{parsed.database}?mode=ro&uri=true"
            return cls(create_engine(read_only, hide_parameters=True), "", Path(parsed.database or ""))
        arguments = {"connect_timeout": CONNECT_TIMEOUT}
        engine = create_engine(parsed, hide_parameters=True, pool_pre_ping=True, connect_args=arguments)
        return cls(engine.execution_options(**READING), "dbos.")

    def figures(self) -> dict[str, QueueFigures]:
        """By the name of the queue; those in which there is nothing are left out."""
        found: dict[str, QueueFigures] = {}
        if not self.is_there():
            return found
        with wrapped(), self._engine.connect() as connection:
            for queue, status, count, oldest in connection.execute(self._depths):
                before = found.get(queue, QueueFigures())
                since = datetime.fromtimestamp(oldest / 1000, UTC)
                found[queue] = QueueFigures(
                    waiting=count if status == "ENQUEUED" else before.waiting,
                    working=count if status == "PENDING" else before.working,
                    oldest=min(since, before.oldest or since),
                )
        return found

    def executors(self) -> set[str]:
        """Who has begun something and not finished it."""
        if not self.is_there():
            return set()
        with wrapped(), self._engine.connect() as connection:
            return set(connection.scalars(self._executors))

    def has_any(self, names: Collection[str], statuses: Collection[str]) -> bool:
        """Whether there is a workflow of one of those names, in one of those statuses."""
        return self._finds(self._any_of, names=list(names), statuses=list(statuses))

    def has_ended_before(self, before: datetime) -> bool:
        """Whether there is a workflow that ended before then."""
        return self._finds(self._ended_before, before=round(before.timestamp() * 1000))

    def _finds(self, statement: TextClause, **values: object) -> bool:
        if not self.is_there():
            return False
        with wrapped(), self._engine.connect() as connection:
            return connection.execute(statement, values).first() is not None

    def is_there(self) -> bool:
        """Whether the engine has been needed yet: it makes its tables when it is launched first."""
        if not self._was_there and (self._file is None or self._file.exists()):
            with wrapped(), self._engine.connect() as connection:
                self._was_there = inspect(connection).has_table("workflow_status", schema=self._schema)
        return self._was_there

    def close(self) -> None:
        self._engine.dispose()
