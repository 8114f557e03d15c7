"""The file of a backup: a gzipped tar of files with known names, the manifest last.

``read`` trusts nothing in it. It reads the file from its first byte to its last, in pieces of a bounded size,
and accepts regular files with the names of a backup only. Whoever wrote the file chose its checksums, too, so
they show that it is whole, not who made it.
"""

import gzip
import hashlib
import io
import os
import tarfile
import time
import zlib
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated, Self, cast

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from typing_extensions import override

from scrapbook.errors import ScrapbookError
from scrapbook.media.storage import is_key

SCRAPBOOK = "scrapbook.db"
PHONE = "phone.db"
DATABASES = (SCRAPBOOK, PHONE)
ACCOUNT = "phone-account.json"
SETTINGS = "settings.json"
MANIFEST = "manifest.json"
MEDIA = "media/"

DBOS_OF_OLDER = "journey.db"
"""DBOS's database, which backups of format 1 hold. It is checked, and not restored."""

FORMAT = 2
"""1 has the checksum of each picture and recording; 2 has one of all."""

# The lowest level makes text a third, and media do not become smaller at any level.
COMPRESSION = 1
CHUNK = 2**20
"""Bytes in memory at a time."""

MAX_SMALL = 2**20
MAX_MEDIA = 128 * 2**20
"""Bytes of one picture or recording: twice what a recording that is fetched may have."""
MAX_MANIFEST = 64 * 2**20
"""Bytes: some 400,000 files in format 1."""

MAX_DATABASE_RATIO = 50
"""Bytes of databases for each byte of the archive. Text comes to less than 10, the zeros of a bomb to more
than 200."""
FREE_OF_RATIO = 64 * 2**20
"""Bytes of databases that an archive of any size may have: a small one has many empty pages."""

SQLITE_MAGIC = b"SQLite format 3\0"
SQLITE_HEADER = 100
"""Bytes."""

OnProgress = Callable[[str, int, int], None]
"""Called with what is done, how many are done, and how many there are; 0 if that is not known."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0)]


class BackupDamaged(ScrapbookError):
    """The file is no backup of a scrapbook, or is damaged."""


class MediaSummary(BaseModel):
    """All pictures and recordings of a backup.

    Attributes:
        files: how many.
        bytes: how many they have together.
        checksum: SHA-256 over ``name checksum`` of each, in the order of the archive, a line each.
    """

    model_config = ConfigDict(frozen=True, strict=True)

    files: Count
    bytes: Count
    checksum: Sha256


class Manifest(BaseModel):
    """The contents of a backup, as its file ``manifest.json``.

    Attributes:
        release: of the scrapbook that made the backup.
        counts: the number of rows, by database and table.
        checksums: SHA-256 of every file, by its name in the archive; from format 2 on without media.
    """

    model_config = ConfigDict(frozen=True, strict=True)

    format: Annotated[int, Field(ge=1)]
    made_at: AwareDatetime
    release: Annotated[str, StringConstraints(max_length=100, pattern=r"^[\w.+-]*$")]
    counts: Mapping[str, Mapping[str, Count]]
    checksums: Mapping[str, Sha256]
    all_media: MediaSummary | None = Field(default=None, alias="media")

    @property
    def media(self) -> int:
        """How many pictures and recordings there are."""
        if self.all_media:
            return self.all_media.files
        return sum(name.startswith(MEDIA) for name in self.checksums)

    def to_json(self) -> bytes:
        """Return the manifest as the file in the archive has it."""
        return self.model_dump_json(indent=1, by_alias=True).encode()

    @classmethod
    def from_json(cls, content: bytes) -> "Manifest":
        """Return the manifest of a file. Raises BackupDamaged if it is none, or a newer release made it."""
        try:
            manifest = cls.model_validate_json(content)
        except ValidationError:
            raise BackupDamaged("its manifest cannot be read") from None
        if manifest.format > FORMAT:
            raise BackupDamaged(f"it was made by a newer scrapbook, release {manifest.release}")
        if SCRAPBOOK not in manifest.checksums or SCRAPBOOK not in manifest.counts:
            raise BackupDamaged("there is no scrapbook in it")
        return manifest


class Contents:
    """The files of a backup as they are written or read: their sizes and checksums."""

    def __init__(self) -> None:
        self.checksums: dict[str, str] = {}
        self.sizes: dict[str, int] = {}
        self._files, self._bytes = 0, 0
        self._digest = hashlib.sha256()

    def add(self, name: str, size: int, checksum: str) -> None:
        """Record a file. Of media only their sum is kept, so that it takes no memory for each."""
        if name.startswith(MEDIA):
            self._files, self._bytes = self._files + 1, self._bytes + size
            self._digest.update(f"{name} {checksum}\n".encode())
        else:
            self.checksums[name], self.sizes[name] = checksum, size

    @property
    def media(self) -> MediaSummary:
        return MediaSummary(files=self._files, bytes=self._bytes, checksum=self._digest.hexdigest())


class ArchiveWriter:
    """Writes files into an archive, and records their checksums."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.contents = Contents()

    def put(self, name: str, content: bytes) -> None:
        """Add a file."""
        self.add(name, io.BytesIO(content), len(content))

    def add(self, name: str, content: IO[bytes], size: int) -> None:
        """Add a file of ``size`` bytes, which is read twice."""
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = size, 0o600, int(time.time())
        self.contents.add(name, size, copy(content, None))
        content.seek(0)
        self._tar.addfile(member, content)
        vars(self._tar)["members"].clear()  # it would keep every one


@contextmanager
def written(path: Path) -> Generator[ArchiveWriter]:
    """Yield a writer of a new archive, readable by its owner only."""
    path.touch(mode=0o600)
    with tarfile.open(path, "w:gz", compresslevel=COMPRESSION, format=tarfile.GNU_FORMAT) as tar:
        yield ArchiveWriter(tar)


def read(
    archive: Path,
    on_progress: OnProgress,
    target_of: Callable[[str], Path | None] = lambda _: None,
    room: int | None = None,
) -> tuple[Manifest, Contents]:
    """Read an archive to its last byte, and check all that can be checked without opening its databases.

    Args:
        target_of: where to write the file of that name; None for nowhere.
        room: how many bytes the files may have together; None for any number.

    Raises:
        BackupDamaged: the archive is none of a backup, is damaged, cut short or changed, or needs more room.
        OSError: the archive cannot be read, or a file cannot be written.
    """
    contents, listing = Contents(), b""
    try:
        for number, (name, size, content) in enumerate(_files(archive, room)):
            on_progress("Checking", number, 0)
            if name == MANIFEST:
                listing = content.read()
            else:
                contents.add(name, size, copy(content, target_of(name)))
        manifest = Manifest.from_json(listing)
        _compare(manifest, contents)
    except BackupDamaged as error:
        raise BackupDamaged(f"{archive} cannot be restored: {error}.") from None
    except EOFError:
        raise BackupDamaged(f"{archive} cannot be restored: it is cut short.") from None
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, ValueError, OverflowError):
        raise BackupDamaged(f"{archive} cannot be restored: it is damaged, or no backup.") from None
    return manifest, contents


def copy(content: IO[bytes], target: Path | None) -> str:
    """Return the SHA-256 of the content, and write it to the new file ``target`` if there is one."""
    digest = hashlib.sha256()
    with _opened(target) as file:
        while chunk := content.read(CHUNK):
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()


def _opened(target: Path | None) -> IO[bytes]:
    if target is None:
        return Path(os.devnull).open("wb")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    target.touch(mode=0o600, exist_ok=False)
    return target.open("wb")


def _compare(manifest: Manifest, contents: Contents) -> None:
    """Compare the files with the manifest. Raises BackupDamaged."""
    media = manifest.all_media or _summary(manifest.checksums, contents.media.bytes)
    others = {name: sum_ for name, sum_ in manifest.checksums.items() if not name.startswith(MEDIA)}
    if others != contents.checksums or media != contents.media:
        raise BackupDamaged("it is damaged: its files do not match their checksums")


def _summary(checksums: Mapping[str, str], size: int) -> MediaSummary:
    """Return what format 2 says of the media that format 1 lists, in the order in which it lists them."""
    listed = Contents()
    for name, checksum in checksums.items():
        listed.add(name, 0, checksum)
    return listed.media.model_copy(update={"bytes": size})


_SMALL = {ACCOUNT: MAX_SMALL, SETTINGS: MAX_SMALL, MANIFEST: MAX_MANIFEST}
_DATABASES = (*DATABASES, DBOS_OF_OLDER)


def _files(archive: Path, room: int | None) -> Generator[tuple[str, int, IO[bytes]]]:
    """Yield name, size and content of each file. The content must be read before the next."""
    if not archive.is_file():
        raise BackupDamaged("it is not a file")
    largest = MAX_DATABASE_RATIO * archive.stat().st_size + FREE_OF_RATIO
    sums = {"databases": 0, "all": 0}
    with gzip.open(archive, "rb") as unpacked:
        stream = _Stream(cast("IO[bytes]", unpacked))
        for member, content in _members(stream):
            sums["all"] += member.size
            sums["databases"] += member.size if member.name in _DATABASES else 0
            if room is not None and sums["all"] > room:
                raise BackupDamaged(f"it needs more than the {room // 2**20:,} MiB that there is room for")
            if sums["databases"] > largest:
                raise BackupDamaged("it would unpack to far more than a database does")
            yield member.name, member.size, content
        stream.finish()


def _members(stream: "_Stream") -> Generator[tuple[tarfile.TarInfo, IO[bytes]]]:
    """Yield each file of the tar, after its name, its kind, its size and its place were checked."""
    earlier: set[str] = set()
    last = ""
    with tarfile.open(fileobj=cast("IO[bytes]", stream), mode="r:", tarinfo=_RegularFile) as tar:
        while (member := tar.next()) is not None:
            _check(member, earlier, last)
            content = tar.extractfile(member)
            if content is None:
                raise BackupDamaged("it is damaged")
            if member.name in DATABASES:
                _check_header(member, cast("io.BufferedReader", content).peek(SQLITE_HEADER))
            yield member, content
            last = member.name
            vars(tar)["members"].clear()  # it would keep every one
    if last != MANIFEST:
        raise EOFError


def _check(member: tarfile.TarInfo, earlier: set[str], last: str) -> None:
    name = member.name
    is_media = name.startswith(MEDIA) and is_key(name.removeprefix(MEDIA))
    if not is_media and name not in _SMALL and name not in _DATABASES:
        raise BackupDamaged(f"it has a file that no backup has: {ascii(name)[:100]}")
    # Media are in the order of their names, so that none comes twice.
    comes_twice = name <= last if is_media and last.startswith(MEDIA) else name in earlier
    if comes_twice or last == MANIFEST or (is_media and MEDIA in earlier and not last.startswith(MEDIA)):
        raise BackupDamaged(f"it has a file twice, or in the wrong place: {name}")
    earlier.add(MEDIA if is_media else name)
    limit = MAX_MEDIA if is_media else _SMALL.get(name)
    if member.size < 0 or (limit is not None and member.size > limit):
        raise BackupDamaged(f"a file in it is too large: {name}")


class _RegularFile(tarfile.TarInfo):
    """A header that is refused, before more is read, unless it is of a regular file.

    So no link, no device, and none of the extensions that can rename a file or claim gigabytes of names.
    """

    @classmethod
    @override
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        member = super().frombuf(buf, encoding, errors)
        if member.type not in {tarfile.REGTYPE, tarfile.AREGTYPE}:
            raise BackupDamaged(f"it has something that is not a file: {ascii(member.name)[:100]}")
        return member


class _Stream:
    """An unpacked archive as tarfile reads it: forwards only, and in pieces of at most ``CHUNK``."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._position = 0
        self._latest = b""

    def tell(self) -> int:
        return self._position

    def read(self, size: int) -> bytes:
        if not 0 <= size <= CHUNK:
            raise BackupDamaged("it is damaged")
        self._latest = self._file.read(size)
        self._position += len(self._latest)
        return self._latest

    def seek(self, position: int) -> int:
        while self._position < position and self.read(min(CHUNK, position - self._position)):
            pass
        if self._position != position:
            raise EOFError
        return position

    def finish(self) -> None:
        """Read what follows the end mark, up to the checksum of the whole. Raises BackupDamaged, EOFError."""
        if self._latest.strip(b"\0"):
            raise BackupDamaged("it is damaged")
        if len(self._latest) < tarfile.BLOCKSIZE or len(self.read(tarfile.BLOCKSIZE)) < tarfile.BLOCKSIZE:
            raise EOFError
        while True:
            if self._latest.strip(b"\0"):
                raise BackupDamaged("something follows its end")
            if not self.read(CHUNK):
                return


def _check_header(member: tarfile.TarInfo, header: bytes) -> None:
    """Raise BackupDamaged unless the first bytes are those of a database of the member's size.

    https://www.sqlite.org/fileformat.html#the_database_header
    """
    page = int.from_bytes(header[16:18]) if len(header) >= SQLITE_HEADER else 0
    page = 65536 if page == 1 else page
    if not header.startswith(SQLITE_MAGIC) or page == 0 or member.size % page:
        raise BackupDamaged(f"{member.name} in it is not a database")
