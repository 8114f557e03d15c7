"""Load the speech model, once."""

import os
import threading
from pathlib import Path

import ctranslate2
import structlog
from faster_whisper import WhisperModel

from scrapbook.errors import ModelUnavailable
from scrapbook.voice.model_download import OnDownload, model_folder

log = structlog.get_logger(__name__)

REQUIRED_FILES = ("model.bin", "config.json", "tokenizer.json")
# With more, each memo would be transcribed too slowly; docs/voice.md has the figures.
MAX_WORKERS = 4


class SpeechModel:
    """A Whisper model that is loaded at first use. Threads may share it.

    Args:
        name: a size such as "small", a repository of Hugging Face's hub ("owner/name"), or a folder.
        compute_type: "auto" for int8 on a CPU and float16 on a GPU, or one of CTranslate2's names.
        on_download: is called with the fraction that is downloaded, 0 to 1.
    """

    def __init__(self, name: str, compute_type: str = "auto", on_download: OnDownload | None = None) -> None:
        self._setting = name
        self._compute_type = compute_type
        self._on_fetched = on_download
        self._loading = threading.Lock()
        self._loaded: WhisperModel | None = None

    @property
    def name(self) -> str:
        """Return the size, or the last part of the repository's name or folder's path."""
        return Path(self._setting).name

    @property
    def is_loaded(self) -> bool:
        return self._loaded is not None

    def get(self) -> WhisperModel:
        """Return the model, after loading it if necessary.

        Raises:
            ModelUnavailable: it cannot be found, downloaded or loaded; the next call tries again.
        """
        with self._loading:
            if self._loaded is None:
                self._loaded = _load(model_folder(self._setting, self._on_fetched), self._compute_type)
                log.info("model_loaded", model=self.name)
            return self._loaded


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def workers_and_threads(cores: int) -> tuple[int, int]:
    """Return how many windows are transcribed at once, and the threads for each: together at most ``cores``.

    One thread for each window has the highest throughput; docs/voice.md has the figures.
    """
    workers = min(cores, MAX_WORKERS)
    return workers, max(1, cores // workers)


def compute_type_for(setting: str, device: str) -> str:
    """Return CTranslate2's name of a compute type; "auto" depends on the device."""
    if setting != "auto":
        return setting
    return "float16" if device == "cuda" else "int8"


def _load(folder: Path, compute_type: str) -> WhisperModel:
    for name in REQUIRED_FILES:
        if not (folder / name).is_file():
            raise ModelUnavailable(
                f"WHISPER_MODEL: {folder} is not a converted Whisper model: it lacks {name}"
            )
    device = "cuda" if ctranslate2.get_cuda_device_count() else "cpu"
    workers, threads = workers_and_threads(cores())
    try:
        return WhisperModel(
            str(folder),
            device=device,
            compute_type=compute_type_for(compute_type, device),
            cpu_threads=threads,
            num_workers=workers,
        )
    except ValueError as error:
        raise ModelUnavailable(f"WHISPER_COMPUTE_TYPE: {error}") from error
    except Exception as error:  # CTranslate2 and tokenizers raise errors of many types
        raise ModelUnavailable(
            f"WHISPER_MODEL: the model in {folder} cannot be loaded ({type(error).__name__})"
        ) from error
