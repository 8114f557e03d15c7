"""The processes, as they are now."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from scrapbook import processes
from scrapbook.doctor.finding import Finding, tried
from scrapbook.errors import ModelUnavailable
from scrapbook.settings import Settings

START = "run `scrapbook up`, or see its log in the data directory"


def examine(settings: Settings) -> Iterator[Finding]:
    for name in processes.names(settings):
        yield Finding(processes.READABLE[name], processes.is_up(name, settings), remedy=START)
    if settings.voice_url.startswith("http://127.0.0.1:") and find_spec("faster_whisper"):
        yield tried("Speech model", lambda: _model(settings), "check WHISPER_MODEL")


def _model(settings: Settings) -> str:
    from scrapbook.voice.fetching import is_kept  # noqa: PLC0415 - an extra of its own

    folder = Path(settings.whisper_model).expanduser()
    if folder.is_dir():
        if not (folder / "model.bin").is_file():
            raise ModelUnavailable(f"there is no model.bin in {folder}: it is not a converted Whisper model")
        return ""
    return "" if is_kept(settings.whisper_model) else "is fetched when the first memo comes"
