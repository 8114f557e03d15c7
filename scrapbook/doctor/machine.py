"""This machine: room, rights, ports, time zones, and what must be installed."""

import importlib.util
import os
import socket
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from scrapbook import processes, training
from scrapbook.disk import disk_problem, free
from scrapbook.findings import Finding
from scrapbook.places import BOT_PYTHON
from scrapbook.settings import Settings

PYTHON = (3, 11)


def examine(settings: Settings) -> Iterator[Finding]:
    yield _python()
    yield _space(settings)
    yield _data_dir(settings)
    yield _timezones()
    if "rasa" not in settings.elsewhere:
        yield Finding(
            "Rasa's environment", BOT_PYTHON.exists(), remedy="run `make run` once: it installs bot/.venv"
        )
        yield Finding("Trained assistant", training.is_current(), remedy="run `scrapbook train`")
    if "voice" not in settings.elsewhere:
        yield _voice_extra()
    yield from _ports(settings)


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python", sys.version_info[:2] >= PYTHON, found, "it needs Python 3.11 or later")


def _space(settings: Settings) -> Finding:
    problem = disk_problem(settings.data_dir)
    detail = problem or f"{free(settings.data_dir) // 2**20:,} MiB free"
    return Finding("Disk", not problem, detail, "make room: a full disk refuses new texts")


def _data_dir(settings: Settings) -> Finding:
    folder = settings.data_dir
    if not folder.exists():
        return Finding("Data directory", True, "is made at the first start")
    if not os.access(folder, os.W_OK | os.X_OK):
        remedy = f"let the user that runs the scrapbook write to it: chown -R USER {folder}"
        return Finding("Data directory", False, "cannot be written to", remedy)
    is_private = not _is_open_to_others(folder)
    files = () if is_private else (*folder.glob("*.db"), *folder.glob("*.json"))
    strangers = [path.name for path in files if _is_open_to_others(path)]
    remedy = f"private texts are in it: chmod -R go= {folder}"
    return Finding("Data directory", not strangers, _told(strangers), remedy)


def _is_open_to_others(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _told(names: list[str]) -> str:
    return f"others on this machine may read {', '.join(sorted(names))}" if names else ""


def _timezones() -> Finding:
    try:
        ZoneInfo("America/New_York")
    except ZoneInfoNotFoundError:
        remedy = "install the package tzdata: without it nobody's yesterday is known"
        return Finding("Time zones", False, "there is no data about them", remedy)
    return Finding("Time zones", True)


def _voice_extra() -> Finding:
    is_there = importlib.util.find_spec("faster_whisper") is not None
    remedy = "install the extra: uv sync --extra voice; until then memos wait"
    return Finding("Speech packages", is_there, "" if is_there else "faster-whisper is missing", remedy)


def _ports(settings: Settings) -> Iterator[Finding]:
    """Where another program has taken one that is ours."""
    for name in processes.names(settings):
        if name in settings.elsewhere:
            continue
        port = processes.port(name, settings)
        if _is_taken(port) and not processes.is_up(name, settings):
            yield Finding(
                f"Port {port}",
                False,
                f"{name} needs it, and something else listens there",
                "end that program, or choose others with SCRAPBOOK_PORT: it takes seven in a row",
            )


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
