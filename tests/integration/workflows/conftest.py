"""The settings of an installation without processes, and DBOS's queues."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scrapbook.settings import Settings
from scrapbook.store import DbosQueues


@pytest.fixture
def backend() -> str:
    """SQLite, unless a test or its file has parameters of that name."""
    return "sqlite"


@pytest.fixture
def settings(
    request: pytest.FixtureRequest, backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    monkeypatch.setenv("SCRAPBOOK_DATA_DIR", str(tmp_path))
    if backend == "postgresql":
        monkeypatch.setenv("SCRAPBOOK_DATABASE_URL", request.getfixturevalue("postgresql_url"))
    return Settings.load()


@pytest.fixture
def queues(settings: Settings) -> Iterator[DbosQueues]:
    queues = DbosQueues.open(settings.dbos_database_url)
    yield queues
    queues.close()
