"""Launches DBOS while there is work for it, and closes it afterwards.

DBOS runs what takes long: media downloads, transcriptions, link previews. Once launched, it polls its
database several times a second, which takes a hundredth of a processor core. So it is launched with the first
piece of work, and closed after a while without any; a launch takes some hundredths of a second.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager, suppress
from contextvars import Context
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import structlog

from scrapbook.observability.reporting import report_error
from scrapbook.settings import Settings
from scrapbook.store import DbosQueues, sqlite_file

if TYPE_CHECKING:
    from dbos import DBOSClient

    from scrapbook.workflows.workflows import MessageWorkflows

# Bound to the workflows, not to the release: a new release finishes what the one before has begun.
# Raised only when the steps of a workflow change in an incompatible way.
WORKFLOWS_VERSION = "1"

# As they stand in DBOS's tables: this release finds by them what an older one has queued.
WORKFLOWS_CLASS = "Journey"
DOWNLOAD_MEDIA = "Journey.collect"
HANDLE_MEMO = "Journey.transcribe"
PREVIEW_LINKS = "Journey.preview"
PREVIEW_CHANGE = "preview_change"
READ_FILES = "read_files"
WORKFLOWS_INSTANCE = "journey"
"""The name by which DBOS finds the object whose workflows it runs."""

ATTEMPTS_PER_MEMO = 3
"""Attempts to answer: the failed download, the receipt of a long memo and its answer each take one."""

UNFINISHED_STATUSES = ("ENQUEUED", "DELAYED", "PENDING")
"""DBOS's statuses of workflows that have not ended."""

MEDIA_QUEUE = "media"
TRANSCRIPTION_QUEUE = "transcription"
PREVIEWS_QUEUE = "previews"
LINKS_QUEUE = "links"
"""In which older releases queued link previews; what they left is still read."""
FILES_QUEUE = "files"

IDLE_TIMEOUT = 30.0
"""Seconds without work after which DBOS is closed."""

STOPPING_TIMEOUT = 2
"""Seconds, in which a short step ends; longer ones run again at the next start."""

SPARE_THREADS = 8

log = structlog.get_logger(__name__)


def changes_of(person_id: int) -> str:
    """Return what stands in the id of a workflow of a person's changes, where others have a message's id."""
    return f"change-{person_id}"


class WorkQueue(NamedTuple):
    """A queue of DBOS.

    Attributes:
        concurrency: how many may be under way in this process.
        polling: seconds between two looks.
        per_person: how many of one person's may be under way in this process; None for no such limit. What is
            enqueued names the person as its partition. A queue cannot change from one to the other.
    """

    name: str
    concurrency: int
    polling: float
    per_person: int | None = None


QUEUES = (
    WorkQueue(MEDIA_QUEUE, 8, polling=0.25),
    # More at a time would only take the processor from one another.
    WorkQueue(TRANSCRIPTION_QUEUE, os.cpu_count() or 1, polling=0.25),
    # A page may take ten seconds: who sends many of them must not keep those of others waiting.
    WorkQueue(PREVIEWS_QUEUE, 4, polling=1.0, per_person=1),
    WorkQueue(LINKS_QUEUE, 1, polling=1.0),
    # So may a file, and it takes the processor meanwhile.
    WorkQueue(FILES_QUEUE, 2, polling=0.5, per_person=1),
)


class Engine:
    """Launches and closes DBOS, and enqueues workflows. Threads may share it; every call may block.

    Args:
        queues: reads the engine's database.
        workflows: makes them, once; called with the first piece of work.
    """

    def __init__(
        self,
        settings: Settings,
        queues: DbosQueues,
        at_once: tuple[WorkQueue, ...],
        workflows: Callable[[], "MessageWorkflows"],
    ) -> None:
        self._settings = settings
        self._queues = queues
        self._at_once = at_once
        self._make_workflows = workflows
        self._made: MessageWorkflows | None = None
        self._lock = threading.RLock()
        self._is_up = False
        self._is_closed = False
        self._worked_at = time.monotonic()

    def download_media(self, message_id: str, person_id: int, attempt: int, *, is_memo: bool) -> None:
        """Queue the download of what came with a message; a memo is then transcribed and answered."""
        self._do(
            lambda workflows: workflows.enqueue_download(message_id, person_id, attempt, is_memo=is_memo)
        )

    def preview_links(self, message_id: str, person_id: int, attempt: int) -> None:
        """Queue the previews of the pages behind the links of a message."""
        self._do(lambda workflows: workflows.enqueue_link_previews(message_id, person_id, attempt))

    def preview_change(self, person_id: int, change_id: int) -> None:
        """Queue the previews of the pages behind the links that a form brought, once for each change."""
        self._do(lambda workflows: workflows.enqueue_change_preview(person_id, change_id))

    def check(self) -> None:
        """Launch DBOS if work waits in its database; close it after a while without any.

        To be called now and then, because another process may have put work there.
        """
        has_work = bool(self._queues.stats())
        with self._lock:
            if has_work:
                self._worked_at = time.monotonic()
                self._start()
            elif self._is_up and time.monotonic() - self._worked_at > IDLE_TIMEOUT:
                self._stop()

    def recover(self, executor_id: str) -> int:
        """Queue the workflows of a dead executor again, for any app. Returns how many."""
        with self._lock:
            self._start()
            return _resumed(executor_id)

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            self._stop()

    def _do(self, enqueue: Callable[["MessageWorkflows"], None]) -> None:
        with self._lock:
            workflows = self._start()
            self._worked_at = time.monotonic()
            # In a workflow's context DBOS would record it as a step of that workflow.
            Context().run(enqueue, workflows)

    def _start(self) -> "MessageWorkflows":
        if self._is_closed:
            raise RuntimeError("DBOS is closed")
        if self._made is None:
            self._made = self._make_workflows()
        if not self._is_up:
            began = time.monotonic()
            self._launch()
            self._is_up = True
            log.info("dbos_launched", took_ms=round((time.monotonic() - began) * 1000))
        return self._made

    def _launch(self) -> None:
        try:
            launch(self._settings, self._at_once)
        except BaseException:
            from dbos import DBOS

            # It counts as launched from its first step on, and would do nothing the next time.
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
        except Exception as error:  # noqa: BLE001 - it is launched again with the next piece of work
            report_error(error, step="engine")


def launch(settings: Settings, queues: tuple[WorkQueue, ...]) -> None:
    """Launch DBOS: it resumes the unfinished workflows of this executor."""
    from dbos import DBOS, DBOSConfig

    from scrapbook.workflows.serialization import SERIALIZER

    # DBOS logs errors of the driver, which quote the values unless they are hidden.
    connections: dict[str, Any] = {"hide_parameters": True}
    if settings.is_sqlite:
        # Nobody need ask a file whether it is still there, and more of them would only wait for one another.
        connections |= {"pool_size": 4, "pool_pre_ping": False}
        _prepare_file(settings.dbos_path)
    config: DBOSConfig = {
        "name": "scrapbook",
        "system_database_url": settings.dbos_database_url,
        "executor_id": settings.executor_id,
        "application_version": WORKFLOWS_VERSION,
        "max_executor_threads": sum(queue.concurrency for queue in queues) + SPARE_THREADS,
        "log_level": "WARNING",
        "db_engine_kwargs": connections,
        "serializer": SERIALIZER,
    }
    DBOS(config=config)
    DBOS.launch()
    for queue in queues:
        DBOS.register_queue(
            queue.name,
            worker_concurrency=queue.concurrency,
            partition_worker_concurrency=queue.per_person,
            polling_interval_sec=queue.polling,
            on_conflict="always_update",
        )


def _resumed(executor_id: str) -> int:
    """Put a dead executor's workflows back into their queues. Returns how many."""
    from dbos import DBOS

    begun = DBOS.list_workflows(
        status="PENDING", executor_id=executor_id, load_input=False, load_output=False
    )
    for workflow in begun:
        DBOS.resume_workflow(workflow.workflow_id, queue_name=workflow.queue_name)
    return len(begun)


def _prepare_file(database: Path) -> None:
    """Create DBOS's database, or switch it to WAL; that is as durable as the mode in which DBOS leaves it."""
    database.parent.mkdir(parents=True, exist_ok=True)
    sqlite_file.create(database)
    with closing(sqlite3.connect(database)) as connection, suppress(sqlite3.OperationalError):
        sqlite_file.switch_to_wal(connection)  # while somebody reads it all the time, it stays as it is


def create_dbos_tables(url: str) -> None:
    """Create the tables of DBOS in the database at ``url``, with no workflow in them."""
    from dbos import DBOS

    DBOS.migrate(url)


@contextmanager
def dbos_client(
    url: str, is_needed: Callable[[DbosQueues], bool] = DbosQueues.exists
) -> "Generator[DBOSClient | None]":
    """Yield a client of DBOS's database, or None where it is not needed: DBOS is slow to import.

    Args:
        url: of that database.
        is_needed: asks that database; by default, whether there is one yet.
    """
    queues = DbosQueues.open(url)
    try:
        has_use = is_needed(queues)
    finally:
        queues.close()
    if not has_use:
        yield None
        return
    from dbos import DBOSClient

    from scrapbook.workflows.serialization import SERIALIZER

    client = DBOSClient(system_database_url=url, application_name="scrapbook", serializer=SERIALIZER)
    try:
        yield client
    finally:
        client.destroy()
