"""The durable engine (DBOS), which runs only while there is work for it.

What takes long, waits or repeats goes this way: fetching pictures and sounds, writing memos down, looking at
the pages behind links. An engine that is launched asks its database several times a second what there is to
do, which takes a hundredth of a processor core for nothing at all. So it is launched with the first piece of
work, and closed when there has been none for a while; a launch takes some hundredths of a second.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager, suppress
from contextvars import Context
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import structlog

from scrapbook.reports import report
from scrapbook.settings import Settings
from scrapbook.store import EngineQueues

if TYPE_CHECKING:
    from dbos import DBOSClient

    from scrapbook.journey import Journey

# Bound to the workflows, not to the release: what was under way at an upgrade is finished by the new release.
# Raised only when the steps of a workflow change in an incompatible way.
JOURNEY_VERSION = "1"

JOURNEY_NAME = "journey"
"""The name by which the engine finds the object whose workflows it runs."""

ROUNDS_OF_A_MEMO = 3
"""Of replies: what ``collect``, the receipt of a long memo and the answer to it have to say, each in one."""

UNDER_WAY = ("ENQUEUED", "DELAYED", "PENDING")
"""What the engine calls work that is not finished."""

MEDIA_QUEUE = "media"
TRANSCRIPTION_QUEUE = "transcription"
LINKS_QUEUE = "links"

RESTS_AFTER = 30.0
"""Seconds without work after which the engine is closed."""

STOPPING_TIMEOUT = 2
"""Seconds: long enough for a short step to end; longer ones are done again at the next start."""

SPARE_THREADS = 8

log = structlog.get_logger(__name__)


class WorkQueue(NamedTuple):
    """One of the engine's queues.

    Attributes:
        at_once: how many may be under way in this process.
        polling: seconds between two looks.
    """

    name: str
    at_once: int
    polling: float


class Engine:
    """Launches and closes the engine, and gives it work. May be shared between threads; every call may block.

    Args:
        queues: reads the engine's database.
        journey: makes the workflows, once; called with the first piece of work.
    """

    def __init__(
        self,
        settings: Settings,
        queues: EngineQueues,
        at_once: tuple[WorkQueue, ...],
        journey: Callable[[], "Journey"],
    ) -> None:
        self._settings = settings
        self._queues = queues
        self._at_once = at_once
        self._make_journey = journey
        self._made: Journey | None = None
        self._lock = threading.RLock()
        self._is_up = False
        self._is_closed = False
        self._worked_at = time.monotonic()

    def collect(self, sid: str, person_id: int, round_: int, *, is_memo: bool) -> None:
        """Have what came with a message fetched; a memo is then written down and answered."""
        self._do(lambda journey: journey.enqueue_collection(sid, person_id, round_, is_memo=is_memo))

    def preview(self, sid: str, round_: int) -> None:
        """Have the pages looked at behind the links of a message."""
        self._do(lambda journey: journey.enqueue_preview(sid, round_))

    def look(self) -> None:
        """Launch the engine when work waits in its database; close it when there has been none for a while.

        To be called now and then, because another process may have put work there.
        """
        has_work = bool(self._queues.figures())
        with self._lock:
            if has_work:
                self._worked_at = time.monotonic()
                self._start()
            elif self._is_up and time.monotonic() - self._worked_at > RESTS_AFTER:
                self._stop()

    def recover(self, executor_id: str) -> int:
        """Queue again what a dead app had begun, for this app or another. Returns how many workflows."""
        with self._lock:
            self._start()
            return _resumed(executor_id)

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            self._stop()

    def _do(self, enqueue: Callable[["Journey"], None]) -> None:
        with self._lock:
            journey = self._start()
            self._worked_at = time.monotonic()
            # In the context of a workflow the engine would write it down as a step of that.
            Context().run(enqueue, journey)

    def _start(self) -> "Journey":
        if self._is_closed:
            raise RuntimeError("the engine is closed")
        if self._made is None:
            self._made = self._make_journey()
        if not self._is_up:
            began = time.monotonic()
            self._launch()
            self._is_up = True
            log.info("engine_launched", took_ms=round((time.monotonic() - began) * 1000))
        return self._made

    def _launch(self) -> None:
        try:
            launch(self._settings, self._at_once)
        except BaseException:
            from dbos import DBOS

            # It takes itself for launched from its first step on, and would do nothing the next time.
            with suppress(Exception):
                DBOS.destroy()
            raise

    def _stop(self) -> None:
        if not self._is_up:
            return
        from dbos import DBOS

        self._is_up = False
        try:
            DBOS.destroy(workflow_completion_timeout_sec=STOPPING_TIMEOUT)
        except Exception as error:  # noqa: BLE001 - it is launched anew with the next piece of work
            report(error, step="engine")


def launch(settings: Settings, queues: tuple[WorkQueue, ...]) -> None:
    """Launch the engine: unfinished workflows of this executor are taken up again."""
    from dbos import DBOS, DBOSConfig

    # An error of the driver would otherwise quote what it was about to write, and the engine logs it.
    connections: dict[str, Any] = {"hide_parameters": True}
    if settings.is_sqlite:
        # Nobody need ask a file whether it is still there, and more of them would only wait for one another.
        connections |= {"pool_size": 4, "pool_pre_ping": False}
        _let_readers_and_writers_be(settings.data_dir / "journey.db")
    config: DBOSConfig = {
        "name": "scrapbook",
        "system_database_url": settings.journey_database_url,
        "executor_id": settings.executor_id,
        "application_version": JOURNEY_VERSION,
        "max_executor_threads": sum(queue.at_once for queue in queues) + SPARE_THREADS,
        "log_level": "WARNING",
        "db_engine_kwargs": connections,
    }
    DBOS(config=config)
    DBOS.launch()
    for queue in queues:
        DBOS.register_queue(
            queue.name,
            worker_concurrency=queue.at_once,
            polling_interval_sec=queue.polling,
            on_conflict="always_update",
        )


def _resumed(executor_id: str) -> int:
    """Back into the queues that they came from: whichever app has room there takes them."""
    from dbos import DBOS

    begun = DBOS.list_workflows(
        status="PENDING", executor_id=executor_id, load_input=False, load_output=False
    )
    for workflow in begun:
        DBOS.resume_workflow(workflow.workflow_id, queue_name=workflow.queue_name)
    return len(begun)


def _let_readers_and_writers_be(database: Path) -> None:
    """The engine leaves SQLite in the mode in which its threads wait for one another, and each commit more
    than once for the disk. The other mode is as durable, and stays with the file."""
    database.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(database)) as connection, suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA journal_mode = WAL")  # while somebody reads it, it stays as it is


@contextmanager
def engine_client(
    settings: Settings, is_needed: Callable[[EngineQueues], bool] = EngineQueues.is_there
) -> "Generator[DBOSClient | None]":
    """A client of the engine's database, which is dear to load; None where it is not needed.

    Args:
        is_needed: asks that database; by default, whether there is one yet.
    """
    queues = EngineQueues.open(settings.journey_database_url)
    try:
        has_use = is_needed(queues)
    finally:
        queues.close()
    if not has_use:
        yield None
        return
    from dbos import DBOSClient

    client = DBOSClient(system_database_url=settings.journey_database_url, application_name="scrapbook")
    try:
        yield client
    finally:
        client.destroy()
