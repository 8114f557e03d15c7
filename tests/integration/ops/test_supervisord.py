"""The process that ``scrapbook up`` becomes, with one idle child."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from scrapbook.ops.supervisord import STOPPED

# As `scrapbook up` does: block signals, fork the process that watches the start, become supervisord.
UP = """
import os, signal, sys
from scrapbook.ops import supervisord
signal.pthread_sigmask(signal.SIG_BLOCK, supervisord.SIGNALS)
watcher = os.fork()
if watcher == 0:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, supervisord.SIGNALS)
    with open(sys.argv[2]) as code:
        os._exit(int(code.read()))
if "--interrupted" in sys.argv:
    os.kill(os.getpid(), signal.SIGINT)
command = supervisord.command(sys.argv[1], watcher)
os.execv(command[0], command)
"""
CONFIGURATION = """
[supervisord]
nodaemon = true
silent = true
logfile = {folder}/supervisord.log
pidfile = {folder}/supervisord.pid
{user}
[program:there]
command = "{python}" -c "import os; open('{there}', 'w').write(str(os.getpid())); open('{gone}').read()"
"""


@dataclass
class Up:
    """A running supervisord. ``start`` takes the exit code of the start, ``there`` has the child's id."""

    process: subprocess.Popen[str]
    start: Path
    there: Path

    def child(self) -> int:
        return int(self.there.read_text())

    def ends(self) -> tuple[int, str]:
        """Wait for its end. Returns the exit code and the output."""
        said, _ = self.process.communicate(timeout=30)
        return self.process.returncode, said


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Callable[..., Up]]:
    """Starts supervisord. Its paths are pipes, so that every step waits for the one before."""
    started: list[Up] = []

    def make(*words: str) -> Up:
        paths = {name: tmp_path / name for name in ("start", "there", "gone")}
        for path in paths.values():
            os.mkfifo(path)
        configuration = tmp_path / "supervisord.conf"
        user = "user = root" if os.geteuid() == 0 else ""
        configuration.write_text(
            CONFIGURATION.format(folder=tmp_path, python=sys.executable, user=user, **paths)
        )
        process = subprocess.Popen(
            [sys.executable, "-c", UP, str(configuration), str(paths["start"]), *words],
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(Up(process, paths["start"], paths["there"]))
        return started[-1]

    yield make
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
        one.process.wait(30)
        let_go(one.start)


def let_go(start: Path) -> None:
    """End the process that watches the start, if it still runs."""
    with suppress(OSError):
        waited_for = os.open(start, os.O_WRONLY | os.O_NONBLOCK)
        os.write(waited_for, b"0")
        os.close(waited_for)


def ended(pid: int) -> bool:
    """Wait for the end of a process that is no child of this one."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([watched], [], [], 30)[0])
    finally:
        os.close(watched)


def test_it_prints_a_sentence_when_it_is_stopped(up: Callable[..., Up]) -> None:
    installation = up()
    child = installation.child()
    installation.process.send_signal(signal.SIGINT)
    code, output = installation.ends()
    assert code == 0
    assert STOPPED in output
    assert ended(child)


def test_it_stops_when_its_terminal_is_closed(up: Callable[..., Up]) -> None:
    installation = up()
    child = installation.child()
    installation.process.send_signal(signal.SIGHUP)
    assert installation.ends()[0] == 0
    assert ended(child)


def test_it_stops_with_an_error_when_the_start_failed(up: Callable[..., Up]) -> None:
    installation = up()
    child = installation.child()
    installation.start.write_text("1")
    code, output = installation.ends()
    assert code == 1
    assert STOPPED not in output
    assert ended(child)


def test_it_goes_on_when_the_start_is_complete(up: Callable[..., Up]) -> None:
    installation = up()
    installation.start.write_text("0")
    installation.child()
    installation.process.send_signal(signal.SIGTERM)
    assert installation.ends()[0] == 0


def test_an_interrupt_before_it_runs_is_not_lost(up: Callable[..., Up]) -> None:
    assert up("--interrupted").ends()[0] == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux signals a process when its parent dies")
def test_its_processes_end_when_it_is_killed(up: Callable[..., Up]) -> None:
    installation = up()
    child = installation.child()
    installation.process.kill()
    installation.process.wait(30)
    assert ended(child)
