"""Store pictures and recordings under the hash of their content: equal files have the same key.

Variants are files that are made of them and could be made again: a picture in a smaller size, a recording in
another format. They are deleted with their original, and are in no backup.
"""

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
from scrapbook.media.fsync import sync
from scrapbook.text.file_types import extension

_KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{64}\.[a-z0-9]+")
_VARIANT = re.compile(r"[a-z0-9]+\.[a-z0-9]+")
_VARIANTS = "variants"
"""The folder of the variants, in which each original has one of its own."""

CHUNK = 1024 * 1024
"""Bytes that are read of a file at a time, where it is not read as a whole."""


def is_key(name: str) -> bool:
    return _KEY.fullmatch(name) is not None


class MediaStore:
    """Content-addressed files. Threads may share it; its calls block and raise MediaStoreError.

    Args:
        url: a folder, or any URL that fsspec knows, such as ``s3://bucket/folder``.

    Raises:
        SettingsError: the folder cannot be created, or fsspec does not know the URL.
    """

    def __init__(self, url: str) -> None:
        self._files, self._root = _open(url)

    def save(self, content: bytes, content_type: str) -> str:
        """Store the content durably, and return its key. Idempotent."""
        digest = hashlib.sha256(content).hexdigest()
        key = f"{digest[:2]}/{digest}{extension(content_type)}"
        self.put_back(key, content)
        return key

    def put_back(self, key: str, content: bytes) -> None:
        """Store the content under the key that it had. Idempotent. Raises MediaMissing if it is not a key."""
        with _translate_errors():
            if not self._has(key, len(content)):
                self._write(self._path(key), content)

    def read(self, key: str) -> bytes:
        """Return the content. Raises MediaMissing if there is no file with that key."""
        with _translate_errors():
            try:
                return cast("bytes", self._files.cat_file(self._path(key)))
            except FileNotFoundError:
                raise MediaMissing from None

    def size(self, key: str) -> int:
        """Return the size in bytes. Raises MediaMissing if there is no file with that key."""
        with _translate_errors():
            try:
                return int(self._files.size(self._path(key)))
            except FileNotFoundError:
                raise MediaMissing from None

    def chunks(self, key: str, start: int, end: int) -> Generator[bytes]:
        """Yield the bytes from ``start`` up to, not including, ``end``, in chunks of at most ``CHUNK``."""
        path = self._path(key)
        for begin in range(start, end, CHUNK):
            with _translate_errors():
                try:
                    chunk = cast(
                        "bytes", self._files.cat_file(path, start=begin, end=min(begin + CHUNK, end))
                    )
                except FileNotFoundError:
                    raise MediaMissing from None
            yield chunk

    def delete(self, key: str) -> None:
        """Delete the file and its variants, if they exist."""
        with _translate_errors():
            if self._files.exists(path := self._path(key)):
                self._files.rm_file(path)
            self._delete_variants(PurePosixPath(key).stem)

    def save_variant(self, key: str, name: str, content: bytes) -> None:
        """Store a variant of the file durably, in place of an earlier one.

        Args:
            name: of the variant, in lower-case letters and digits, with an extension.
        """
        with _translate_errors():
            self._write(self._variant(key, name), content)

    def read_variant(self, key: str, name: str) -> bytes | None:
        """Return a variant of the file; None if it is not made yet."""
        with _translate_errors():
            try:
                return cast("bytes", self._files.cat_file(self._variant(key, name)))
            except FileNotFoundError:
                return None

    def delete_stray_variants(self) -> int:
        """Delete the variants of files that are gone. Returns how many.

        One that was being made while its original was deleted may be left.
        """
        with _translate_errors():
            names = [PurePosixPath(name) for name in cast("list[str]", self._files.find(self._root))]
            originals = {name.stem for name in names if is_key(f"{name.parent.name}/{name.name}")}
            variants = [name for name in names if _VARIANTS in name.parts[-4:-2]]
            strays = {name.parent.name for name in variants} - originals
            for digest in strays:
                self._delete_variants(digest)
            return sum(name.parent.name in strays for name in variants)

    def check(self) -> None:
        """Write and delete a file. Raises MediaStoreError if that is impossible."""
        probe = f"{self._root}/.check-{secrets.token_hex(4)}"  # another process may check at the same time
        with _translate_errors():
            self._write(probe, b"")
            self._files.rm_file(probe)

    def keys(self, before: datetime | None = None) -> list[str]:
        """Return the keys of all files, or of those written before then, in order."""
        with _translate_errors():
            names = [PurePosixPath(name) for name in cast("list[str]", self._files.find(self._root))]
            found = sorted(key for name in names if is_key(key := f"{name.parent.name}/{name.name}"))
            return [key for key in found if before is None or self._modified_at(key) < before]

    def _path(self, key: str) -> str:
        if not _KEY.fullmatch(key):
            raise MediaMissing
        return f"{self._root}/{key}"

    def _variant(self, key: str, name: str) -> str:
        if not _KEY.fullmatch(key) or not _VARIANT.fullmatch(name):
            raise MediaMissing
        return f"{self._variants_of(PurePosixPath(key).stem)}/{name}"

    def _variants_of(self, digest: str) -> str:
        return f"{self._root}/{_VARIANTS}/{digest[:2]}/{digest}"

    def _delete_variants(self, digest: str) -> None:
        if self._files.exists(folder := self._variants_of(digest)):
            self._files.rm(folder, recursive=True)

    def _modified_at(self, key: str) -> datetime:
        at = cast("datetime", self._files.modified(self._path(key)))
        return at.replace(tzinfo=at.tzinfo or UTC)

    def _has(self, key: str, size: int) -> bool:
        """Return whether the whole file is there: not every storage writes files atomically."""
        path = self._path(key)
        return self._files.exists(path) and self._files.size(path) == size

    def _write(self, path: str, content: bytes) -> None:
        if isinstance(self._files, LocalFileSystem):
            _write_atomically(Path(path), Path(self._root), content)
        else:
            self._files.pipe_file(path, content)


def _open(url: str) -> tuple[Any, str]:
    try:
        # Without a cache of listings, files of other processes are seen.
        files, root = cast("tuple[Any, str]", url_to_fs(url, use_listings_cache=False))
        if isinstance(files, LocalFileSystem):
            Path(root).mkdir(mode=0o700, parents=True, exist_ok=True)
    except (ImportError, ValueError) as error:
        raise SettingsError(f"SCRAPBOOK_MEDIA_URL: {error}") from None
    except OSError as error:
        raise SettingsError(f"SCRAPBOOK_MEDIA_URL: {error.strerror}: {url}") from None
    return files, root.rstrip("/")


def _write_atomically(path: Path, root: Path, content: bytes) -> None:
    """Write to a temporary file, fsync, rename: a power cut never leaves a partial file."""
    for folder in reversed(path.relative_to(root).parents[:-1]):
        (root / folder).mkdir(mode=0o700, exist_ok=True)
    temporary = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        temporary.touch(mode=0o600, exist_ok=False)
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        for folder in (path.parent, path.parent.parent):
            sync(folder)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def _translate_errors() -> Generator[None]:
    try:
        yield
    except MediaStoreError:
        raise
    except Exception as error:  # noqa: BLE001 - each storage raises errors of its own
        # Their messages may contain URLs and credentials.
        raise MediaStoreError(f"The media storage failed: {type(error).__name__}") from None
