"""``scrapbook import``: what would come as JSON, what came as a sentence, nothing of what is refused."""

import json
import sys
from contextlib import closing
from pathlib import Path

import pytest

from scrapbook.cli.main import main
from scrapbook.settings import Settings
from scrapbook.store import Store
from tests.unit.exchange.exports import written

JOURNAL = "[2024-07-02 07:15] Rain by the @canal.\n"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCRAPBOOK_DATA_DIR", str(tmp_path / "data"))
    settings = Settings.load()
    settings.make_data_dir()
    with closing(Store.open(settings.database_url)) as store:
        store.migrate()
        with store.transaction() as tx:
            tx.people.add("Ann", ["+81312345678"])
    return settings


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["scrapbook", "import", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code


def texts(settings: Settings) -> list[str]:
    with closing(Store.open(settings.database_url)) as store:
        return [entry.text for entry in store.read(lambda tx: tx.entries.list(tx.people.list()[0].id))]


@pytest.mark.parametrize(
    ("zone", "created"),
    [([], "2024-07-02T07:15:00+09:00"), (["--zone", "Europe/London"], "2024-07-02T07:15:00+01:00")],
)
def test_a_dry_run_prints_one_object_and_writes_nothing(
    zone: list[str],
    created: str,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = written(tmp_path, {"journal.txt": JOURNAL})
    run(monkeypatch, str(path), "--person", "Ann", "--dry-run", "--json", *zone)
    assert json.loads(capsys.readouterr().out) == {
        "format": "jrnl",
        "entries": [
            {
                "text": "Rain by the @canal.",
                "created_at": created,
                "topic": "canal",
                "kind": "note",
                "author": None,
                "source": None,
                "attachments": [],
            }
        ],
        "skipped": [],
    }
    assert texts(settings) == []


def test_an_import_says_what_came(
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = written(tmp_path, {"journal.txt": JOURNAL})
    run(monkeypatch, str(path), "--person", "Ann")
    assert "jrnl: 1 new entries" in capsys.readouterr().out
    assert texts(settings) == ["Rain by the @canal."]


def test_what_is_of_no_format_is_refused_with_a_sentence(
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = written(tmp_path, {"words.txt": "only words"})
    monkeypatch.setattr(sys, "argv", ["scrapbook", "import", str(path), "--person", "Ann"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert "words.txt is of no known format." in capsys.readouterr().err
    assert texts(settings) == []


def test_before_the_first_start_it_is_imported_for_the_first_allowed_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCRAPBOOK_DATA_DIR", str(tmp_path / "new"))
    monkeypatch.setenv("SCRAPBOOK_ALLOWED_NUMBERS", "+81312345678,+81312345679")
    run(monkeypatch, str(written(tmp_path, {"journal.txt": JOURNAL})))
    with closing(Store.open(Settings.load().database_url)) as store:
        people = store.read(lambda tx: tx.people.list())
    assert [person.addresses[0].value for person in people] == ["+81312345678", "+81312345679"]
    assert texts(Settings.load()) == ["Rain by the @canal."]


@pytest.mark.parametrize("is_there", [False, True], ids=["no folder", "empty folder"])
def test_a_dry_run_needs_no_scrapbook_and_makes_none(
    is_there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    data = tmp_path / "data"
    monkeypatch.setenv("SCRAPBOOK_DATA_DIR", str(data))
    monkeypatch.setenv("SCRAPBOOK_ALLOWED_NUMBERS", "+81312345678")
    if is_there:
        data.mkdir()
    run(monkeypatch, str(written(tmp_path, {"journal.txt": JOURNAL})), "--dry-run", "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["entries"][0]["created_at"] == "2024-07-02T07:15:00+09:00"
    assert not data.exists() or list(data.iterdir()) == []


def test_a_dry_run_before_the_first_start_is_of_the_zone_that_the_import_would_take(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SCRAPBOOK_ALLOWED_NUMBERS", "+442079460000")  # of nobody here yet
    run(monkeypatch, str(written(tmp_path, {"journal.txt": JOURNAL})), "--dry-run", "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["entries"][0]["created_at"] == "2024-07-02T07:15:00+01:00"
