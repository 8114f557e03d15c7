"""Small secrets that several processes share: the first process that asks for one creates it."""

import secrets
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from scrapbook.errors import SettingsError


def installation_key(data_dir: Path) -> str:
    """Return the key of this installation, in hexadecimal; the first call creates it.

    It proves to ``scrapbook connect`` who answers, signs media links and tells people apart in error reports.
    It is not Twilio's token, so that a new token breaks nothing.

    Raises:
        SettingsError: the data directory cannot be written to.
    """
    return read_or_create(data_dir / "installation.key", lambda: secrets.token_hex(32))


def read_or_create(path: Path, create: Callable[[], str]) -> str:
    """Return the content of the file. The first call creates it, readable only by its owner, with ``create``.

    Raises:
        SettingsError: the data directory cannot be written to.
    """
    try:
        if not path.exists():
            _write_once(path, create())
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}. See SCRAPBOOK_DATA_DIR") from error


def replace(path: Path, content: str) -> None:
    """Write the file, readable only by its owner, in place of one that may be there.

    Raises:
        SettingsError: the data directory cannot be written to.
    """
    try:
        with _written(path, content) as temporary:
            temporary.replace(path)  # atomic
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}. See SCRAPBOOK_DATA_DIR") from error


def _write_once(path: Path, content: str) -> None:
    with _written(path, content) as temporary, suppress(FileExistsError):  # another process was first
        path.hardlink_to(temporary)  # atomic


@contextmanager
def _written(path: Path, content: str) -> Generator[Path]:
    """Yield a file with that content beside the path; it is removed at the end if it is still there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    temporary.touch(mode=0o600)
    try:
        temporary.write_text(content, encoding="utf-8")
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)
