"""``scrapbook export`` writes a ZIP of one person, and says what is in it."""

import sys
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scrapbook.cli.main import main
from scrapbook.settings import Settings
from scrapbook.store import Store
from scrapbook.text.parsed_text import ParsedText


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCRAPBOOK_DATA_DIR", str(tmp_path / "data"))
    settings = Settings.load()
    settings.make_data_dir()
    with closing(Store.open(settings.database_url)) as store:
        store.migrate()
        with store.transaction() as tx:
            for name, number in (("Ann", "+15550100"), ("Ben", "+15550101")):
                person = tx.people.add(name, [number])
                text = ParsedText(f"a thought of {name}")
                tx.entries.add(person.id, text, None, None, datetime(2026, 3, 14, tzinfo=UTC))
    return settings


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> object:
    monkeypatch.setattr(sys, "argv", ["scrapbook", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code


def test_it_writes_what_one_person_saved(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not run(monkeypatch, "export", "ben.zip", "--person", "Ben")
    assert capsys.readouterr().out == "ben.zip: 1 entries with 0 files.\n"
    lines = zipfile.ZipFile(tmp_path / "ben.zip").read("entries.jsonl").decode()
    assert "a thought of Ben" in lines
    assert "Ann" not in lines


def test_without_a_name_it_is_the_first_and_no_file_is_overwritten(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not run(monkeypatch, "export", "all.zip")
    assert b"a thought of Ann" in zipfile.ZipFile(tmp_path / "all.zip").read("entries.jsonl")
    assert run(monkeypatch, "export", "all.zip") == 1
    assert "all.zip exists already." in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "export", "nowhere/all.zip") == 1
    assert "nowhere/all.zip: No such file or directory." in capsys.readouterr().err


def test_a_first_number_that_nobody_has_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SCRAPBOOK_ALLOWED_NUMBERS", "+442079460000")
    assert run(monkeypatch, "export", "all.zip") == 1
    said = " ".join(capsys.readouterr().err.split())
    assert "Nobody has the first allowed number, +442079460000; name a person with --person" in said
