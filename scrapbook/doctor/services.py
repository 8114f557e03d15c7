"""The processes, as they are now."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import httpx

from scrapbook import processes
from scrapbook.errors import ModelUnavailable
from scrapbook.findings import Finding, tried
from scrapbook.settings import Settings

OWN_ID = "give each app process that shares the database a SCRAPBOOK_EXECUTOR_ID of its own"
START = "run `scrapbook up`, or see its log in the data directory"


def examine(settings: Settings) -> Iterator[Finding]:
    for name in processes.names(settings):
        yield from _of_a_process(name, settings)
    yield from _of_the_app(settings)
    if "voice" not in settings.elsewhere and find_spec("faster_whisper"):
        yield tried("Speech model", lambda: _model(settings), "check WHISPER_MODEL")


def _of_a_process(name: str, settings: Settings) -> Iterator[Finding]:
    if name not in settings.elsewhere:
        yield Finding(processes.READABLE[name], processes.is_up(name, settings), remedy=START)
        return
    remedy = f"see that it runs, and that SCRAPBOOK_{name.upper()}_URL leads to it"
    for url in processes.health(name, settings):
        yield Finding(processes.READABLE[name], processes.answers(url, timeout=2), f"asked at {url}", remedy)


def _of_the_app(settings: Settings) -> Iterator[Finding]:
    """What the app says of its parts where something is wrong with them; it may see them differently."""
    try:
        parts = httpx.get(f"http://127.0.0.1:{settings.port}/health/ready", timeout=10).json()["parts"]
    except (httpx.HTTPError, ValueError, KeyError):
        return
    for name, part in parts.items():
        if not part["ok"]:
            remedy = OWN_ID if name == "executor" else f"it says so itself in /health/ready; {START}"
            yield Finding(f"The app's {name}", False, part["problem"], remedy)


def _model(settings: Settings) -> str:
    from scrapbook.voice.fetching import is_kept  # noqa: PLC0415 - an extra of its own

    folder = Path(settings.whisper_model).expanduser()
    if folder.is_dir():
        if not (folder / "model.bin").is_file():
            raise ModelUnavailable(f"there is no model.bin in {folder}: it is not a converted Whisper model")
        return ""
    return "" if is_kept(settings.whisper_model) else "is fetched when the first memo comes"
