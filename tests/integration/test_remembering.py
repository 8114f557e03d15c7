"""The engine does not read again and again what does not change."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from dbos import DBOS
from sqlalchemy import event
from sqlalchemy.engine import Engine

from scrapbook import remembering
from scrapbook.app import start_workers
from scrapbook.journey import LINKS_QUEUE
from scrapbook.settings import Settings
from tests.e2e.house import wait_until

A_LONG_TIME = 600.0
ENOUGH = 5


@DBOS.workflow()
def nothing_to_do() -> None:
    pass


@pytest.fixture
def statements(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What the engine asks its database, from now on."""
    monkeypatch.setenv("SCRAPBOOK_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(remembering, "FOR", A_LONG_TIME)
    asked: list[str] = []

    def listen(*arguments: object) -> None:
        asked.append(f"{arguments[2]} {arguments[3]}")  # the statement and its parameters

    start_workers(Settings.load())
    event.listen(Engine, "before_cursor_execute", listen)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", listen)
        DBOS.destroy()


def test_a_queue_and_the_version_are_read_once_however_much_is_put_in(statements: list[str]) -> None:
    for _ in range(ENOUGH):
        DBOS.enqueue_workflow(LINKS_QUEUE, nothing_to_do).get_result()
    wait_until(lambda: said(statements, "INSERT INTO", "workflow_output") >= ENOUGH, 20, lambda: "not ended")
    assert said(statements, "FROM main.queues", LINKS_QUEUE) <= 1
    assert said(statements, "application_versions") <= len(remembering.QUESTIONS)


def said(statements: list[str], *words: str) -> int:
    return sum(all(word in statement for word in words) for statement in statements)
