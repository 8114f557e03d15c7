"""Commands where there is no scrapbook yet: one that needs one says so, and creates nothing."""

import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import typer
from sqlalchemy import Engine

from scrapbook.cli.main import app, main
from scrapbook.store import Store
from tests.integration.conftest import new_postgresql

NEED_ONE = {
    "backup": "backup.tar.gz",
    "book": "--print",
    "explain": "SM1",
    "export": "all.zip",
    "inbox": "",
    "inbox retry": "",
    "people list": "",
    "people rename": "Ann Anna",
    "people opt-in": "Ann",
    "people remove": "Ann",
    "people forget": "Ann --yes",
    "transcribe": "--retry 1",
    "upcoming": "",
}
"""With arguments."""

BEGIN_OR_NEED_NONE = {
    *("up", "serve", "doctor", "connect", "migrate", "migrate-to", "restore", "import", "people add"),
    *("chat", "text", "call", "train", "parse", "match", "due"),
}


def commands(group: object, above: str = "") -> Iterator[str]:
    for name, command in getattr(group, "commands", {}).items():
        below = list(commands(command, f"{above}{name} "))
        if not below or name == "inbox":
            yield f"{above}{name}"
        yield from below


def test_of_every_command_it_is_known() -> None:
    assert {*NEED_ONE, *BEGIN_OR_NEED_NONE} == set(commands(typer.main.get_command(app)))


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCRAPBOOK_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def said(command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    monkeypatch.setattr(sys, "argv", ["scrapbook", *command.split()])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    return " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("command", NEED_ONE)
def test_it_says_so_and_creates_nothing(
    command: str, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = said(f"{command} {NEED_ONE[command]}", monkeypatch, capsys)
    assert told.startswith("scrapbook: There is no ")
    assert not data.exists()


def test_an_empty_server_stays_empty(
    postgresql: Engine, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for url in new_postgresql(postgresql):
        monkeypatch.setenv("SCRAPBOOK_DATABASE_URL", url)
        assert said("export all.zip", monkeypatch, capsys).startswith("scrapbook: There is no scrapbook yet")
        with closing(Store.open(url)) as store:
            assert not store.has_tables()


def test_an_import_of_what_cannot_be_read_begins_none(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said("import nothing.zip", monkeypatch, capsys).endswith("no file or folder nothing.zip.")
    assert not data.exists()
