"""Find the speech model, and download it from Hugging Face's hub."""

import time
from collections.abc import Callable
from pathlib import Path

import huggingface_hub
import structlog
from faster_whisper import available_models
from faster_whisper.utils import _MODELS  # pyright: ignore[reportPrivateUsage] - which size is which repository
from tqdm import tqdm
from typing_extensions import override

from scrapbook.errors import ModelUnavailable

log = structlog.get_logger(__name__)

FILES = ["config.json", "preprocessor_config.json", "model.bin", "tokenizer.json", "vocabulary.*"]
# Seconds between two log events about the progress of a download.
LOG_INTERVAL = 5.0

OnDownload = Callable[[float], None]


def model_folder(name: str, on_download: OnDownload | None = None) -> Path:
    """Return the folder with the files of a model, after downloading them if necessary.

    Args:
        name, on_download: as in ``SpeechModel``.

    Raises:
        ModelUnavailable: there is no such model, or it cannot be downloaded.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    repository = _repository(name)
    return _downloaded(repository) or _download(name, repository, on_download)


def is_downloaded(name: str) -> bool:
    """Return whether the model is in the hub's cache.

    Raises:
        ModelUnavailable: there is no model of that name.
    """
    return _downloaded(_repository(name)) is not None


def _repository(name: str) -> str:
    if name in available_models():
        return _MODELS[name]
    if name.count("/") == 1 and not name.startswith((".", "/", "~")):
        return name
    raise ModelUnavailable(
        f"WHISPER_MODEL: {name} is neither a folder nor a size; sizes are {', '.join(available_models())}"
    )


def _downloaded(repository: str) -> Path | None:
    """Return the folder of the model in the hub's cache; None if it is not complete there."""
    try:
        folder = Path(
            huggingface_hub.snapshot_download(repository, local_files_only=True, allow_patterns=FILES)
        )
    except OSError:
        return None
    return folder if (folder / "model.bin").is_file() else None


def _download(name: str, repository: str, on_download: OnDownload | None) -> Path:
    log.info("model_downloading", model=name)
    try:
        folder = huggingface_hub.snapshot_download(
            repository,
            allow_patterns=FILES,
            tqdm_class=_progress_bar(_DownloadProgress(name, on_download)),
        )
    except Exception as error:  # the hub's client raises errors of many types
        raise ModelUnavailable(
            f"WHISPER_MODEL: {name} is not a folder, and could not be downloaded from"
            f" {huggingface_hub.constants.ENDPOINT} ({type(error).__name__}). The next recording tries again;"
            " or set WHISPER_MODEL to a folder with a converted model"
        ) from error
    log.info("model_downloaded", model=name)
    return Path(folder)


class _DownloadProgress:
    """Reports the progress of a download to a callback, and every few seconds to the log."""

    def __init__(self, name: str, on_download: OnDownload | None) -> None:
        self._name = name
        self._on_fetched = on_download
        self._share = 0.0
        self._logged_at = time.monotonic()

    def report(self, share: float) -> None:
        if share <= self._share:
            return
        self._share = share
        if self._on_fetched:
            self._on_fetched(share)
        if time.monotonic() - self._logged_at >= LOG_INTERVAL:
            self._logged_at = time.monotonic()
            log.info("model_downloading", model=self._name, percent=round(100 * share))


def _progress_bar(reporter: _DownloadProgress) -> type[tqdm]:
    """Return a tqdm class, as the hub's client takes, that reports the progress and draws nothing."""

    class Progress(tqdm):
        def __init__(self, *args: object, **kwargs: object) -> None:
            self._counts_bytes = kwargs.get("unit") == "B"
            super().__init__(*args, **{**kwargs, "file": _NullFile(), "disable": False})

        @override
        def update(self, n: float | None = 1) -> bool | None:
            drawn = super().update(n)
            if self._counts_bytes and self.total:
                reporter.report(min(self.n / self.total, 1.0))
            return drawn

    return Progress


class _NullFile:
    """A file that discards what is written to it."""

    def write(self, _text: str) -> None: ...
    def flush(self) -> None: ...
