"""Pictures and sounds, kept under what they are made of: the same content has the same key."""

import hashlib
import os
import re
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, cast

from fsspec.core import url_to_fs  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]
from fsspec.implementations.local import LocalFileSystem  # pyright: ignore[reportMissingTypeStubs]

from scrapbook.errors import MediaMissing, MediaStoreError, SettingsError
from scrapbook.file_types import extension

_KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{64}\.[a-z0-9]+")


def is_key(name: str) -> bool:
    return _KEY.fullmatch(name) is not None


class MediaStore:
    """``url`` is a folder, or any address that fsspec knows: ``s3://bucket/folder``.

    Raises SettingsError for an address of which nothing can be made. Calls block, and raise MediaStoreError.
    May be shared between threads.
    """

    def __init__(self, url: str) -> None:
        self._files, self._root = _opened(url)

    def keep(self, content: bytes, content_type: str) -> str:
        """The key under which the content is found from now on, whatever happens. Safe to repeat."""
        digest = hashlib.sha256(content).hexdigest()
        key = f"{digest[:2]}/{digest}{extension(content_type)}"
        self.put_back(key, content)
        return key

    def put_back(self, key: str, content: bytes) -> None:
        """Under the key that it had. Safe to repeat. MediaMissing when that is no key."""
        with _plain_errors():
            if not self._has(key, len(content)):
                self._write(self._path(key), content)

    def read(self, key: str) -> bytes:
        """Raises MediaMissing when there is nothing under that key."""
        with _plain_errors():
            try:
                return cast("bytes", self._files.cat_file(self._path(key)))
            except FileNotFoundError:
                raise MediaMissing from None

    def delete(self, key: str) -> None:
        """Safe to repeat."""
        with _plain_errors():
            if self._files.exists(path := self._path(key)):
                self._files.rm_file(path)

    def check(self) -> None:
        """Raises MediaStoreError when nothing can be kept there."""
        with _plain_errors():
            self._write(f"{self._root}/.check", b"")
            self._files.rm_file(f"{self._root}/.check")

    def keys(self, before: datetime | None = None) -> list[str]:
        """Of everything that is kept, or was kept by then, sorted."""
        with _plain_errors():
            names = [PurePosixPath(name) for name in cast("list[str]", self._files.find(self._root))]
            found = sorted(key for name in names if is_key(key := f"{name.parent.name}/{name.name}"))
            return [key for key in found if before is None or self._kept_at(key) < before]

    def _path(self, key: str) -> str:
        if not _KEY.fullmatch(key):
            raise MediaMissing
        return f"{self._root}/{key}"

    def _kept_at(self, key: str) -> datetime:
        at = cast("datetime", self._files.modified(self._path(key)))
        return at.replace(tzinfo=at.tzinfo or UTC)

    def _has(self, key: str, size: int) -> bool:
        """Whether all of it is there: not every store writes a file whole or not at all."""
        path = self._path(key)
        return self._files.exists(path) and self._files.size(path) == size

    def _write(self, path: str, content: bytes) -> None:
        if isinstance(self._files, LocalFileSystem):
            _write_whole(Path(path), content)
        else:
            self._files.pipe_file(path, content)


def _opened(url: str) -> tuple[Any, str]:
    try:
        # What another process has kept must be seen, so no listing is remembered.
        files, root = cast("tuple[Any, str]", url_to_fs(url, use_listings_cache=False))
        if isinstance(files, LocalFileSystem):
            Path(root).mkdir(mode=0o700, parents=True, exist_ok=True)
    except (ImportError, ValueError) as problem:
        raise SettingsError(f"SCRAPBOOK_MEDIA_URL: {problem}") from None
    except OSError as problem:
        raise SettingsError(f"SCRAPBOOK_MEDIA_URL: {problem.strerror}: {url}") from None
    return files, root.rstrip("/")


def _write_whole(path: Path, content: bytes) -> None:
    """Under a name of its own first, and on the disk before it gets its place: a power cut leaves no half."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    draft = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        draft.touch(mode=0o600, exist_ok=False)
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        for folder in (path.parent, path.parent.parent):
            _sync(folder)
    finally:
        draft.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """What is in the folder stays in it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _plain_errors() -> Generator[None]:
    try:
        yield
    except MediaStoreError:
        raise
    except Exception as problem:  # noqa: BLE001 - each store has errors of its own
        # They may quote addresses and credentials.
        raise MediaStoreError(f"The media store failed: {type(problem).__name__}") from None
