"""An encoder: a model that is loaded once, by the format of its files."""

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, cast

import numpy as np
import structlog
from numpy.typing import NDArray
from pydantic import TypeAdapter
from tokenizers import Tokenizer
from typing_extensions import TypedDict

from scrapbook.embeddings.calibration import UNRELATED, Scale, scale_of
from scrapbook.embeddings.model_folder import ONNX, SETTING, STATIC, TOKENIZER, local_folder, model_folder
from scrapbook.embeddings.onnx_model import OnnxModel
from scrapbook.embeddings.static_model import StaticModel
from scrapbook.errors import ModelUnavailable

HASHED_BYTES = 2**20
"""Bytes of the model at its beginning and its end by which models are told apart, beside its size."""

Matrix = NDArray[np.float32]

log = structlog.get_logger(__name__)


class _Config(TypedDict, total=False):
    prompts: dict[str, str]


class _Model(Protocol):
    def encode(self, texts: Sequence[str]) -> Matrix: ...


class Encoder:
    """Turns texts into vectors. Threads may share it.

    Args:
        setting: a folder, or a repository of Hugging Face's hub.
    """

    def __init__(self, setting: str) -> None:
        self._setting = setting
        self._loading = threading.Lock()
        self._model: _Model | None = None
        self._prompts: dict[str, str] = {}
        self._name = ""
        self._scales = (Scale(0.0, 1.0), Scale(0.0, 1.0))

    @property
    def is_loaded(self) -> bool:
        return self._model is not None

    @property
    def name(self) -> str:
        """What tells the model apart from others, once it is loaded. Vectors of two cannot be compared."""
        return self._name

    @property
    def query_scale(self) -> Scale:
        """The cosines of queries and entries that have nothing to do with each other, once it is loaded."""
        return self._scales[0]

    @property
    def entry_scale(self) -> Scale:
        """The same of two entries."""
        return self._scales[1]

    def load(self) -> None:
        """Load the model, if it is not loaded.

        Raises:
            ModelUnavailable: it cannot be found, downloaded or read; the next call tries again.
        """
        with self._loading:
            if self._model is None:
                folder = model_folder(self._setting)
                model = _read(folder)
                self._prompts, self._name = _prompts(folder), _fingerprint(folder)
                self._scales = self._calibrated(model)
                self._model = model
                log.info("model_loaded", model=folder.name)

    def of_entries(self, texts: Sequence[str]) -> Matrix:
        """Return the vectors of texts that are searched, rows of length 1; of length 0 without tokens.

        Raises ModelUnavailable.
        """
        self.load()
        return self._of_entries(cast(_Model, self._model), texts)

    def of_query(self, text: str) -> NDArray[np.float32]:
        """Return the vector of what is searched for. Raises ModelUnavailable."""
        self.load()
        return self._of_queries(cast(_Model, self._model), [text])[0]

    def _calibrated(self, model: _Model) -> tuple[Scale, Scale]:
        entries = self._of_entries(model, UNRELATED)
        return scale_of(self._of_queries(model, UNRELATED), entries), scale_of(entries, entries)

    def _of_entries(self, model: _Model, texts: Sequence[str]) -> Matrix:
        prompt = self._prompts.get("passage") or self._prompts.get("document", "")
        return _encoded(model, [prompt + text for text in texts])

    def _of_queries(self, model: _Model, texts: Sequence[str]) -> Matrix:
        return _encoded(model, [self._prompts.get("query", "") + text for text in texts])


def _encoded(model: _Model, texts: Sequence[str]) -> Matrix:
    found = model.encode(texts)
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    return (found / np.maximum(lengths, 1e-9)).astype(np.float32)


def check_model(setting: str) -> bool:
    """Return whether the model is there; else it is downloaded when it is needed.

    Raises:
        ModelUnavailable: the folder holds no model, or the setting names neither a folder nor a repository.
    """
    folder = local_folder(setting)
    if folder:
        _read(folder)
    return folder is not None


def _read(folder: Path) -> _Model:
    if not (folder / TOKENIZER).is_file():
        raise ModelUnavailable(f"{SETTING}: {folder} is no model: it lacks {TOKENIZER}")
    try:
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        for name in ONNX:
            if (folder / name).is_file():
                return OnnxModel(folder / name, tokenizer)
        if (folder / STATIC).is_file():
            return StaticModel(folder / STATIC, tokenizer)
    except Exception as error:  # the libraries raise errors of many types
        raise ModelUnavailable(
            f"{SETTING}: the model in {folder} cannot be loaded ({type(error).__name__})"
        ) from error
    raise ModelUnavailable(f"{SETTING}: {folder} has neither model.onnx nor {STATIC}")


def _prompts(folder: Path) -> dict[str, str]:
    """Return what the model wants before a text, as ``query: ``, by its kind."""
    try:
        config = (folder / "config_sentence_transformers.json").read_bytes()
        return TypeAdapter(_Config).validate_json(config).get("prompts", {})
    except (OSError, ValueError):
        return {}


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for name in (TOKENIZER, STATIC, *ONNX):
        path = folder / name
        if path.is_file():
            digest.update(f"{name} {path.stat().st_size}".encode())
            with path.open("rb") as file:
                digest.update(file.read(HASHED_BYTES))
                file.seek(max(path.stat().st_size - HASHED_BYTES, 0))
                digest.update(file.read())
    return digest.hexdigest()[:16]
