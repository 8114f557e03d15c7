"""Check this machine: disk space, permissions, ports, time zones, installed packages."""

import importlib.util
import os
import socket
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from scrapbook.assistant import training
from scrapbook.observability.checks import CheckResult
from scrapbook.observability.disk import disk_problem, free
from scrapbook.ops import processes
from scrapbook.paths import BOT_PYTHON
from scrapbook.settings import Settings

PYTHON = (3, 11)


def examine(settings: Settings) -> Iterator[CheckResult]:
    """Yield the results; processes that run elsewhere are left out."""
    yield _python()
    yield _space(settings)
    yield _data_dir(settings)
    yield _timezones()
    if "rasa" not in settings.elsewhere:
        yield CheckResult(
            "Rasa's environment", BOT_PYTHON.exists(), remedy="run `make run` once: it installs bot/.venv"
        )
        yield CheckResult("Trained assistant", training.is_current(), remedy="run `scrapbook train`")
    if "voice" not in settings.elsewhere:
        yield _voice_extra()
    yield from _ports(settings)


def _python() -> CheckResult:
    found = ".".join(map(str, sys.version_info[:3]))
    return CheckResult("Python", sys.version_info[:2] >= PYTHON, found, "it needs Python 3.11 or later")


def _space(settings: Settings) -> CheckResult:
    problem = disk_problem(settings.data_dir)
    detail = problem or f"{free(settings.data_dir) // 2**20:,} MiB free"
    return CheckResult("Disk", not problem, detail, "make room: with a full disk, new texts are refused")


def _data_dir(settings: Settings) -> CheckResult:
    folder = settings.data_dir
    if not folder.exists():
        return CheckResult("Data directory", True, "is created at the first start")
    if not os.access(folder, os.W_OK | os.X_OK):
        remedy = f"let the user that runs the scrapbook write to it: chown -R USER {folder}"
        return CheckResult("Data directory", False, "cannot be written to", remedy)
    is_private = not _is_open_to_others(folder)
    files = () if is_private else (*folder.glob("*.db"), *folder.glob("*.json"))
    readable = [path.name for path in files if _is_open_to_others(path)]
    remedy = f"private texts are in it: chmod -R go= {folder}"
    return CheckResult("Data directory", not readable, _readable_by_others(readable), remedy)


def _is_open_to_others(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _readable_by_others(names: list[str]) -> str:
    return f"others on this machine may read {', '.join(sorted(names))}" if names else ""


def _timezones() -> CheckResult:
    try:
        ZoneInfo("America/New_York")
    except ZoneInfoNotFoundError:
        remedy = "install the package tzdata: days cannot be told without it"
        return CheckResult("Time zones", False, "the data is missing", remedy)
    return CheckResult("Time zones", True)


def _voice_extra() -> CheckResult:
    is_installed = importlib.util.find_spec("faster_whisper") is not None
    remedy = "install the extra: uv sync --extra voice; until then memos wait"
    return CheckResult(
        "Speech packages", is_installed, "" if is_installed else "faster-whisper is missing", remedy
    )


def _ports(settings: Settings) -> Iterator[CheckResult]:
    """Yield a result for each port that another program uses."""
    for name in processes.names(settings):
        if name in settings.elsewhere:
            continue
        port = processes.port(name, settings)
        if _is_taken(port) and not processes.is_up(name, settings):
            yield CheckResult(
                f"Port {port}",
                False,
                f"{name} needs it, and another program listens there",
                "end that program, or choose others with SCRAPBOOK_PORT: it takes seven in a row",
            )


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
