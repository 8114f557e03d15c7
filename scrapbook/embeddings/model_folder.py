"""Find the model of a setting, and download it from Hugging Face's hub."""

from pathlib import Path

import huggingface_hub
import structlog

from scrapbook.errors import ModelUnavailable

SETTING = "SCRAPBOOK_SEMANTIC_MODEL"

TOKENIZER = "tokenizer.json"
STATIC = "model.safetensors"
ONNX = ("model.onnx", "onnx/model.onnx")
_FILES = [TOKENIZER, STATIC, *ONNX, "config.json", "config_sentence_transformers.json"]

log = structlog.get_logger(__name__)


def model_folder(setting: str) -> Path:
    """Return the folder of a model, after downloading it if necessary.

    Args:
        setting: a folder, or a repository of the hub ("owner/name").

    Raises:
        ModelUnavailable: there is no such model, or it cannot be downloaded.
    """
    return local_folder(setting) or _download(setting)


def local_folder(setting: str) -> Path | None:
    """Return the folder of a model; None for a repository that is not downloaded.

    Raises ModelUnavailable if the setting is neither a folder nor the name of a repository.
    """
    folder = Path(setting).expanduser()
    if folder.is_dir():
        return folder
    if setting.count("/") != 1 or setting.startswith((".", "/", "~")):
        raise ModelUnavailable(f"{SETTING}: {setting} is neither a folder nor a repository (owner/name)")
    return _downloaded(setting)


def _downloaded(repository: str) -> Path | None:
    try:
        return Path(
            huggingface_hub.snapshot_download(repository, local_files_only=True, allow_patterns=_FILES)
        )
    except OSError:
        return None


def _download(repository: str) -> Path:
    log.info("model_downloading", model=repository)
    try:
        folder = huggingface_hub.snapshot_download(repository, allow_patterns=_FILES)
    except Exception as error:  # the hub's client raises errors of many types
        raise ModelUnavailable(
            f"{SETTING}: {repository} is not a folder, and could not be downloaded from"
            f" {huggingface_hub.constants.ENDPOINT} ({type(error).__name__});"
            f" or set {SETTING} to a folder with a model"
        ) from error
    log.info("model_downloaded", model=repository)
    return Path(folder)
