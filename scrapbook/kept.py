"""Small secrets that several processes share, made by whichever of them comes first."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from scrapbook.errors import SettingsError


def kept_once(path: Path, make: Callable[[], str]) -> str:
    """What the file says, which is what ``make`` said the first time. Only its owner can read it.

    Raises:
        SettingsError: the data directory cannot be written to.
    """
    try:
        if not path.exists():
            _keep(path, make())
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}. See SCRAPBOOK_DATA_DIR") from error


def _keep(path: Path, made: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    try:
        draft.write_text(made, encoding="utf-8")
        with suppress(FileExistsError):  # the other process was first
            path.hardlink_to(draft)  # atomic
    finally:
        draft.unlink()
