"""DBOS stores JSON; what an older release has pickled is finished, and no row makes it unpickle anything."""

import base64
import json
import os
import pickle
import queue
import re
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from dbos import DBOS
from dbos._dbos import _get_or_create_dbos_registry
from sqlalchemy import create_engine, text

from scrapbook.app import QUEUES
from scrapbook.settings import Settings
from scrapbook.store import DbosQueues
from scrapbook.workflows.engine import TRANSCRIPTION_QUEUE, WORKFLOWS_VERSION, Engine, dbos_client
from scrapbook.workflows.memos import MemoResult
from scrapbook.workflows.workflows import MessageWorkflows
from tests.integration.conftest import DATABASES
from tests.support.installation import wait_until


class Memos:
    """Stands in for the steps of a memo; ``answers`` has what was put into the inbox, ``done`` the steps."""

    def __init__(self) -> None:
        self.answers: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
        self.done: list[str] = []
        self.problem: Exception | None = None

    def duration(self, message_id: str) -> float:
        self.done.append("measure")
        return 2.5

    def transcribe(self, message_id: str) -> MemoResult:
        self.done.append("write_down")
        if self.problem:
            raise self.problem
        return MemoResult.SPEECH

    def put(self, person_id: int, message_id: str, attempt: int, memo_result: str) -> None:
        self.answers.put((message_id, memo_result))

    def workflows(self) -> MessageWorkflows:
        return MessageWorkflows(self, self, self, self, self, self, self)  # type: ignore[arg-type] # nothing else is asked for


@pytest.fixture(params=DATABASES)
def backend(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def memos() -> Memos:
    return Memos()


@pytest.fixture
def engine(settings: Settings, queues: DbosQueues, memos: Memos) -> Iterator[Engine]:
    _get_or_create_dbos_registry().instance_info_map.clear()  # of the workflows of other tests
    DBOS.migrate(settings.dbos_database_url)
    engine = Engine(settings, queues, QUEUES, memos.workflows)
    yield engine
    engine.close()


class Harmful:
    """What runs when it is unpickled leaves a file."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.mark),)


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    return tmp_path / "it ran"


def pickled(value: object) -> str:
    """The value as DBOS stores it by itself."""
    return base64.b64encode(pickle.dumps(value)).decode()


class Rows:
    """DBOS's tables, as somebody who can write them does."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._schema = "" if settings.is_sqlite else "dbos."

    def enqueue(self, message_id: str) -> str:
        workflow_id = f"transcribe-{message_id}.1"
        with dbos_client(self._settings.dbos_database_url) as client:
            assert client
            client.enqueue(
                {
                    "queue_name": TRANSCRIPTION_QUEUE,
                    "workflow_name": "Journey.transcribe",
                    "class_name": "Journey",
                    "instance_name": MessageWorkflows.NAME,
                    "workflow_id": workflow_id,
                    "app_version": WORKFLOWS_VERSION,
                },
                *(message_id, 7, 0),
            )
        return workflow_id

    def run(self, sql: str, **values: object) -> list[tuple[object, ...]]:
        database = create_engine(self._settings.dbos_database_url)
        with database.begin() as connection:
            result = connection.execute(text(sql.format(schema=self._schema)), values)
            rows = [tuple(row) for row in result] if result.returns_rows else []
        database.dispose()
        return rows

    def pickle_arguments(self, workflow_id: str, value: str) -> None:
        of_workflow = "WHERE workflow_uuid = :id"
        self.run(
            f"UPDATE {{schema}}workflow_input SET inputs = :value {of_workflow}", value=value, id=workflow_id
        )
        self.run(
            f"UPDATE {{schema}}workflow_status SET serialization = 'py_pickle' {of_workflow}", id=workflow_id
        )

    def record_step(self, workflow_id: str, number: int, name: str, column: str, value: str) -> None:
        self.run(
            f"INSERT INTO {{schema}}operation_outputs (workflow_uuid, function_id, function_name, {column},"
            " serialization) VALUES (:id, :number, :name, :value, 'py_pickle')",
            id=workflow_id,
            number=number,
            name=name,
            value=value,
        )

    def status(self, workflow_id: str) -> object:
        [[status]] = self.run(
            "SELECT status FROM {schema}workflow_status WHERE workflow_uuid = :id", id=workflow_id
        )
        return status


@pytest.fixture
def rows(settings: Settings, engine: Engine) -> Rows:
    return Rows(settings)


def test_all_that_it_stores_is_json(engine: Engine, rows: Rows, memos: Memos) -> None:
    workflow_id = rows.enqueue("MM1")
    engine.check()
    assert memos.answers.get(timeout=30) == ("MM1", MemoResult.SPEECH)
    wait_until(lambda: rows.status(workflow_id) == "SUCCESS", 30, lambda: str(rows.status(workflow_id)))
    [[arguments]] = rows.run("SELECT inputs FROM {schema}workflow_input")
    [named] = rows.run("SELECT serialization FROM {schema}workflow_status")
    steps = rows.run("SELECT output, serialization FROM {schema}operation_outputs ORDER BY function_id")
    assert json.loads(str(arguments)) == {"namedArgs": {}, "positionalArgs": ["MM1", 7, 0]}
    assert named == ("portable_json",)
    assert steps == [("2.5", "portable_json"), ('"save_thought"', "portable_json")]


def test_an_error_is_stored_as_json_too(engine: Engine, rows: Rows, memos: Memos) -> None:
    memos.problem = ValueError("it broke")
    workflow_id = rows.enqueue("MM1")
    engine.check()
    wait_until(lambda: rows.status(workflow_id) == "ERROR", 30, lambda: str(rows.status(workflow_id)))
    [[error]] = rows.run("SELECT error FROM {schema}workflow_output")
    assert json.loads(str(error))["name"] == "ValueError"


def test_what_an_older_release_has_pickled_is_finished(engine: Engine, rows: Rows, memos: Memos) -> None:
    """It has recorded a plain result, which is used, and one of a class, whose step is done again."""
    workflow_id = rows.enqueue("MM1")
    rows.pickle_arguments(workflow_id, pickled({"args": ("MM1", 7, 0), "kwargs": {}}))
    rows.record_step(workflow_id, 1, "measure", "output", pickled(9.0))
    rows.record_step(workflow_id, 2, "write_down", "output", pickled(MemoResult.SILENCE))
    engine.check()
    assert memos.answers.get(timeout=30) == ("MM1", "memo_received 9.0")
    assert memos.answers.get(timeout=30) == ("MM1", MemoResult.SPEECH)
    wait_until(lambda: rows.status(workflow_id) == "SUCCESS", 30, lambda: str(rows.status(workflow_id)))
    assert memos.done == ["write_down"]


def test_one_of_an_older_release_that_fails_is_recorded_as_failed(
    engine: Engine, rows: Rows, memos: Memos, settings: Settings
) -> None:
    memos.problem = ValueError("it broke")
    workflow_id = rows.enqueue("MM1")
    rows.pickle_arguments(workflow_id, pickled({"args": ("MM1", 7, 0), "kwargs": {}}))
    engine.check()
    wait_until(lambda: rows.status(workflow_id) == "ERROR", 30, lambda: str(rows.status(workflow_id)))
    with dbos_client(settings.dbos_database_url) as client:
        assert client
        [workflow] = client.list_workflows()
    assert str(workflow.error) == "it broke"


def test_arguments_that_would_run_something_end_the_workflow(
    engine: Engine, rows: Rows, memos: Memos, mark: Path
) -> None:
    workflow_id = rows.enqueue("MM1")
    rows.pickle_arguments(workflow_id, pickled({"args": ("MM1", 7, Harmful(mark)), "kwargs": {}}))
    engine.check()
    wait_until(lambda: rows.status(workflow_id) == "ERROR", 30, lambda: str(rows.status(workflow_id)))
    assert not mark.exists()
    assert memos.done == []


@pytest.mark.parametrize("column", ["output", "error"])
def test_a_step_that_would_run_something_is_done_again(
    engine: Engine, rows: Rows, memos: Memos, mark: Path, column: str
) -> None:
    workflow_id = rows.enqueue("MM1")
    rows.record_step(workflow_id, 1, "measure", column, pickled(Harmful(mark)))
    engine.check()
    assert memos.answers.get(timeout=30) == ("MM1", MemoResult.SPEECH)
    assert memos.done == ["measure", "write_down"]
    assert not mark.exists()


def test_looking_at_workflows_runs_nothing(
    engine: Engine, rows: Rows, settings: Settings, mark: Path
) -> None:
    """Nor does anything else that DBOS reads from its tables."""
    workflow_id = rows.enqueue("MM1")
    harmful = pickled(Harmful(mark))
    rows.pickle_arguments(workflow_id, harmful)
    rows.run("UPDATE {schema}workflow_status SET status = 'SUCCESS'")
    rows.run(
        "INSERT INTO {schema}workflow_output (workflow_uuid, output, error) VALUES (:id, :it, :it)",
        id=workflow_id,
        it=harmful,
    )
    rows.record_step(workflow_id, 1, "measure", "output", harmful)
    rows.run(
        "INSERT INTO {schema}workflow_events (workflow_uuid, key, value, serialization)"
        " VALUES (:id, 'key', :it, 'py_pickle')",
        id=workflow_id,
        it=harmful,
    )
    with dbos_client(settings.dbos_database_url) as client:
        assert client
        [workflow] = client.list_workflows()
        assert workflow.input == harmful  # as it stands there
        client.list_workflow_steps(workflow_id)
        for read in reading(client, workflow_id):
            with pytest.raises(Exception, match="plain values"):
                read()
    assert not mark.exists()


def reading(client: object, workflow_id: str) -> list[Callable[[], object]]:
    return [
        lambda: client.get_event(workflow_id, "key", 1),  # type: ignore[attr-defined]
        lambda: client.retrieve_workflow(workflow_id).get_result(),  # type: ignore[attr-defined]
    ]


def test_dbos_unpickles_in_no_other_place() -> None:
    """A newer DBOS that does makes this test fail."""
    spec = find_spec("dbos")
    assert spec
    assert spec.origin
    unpickling = re.compile(r"pickle\.loads?\b|Unpickler|import dill|cloudpickle|jsonpickle|marshal|shelve")
    found = {
        path.name
        for path in Path(spec.origin).parent.rglob("*.py")
        if unpickling.search(path.read_text(encoding="utf-8"))
    }
    assert found == {"_serialization.py"}
    module = sys.modules["dbos._serialization"]
    assert not hasattr(module, "pickle")
