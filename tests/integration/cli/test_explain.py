"""``scrapbook explain SID``: the whole trace of a message, with words that are in no log."""

import sys
from contextlib import closing
from pathlib import Path

import pytest

from scrapbook.cli.main import main
from scrapbook.model.evidence import Evidence, Guess
from scrapbook.model.records import TurnResult
from scrapbook.settings import Settings
from scrapbook.store import Store
from scrapbook.text.parsed_text import ParsedText
from tests.integration.conftest import NOW

READ = Evidence(
    intent="delete_entry",
    chance=0.97,
    by="wording",
    ranking=(Guess("delete_entry", 0.97, 0.5), Guess("save_thought", 0.02, 0)),
    action="action_delete",
    entities=("entry",),
)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCRAPBOOK_DATA_DIR", str(tmp_path / "data"))
    settings = Settings.load()
    settings.make_data_dir()
    with closing(Store.open(settings.database_url)) as store:
        store.migrate()
        with store.transaction() as tx:
            ann = tx.people.add("Ann", ["+15550100"])
            for sid in ("SM1", "SM2"):
                tx.messages.record(
                    message_id=sid,
                    person_id=ann.id,
                    from_="+15550100",
                    to="+15550199",
                    body="away with the otters [bold]",
                    received_at=NOW,
                )
            entry = tx.entries.add(ann.id, ParsedText("otters"), None, "SM1", NOW)
            with tx.changes.recording(ann.id, "SM1", "delete", {}, NOW):
                tx.entries.trash(entry.id, NOW)
            tx.turn_results.record("SM1", TurnResult("utter_deleted", {"numbers": "1"}), READ)
    return settings


def explain(sid: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["scrapbook", "explain", sid])
    main()


@pytest.mark.usefixtures("settings")
def test_it_prints_the_whole_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="0"):
        explain("SM1", monkeypatch)
    printed = capsys.readouterr()
    for line in (
        "text:       away with the otters [bold]",
        "read as:    delete_entry, 0.970, by wording",
        "likely:     delete_entry 0.970, believed from 0.500 on",
        "likely:     save_thought 0.020, believed from 0.000 on",
        "arguments:  entry",
        "action:     action_delete",
        "answered:   utter_deleted",
        "changed:    delete",
        "entries:    1",
    ):
        assert line in printed.out.splitlines()
    assert "otters" not in printed.err


@pytest.mark.usefixtures("settings")
def test_a_message_that_no_turn_has_read_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="0"):
        explain("SM2", monkeypatch)
    assert "read as:    not answered yet" in capsys.readouterr().out.splitlines()


@pytest.mark.usefixtures("settings")
def test_an_unknown_message_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="1"):
        explain("SM9", monkeypatch)
    assert capsys.readouterr().err.strip() == "scrapbook: There is no message SM9."
