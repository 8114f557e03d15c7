"""``scrapbook up``: start every process in one terminal, in order; restart those that die; stop all of them.

This module trains, migrates and writes the configuration of supervisord. Then the process becomes supervisord
(``scrapbook.ops.supervisord``), which needs little memory. A child process shows the progress of the start,
prints how to text the scrapbook, and ends.
"""

import configparser
import os
import signal
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

from rich.console import Console

from scrapbook.assistant import training
from scrapbook.errors import ScrapbookError
from scrapbook.ops import leftovers, processes, supervisord
from scrapbook.ops.pid_file import AlreadyRunning, PidFile
from scrapbook.settings import Settings

# Seconds. Rasa takes ten to twenty on a laptop, and up to a minute on a cold disk.
START_TIMEOUT = 240.0
# Seconds until a process is killed. Together they stay below ten, so that Ctrl-C stops everything in ten.
APP_STOP_TIMEOUT = 7
OTHERS_STOP_TIMEOUT = 2
LOG_BYTES = "5MB"
LOG_COPIES = "3"
# How often a process that fails to start is retried; supervisord waits longer before each retry.
MANY_RETRIES = "1000000"
SUPERVISOR = "supervisord"
"""The name of the supervisor's pid file."""


class StartFailed(ScrapbookError):
    """A process did not start."""


class Interrupted(Exception):
    """A signal asked the process to stop."""


@dataclass(frozen=True, slots=True)
class Supervisord:
    """The process that is or becomes supervisord, and the folder of its logs."""

    pid: int
    logs: Path


def up(settings: Settings, console: Console, ready_text: Callable[[], str]) -> None:
    """Start all processes and become supervisord. Returns only if it is interrupted before.

    Args:
        ready_text: returns what to print when every process is up.

    Raises:
        AlreadyRunning: the scrapbook is up already, or a port is in use.
        SettingsError: the data directory cannot be used.
        TrainingFailed: Rasa could not train the assistant.
    """
    with _interrupts():
        try:
            _claim(settings)
            _end_leftovers(settings, console)
            for name in processes.local_names(settings):
                processes.refuse_taken_port(name, settings)
            _prepare(settings, console)
            _supervise(settings, console, ready_text)
        except Interrupted:
            console.print(supervisord.STOPPED)


def _prepare(settings: Settings, console: Console) -> None:
    from scrapbook.store import Store  # noqa: PLC0415 - slow to import; not needed on an error

    if "rasa" not in settings.elsewhere and not training.is_current():
        with _step(console, "Training the assistant (about a minute, only when its data has changed)"):
            training.train()
    with _step(console, "Bringing the database up to date"):
        settings.renew_internal_secret()
        store = Store.open(settings.database_url)
        try:
            store.migrate()
            if settings.has_actions_role:
                store.grant_actions_role(settings.actions_database_url)
        finally:
            store.close()


def _claim(settings: Settings) -> None:
    """Make this process the one supervisor of the installation, before and after it becomes supervisord."""
    settings.make_data_dir()
    pid_file = PidFile(settings.data_dir, SUPERVISOR)
    if running := pid_file.holder():
        raise AlreadyRunning(
            f"The scrapbook is up already, as process {running.pid}. To stop it: kill {running.pid}"
        )
    pid_file.claim(for_exec=True)


def _end_leftovers(settings: Settings, console: Console) -> None:
    """End what runs without a supervisor, and say so: its supervisor was killed, or it was started alone.

    A process that is not started here is left alone, such as ``scrapbook serve sentry``.
    """
    found = leftovers.leftovers(settings.data_dir, processes.local_names(settings))
    if found:
        named = ", ".join(f"{one.name} (process {one.pid})" for one in found)
        console.print(f"Ending what still runs of an earlier start: {named} ...", soft_wrap=True)
        leftovers.end(found)


def _supervise(settings: Settings, console: Console, ready_text: Callable[[], str]) -> NoReturn:
    """Become supervisord, with a child process that shows the progress of the start."""
    logs = settings.data_dir / "logs"
    configuration = settings.data_dir / "run" / "supervisord.conf"
    for folder in (logs, configuration.parent):
        folder.mkdir(parents=True, exist_ok=True)
    with configuration.open("w", encoding="utf-8") as file:
        _configuration(settings, logs).write(file)
    supervisord_process = Supervisord(os.getpid(), logs)
    # Signals stay pending until supervisord and the child unblock them, so that no Ctrl-C in between is lost.
    signal.pthread_sigmask(signal.SIG_BLOCK, supervisord.SIGNALS)
    sys.stdout.flush()
    watcher = os.fork()
    if watcher == 0:
        os._exit(_watch_start(settings, supervisord_process, console, ready_text))
    command = supervisord.command(str(configuration), watcher)
    os.execv(command[0], command)  # noqa: S606


def _watch_start(
    settings: Settings, supervisord_process: Supervisord, console: Console, ready_text: Callable[[], str]
) -> int:
    """Show the progress of the start. Returns the exit code: 1 if a process did not start.

    The terminal's signals are ignored here: supervisord handles them, and sends SIGTERM to this process.
    """
    for name in supervisord.SIGNALS:
        signal.signal(name, _interrupt if name is signal.SIGTERM else signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, supervisord.SIGNALS)
    try:
        _wait_until_ready(settings, supervisord_process, console)
        console.print(f"\nThe scrapbook is listening.\n{ready_text()}", soft_wrap=True)
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
        "childlogdir": str(logs),
    }
    if os.geteuid() == 0:
        configuration["supervisord"]["user"] = "root"  # supervisord warns if it is not set
    # The app is stopped first, while the processes that it calls still run; then the others at once, which
    # have no state. A process that does not end in time is killed, and its work goes on at the next start.
    names = processes.local_names(settings)
    if others := [name for name in names if name != "app"]:
        configuration["group:others"] = {"programs": ",".join(others), "priority": "1"}
    for order, name in enumerate(names):
        configuration[f"program:{name}"] = {
            "command": f'"{sys.executable}" -m scrapbook.ops.serve {name}',
            "priority": str(order),
            "autorestart": "true",
            "startretries": MANY_RETRIES,
            "stopasgroup": "true",
            "killasgroup": "true",
            "stopwaitsecs": str(APP_STOP_TIMEOUT if name == "app" else OTHERS_STOP_TIMEOUT),
            "redirect_stderr": "true",
            "stdout_logfile": str(logs / f"{name}.log").replace("%", "%%"),
            "stdout_logfile_maxbytes": LOG_BYTES,
            "stdout_logfile_backups": LOG_COPIES,
        }
    return configuration


def _wait_until_ready(settings: Settings, supervisord_process: Supervisord, console: Console) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    for name in processes.local_names(settings):
        with _step(console, processes.DISPLAY_NAMES[name]):
            _wait_for(name, settings, supervisord_process, deadline)


def _wait_for(name: str, settings: Settings, supervisord_process: Supervisord, deadline: float) -> None:
    while not processes.is_up(name, settings):
        if os.getppid() != supervisord_process.pid:
            raise StartFailed(f"The supervisor ended. See {supervisord_process.logs / 'supervisord.log'}")
        if time.monotonic() > deadline:
            log = supervisord_process.logs / f"{name}.log"
            raise StartFailed(
                f"{processes.DISPLAY_NAMES[name]} did not start in time. Its log, {log}, ends:\n{_tail(log)}"
            )
        time.sleep(0.2)


def _tail(log: Path, characters: int = 1500) -> str:
    try:
        return log.read_text(encoding="utf-8", errors="replace")[-characters:]
    except OSError:
        return "(there is no log)"


@contextmanager
def _step(console: Console, name: str) -> Generator[None]:
    started = time.monotonic()
    try:
        with console.status(f"{name} ..."):
            yield
    except BaseException:
        console.print(f"[red]✗[/red] {name}", highlight=False)
        raise
    console.print(f"[green]✓[/green] {name} ({time.monotonic() - started:.1f} s)", highlight=False)


@contextmanager
def _interrupts() -> Generator[None]:
    """Raise ``Interrupted`` for the signals that mean "stop"."""
    before = {name: signal.signal(name, _interrupt) for name in supervisord.SIGNALS}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Raise ``Interrupted``, once: further signals are ignored."""
    for name in supervisord.SIGNALS:
        signal.signal(name, signal.SIG_IGN)
    raise Interrupted
