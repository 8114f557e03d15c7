"""The files of an export: one file, a folder, or an archive, opened for reading only.

An archive is never unpacked to the disk. Its names are only keys: a name that leads out of the archive, a
link and an encrypted file are left out and reported.
"""

import gzip
import os
import stat
import tarfile
import tempfile
import zipfile
import zlib
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO, BinaryIO, cast
from urllib.parse import unquote

from scrapbook.errors import ScrapbookError
from scrapbook.model.imported import ImportedFile, Skipped

MAX_FILES = 250_000
"""Files of a folder or archive. A large collection of notes has some ten thousand."""

MAX_UNPACKED = 64 * 2**30
"""Bytes of all files of an archive."""

MAX_RATIO, MIN_SUSPECT = 200, 512 * 2**20
"""How many times its size an archive may unpack to, if that is more than so many bytes. Texts come to 10."""

MAX_WHOLE = 64 * 2**20
"""Bytes of a file that is read at once; longer ones are read in parts, or not at all."""


class ExportUnreadable(ScrapbookError):
    """A file, folder or archive cannot be read."""


class FileTooLarge(ExportUnreadable):
    """A file is larger than what is read at once."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an export.

    Attributes:
        path: from the top of the export, with slashes.
        size: bytes, as the file system or archive says.
        opener: returns the content.
    """

    path: str
    size: int
    opener: Callable[[], BinaryIO] = field(repr=False, compare=False)

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """The path without its last part; empty at the top."""
        return self.path.rpartition("/")[0]

    @property
    def stem(self) -> str:
        """The name without its extension."""
        stem, dot, _ = self.name.rpartition(".")
        return stem if dot and stem else self.name

    @property
    def suffix(self) -> str:
        """The extension in lower case, with its dot; empty without one."""
        stem, dot, ending = self.name.rpartition(".")
        return f".{ending}".lower() if dot and stem else ""

    def open(self) -> BinaryIO:
        """Open the file. Raises ExportUnreadable if that fails."""
        try:
            return self.opener()
        except READ_ERRORS as error:
            raise ExportUnreadable(f"{self.path} cannot be opened: {_reason(error)}.") from error

    def read(self, limit: int = MAX_WHOLE) -> bytes:
        """Return the content. Raises FileTooLarge, or ExportUnreadable if it is damaged."""
        if self.size > limit:
            raise FileTooLarge(f"{self.path} is larger than {limit // 2**20} MB.")
        try:
            with self.open() as content:
                found = content.read(limit + 1)
        except READ_ERRORS as error:
            raise ExportUnreadable(f"{self.path} is damaged: {_reason(error)}.") from error
        if len(found) > limit:
            raise FileTooLarge(f"{self.path} is larger than {limit // 2**20} MB.")
        return found

    def head(self, size: int) -> bytes:
        """Return the first bytes. Raises ExportUnreadable if it is damaged."""
        try:
            with self.open() as content:
                return content.read(size)
        except READ_ERRORS as error:
            raise ExportUnreadable(f"{self.path} is damaged: {_reason(error)}.") from error

    def as_file(self) -> ImportedFile:
        """Return it as a file that comes with an entry."""
        return ImportedFile(self.path, self.size, self.open)


READ_ERRORS = (
    *(OSError, EOFError, zipfile.BadZipFile, zlib.error, tarfile.TarError, gzip.BadGzipFile),
    *(RuntimeError, NotImplementedError, ValueError),
)
"""What reading a damaged, encrypted or unknown archive raises."""


@dataclass
class Source:
    """An export.

    Attributes:
        name: of the file or folder, for messages.
        members: by their paths, in order of these.
        refused: what was left out when the names were read.
    """

    name: str
    members: Mapping[str, Member]
    refused: list[Skipped] = field(default_factory=list)
    folders: frozenset[str] = frozenset()

    def find(self, path: str, beside: Member | None = None) -> Member | None:
        """Return the file at a path in the export, or beside another file. None if there is none."""
        for written in dict.fromkeys((path, unquote(path))):
            folder = beside.folder if beside else ""
            for start in (f"{folder}/", ""):
                if found := self._member(_normal(start + written.replace("\\", "/"))):
                    return found
        return None

    def find_by_name(self, name: str) -> Member | None:
        """Return the file of that name, wherever it is. None if there is none."""
        wanted = unquote(name).replace("\\", "/").rpartition("/")[2].casefold()
        return self._by_name.get(wanted)

    def find_beginning(self, start: str) -> Member | None:
        """Return a file whose name begins so, and goes on with no letter or digit. None if there is none."""
        names = self._names
        for name in names[bisect_left(names, start) :]:
            if not name.startswith(start):
                return None
            if not name[len(start) : len(start) + 1].isalnum():
                return self.find_by_name(name)
        return None

    def _member(self, path: str | None) -> Member | None:
        return self.members.get(path) if path else None

    @cached_property
    def _names(self) -> list[str]:
        return sorted(member.name for member in self.members.values())

    @cached_property
    def _by_name(self) -> dict[str, Member]:
        return {member.name.casefold(): member for member in reversed(list(self.members.values()))}

    def close(self) -> None:
        """Close what the source holds open."""


class _FileSource(Source):
    """One file; what it names is looked for beside it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.name, {path.name: _of_path(path, path.name)})
        self._folder = path.parent

    def _member(self, path: str | None) -> Member | None:
        if path is None:
            return None
        if path in self.members:
            return self.members[path]
        beside = self._folder / path
        if not beside.is_file() or not beside.resolve().is_relative_to(self._folder.resolve()):
            return None
        return _of_path(beside, path)

    def find_by_name(self, name: str) -> Member | None:
        return self._member(_normal(unquote(name).replace("\\", "/").rpartition("/")[2]))

    @cached_property
    def _names(self) -> list[str]:
        return sorted(path.name for path in self._folder.iterdir() if path.is_file())


class _ArchiveSource(Source):
    """An archive that is held open."""

    def __init__(
        self, name: str, members: Mapping[str, Member], refused: list[Skipped], *held: Callable[[], None]
    ) -> None:
        super().__init__(name, members, refused)
        self._held = held

    def close(self) -> None:
        for close in self._held:
            close()


def open_source(path: Path) -> Source:
    """Open a file, folder or archive. Raises ExportUnreadable if it cannot be read."""
    try:
        if path.is_dir():
            return _folder(path)
        if not path.is_file():
            raise ExportUnreadable(f"There is no file or folder {path}.")
        if zipfile.is_zipfile(path):
            return _zip(path)
        if _is_gzip(path):
            return _gzip(path)
        if tarfile.is_tarfile(path):
            return _tar(path.name, path.open("rb"), path.stat().st_size)
        if path.open("rb").read(4) == b"PK\x03\x04":
            raise ExportUnreadable(f"{path.name} is a ZIP that is cut short. Export it again.")
        return _FileSource(path)
    except READ_ERRORS as error:
        raise ExportUnreadable(f"{path.name} cannot be read: {_reason(error)}.") from error


def _folder(path: Path) -> Source:
    members: dict[str, Member] = {}
    refused: list[Skipped] = []
    folders: set[str] = set()
    for where, names, files in os.walk(path):
        names.sort()
        place = Path(where).relative_to(path)
        folders.update((place / name).as_posix() for name in names)
        for name in sorted(files):
            relative = (place / name).as_posix()
            if (Path(where) / name).is_symlink():
                refused.append(Skipped(relative, "It is a link to another file, and links are not followed."))
            elif (Path(where) / name).is_file():
                members[relative] = _of_path(Path(where) / name, relative)
        _refuse_more_than(len(members), path.name)
    return Source(path.name, dict(sorted(members.items())), refused, frozenset(folders))


def _of_path(path: Path, relative: str) -> Member:
    return Member(relative, path.stat().st_size, lambda: path.open("rb"))


def _zip(path: Path) -> Source:
    archive = zipfile.ZipFile(path)
    found = archive.infolist()
    _refuse_more_than(len(found), path.name)
    _refuse_bomb(sum(info.file_size for info in found), path.stat().st_size, path.name)

    def members() -> Iterator[tuple[str, Member | str]]:
        for info in found:
            if info.is_dir():
                continue
            name = _zip_name(info)
            if stat.S_ISLNK(info.external_attr >> 16):
                yield name, "It is a link, and links are not followed."
            elif info.flag_bits & 1:
                yield name, "It is encrypted."
            else:
                yield name, Member(name, info.file_size, lambda info=info: cast(BinaryIO, archive.open(info)))

    return _ArchiveSource(path.name, *_safe(members()), archive.close)


def _zip_name(info: zipfile.ZipInfo) -> str:
    """Return the name. One without the mark for UTF-8 may be UTF-8 all the same, as many programs write."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode()
    except UnicodeError:
        return info.filename


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as content:
        return content.read(3) == b"\x1f\x8b\x08"


def _gzip(path: Path) -> Source:
    """Unpack into a temporary file without a name: an archive in it is read in any order."""
    unpacked = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - held open by the source
    size = 0
    with gzip.open(path) as packed:
        while part := packed.read(2**20):
            size += len(part)
            _refuse_bomb(size, path.stat().st_size, path.name)
            unpacked.write(part)
    unpacked.seek(0)
    if tarfile.is_tarfile(cast(IO[bytes], unpacked)):
        unpacked.seek(0)
        return _tar(path.name, unpacked, size)
    name = path.name.removesuffix(".gz")

    def reopened() -> BinaryIO:
        return cast(BinaryIO, gzip.open(path))

    return _ArchiveSource(path.name, {name: Member(name, size, reopened)}, [], unpacked.close)


def _tar(name: str, content: BinaryIO, size: int) -> Source:
    archive = tarfile.open(fileobj=content, mode="r:")  # noqa: SIM115 - held open by the source
    found: list[tarfile.TarInfo] = []
    for info in archive:
        found.append(info)
        _refuse_more_than(len(found), name)
    _refuse_bomb(sum(info.size for info in found if info.isreg()), max(size, 1), name)

    def opener(info: tarfile.TarInfo) -> BinaryIO:
        opened = archive.extractfile(info)
        if opened is None:
            raise OSError("it has no content")
        return cast(BinaryIO, opened)

    def members() -> Iterator[tuple[str, Member | str]]:
        for info in found:
            if info.isdir():
                continue
            if not info.isreg():
                yield info.name, "It is a link or a device, and is not followed."
            else:
                yield info.name, Member(info.name, info.size, lambda info=info: opener(info))

    return _ArchiveSource(name, *_safe(members()), archive.close, content.close)


def _safe(found: Iterator[tuple[str, "Member | str"]]) -> tuple[dict[str, Member], list[Skipped]]:
    """Return the members whose names stay inside, and what was left out."""
    members: dict[str, Member] = {}
    refused: list[Skipped] = []
    for name, member in found:
        path = None if name.startswith(("/", "\\")) or name[1:2] == ":" else _normal(name.replace("\\", "/"))
        if path is None:
            refused.append(Skipped(name, "Its name leads out of the archive."))
        elif isinstance(member, str):
            refused.append(Skipped(path, member))
        elif path.startswith("__MACOSX/") or path.endswith("/.DS_Store"):
            continue
        else:
            members[path] = Member(path, member.size, member.opener)
    return dict(sorted(members.items())), refused


def _normal(path: str) -> str | None:
    """Return a path without ``.`` and ``..``. None if it is empty, or leads out."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    if any("\0" in part for part in parts):
        return None
    return "/".join(parts) or None


def _refuse_more_than(count: int, name: str) -> None:
    if count > MAX_FILES:
        raise ExportUnreadable(f"{name} has more than {MAX_FILES:,} files. Import it in parts.")


def _refuse_bomb(unpacked: int, packed: int, name: str) -> None:
    if unpacked > MAX_UNPACKED or (unpacked > MIN_SUSPECT and unpacked > packed * MAX_RATIO):
        raise ExportUnreadable(
            f"{name} unpacks to more than its size allows. No program exports such a file."
        )


def _reason(error: BaseException) -> str:
    return (error.strerror if isinstance(error, OSError) and error.strerror else str(error)).rstrip(".")
