"""What ``scrapbook up`` becomes, with one process that does nothing but be there."""

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

from scrapbook.supervisord import STOPPED

# As `scrapbook up` does: signals are blocked, a child waits for the start, another program takes its place.
UP = """
import os, signal, sys
from scrapbook import supervisord
signal.pthread_sigmask(signal.SIG_BLOCK, supervisord.SIGNALS)
herald = os.fork()
if herald == 0:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, supervisord.SIGNALS)
    with open(sys.argv[2]) as told:
        os._exit(int(told.read()))
if "--interrupted" in sys.argv:
    os.kill(os.getpid(), signal.SIGINT)
command = supervisord.command(sys.argv[1], herald)
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
    """``start`` is where the exit code of the start is written, ``there`` where the process's id is read."""

    process: subprocess.Popen[str]
    start: Path
    there: Path

    def child(self) -> int:
        return int(self.there.read_text())

    def ends(self) -> tuple[int, str]:
        """Its exit code, and what it said."""
        said, _ = self.process.communicate(timeout=30)
        return self.process.returncode, said


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Callable[..., Up]]:
    """Started; its paths of messages are pipes, so that every step waits for the one before."""
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
    """Ends the child that waits for the start, where one still does."""
    with suppress(OSError):
        waited_for = os.open(start, os.O_WRONLY | os.O_NONBLOCK)
        os.write(waited_for, b"0")
        os.close(waited_for)


def ended(pid: int) -> bool:
    """Waits for the end of a process that is nobody's child here."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([watched], [], [], 30)[0])
    finally:
        os.close(watched)


def test_it_says_so_when_it_was_stopped(up: Callable[..., Up]) -> None:
    house = up()
    child = house.child()
    house.process.send_signal(signal.SIGINT)
    code, said = house.ends()
    assert code == 0
    assert STOPPED in said
    assert ended(child)


def test_it_stops_when_its_terminal_is_closed(up: Callable[..., Up]) -> None:
    house = up()
    child = house.child()
    house.process.send_signal(signal.SIGHUP)
    assert house.ends()[0] == 0
    assert ended(child)


def test_it_stops_with_an_error_when_the_start_failed(up: Callable[..., Up]) -> None:
    house = up()
    child = house.child()
    house.start.write_text("1")
    code, said = house.ends()
    assert code == 1
    assert STOPPED not in said
    assert ended(child)


def test_it_goes_on_when_the_start_has_been_told_of(up: Callable[..., Up]) -> None:
    house = up()
    house.start.write_text("0")
    house.child()
    house.process.send_signal(signal.SIGTERM)
    assert house.ends()[0] == 0


def test_an_interrupt_before_it_watches_is_not_lost(up: Callable[..., Up]) -> None:
    assert up("--interrupted").ends()[0] == 0


@pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere nobody tells a process that its parent is gone"
)
def test_nothing_stays_behind_when_it_is_killed(up: Callable[..., Up]) -> None:
    house = up()
    child = house.child()
    house.process.kill()
    house.process.wait(30)
    assert ended(child)
