"""Who holds a pid file: a process that lives, never one that is merely named in it."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scrapbook.errors import SettingsError
from scrapbook.ops import leftovers
from scrapbook.ops.pid_file import PidFile, RunningProcess, start_time
from tests.support.installation import wait_until

HOLD = """
import os, sys, time
from pathlib import Path
from scrapbook.ops.pid_file import AlreadyRunning, PidFile
try:
    PidFile(Path(sys.argv[1]), "app").claim(for_exec="--exec" in sys.argv)
except AlreadyRunning as refused:
    sys.exit(str(refused))
if "--fork" in sys.argv and os.fork() == 0:
    os.write(1, f"{os.getpid()}\\n".encode())  # a whole line at once: the parent prints too
    time.sleep(600)
os.write(1, b"held\\n")
if "--exec" in sys.argv:
    program = "import time; print('became', flush=True); time.sleep(600)"
    os.execv(sys.executable, [sys.executable, "-c", program])
time.sleep(600)
"""

Hold = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def hold(tmp_path: Path) -> Iterator[Hold]:
    """Starts a process that claims the pid file, and lives."""
    started: list[subprocess.Popen[str]] = []

    def start(*words: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(tmp_path), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate(timeout=30)


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def claim_elsewhere(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", HOLD.replace("time.sleep(600)", "pass"), str(folder)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_process_that_claimed_it_is_named_as_long_as_it_lives(tmp_path: Path, hold: Hold) -> None:
    process = hold()
    assert line(process) == "held"
    assert PidFile(tmp_path, "app").holder() == RunningProcess("app", process.pid)
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    assert PidFile(tmp_path, "app").holder() is None


def test_a_second_claim_is_refused_and_changes_nothing(tmp_path: Path, hold: Hold) -> None:
    process = hold()
    assert line(process) == "held"
    before = (tmp_path / "run/app.pid").read_text()
    refused = claim_elsewhere(tmp_path)
    assert refused.returncode == 1
    assert f"as process {process.pid}" in refused.stderr
    assert (tmp_path / "run/app.pid").read_text() == before


def test_of_several_that_claim_it_at_once_one_gets_it(tmp_path: Path, hold: Hold) -> None:
    processes = [hold() for _ in range(5)]
    wait_until(
        lambda: sum(one.poll() is None for one in processes) == 1, 60, lambda: "more than one holds it"
    )
    [winner] = [one for one in processes if one.poll() is None]
    assert line(winner) == "held"
    for one in processes:
        if one is not winner:
            assert f"as process {winner.pid}" in one.communicate(timeout=30)[1]


def test_the_program_that_the_process_becomes_keeps_it(tmp_path: Path, hold: Hold) -> None:
    process = hold("--exec")
    assert [line(process), line(process)] == ["held", "became"]
    assert PidFile(tmp_path, "app").holder() == RunningProcess("app", process.pid)


def test_a_child_that_outlives_it_does_not_keep_it(tmp_path: Path, hold: Hold) -> None:
    process = hold("--fork")
    child = int(next(word for word in (line(process), line(process)) if word.isdigit()))
    process.kill()
    process.wait(30)
    try:
        assert PidFile(tmp_path, "app").holder() is None
        assert claim_elsewhere(tmp_path).returncode == 0
    finally:
        os.kill(child, signal.SIGKILL)


@pytest.mark.parametrize(
    "content",
    ["", "\n", "no number", "-1\n1", "0\n0", "9" * 60, "1", "²\n1", "{pid}", "{pid}\n1", "{pid}\n{start}"],
)
def test_a_file_that_nobody_holds_names_nobody_whatever_it_says(tmp_path: Path, content: str) -> None:
    """Not even a process that has that id by now, or that runs for another data directory."""
    with subprocess.Popen(["sleep", "600"]) as innocent:
        path = tmp_path / "run/app.pid"
        path.parent.mkdir()
        path.write_text(content.format(pid=innocent.pid, start=start_time(innocent.pid)))
        assert leftovers.leftovers(tmp_path, ["app"]) == []
        assert claim_elsewhere(tmp_path).returncode == 0
        assert innocent.poll() is None
        innocent.kill()


def test_a_held_file_whose_process_has_another_start_time_names_nobody(tmp_path: Path, hold: Hold) -> None:
    process = hold()
    assert line(process) == "held"
    path = tmp_path / "run/app.pid"
    path.write_text(f"{process.pid}\n1\n")
    assert PidFile(tmp_path, "app").holder() is None


def test_a_copy_of_the_data_directory_does_not_name_the_processes_of_the_original(
    tmp_path: Path, hold: Hold
) -> None:
    assert line(hold()) == "held"
    shutil.copytree(tmp_path / "run", tmp_path / "copy/run")
    assert leftovers.leftovers(tmp_path / "copy", ["app"]) == []


def test_a_data_directory_that_was_moved_still_does(tmp_path: Path, hold: Hold) -> None:
    process = hold()
    assert line(process) == "held"
    (tmp_path / "moved").mkdir()
    (tmp_path / "run").rename(tmp_path / "moved/run")
    assert leftovers.leftovers(tmp_path / "moved", ["app"]) == [RunningProcess("app", process.pid)]


def test_a_file_that_is_none_is_refused_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "run/app.pid").mkdir(parents=True)
    with pytest.raises(SettingsError, match=r"app\.pid"):
        PidFile(tmp_path, "app").claim()
    with pytest.raises(SettingsError, match=r"app\.pid"):
        leftovers.leftovers(tmp_path, ["app"])


def test_a_process_that_does_not_follow_sigterm_is_killed(
    tmp_path: Path, hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leftovers, "STOP_TIMEOUT", 0.2)
    process = hold()
    assert line(process) == "held"
    process.send_signal(signal.SIGSTOP)
    leftovers.end(leftovers.leftovers(tmp_path, ["app"]))
    assert process.poll() is not None


def test_a_process_that_ended_meanwhile_is_no_error(tmp_path: Path) -> None:
    leftovers.end([RunningProcess("app", 2**22 + 1)])


def test_the_start_time_of_no_process_is_none() -> None:
    assert start_time(2**22 + 1) is None
    assert start_time(os.getpid()) == start_time(os.getpid()) is not None
