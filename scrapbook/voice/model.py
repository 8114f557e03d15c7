"""The speech model, loaded once."""

import os
import threading
from pathlib import Path

import ctranslate2
import structlog
from faster_whisper import WhisperModel

from scrapbook.errors import ModelUnavailable
from scrapbook.voice.fetching import OnFetched, model_folder

log = structlog.get_logger(__name__)

NEEDED = ("model.bin", "config.json", "tokenizer.json")
# Beyond that, a single memo would be listened to too slowly.
MOST_WORKERS = 4


class SpeechModel:
    """A Whisper model that is loaded at first use; threads share it.

    Args:
        name: a size such as "small", a repository of the hub ("owner/name"), or a folder.
        compute_type: "auto" for int8 on a CPU and float16 on a GPU, or one of CTranslate2's names.
        on_fetched: told the share of the model that is there while it is being fetched, 0 to 1.
    """

    def __init__(self, name: str, compute_type: str = "auto", on_fetched: OnFetched | None = None) -> None:
        self._setting = name
        self._compute_type = compute_type
        self._on_fetched = on_fetched
        self._loading = threading.Lock()
        self._loaded: WhisperModel | None = None

    @property
    def name(self) -> str:
        """What the model is called, without the way to it."""
        return Path(self._setting).name

    @property
    def is_loaded(self) -> bool:
        return self._loaded is not None

    def get(self) -> WhisperModel:
        """The loaded model.

        Raises:
            ModelUnavailable: it cannot be found, fetched or loaded; the next call tries again.
        """
        with self._loading:
            if self._loaded is None:
                self._loaded = _load(model_folder(self._setting, self._on_fetched), self._compute_type)
                log.info("model_loaded", model=self.name)
            return self._loaded


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def sharing(cores: int) -> tuple[int, int]:
    """How many windows are listened to at once, and with how many threads each: never more than the cores.

    A thread of its own for each window writes down the most in the same time; docs/voice.md has the figures.
    """
    workers = min(cores, MOST_WORKERS)
    return workers, max(1, cores // workers)


def compute_type_for(setting: str, device: str) -> str:
    """CTranslate2's name of a setting."""
    if setting != "auto":
        return setting
    return "float16" if device == "cuda" else "int8"


def _load(folder: Path, compute_type: str) -> WhisperModel:
    for name in NEEDED:
        if not (folder / name).is_file():
            raise ModelUnavailable(
                f"WHISPER_MODEL: {folder} is not a converted Whisper model: no {name} in it"
            )
    device = "cuda" if ctranslate2.get_cuda_device_count() else "cpu"
    workers, threads = sharing(cores())
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
    except Exception as error:  # the libraries below raise whatever they like
        raise ModelUnavailable(
            f"WHISPER_MODEL: the model in {folder} cannot be loaded ({type(error).__name__})"
        ) from error
