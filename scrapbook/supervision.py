"""``scrapbook up``: every process in one terminal, started in order, restarted when it dies, stopped cleanly.

Supervisor (supervisord) watches the processes. This module does what comes before: it trains, migrates and
writes supervisord's configuration. Then the process becomes supervisord (``scrapbook.supervisord``), which
holds little, while a child of it shows how far the start has come, says how to text the house, and ends.
"""

import configparser
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

from rich.console import Console

from scrapbook import processes, supervisord, training
from scrapbook.errors import ScrapbookError
from scrapbook.settings import Settings

# Rasa needs ten to twenty seconds on a laptop, and has been seen to take a minute on a cold disk.
START_TIMEOUT = 240.0
# Seconds; together the ten within which Ctrl-C has stopped everything.
APP_STOPS_WITHIN = 7
OTHERS_STOP_WITHIN = 2
LOG_BYTES = "5MB"
LOG_COPIES = "3"
# A process that dies is started again for as long as the house is up, with a growing pause in between.
FOR_EVER = "1000000"


class StartFailed(ScrapbookError):
    """The house did not come up."""


class AlreadyRunning(ScrapbookError):
    """It is up already."""


class Interrupted(Exception):
    """The terminal, or whoever started the house, wants it to stop."""


@dataclass(frozen=True, slots=True)
class Supervised:
    """A supervisord that is there or about to be, and the folder that it writes logs to."""

    pid: int
    logs: Path


def up(settings: Settings, console: Console, greeting: Callable[[], str]) -> None:
    """Bring the house up and become what watches it; returns only where it is interrupted before that.

    Args:
        greeting: what to say when the assistant answers.

    Raises:
        AlreadyRunning, TrainingFailed: with a message for whoever sits at the terminal.
    """
    _refuse_taken_ports(settings)
    with _interrupts():
        try:
            _prepare(settings, console)
            _supervise(settings, console, greeting)
        except Interrupted:
            console.print(supervisord.STOPPED)


def _prepare(settings: Settings, console: Console) -> None:
    from scrapbook.store import Store  # noqa: PLC0415 - a large library, which a refusal does not need

    if not training.is_current():
        with _step(console, "Training the assistant (about a minute, only when its data has changed)"):
            training.train()
    with _step(console, "Bringing the database up to date"):
        settings.make_data_dir()
        store = Store.open(settings.database_url)
        try:
            store.migrate()
        finally:
            store.close()


def _refuse_taken_ports(settings: Settings) -> None:
    pid = _running(settings.data_dir / "run" / "supervisord.pid")
    if pid:
        raise AlreadyRunning(f"It is up already, as process {pid}. To stop that one: kill {pid}")
    for name in processes.names(settings):
        port = processes.port(name, settings)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                raise AlreadyRunning(
                    f"Port {port}, which {name} needs, is in use. Is the scrapbook up already? "
                    "If not, choose others with SCRAPBOOK_PORT: it takes that port and the six after it."
                ) from None


def _running(pid_file: Path) -> int | None:
    """The process of that file, if there still is such a supervisor."""
    try:
        pid = int(pid_file.read_text(encoding="utf-8"))
        command = Path(f"/proc/{pid}/cmdline")
        os.kill(pid, 0)
        is_supervisor = not command.exists() or b"supervisord" in command.read_bytes()
    except (OSError, ValueError):
        return None
    return pid if is_supervisor else None


def _supervise(settings: Settings, console: Console, greeting: Callable[[], str]) -> NoReturn:
    """Become supervisord, with a child that tells how the start goes."""
    logs = settings.data_dir / "logs"
    configuration = settings.data_dir / "run" / "supervisord.conf"
    for folder in (logs, configuration.parent):
        folder.mkdir(parents=True, exist_ok=True)
    with configuration.open("w", encoding="utf-8") as file:
        _configuration(settings, logs).write(file)
    house = Supervised(os.getpid(), logs)
    # Whoever comes next takes them up again: a Ctrl-C in between stops everything all the same.
    signal.pthread_sigmask(signal.SIG_BLOCK, supervisord.SIGNALS)
    sys.stdout.flush()
    herald = os.fork()
    if herald == 0:
        os._exit(_tell_of_the_start(settings, house, console, greeting))
    command = supervisord.command(str(configuration), herald)
    os.execv(command[0], command)  # noqa: S606


def _tell_of_the_start(
    settings: Settings, house: Supervised, console: Console, greeting: Callable[[], str]
) -> int:
    """Return the exit code: not 0 when the house did not come up, and has to be taken down.

    The terminal's signals are for the supervisor, which sends SIGTERM here when there is nothing to wait for
    any more.
    """
    for name in supervisord.SIGNALS:
        signal.signal(name, _interrupt if name is signal.SIGTERM else signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, supervisord.SIGNALS)
    try:
        _wait_until_ready(settings, house, console)
        console.print(f"\nThe scrapbook is listening.\n{greeting()}", soft_wrap=True)
    except Interrupted:
        return 0
    except StartFailed as failed:
        Console(stderr=True, highlight=False, soft_wrap=True).print(f"scrapbook: {failed}", markup=False)
        return 1
    finally:
        sys.stdout.flush()
    return 0


def _configuration(settings: Settings, logs: Path) -> configparser.RawConfigParser:
    configuration = configparser.RawConfigParser()
    configuration["supervisord"] = {
        "nodaemon": "true",
        "silent": "true",
        "logfile": str(logs / "supervisord.log"),
        "pidfile": str(settings.data_dir / "run" / "supervisord.pid"),
        "childlogdir": str(logs),
    }
    if os.geteuid() == 0:
        configuration["supervisord"]["user"] = "root"  # said explicitly, or supervisord warns about it
    # The app is stopped first, while those that it works with are there; then all of these, which hold no
    # state. Whatever does not end in its time is killed, and goes on at the next start.
    others = [name for name in processes.names(settings) if name != "app"]
    configuration["group:others"] = {"programs": ",".join(others), "priority": "1"}
    for order, name in enumerate(processes.names(settings)):
        configuration[f"program:{name}"] = {
            "command": f'"{sys.executable}" -m scrapbook.serve {name}',
            "priority": str(order),
            "autorestart": "true",
            "startretries": FOR_EVER,
            "stopasgroup": "true",
            "killasgroup": "true",
            "stopwaitsecs": str(APP_STOPS_WITHIN if name == "app" else OTHERS_STOP_WITHIN),
            "redirect_stderr": "true",
            "stdout_logfile": str(logs / f"{name}.log").replace("%", "%%"),
            "stdout_logfile_maxbytes": LOG_BYTES,
            "stdout_logfile_backups": LOG_COPIES,
        }
    return configuration


def _wait_until_ready(settings: Settings, house: Supervised, console: Console) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    for name in processes.names(settings):
        with _step(console, processes.READABLE[name]):
            _wait_for(name, settings, house, deadline)


def _wait_for(name: str, settings: Settings, house: Supervised, deadline: float) -> None:
    while not processes.is_up(name, settings):
        if os.getppid() != house.pid:
            raise StartFailed(f"The supervisor ended. See {house.logs / 'supervisord.log'}")
        if time.monotonic() > deadline:
            log = house.logs / f"{name}.log"
            raise StartFailed(
                f"{processes.READABLE[name]} did not start in time. Its log, {log}, ends:\n{_end_of(log)}"
            )
        time.sleep(0.2)


def _end_of(log: Path, characters: int = 1500) -> str:
    try:
        return log.read_text(encoding="utf-8", errors="replace")[-characters:]
    except OSError:
        return "(there is no log)"


@contextmanager
def _step(console: Console, what: str) -> Generator[None]:
    started = time.monotonic()
    try:
        with console.status(f"{what} ..."):
            yield
    except BaseException:
        console.print(f"[red]✗[/red] {what}", highlight=False)
        raise
    console.print(f"[green]✓[/green] {what} ({time.monotonic() - started:.1f} s)", highlight=False)


@contextmanager
def _interrupts() -> Generator[None]:
    """Turn the signals that mean "stop" into ``Interrupted``."""
    before = {name: signal.signal(name, _interrupt) for name in supervisord.SIGNALS}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Raise ``Interrupted``, once: a second signal does not break the stop."""
    for name in supervisord.SIGNALS:
        signal.signal(name, signal.SIG_IGN)
    raise Interrupted
