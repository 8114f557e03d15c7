"""Which model is meant, and fetching it from the hub."""

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
# Seconds between two events about a model that is being fetched.
INTERVAL = 5.0

OnFetched = Callable[[float], None]


def model_folder(name: str, on_fetched: OnFetched | None = None) -> Path:
    """Where the files of a model are, after fetching them if need be.

    Args:
        name, on_fetched: as ``SpeechModel`` takes them.

    Raises:
        ModelUnavailable: there is no such model, or it cannot be fetched.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    repository = _repository(name)
    return _kept(repository) or _fetched(name, repository, on_fetched)


def is_kept(name: str) -> bool:
    """Whether a model of that name need not be fetched. Raises ModelUnavailable when there can be none."""
    return _kept(_repository(name)) is not None


def _repository(name: str) -> str:
    if name in available_models():
        return _MODELS[name]
    if name.count("/") == 1 and not name.startswith((".", "/", "~")):
        return name
    raise ModelUnavailable(
        f"WHISPER_MODEL: {name} is neither a folder nor a size; sizes are {', '.join(available_models())}"
    )


def _kept(repository: str) -> Path | None:
    """The model as it was fetched before."""
    try:
        folder = Path(
            huggingface_hub.snapshot_download(repository, local_files_only=True, allow_patterns=FILES)
        )
    except OSError:
        return None
    return folder if (folder / "model.bin").is_file() else None


def _fetched(name: str, repository: str, on_fetched: OnFetched | None) -> Path:
    log.info("model_fetching", model=name)
    try:
        folder = huggingface_hub.snapshot_download(
            repository,
            allow_patterns=FILES,
            tqdm_class=_progress(_Telling(name, on_fetched)),
        )
    except Exception as error:  # the hub's client has errors of many families
        raise ModelUnavailable(
            f"WHISPER_MODEL: {name} is no folder here, and could not be fetched from"
            f" {huggingface_hub.constants.ENDPOINT} ({type(error).__name__}). It will be tried again at the"
            " next sound; or name a folder with a converted model"
        ) from error
    log.info("model_fetched", model=name)
    return Path(folder)


class _Telling:
    """Tells how much of a model is there: whoever wants to know, and from time to time the log."""

    def __init__(self, name: str, on_fetched: OnFetched | None) -> None:
        self._name = name
        self._on_fetched = on_fetched
        self._share = 0.0
        self._logged_at = time.monotonic()

    def tell(self, share: float) -> None:
        if share <= self._share:
            return
        self._share = share
        if self._on_fetched:
            self._on_fetched(share)
        if time.monotonic() - self._logged_at >= INTERVAL:
            self._logged_at = time.monotonic()
            log.info("model_fetching", model=self._name, percent=round(100 * share))


def _progress(telling: _Telling) -> type[tqdm]:
    """A progress bar of the kind that the hub's client takes, which tells instead of drawing."""

    class Progress(tqdm):
        def __init__(self, *args: object, **kwargs: object) -> None:
            self._counts_bytes = kwargs.get("unit") == "B"
            super().__init__(*args, **{**kwargs, "file": _Nowhere(), "disable": False})

        @override
        def update(self, n: float | None = 1) -> bool | None:
            drawn = super().update(n)
            if self._counts_bytes and self.total:
                telling.tell(min(self.n / self.total, 1.0))
            return drawn

    return Progress


class _Nowhere:
    """A file that keeps nothing."""

    def write(self, _text: str) -> None: ...
    def flush(self) -> None: ...
