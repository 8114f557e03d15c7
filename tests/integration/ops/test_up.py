"""``scrapbook up`` and ``scrapbook serve`` beside what runs already; Rasa and its like are elsewhere."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import psutil
import pytest
from rich.console import Console

from scrapbook.assistant import training
from scrapbook.ops import processes, supervisor
from scrapbook.settings import Settings
from tests.support.installation import Installation, wait_until
from tests.support.internal import VARIABLE
from tests.support.serving import serving
from tests.support.standins import Answering, Server

PERSON = "+15550150"
ELSEWHERE = ("SCRAPBOOK_RASA_URL", "SCRAPBOOK_ACTIONS_URL", "SCRAPBOOK_VOICE_URL")


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[dict[str, str]]:
    """The settings with which Rasa, the action server and speech recognition are not started here.

    They share the secret, as what stands in for them proves it.
    """
    server = Server(Answering)
    with serving(server):
        yield dict.fromkeys(ELSEWHERE, server.url) | VARIABLE


@pytest.fixture(scope="module")
def installation(
    elsewhere: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    installation = Installation(tmp_path_factory.mktemp("up"), (PERSON,), elsewhere)
    try:
        installation.start()
        yield installation
    finally:
        installation.stop()


def answers(installation: Installation) -> bool:
    try:
        return httpx.get(f"{installation.url}/health/live", timeout=5).is_success
    except httpx.HTTPError:
        return False


def is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_what_a_setting_says_is_elsewhere_is_not_started(installation: Installation) -> None:
    assert {path.stem for path in (installation.folder / "run").glob("*.pid")} == {
        "supervisord",
        "app",
        "phone",
    }
    assert {path.stem for path in (installation.folder / "logs").glob("*.log")} == {
        "supervisord",
        "app",
        "phone",
    }


def test_a_second_up_names_the_process_of_the_first(installation: Installation) -> None:
    refused = installation.run("up")
    assert refused.returncode == 1
    pid = installation.pid("supervisord")
    assert (
        refused.stderr
        == f"scrapbook: The scrapbook is up already, as process {pid}. To stop it: kill {pid}\n"
    )


def test_a_second_process_of_one_name_is_refused_and_the_first_keeps_its_pid_file(
    installation: Installation,
) -> None:
    pid = installation.pid("app")
    refused = installation.run("serve", "app")
    assert refused.returncode == 1
    assert f"app runs already, as process {pid}. To stop it: kill {pid}" in refused.stderr
    assert installation.pid("app") == pid
    assert installation.is_ready()


def test_it_starts_again_after_its_supervisor_was_killed(installation: Installation) -> None:
    """At once: on Linux its processes are about to end then."""
    left = [installation.pid(name) for name in ("app", "phone")]
    os.kill(installation.pid("supervisord"), signal.SIGKILL)
    installation.wait()
    installation.start()  # may return at once, where the app that is about to end is still ready
    wait_until(lambda: not any(map(is_running, left)), 60, installation.printed)
    wait_until(installation.is_ready, 60, installation.printed)
    assert installation.pid("app") not in left


@pytest.mark.parametrize("held", [False, True], ids=["running", "hanging"])
def test_what_runs_without_a_supervisor_is_ended_and_said(installation: Installation, held: bool) -> None:
    """As what a killed supervisor leaves behind where the system does not end it, such as on macOS."""
    installation.stop()
    command = [sys.executable, "-m", "scrapbook", "serve", "app"]
    left = subprocess.Popen(command, env=installation.variables)
    try:
        wait_until(lambda: answers(installation), 60, lambda: "the app is not ready")
        if held:
            left.send_signal(signal.SIGSTOP)
        installation.start()  # returns at once, where the app that is there is still ready
        assert left.wait(60) == -(signal.SIGKILL if held else signal.SIGTERM)
    finally:
        left.kill()
        left.wait(30)
    said = f"Ending what still runs of an earlier start: app (process {left.pid})"
    assert said in installation.printed()
    wait_until(installation.is_ready, 60, installation.printed)
    assert installation.pid("app") != left.pid


def test_a_process_that_it_does_not_start_is_left_alone(installation: Installation) -> None:
    """``serve sentry`` prints the address that the others are then started with."""
    installation.stop()
    command = [sys.executable, "-m", "scrapbook", "serve", "sentry"]
    with subprocess.Popen(command, env=installation.variables, stdout=subprocess.DEVNULL) as beside:
        try:
            wait_until((installation.folder / "run/sentry.pid").exists, 60, lambda: "it did not start")
            installation.start()
            assert beside.poll() is None
        finally:
            beside.terminate()


def test_two_installations_run_beside_each_other(
    installation: Installation, elsewhere: dict[str, str], tmp_path: Path
) -> None:
    other = Installation(tmp_path, (PERSON,), elsewhere)
    try:
        other.start()
        assert installation.is_ready()
    finally:
        other.stop()
    assert installation.is_ready()


@pytest.mark.parametrize("words", [["up"], ["serve", "app"]], ids=" ".join)
def test_another_program_on_a_port_is_named(
    words: list[str], elsewhere: dict[str, str], tmp_path: Path
) -> None:
    installation = Installation(tmp_path, (PERSON,), elsewhere)
    with closing(socket.create_server(("127.0.0.1", installation.port))):
        refused = installation.run(*words)
    assert refused.returncode == 1
    assert f"Port {installation.port}, which app needs, is used by process {os.getpid()} (" in refused.stderr
    assert f"End it with `kill {os.getpid()}`" in refused.stderr


def test_a_host_that_this_machine_does_not_have_is_said(elsewhere: dict[str, str], tmp_path: Path) -> None:
    installation = Installation(tmp_path, (PERSON,), elsewhere | {"SCRAPBOOK_HOST": "192.0.2.1"})
    refused = installation.run("serve", "app")
    assert refused.returncode == 1
    assert "app cannot listen on 192.0.2.1: " in refused.stderr


TWILIO = {
    "TWILIO_ACCOUNT_SID": f"AC{'0' * 32}",
    "TWILIO_AUTH_TOKEN": "0" * 32,
    "TWILIO_FROM": "+15550199",
    "SCRAPBOOK_PUBLIC_URL": "https://scrapbook.example.org",
}


@pytest.mark.parametrize(
    ("settings", "started"),
    [
        ({}, {"phone", "actions", "rasa", "voice", "app"}),
        ({"SCRAPBOOK_RASA_URL": "http://rasa:8003"}, {"phone", "actions", "voice", "app"}),
        ({"SCRAPBOOK_ACTIONS_URL": "http://actions:8002"}, {"phone", "rasa", "voice", "app"}),
        ({"SCRAPBOOK_VOICE_URL": "http://voice:8004"}, {"phone", "actions", "rasa", "app"}),
        (TWILIO, {"actions", "rasa", "voice", "app"}),
        (TWILIO | {"TWILIO_API_URL": "http://127.0.0.1:1"}, {"actions", "rasa", "voice", "app"}),
        (TWILIO | dict.fromkeys(ELSEWHERE, "http://elsewhere:1"), {"app"}),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_the_supervisor_is_told_of_the_processes_that_run_here(
    settings: dict[str, str], started: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (*ELSEWHERE, *TWILIO, "TWILIO_API_URL"):
        monkeypatch.delenv(name, raising=False)
    loaded = Settings(**settings)  # pyright: ignore[reportArgumentType]
    assert set(processes.local_names(loaded)) == started
    sections = supervisor._configuration(loaded, tmp_path).sections()
    assert {name.partition(":")[2] for name in sections if name.startswith("program:")} == started
    assert ("group:others" in sections) == (started != {"app"})


def test_no_model_is_trained_for_a_rasa_that_is_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "is_current", lambda: False)
    monkeypatch.setattr(training, "train", lambda: pytest.fail("a model is trained"))
    settings = Settings(SCRAPBOOK_RASA_URL="http://rasa:8003", SCRAPBOOK_DATA_DIR=str(tmp_path))  # pyright: ignore
    supervisor._prepare(settings, Console(quiet=True))
