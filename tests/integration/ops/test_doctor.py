"""The doctor finds each misconfiguration and names its remedy."""

import json
import os
import shutil
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from scrapbook.channels.twilio import checks
from scrapbook.errors import SendError
from scrapbook.observability import disk
from scrapbook.observability.checks import CheckResult
from scrapbook.ops.doctor import data, machine, outside, services
from scrapbook.settings import Settings
from scrapbook.store import Store
from scrapbook.workflows.quota import SegmentQuota
from tests.support.installation import free_ports
from tests.support.internal import VARIABLE, proof
from tests.support.serving import serving
from tests.support.tiny_models import static_model

Load = Callable[..., Settings]

REAL = {
    "TWILIO_ACCOUNT_SID": f"AC{'0' * 32}",
    "TWILIO_AUTH_TOKEN": "secret",
    "TWILIO_FROM": "+15550199",
    "SCRAPBOOK_PUBLIC_URL": "https://scrapbook.example.org",
}


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    monkeypatch.chdir(tmp_path)

    def load(**variables: str) -> Settings:
        installation = {"SCRAPBOOK_DATA_DIR": str(tmp_path / "data"), "SCRAPBOOK_PORT": str(free_ports())}
        installation |= VARIABLE
        for name, value in (installation | variables).items():
            monkeypatch.setenv(name, value)
        return Settings.load()

    return load


@pytest.fixture
def migrated(load: Load) -> Settings:
    settings = load()
    settings.make_data_dir()
    store = Store.open(settings.database_url)
    store.migrate()
    store.close()
    return settings


def found(results: Iterator[CheckResult], what: str) -> CheckResult:
    return next(result for result in results if result.name == what)


def is_complained_about(result: CheckResult, remedy: str) -> bool:
    return not result.ok and remedy in result.remedy


# This machine


def test_an_old_python(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 1))
    assert is_complained_about(found(machine.examine(load()), "Python"), "3.11")


def test_a_full_disk(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "MIN_FREE_BYTES", 2**60)
    assert is_complained_about(found(machine.examine(load()), "Disk"), "make room")


def test_a_data_directory_that_others_may_read(load: Load) -> None:
    settings = load()
    settings.make_data_dir()
    assert found(machine.examine(settings), "Data directory").ok
    settings.data_dir.chmod(0o755)
    (settings.data_dir / "journey.db").touch(0o600)
    assert found(machine.examine(settings), "Data directory").ok
    (settings.data_dir / "journey.db").chmod(0o644)
    assert is_complained_about(found(machine.examine(settings), "Data directory"), "chmod -R go=")


def test_a_data_directory_that_cannot_be_written_to(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load()
    settings.make_data_dir()
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write anywhere
    assert is_complained_about(found(machine.examine(settings), "Data directory"), "chown")


def test_no_data_about_time_zones(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise machine.ZoneInfoNotFoundError(name)

    monkeypatch.setattr(machine, "ZoneInfo", missing)
    assert is_complained_about(found(machine.examine(load()), "Time zones"), "tzdata")


def test_no_environment_and_no_model_for_rasa(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "BOT_PYTHON", Path("/nowhere"))
    monkeypatch.setattr(machine.training, "is_current", lambda: False)
    results = list(machine.examine(load()))
    assert is_complained_about(found(iter(results), "Rasa's environment"), "make run")
    assert is_complained_about(found(iter(results), "Trained assistant"), "scrapbook train")


@pytest.mark.parametrize(
    ("rasa", "voice"),
    [("http://rasa:8003", "http://voice:8004"), ("http://127.0.0.1:8003", "http://127.0.0.1:8004")],
    ids=["another machine", "another container behind the same address"],
)
def test_processes_that_run_elsewhere_need_no_installation_here(
    load: Load, monkeypatch: pytest.MonkeyPatch, rasa: str, voice: str
) -> None:
    monkeypatch.setattr(machine, "BOT_PYTHON", Path("/nowhere"))
    settings = load(SCRAPBOOK_RASA_URL=rasa, SCRAPBOOK_VOICE_URL=voice)
    checked = {result.name for result in machine.examine(settings)}
    assert not checked & {"Rasa's environment", "Trained assistant", "Speech packages"}


def test_an_address_from_an_empty_file_is_none(load: Load, tmp_path: Path) -> None:
    (tmp_path / "rasa_url").touch()
    settings = load(SCRAPBOOK_RASA_URL_FILE=str(tmp_path / "rasa_url"))
    assert "Trained assistant" in {result.name for result in machine.examine(settings)}


def test_speech_packages_that_are_missing(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.importlib.util, "find_spec", lambda _: None)
    assert is_complained_about(found(machine.examine(load()), "Speech packages"), "--extra voice")


def test_a_port_that_another_program_uses(load: Load) -> None:
    settings = load()
    with socket.create_server(("127.0.0.1", settings.actions_port)):
        result = found(machine.examine(settings), f"Port {settings.actions_port}")
    assert is_complained_about(result, "SCRAPBOOK_PORT")


def test_the_port_of_a_process_that_runs_elsewhere_may_be_in_use(load: Load) -> None:
    settings = load(SCRAPBOOK_RASA_URL="http://rasa.invalid:8003")
    with socket.create_server(("127.0.0.1", settings.rasa_port)):
        assert f"Port {settings.rasa_port}" not in {result.name for result in machine.examine(settings)}


# Stored data


def test_no_database_yet(load: Load) -> None:
    assert is_complained_about(found(data.examine(load()), "Database"), "scrapbook up")


def test_a_database_server_that_is_away(load: Load) -> None:
    settings = load(SCRAPBOOK_DATABASE_URL="postgresql+psycopg://nobody@127.0.0.1:1/none")
    assert is_complained_about(found(data.examine(settings), "Database"), "SCRAPBOOK_DATABASE_URL")


def test_a_database_of_another_kind(load: Load) -> None:
    settings = load(SCRAPBOOK_DATABASE_URL="mysql://127.0.0.1/none")
    assert is_complained_about(found(data.examine(settings), "Database"), "SCRAPBOOK_DATABASE_URL")


@pytest.mark.parametrize(
    ("revision", "remedy"), [("9999", "used with last"), ("0014", "install the last version that could")]
)
def test_a_database_of_another_release(migrated: Settings, revision: str, remedy: str) -> None:
    with closing(sqlite3.connect(migrated.data_dir / "scrapbook.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        database.commit()
    assert is_complained_about(found(data.examine(migrated), "Database"), remedy)


def test_a_database_that_is_not_migrated(migrated: Settings) -> None:
    (migrated.data_dir / "scrapbook.db").write_bytes(b"")
    assert is_complained_about(found(data.examine(migrated), "Database"), "scrapbook migrate")


def test_a_missing_dbos_database_is_ok(migrated: Settings) -> None:
    assert found(data.examine(migrated), "Journey").ok


def test_a_damaged_dbos_database(migrated: Settings) -> None:
    migrated.dbos_path.write_bytes(b"no database" * 1000)
    assert is_complained_about(found(data.examine(migrated), "Journey"), "scrapbook restore")


def test_nobody_who_may_text(migrated: Settings, load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(**REAL, SCRAPBOOK_PORT=str(migrated.port))
    assert is_complained_about(found(data.examine(settings), "People"), "SCRAPBOOK_ALLOWED_NUMBERS")


def test_a_media_folder_that_cannot_be_made(load: Load) -> None:
    result = found(data.examine(load(SCRAPBOOK_MEDIA_URL="/proc/nowhere")), "Pictures and sounds")
    assert is_complained_about(result, "SCRAPBOOK_MEDIA_URL")


def test_s3_without_its_extra(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data.importlib.util, "find_spec", lambda _: None)
    result = found(data.examine(load(SCRAPBOOK_MEDIA_URL="s3://bucket/folder")), "Pictures and sounds")
    assert is_complained_about(result, "--extra s3")


def spent(settings: Settings, *, segments: int, held: bool = False) -> None:
    with closing(Store.open(settings.database_url)) as store, store.transaction() as tx:
        ann = tx.people.add("Ann", ["+15550100"])
        now = datetime.now(UTC)
        tx.messages.record(
            message_id="SM1", person_id=ann.id, from_="+15550100", to="+15550199", body="hi", received_at=now
        )
        replies = tx.outbound_messages.record_reply(
            ann.id, "SM1", "+15550199", "+15550100", ["a", "b"], [segments, 30], now
        )
        allowance = SegmentQuota(per_person=segments + 1)
        assert allowance.reserve(tx, replies[0], now) is None
        if held:
            assert allowance.reserve(tx, replies[1], now) is not None


def test_segments_of_today_are_shown_with_their_limits(migrated: Settings) -> None:
    spent(migrated, segments=40)
    result = found(data.examine(migrated), "Sent today (UTC)")
    assert result.ok
    assert result.detail == "40 segments (limit: no limit), 40 to one person (limit: no limit)"


def test_replies_that_wait_for_the_next_day(migrated: Settings, load: Load) -> None:
    spent(migrated, segments=40, held=True)
    limited = load(SCRAPBOOK_DAILY_SEGMENTS="41", SCRAPBOOK_DAILY_SEGMENTS_IN_ALL="500")
    result = found(data.examine(limited), "Sent today (UTC)")
    assert is_complained_about(result, "SCRAPBOOK_DAILY_SEGMENTS")
    assert result.detail == "40 segments (limit: 500), 40 to one person (limit: 41), 1 replies wait"


# The processes


def test_processes_that_are_not_up(load: Load) -> None:
    results = [result for result in services.examine(load()) if result.name != "Speech model"]
    assert len(results) == 5
    assert all(is_complained_about(result, "scrapbook up") for result in results)


class _Rasa(BaseHTTPRequestHandler):
    """Has its model, except at the URL of a server without one."""

    def do_GET(self) -> None:
        status = 200 if self.path == "/health" else 409
        self.send_response(status)
        for name, value in proof(self, status).items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize(("path", "ok"), [("", True), ("/without_a_model", False)])
def test_a_rasa_that_runs_elsewhere_is_asked_at_its_address(load: Load, path: str, ok: bool) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Rasa)
    url = f"http://127.0.0.1:{server.server_port}{path}"
    settings = load(SCRAPBOOK_RASA_URL=url)
    with serving(server):
        result = found(services.examine(settings), "Rasa (loads the trained model)")
    assert result.ok is ok
    assert url in result.detail
    assert is_complained_about(result, "SCRAPBOOK_RASA_URL") is not ok


def test_a_rasa_that_runs_elsewhere_and_is_away(load: Load) -> None:
    result = found(
        services.examine(load(SCRAPBOOK_RASA_URL="http://127.0.0.1:1")), "Rasa (loads the trained model)"
    )
    assert is_complained_about(result, "SCRAPBOOK_RASA_URL")


class _App(BaseHTTPRequestHandler):
    """An app that shares its executor id with another one."""

    def do_GET(self) -> None:
        problem = "another app process has the same SCRAPBOOK_EXECUTOR_ID"
        content = json.dumps({"parts": {"executor": {"ok": False, "problem": problem}}}).encode()
        self.send_response(200)
        for name, value in proof(self, 200).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


def test_two_apps_with_one_executor_id(load: Load) -> None:
    settings = load()
    with serving(ThreadingHTTPServer(("127.0.0.1", settings.port), _App)):
        result = found(services.examine(settings), "The app's executor")
    assert is_complained_about(result, "SCRAPBOOK_EXECUTOR_ID")


@pytest.mark.parametrize("model", ["enormous", "."])
def test_a_speech_model_that_is_none(load: Load, model: str) -> None:
    result = found(services.examine(load(WHISPER_MODEL=model)), "Speech model")
    assert is_complained_about(result, "WHISPER_MODEL")


def test_a_model_for_finding_by_meaning_is_examined(load: Load, tmp_path: Path) -> None:
    name = "Model for finding by meaning"
    assert not [result for result in services.examine(load()) if result.name == name]
    folder = static_model(tmp_path / "model")
    assert found(services.examine(load(SCRAPBOOK_SEMANTIC_MODEL=str(folder))), name).ok
    (folder / "model.safetensors").unlink()
    result = found(services.examine(load(SCRAPBOOK_SEMANTIC_MODEL=str(folder))), name)
    assert is_complained_about(result, "SCRAPBOOK_SEMANTIC_MODEL")
    assert "has neither model.onnx nor model.safetensors" in result.detail


# Outside


class _Elsewhere(BaseHTTPRequestHandler):
    """A server whose clock is an hour slow, and that answers 404."""

    def do_GET(self) -> None:
        self.send_response_only(404)
        self.send_header("Date", format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def elsewhere() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Elsewhere)
    with serving(server):
        yield f"http://127.0.0.1:{server.server_port}"


def test_a_public_url_without_https(load: Load) -> None:
    settings = load(**REAL | {"SCRAPBOOK_PUBLIC_URL": "http://scrapbook.example.org"})
    assert is_complained_about(found(outside.examine(settings), "Public URL"), "https://")


def test_a_public_url_that_leads_nowhere(load: Load) -> None:
    settings = load(**REAL | {"SCRAPBOOK_PUBLIC_URL": "https://127.0.0.1:1"})
    assert is_complained_about(found(outside.examine(settings), "Public URL"), "tunnel")


def test_credentials_that_twilio_does_not_know(load: Load, elsewhere: str) -> None:
    settings = load(**REAL | {"SCRAPBOOK_PUBLIC_URL": "https://127.0.0.1:1", "TWILIO_API_URL": elsewhere})
    result = found(outside.examine(settings), "Twilio account")
    assert is_complained_about(result, "TWILIO_AUTH_TOKEN")


def test_a_number_of_somebody_else(load: Load, elsewhere: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks.TwilioTransport, "check", lambda _: None)
    monkeypatch.setattr(checks.TwilioTransport, "owns", lambda _, number: False)
    settings = load(**REAL | {"SCRAPBOOK_PUBLIC_URL": "https://127.0.0.1:1", "TWILIO_API_URL": elsewhere})
    result = found(outside.examine(settings), "Twilio number")
    assert is_complained_about(result, "TWILIO_FROM")


def test_a_number_that_cannot_be_looked_up(
    load: Load, elsewhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> bool:
        raise SendError("Twilio answered 403, error 20003", permanent=False, code=20003)

    monkeypatch.setattr(checks.TwilioTransport, "check", lambda _: None)
    monkeypatch.setattr(checks.TwilioTransport, "owns", refused)
    settings = load(**REAL | {"SCRAPBOOK_PUBLIC_URL": "https://127.0.0.1:1", "TWILIO_API_URL": elsewhere})
    assert "20003" in found(outside.examine(settings), "Twilio number").detail


def test_a_clock_that_is_wrong(load: Load, elsewhere: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks.TwilioTransport, "check", lambda _: None)
    monkeypatch.setattr(checks.TwilioTransport, "owns", lambda _, number: True)
    settings = load(**REAL | {"SCRAPBOOK_PUBLIC_URL": "https://127.0.0.1:1", "TWILIO_API_URL": elsewhere})
    result = found(outside.examine(settings), "Clock")
    assert is_complained_about(result, "NTP")
    assert result.detail.startswith("36")


def test_a_sentry_that_is_away(load: Load) -> None:
    settings = load(SENTRY_DSN="http://key@127.0.0.1:1/1")
    assert is_complained_about(found(outside.examine(settings), "Sentry"), "SENTRY_DSN")


def test_a_mirror_that_cannot_be_written_is_named(load: Load, tmp_path: Path) -> None:
    def mirror() -> CheckResult:
        found = data.examine(load(SCRAPBOOK_MIRROR_DIR=str(tmp_path / "mirror")))
        return next(result for result in found if result.name == "Mirror")

    assert mirror().ok
    own = tmp_path / "mirror/Ann/.scrapbook-mirror"
    own.mkdir(parents=True)
    (own / "person").write_text("1")
    (own / "left-out").write_text("Boats/2 Oars.md\n")
    assert not mirror().ok
    assert "Ann/Boats/2 Oars.md" in mirror().detail
    shutil.rmtree(tmp_path / "mirror")
    (tmp_path / "mirror").write_text("a file")
    assert not mirror().ok
    assert "SCRAPBOOK_MIRROR_DIR" in mirror().remedy
