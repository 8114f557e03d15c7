"""``scrapbook up``: every process in one terminal, started in order, restarted when it dies, stopped cleanly.

Supervisor (supervisord) watches the processes; this module writes its configuration, shows how far the start
has come, and hands on the signals of the terminal.
"""

import configparser
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from rich.console import Console

from scrapbook import processes, training
from scrapbook.errors import ScrapbookError
from scrapbook.settings import Settings
from scrapbook.store import Store

# Rasa needs ten to twenty seconds on a laptop, and has been seen to take a minute on a cold disk.
START_TIMEOUT = 240.0
# Seconds; together the ten within which Ctrl-C has stopped everything.
APP_STOPS_WITHIN = 7
OTHERS_STOP_WITHIN = 2
STOP_TIMEOUT = 15.0
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
    """A running supervisord with the folders it writes to."""

    daemon: subprocess.Popen[bytes]
    logs: Path


def up(settings: Settings, console: Console, greeting: Callable[[], str]) -> None:
    """Bring the house up, stay until interrupted, take it down.

    Args:
        greeting: what to say when the assistant answers.

    Raises:
        StartFailed, AlreadyRunning, TrainingFailed: with a message for whoever sits at the terminal.
    """
    _refuse_taken_ports(settings)
    with _interrupts():
        try:
            _prepare(settings, console)
            with _supervised(settings, console) as house:
                _wait_until_ready(settings, house, console)
                console.print(f"\nThe scrapbook is listening.\n{greeting()}", soft_wrap=True)
                _stay(house)
        except Interrupted:
            console.print("Stopped. Everything that was under way goes on at the next start.")


def _prepare(settings: Settings, console: Console) -> None:
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


@contextmanager
def _supervised(settings: Settings, console: Console) -> Generator[Supervised]:
    logs = settings.data_dir / "logs"
    configuration = settings.data_dir / "run" / "supervisord.conf"
    for folder in (logs, configuration.parent):
        folder.mkdir(parents=True, exist_ok=True)
    with configuration.open("w", encoding="utf-8") as file:
        _configuration(settings, logs).write(file)
    command = [sys.executable, "-m", "supervisor.supervisord", "--configuration", str(configuration)]
    # A session of its own: Ctrl-C reaches this process alone, which then stops the others in order.
    daemon = subprocess.Popen(  # noqa: S603
        command, start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    try:
        yield Supervised(daemon, logs)
    finally:
        with _step(console, "Stopping"):
            _stop(daemon)


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
            "command": f'"{sys.executable}" -m scrapbook serve {name}',
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
        if house.daemon.poll() is not None:
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


def _stay(house: Supervised) -> None:
    house.daemon.wait()
    raise StartFailed(f"The supervisor ended by itself. See {house.logs / 'supervisord.log'}")


def _stop(daemon: subprocess.Popen[bytes]) -> None:
    daemon.terminate()
    try:
        daemon.wait(STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        daemon.kill()
        daemon.wait()


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
    """Turn the signals that mean "stop" into ``Interrupted``, once; a second one does not break the stop."""
    seen = False

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        nonlocal seen
        if not seen:
            seen = True
            raise Interrupted

    before = {name: signal.signal(name, interrupt) for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
