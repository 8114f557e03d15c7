"""The durable engine runs only while there is work for it."""

import queue
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from dbos import DBOS, DBOSClient, EnqueueOptions
from dbos._dbos import _get_or_create_dbos_registry
from sqlalchemy import create_engine, text
from structlog.testing import capture_logs

from scrapbook import engine as engines
from scrapbook.app import QUEUES
from scrapbook.engine import JOURNEY_VERSION, LINKS_QUEUE, Engine, engine_client
from scrapbook.journey import Journey
from scrapbook.settings import Settings
from scrapbook.store import EngineQueues
from tests.e2e.house import wait_until
from tests.integration.conftest import DATABASES


class Work:
    """Stands in for all that takes long; ``previewed`` are the messages whose links were looked at."""

    def __init__(self) -> None:
        self.previewed: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.journeys = 0

    def preview(self, sid: str) -> None:
        self.previewed.put(sid)

    def journey(self) -> Journey:
        self.journeys += 1
        return Journey(self, self, self, self)  # type: ignore[arg-type] # nothing else is asked for


class Watched:
    """How often the engine was launched and closed."""

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
def settings(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("SCRAPBOOK_DATA_DIR", str(tmp_path))
    if request.param == "postgresql":
        monkeypatch.setenv("SCRAPBOOK_DATABASE_URL", request.getfixturevalue("postgresql_url"))
    return Settings.load()


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
def watched() -> Iterator[Watched]:
    watched = Watched()
    with watched.watching():
        yield watched


@pytest.fixture
def queues(settings: Settings) -> Iterator[EngineQueues]:
    queues = EngineQueues.open(settings.journey_database_url)
    yield queues
    queues.close()


@pytest.fixture
def engine(settings: Settings, queues: EngineQueues, work: Work, watched: Watched) -> Iterator[Engine]:
    del watched
    _get_or_create_dbos_registry().instance_info_map.clear()  # of the journeys of other tests
    engine = Engine(settings, queues, QUEUES, work.journey)
    yield engine
    engine.close()


def put_in_elsewhere(settings: Settings, sid: str, queue_name: str = LINKS_QUEUE) -> None:
    """As another process does."""
    client = DBOSClient(system_database_url=settings.journey_database_url, application_name="scrapbook")
    options = EnqueueOptions(
        queue_name=queue_name,
        workflow_name="Journey.preview",
        class_name="Journey",
        instance_name=Journey.NAME,
        workflow_id=f"preview-{sid}.0",
        app_version=JOURNEY_VERSION,
    )
    client.enqueue(options, sid)
    client.destroy()


def done(work: Work, queues: EngineQueues) -> str:
    """The sid of the message whose links were looked at, when nothing is left to be done."""
    sid = work.previewed.get(timeout=30)
    wait_until(lambda: not queues.figures(), 30, lambda: str(queues.figures()))
    return sid


def test_it_is_launched_with_the_first_work_and_not_before(
    engine: Engine, queues: EngineQueues, work: Work, watched: Watched
) -> None:
    engine.look()
    assert (watched.launched, work.journeys, queues.is_there()) == (0, 0, False)
    engine.preview("SM1", 0)
    assert done(work, queues) == "SM1"
    engine.preview("SM2", 0)
    assert done(work, queues) == "SM2"
    assert watched.launched == 1


def test_it_is_closed_after_a_while_without_work_and_launched_with_the_next(
    engine: Engine, queues: EngineQueues, work: Work, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.preview("SM1", 0)
    assert done(work, queues) == "SM1"
    engine.look()
    assert watched.closed == 0  # it has only just worked
    monkeypatch.setattr(engines, "RESTS_AFTER", 0)
    engine.look()
    engine.look()
    assert (watched.launched, watched.closed) == (1, 1)
    engine.preview("SM2", 0)
    assert done(work, queues) == "SM2"
    assert (watched.launched, watched.closed, work.journeys) == (2, 1, 1)


def test_it_is_not_closed_while_something_is_to_be_done(
    engine: Engine, queues: EngineQueues, work: Work, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "RESTS_AFTER", 0)
    monkeypatch.setattr(engine, "_at_once", tuple(one._replace(polling=86_400.0) for one in QUEUES))
    engine.preview("SM1", 0)
    engine.look()
    assert watched.closed == 0
    assert queues.figures()[LINKS_QUEUE].waiting == 1


def test_it_is_launched_by_work_that_another_process_put_in(
    engine: Engine,
    queues: EngineQueues,
    work: Work,
    watched: Watched,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine.preview("SM1", 0)
    assert done(work, queues) == "SM1"
    with monkeypatch.context() as patch:
        patch.setattr(engines, "RESTS_AFTER", 0)
        engine.look()
    put_in_elsewhere(settings, "SM2")
    engine.look()
    assert done(work, queues) == "SM2"
    assert watched.launched == 2


def test_a_stop_that_fails_is_reported_and_it_is_launched_again(
    engine: Engine, queues: EngineQueues, work: Work, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.preview("SM1", 0)
    assert done(work, queues) == "SM1"
    watched.problem = RuntimeError("it does not end")
    with monkeypatch.context() as patch, capture_logs() as logs:
        patch.setattr(engines, "RESTS_AFTER", 0)
        engine.look()
    assert [log["step"] for log in logs if log["event"] == "error"] == ["engine"]
    watched.problem = None
    engine.preview("SM2", 0)
    assert done(work, queues) == "SM2"


def test_a_launch_that_fails_is_made_anew_with_the_next_work(
    engine: Engine, queues: EngineQueues, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fails in the middle, when the engine takes itself for launched already."""
    with monkeypatch.context() as patch:
        patch.setattr(DBOS, "register_queue", away)
        with pytest.raises(OSError, match="away"):
            engine.preview("SM1", 0)
    engine.preview("SM2", 0)
    assert done(work, queues) == "SM2"


def away(*_args: object, **_options: object) -> None:
    raise OSError("the database is away")


def test_what_an_app_that_died_had_begun_is_gone_on_with(
    engine: Engine, queues: EngineQueues, work: Work, settings: Settings
) -> None:
    engine.preview("SM0", 0)
    assert done(work, queues) == "SM0"
    for sid in ("SM1", "SM2"):
        begun_by(settings, sid, "dead")
    begun_by(settings, "SM3", "alive")
    assert queues.executors() == {"dead", "alive"}
    assert engine.recover("dead") == 2
    assert sorted(work.previewed.get(timeout=30) for _ in range(2)) == ["SM1", "SM2"]
    wait_until(lambda: queues.executors() == {"alive"}, 30, lambda: str(queues.executors()))
    assert work.previewed.empty()


def begun_by(settings: Settings, sid: str, executor_id: str) -> None:
    """As an app that is at it, or died at it."""
    put_in_elsewhere(settings, sid, "a queue of nobody here")
    table = "workflow_status" if settings.is_sqlite else "dbos.workflow_status"
    database = create_engine(settings.journey_database_url)
    with database.begin() as connection:
        begun = f"UPDATE {table} SET status = 'PENDING', executor_id = :executor, queue_name = :queue"
        connection.execute(
            text(f"{begun} WHERE workflow_uuid = :id"),
            {"executor": executor_id, "queue": LINKS_QUEUE, "id": f"preview-{sid}.0"},
        )
    database.dispose()


def test_nothing_is_begun_once_it_is_closed_for_good(
    engine: Engine, queues: EngineQueues, work: Work, watched: Watched
) -> None:
    engine.preview("SM1", 0)
    assert done(work, queues) == "SM1"
    engine.close()
    engine.close()
    assert watched.closed == 1
    with pytest.raises(RuntimeError, match="closed"):
        engine.preview("SM2", 0)


def test_there_is_no_client_of_an_engine_that_was_never_needed(settings: Settings) -> None:
    with engine_client(settings) as client:
        assert client is None


def test_a_database_without_tables_is_that_of_an_engine_that_was_never_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process was killed when it had made the file and nothing in it."""
    monkeypatch.setenv("SCRAPBOOK_DATA_DIR", str(tmp_path))
    settings = Settings.load()
    settings.journey_path.touch()
    queues = EngineQueues.open(settings.journey_database_url)
    assert (queues.is_there(), queues.figures(), queues.executors()) == (False, {}, set())
    queues.close()
    with engine_client(settings) as client:
        assert client is None


@pytest.mark.parametrize(
    "module", ["scrapbook.app", "scrapbook.message_path", "scrapbook.cli", "scrapbook.unfinished"]
)
def test_the_engine_is_not_even_imported_before(module: str) -> None:
    code = f"import sys, {module}; sys.exit('dbos' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
