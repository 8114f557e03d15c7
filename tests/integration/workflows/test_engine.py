"""DBOS runs only while there is work for it."""

import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from dbos import DBOS, DBOSClient, EnqueueOptions
from dbos._dbos import _get_or_create_dbos_registry
from sqlalchemy import create_engine, text
from structlog.testing import capture_logs

from scrapbook.app import QUEUES
from scrapbook.settings import Settings
from scrapbook.store import DbosQueues
from scrapbook.workflows import engine as engines
from scrapbook.workflows.engine import LINKS_QUEUE, PREVIEWS_QUEUE, WORKFLOWS_VERSION, Engine, dbos_client
from scrapbook.workflows.workflows import MessageWorkflows
from tests.integration.conftest import DATABASES
from tests.support.installation import wait_until


class Work:
    """Stands in for all steps; ``previewed`` has the ids of the messages whose links were previewed."""

    def __init__(self) -> None:
        self.begun: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.previewed: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.slow: dict[str, threading.Event] = {}
        self.created = 0

    def preview(self, message_id: str) -> None:
        self.begun.put(message_id)
        if message_id in self.slow:
            self.slow[message_id].wait(60)
        self.previewed.put(message_id)

    def preview_change(self, person_id: int, change_id: int) -> None:
        self.previewed.put(f"{change_id} of {person_id}")

    def workflows(self) -> MessageWorkflows:
        self.created += 1
        return MessageWorkflows(self, self, self, self, self, self, self)  # type: ignore[arg-type] # nothing else is asked for


class Watched:
    """Counts how often DBOS was launched and closed."""

    def __init__(self) -> None:
        self.launched = 0
        self.closed = 0
        self.problem: Exception | None = None

    @contextmanager
    def watching(self) -> Iterator[None]:
        launch, destroy = engines.launch, DBOS.destroy

        def launching(*args: object) -> None:
            self.launched += 1
            launch(*args)  # type: ignore[arg-type] # the same

        def closing(**options: object) -> None:
            self.closed += 1
            destroy(**options)  # type: ignore[arg-type] # the same
            if self.problem:
                raise self.problem

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(engines, "launch", launching)
            patch.setattr(DBOS, "destroy", closing)
            yield


@pytest.fixture(params=DATABASES)
def backend(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
def watched() -> Iterator[Watched]:
    watched = Watched()
    with watched.watching():
        yield watched


@pytest.fixture
def engine(settings: Settings, queues: DbosQueues, work: Work, watched: Watched) -> Iterator[Engine]:
    del watched
    _get_or_create_dbos_registry().instance_info_map.clear()  # of the workflows of other tests
    engine = Engine(settings, queues, QUEUES, work.workflows)
    yield engine
    engine.close()


def enqueue_elsewhere(
    settings: Settings, message_id: str, queue_name: str = PREVIEWS_QUEUE, person: str | None = "1"
) -> None:
    """Enqueue a workflow as another process does."""
    client = DBOSClient(system_database_url=settings.dbos_database_url, application_name="scrapbook")
    options = EnqueueOptions(
        queue_name=queue_name,
        workflow_name="Journey.preview",
        class_name="Journey",
        instance_name=MessageWorkflows.NAME,
        workflow_id=f"preview-{message_id}.0",
        app_version=WORKFLOWS_VERSION,
    )
    if person is not None:
        options["queue_partition_key"] = person
    client.enqueue(options, message_id)
    client.destroy()


def done(work: Work, queues: DbosQueues) -> str:
    """Wait until the queues are empty; return the id of the message whose links were previewed."""
    message_id = work.previewed.get(timeout=30)
    wait_until(lambda: not queues.stats(), 30, lambda: str(queues.stats()))
    return message_id


def test_it_is_launched_with_the_first_work_and_not_before(
    engine: Engine, queues: DbosQueues, work: Work, watched: Watched
) -> None:
    engine.check()
    assert (watched.launched, work.created, queues.exists()) == (0, 0, False)
    engine.preview_links("SM1", 1, 0)
    assert done(work, queues) == "SM1"
    engine.preview_links("SM2", 1, 0)
    assert done(work, queues) == "SM2"
    for _ in "ab":
        engine.preview_change(1, 57)
    assert done(work, queues) == "57 of 1"
    assert work.previewed.empty()
    assert watched.launched == 1


def test_it_is_closed_after_a_while_without_work_and_launched_with_the_next(
    engine: Engine, queues: DbosQueues, work: Work, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.preview_links("SM1", 1, 0)
    assert done(work, queues) == "SM1"
    engine.check()
    assert watched.closed == 0  # it has only just worked
    monkeypatch.setattr(engines, "IDLE_TIMEOUT", 0)
    engine.check()
    engine.check()
    assert (watched.launched, watched.closed) == (1, 1)
    engine.preview_links("SM2", 1, 0)
    assert done(work, queues) == "SM2"
    assert (watched.launched, watched.closed, work.created) == (2, 1, 1)


def test_it_is_not_closed_while_work_waits(
    engine: Engine, queues: DbosQueues, work: Work, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "IDLE_TIMEOUT", 0)
    monkeypatch.setattr(engine, "_at_once", tuple(one._replace(polling=86_400.0) for one in QUEUES))
    engine.preview_links("SM1", 1, 0)
    engine.check()
    assert watched.closed == 0
    assert queues.stats()[PREVIEWS_QUEUE].waiting == 1


def test_it_is_launched_by_work_that_another_process_enqueued(
    engine: Engine,
    queues: DbosQueues,
    work: Work,
    watched: Watched,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine.preview_links("SM1", 1, 0)
    assert done(work, queues) == "SM1"
    with monkeypatch.context() as patch:
        patch.setattr(engines, "IDLE_TIMEOUT", 0)
        engine.check()
    enqueue_elsewhere(settings, "SM2")
    engine.check()
    assert done(work, queues) == "SM2"
    assert watched.launched == 2


def test_what_an_older_release_enqueued_is_done(
    engine: Engine, queues: DbosQueues, work: Work, settings: Settings
) -> None:
    engine.preview_links("SM1", 1, 0)
    assert done(work, queues) == "SM1"
    enqueue_elsewhere(settings, "SM2", LINKS_QUEUE, person=None)
    assert done(work, queues) == "SM2"


def test_who_sends_many_links_does_not_keep_those_of_others_waiting(
    engine: Engine, queues: DbosQueues, work: Work
) -> None:
    released = threading.Event()
    work.slow = {f"SM{number}": released for number in range(5)}
    try:
        for message_id in work.slow:
            engine.preview_links(message_id, 1, 0)
        assert work.begun.get(timeout=30) in work.slow
        engine.preview_links("SM5", 2, 0)
        assert work.previewed.get(timeout=30) == "SM5"
        assert work.begun.get(timeout=1) == "SM5"
        assert work.begun.empty()  # of the first person, one at a time
    finally:
        released.set()
    assert {work.previewed.get(timeout=30) for _ in work.slow} == set(work.slow)


def test_a_stop_that_fails_is_reported_and_it_is_launched_again(
    engine: Engine, queues: DbosQueues, work: Work, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.preview_links("SM1", 1, 0)
    assert done(work, queues) == "SM1"
    watched.problem = RuntimeError("it does not end")
    with monkeypatch.context() as patch, capture_logs() as logs:
        patch.setattr(engines, "IDLE_TIMEOUT", 0)
        engine.check()
    assert [log["step"] for log in logs if log["event"] == "error"] == ["engine"]
    watched.problem = None
    engine.preview_links("SM2", 1, 0)
    assert done(work, queues) == "SM2"


def test_a_launch_that_fails_is_made_anew_with_the_next_work(
    engine: Engine, queues: DbosQueues, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fails in the middle, when DBOS counts as launched already."""
    with monkeypatch.context() as patch:
        patch.setattr(DBOS, "register_queue", away)
        with pytest.raises(OSError, match="away"):
            engine.preview_links("SM1", 1, 0)
    engine.preview_links("SM2", 1, 0)
    assert done(work, queues) == "SM2"


def away(*_args: object, **_options: object) -> None:
    raise OSError("the database is away")


def test_what_an_app_that_died_had_begun_is_gone_on_with(
    engine: Engine, queues: DbosQueues, work: Work, settings: Settings
) -> None:
    engine.preview_links("SM0", 1, 0)
    assert done(work, queues) == "SM0"
    for message_id in ("SM1", "SM2"):
        begun_by(settings, message_id, "dead")
    begun_by(settings, "SM3", "alive")
    assert queues.executors() == {"dead", "alive"}
    assert engine.recover("dead") == 2
    assert sorted(work.previewed.get(timeout=30) for _ in range(2)) == ["SM1", "SM2"]
    wait_until(lambda: queues.executors() == {"alive"}, 30, lambda: str(queues.executors()))
    assert work.previewed.empty()


def begun_by(settings: Settings, message_id: str, executor_id: str) -> None:
    """As an app that is at it, or died at it."""
    enqueue_elsewhere(settings, message_id, "a queue of nobody here")
    table = "workflow_status" if settings.is_sqlite else "dbos.workflow_status"
    database = create_engine(settings.dbos_database_url)
    with database.begin() as connection:
        begun = f"UPDATE {table} SET status = 'PENDING', executor_id = :executor, queue_name = :queue"
        connection.execute(
            text(f"{begun} WHERE workflow_uuid = :id"),
            {"executor": executor_id, "queue": PREVIEWS_QUEUE, "id": f"preview-{message_id}.0"},
        )
    database.dispose()


def test_nothing_is_begun_once_it_is_closed_for_good(
    engine: Engine, queues: DbosQueues, work: Work, watched: Watched
) -> None:
    engine.preview_links("SM1", 1, 0)
    assert done(work, queues) == "SM1"
    engine.close()
    engine.close()
    assert watched.closed == 1
    with pytest.raises(RuntimeError, match="closed"):
        engine.preview_links("SM2", 1, 0)


def test_without_a_dbos_database_there_is_no_client(settings: Settings) -> None:
    with dbos_client(settings.dbos_database_url) as client:
        assert client is None


def test_a_database_without_tables_counts_as_no_dbos_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process was killed when it had made the file and nothing in it."""
    monkeypatch.setenv("SCRAPBOOK_DATA_DIR", str(tmp_path))
    settings = Settings.load()
    settings.dbos_path.touch()
    queues = DbosQueues.open(settings.dbos_database_url)
    assert (queues.exists(), queues.stats(), queues.executors()) == (False, {}, set())
    queues.close()
    with dbos_client(settings.dbos_database_url) as client:
        assert client is None


@pytest.mark.parametrize(
    "module",
    [
        "scrapbook.app",
        "scrapbook.workflows.message_path",
        "scrapbook.cli.main",
        "scrapbook.workflows.unfinished",
    ],
)
def test_dbos_is_not_even_imported_before(module: str) -> None:
    code = f"import sys, {module}; sys.exit('dbos' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
