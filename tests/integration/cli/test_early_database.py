"""Commands at a database of an early version: one sentence, exit code 1, and the database stays as it is."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from scrapbook.assistant import training
from scrapbook.cli.main import main
from scrapbook.errors import DatabaseTooOld
from scrapbook.ops import backup, supervisor
from scrapbook.settings import Settings
from scrapbook.store import Store
from tests.support.installation import free_ports


@pytest.fixture
def early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of a scrapbook of an early version."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCRAPBOOK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SCRAPBOOK_PORT", str(free_ports()))
    monkeypatch.setattr(training, "is_current", lambda: True)
    # It would take the place of this process.
    monkeypatch.setattr(supervisor, "_supervise", lambda *_: pytest.fail("the processes are started"))
    settings = Settings.load()
    settings.make_data_dir()
    with closing(Store.open(settings.database_url)) as store:
        store.migrate()
    with closing(sqlite3.connect(settings.sqlite_path)) as database:
        database.execute("UPDATE alembic_version SET version_num = '0014'")
        database.commit()
    return settings


def dump(settings: Settings) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(settings.sqlite_path)) as database:
        revision = database.execute("SELECT version_num, '' FROM alembic_version").fetchall()
        return revision + database.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()


@pytest.mark.parametrize("words", ["migrate", "up", "people list", "restore backup.tar.gz --to again"])
def test_it_is_refused_with_one_sentence(
    early: Settings, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    backup.make(early, Path("backup.tar.gz"), lambda *_: None)
    before = dump(early)
    monkeypatch.setattr(sys, "argv", ["scrapbook", *words.split()])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert capsys.readouterr().err.endswith(f"scrapbook: {DatabaseTooOld()}\n")
    assert dump(early) == before
    assert not Path("again").exists()
