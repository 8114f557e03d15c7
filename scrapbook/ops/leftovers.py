"""End the processes that an earlier start of this installation left running."""

import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from scrapbook.ops.pid_file import AlreadyRunning, PidFile, RunningProcess

STOP_TIMEOUT = 7.0
"""Seconds from SIGTERM to SIGKILL: the app stops within five."""

KILL_TIMEOUT = 10.0
"""Seconds from SIGKILL until the system must have removed a process."""

POLLING_INTERVAL = 0.05


def leftovers(data_dir: Path, names: Iterable[str]) -> list[RunningProcess]:
    """Return those of the named processes that run already, for that data directory.

    Raises:
        SettingsError: a pid file cannot be read.
    """
    held = (PidFile(data_dir, name).holder() for name in names)
    return [process for process in held if process]


def end(running: Sequence[RunningProcess]) -> None:
    """End processes and their children: with SIGTERM, and those that do not follow it with SIGKILL.

    Raises:
        AlreadyRunning: one of them cannot be ended; the message names it.
    """
    families = [_family(one) for one in running]
    every = [process for family in families for process in family]
    try:
        for process in every:
            with suppress(psutil.NoSuchProcess):
                process.terminate()
        for process in _wait(every, STOP_TIMEOUT):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        alive = _wait(every, KILL_TIMEOUT)
    except psutil.AccessDenied as error:
        raise AlreadyRunning(
            f"Process {error.pid} of an earlier start still runs, and belongs to another user. "
            f"End it with `sudo kill {error.pid}`, then try again."
        ) from None
    if alive:
        raise AlreadyRunning(
            f"Process {alive[0].pid} of an earlier start cannot be ended: it waits for the disk or a device. "
            "Try again when it has ended, or restart the machine."
        )


def _family(running: RunningProcess) -> list[psutil.Process]:
    """Return the process and its children; an empty list if it has ended meanwhile."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(running.pid)
        return [process, *process.children(recursive=True)]
    return []


def _wait(processes: Sequence[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Wait until the processes have ended, or for that long. Returns those that still run."""
    deadline = time.monotonic() + seconds
    while (alive := [one for one in processes if _runs(one)]) and time.monotonic() < deadline:
        time.sleep(POLLING_INTERVAL)
    return alive


def _runs(process: psutil.Process) -> bool:
    """Return whether the process still holds what it had open, such as its port.

    A process whose parent has not asked for its end yet is a zombie, and holds nothing. Nor is it at its end
    while its other threads are: a killed process is a zombie already when its first thread has ended.
    """
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return process.num_threads() > 1
        return process.is_running()
    except psutil.NoSuchProcess:
        return False
