"""``scrapbook upcoming``: what will be said to whom, and when, by each person's clock."""

import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scrapbook.cli.main import main
from scrapbook.core import Book
from scrapbook.core.saying_reminders import say_due
from scrapbook.core.stopping import stop_everything
from scrapbook.core.unasked import OwnSender
from scrapbook.ops.doctor import data
from scrapbook.settings import Settings
from scrapbook.store import Person, QuietHours, Store
from scrapbook.text.parsed_text import ParsedText

LATER = datetime(2099, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCRAPBOOK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "160")
    settings = Settings.load()
    settings.make_data_dir()
    with closing(Store.open(settings.database_url)) as store:
        store.migrate()
        with store.transaction() as tx:
            ann = tx.people.add("Ann", ["whatsapp:+15550100"])
            tx.people.set_timezone(ann.id, "Asia/Tokyo")
    return settings


def remind(settings: Settings, text: str, at: datetime, held: str = "") -> None:
    with closing(Store.open(settings.database_url)) as store, store.transaction() as tx:
        ann: Person = tx.people.list()[0]
        entry = tx.entries.add(ann.id, ParsedText(text), None, None, at, due_at=at)
        tx.reminders.put(ann.id, entry.id, at, None, "Asia/Tokyo", has_time=True)
        known = tx.reminders.of_entry(entry.id)
        if held and known:
            tx.reminders.hold(known.id, LATER, held)


def printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    monkeypatch.setattr(sys, "argv", ["scrapbook", "upcoming", *words])
    with pytest.raises(SystemExit):
        main()
    return capsys.readouterr().out


def test_it_lists_what_comes_next_first(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    remind(settings, "call mum [bold]", LATER)
    remind(settings, "stretch", LATER - timedelta(hours=1))
    _, first, second = printed(monkeypatch, capsys).splitlines()
    assert first.split() == ["Mon", "2099-03-02", "20:00", "JST", "Ann", "2", "stretch"]
    assert second.split() == ["Mon", "2099-03-02", "21:00", "JST", "Ann", "1", "call", "mum", "[bold]"]
    assert "call mum" not in printed(monkeypatch, capsys, "--count", "1")


def test_it_lists_prompts_and_what_waits_for_the_morning(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(Store.open(settings.database_url)) as store, store.transaction() as tx:
        ann: Person = tx.people.list()[0]
        tx.recurring.put(ann.id, "prompts", "FREQ=DAILY;BYHOUR=21;BYMINUTE=0", LATER, has_time=True)
        tx.unasked.add(ann.id, "cause", "fires mentions napa", LATER)
        tx.unasked.hold(ann.id, LATER + timedelta(hours=10), "quiet")
    _, first, second = printed(monkeypatch, capsys).splitlines()
    assert first.split()[5:] == ["prompts", "FREQ=DAILY;BYHOUR=21;BYMINUTE=0"]
    assert " ".join(second.split()[5:]) == "fires mentions napa waits for the end of the quiet hours"


def test_it_says_when_there_is_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert printed(monkeypatch, capsys) == "Nothing is to be sent.\n"


def test_the_doctor_names_the_next_and_fails_where_somebody_cannot_be_reached(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    remind(settings, "stretch", LATER)
    [result] = [one for one in data.examine(settings) if one.name == "Reminders"]
    assert (result.ok, result.detail) == (True, "next at 2099-03-02 12:00 UTC")
    remind(settings, "call mum", datetime.now(UTC) - timedelta(minutes=1), held="no_way")
    [result] = [one for one in data.examine(settings) if one.name == "Reminders"]
    assert not result.ok
    assert "SCRAPBOOK_WHATSAPP_TEMPLATE" in result.remedy
    assert "no way to reach them" in printed(monkeypatch, capsys)


def test_who_stopped_everything_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(Store.open(settings.database_url)) as store, store.transaction() as tx:
        stop_everything(Book(tx, tx.people.list()[0], "", LATER))
    assert printed(monkeypatch, capsys).splitlines()[0].endswith("Ann (stop everything)")
    [result] = [one for one in data.examine(settings) if one.name == "Reminders"]
    assert (result.ok, result.detail) == (True, "none to come, 1 wants nothing unasked")


def test_the_doctor_says_how_late_the_last_were_and_what_was_folded_and_failed(settings: Settings) -> None:
    due = datetime.now(UTC) - timedelta(minutes=3)
    for text in ("stretch", "call mum"):
        remind(settings, text, due)
    with closing(Store.open(settings.database_url)) as store, store.transaction() as tx:
        tx.quiet_hours.set(1, QuietHours(0, 0))
        tx.messages.record(
            message_id="SM1",
            person_id=1,
            from_="whatsapp:+15550100",
            to="whatsapp:+15550199",
            body="hello",
            received_at=due,
            media=(),
        )
        tx.leases.claim(1, "app")
        said = say_due(tx, 1, due + timedelta(seconds=2), OwnSender())
        assert said.message
        tx.outbound_messages.mark_failed(said.message.id, 21211, "no such number", due)
    [result] = [one for one in data.examine(settings) if one.name == "Reminders"]
    assert result.detail == "none to come, 2 in a day, 2 of them folded, the latest 2.0 s late, 1 failed"


def test_the_doctor_fails_where_nothing_is_sent(settings: Settings) -> None:
    remind(settings, "stretch", datetime.now(UTC) - timedelta(minutes=10))
    [result] = [one for one in data.examine(settings) if one.name == "Reminders"]
    assert not result.ok
