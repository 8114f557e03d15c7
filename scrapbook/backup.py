"""``scrapbook backup``: everything that is kept, in one file, while the house is running.

The engine's database is copied first, then the scrapbook's, with inbox and outbox. Whatever had come in when
the backup was begun is therefore in it: what the engine had finished by then has its result in the second
copy. Copied the other way round, a memo could be finished in the one and not yet be there in the other. What
is under way in either copy ``restoring`` leaves to the inbox, so that nothing is answered twice by itself.
"""

import gzip
import hashlib
import io
import json
import os
import tarfile
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from pydantic import SecretStr

from scrapbook import __version__
from scrapbook.disk import free
from scrapbook.errors import MediaMissing, ScrapbookError, SettingsError
from scrapbook.media import MediaStore, is_key
from scrapbook.settings import Settings
from scrapbook.store import copying

JOURNEY = "journey.db"
SCRAPBOOK = "scrapbook.db"
# The first two in the order in which they must be copied.
DATABASES = (JOURNEY, SCRAPBOOK, "phone.db")
FILES = ("phone-account.json",)
MEDIA = "media/"
MANIFEST = "manifest.json"
SETTINGS = "settings.json"

FORMAT = 1
# Pictures and sounds are small already, and texts become a third at the lowest level.
COMPRESSION = 1
CHUNK = 2**20

OnProgress = Callable[[str, int, int], None]
"""Told what is being done, and how many of how many are done."""


class BackupFailed(ScrapbookError):
    """The backup was not made; the message says why. What was there before is still there."""


class BackupDamaged(ScrapbookError):
    """The file is no backup of a scrapbook, or it is damaged."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is in a backup.

    Attributes:
        release: of the scrapbook that made it.
        counts: rows, by database and table.
        checksums: SHA-256 of every file, by its name in the archive.
    """

    made_at: datetime
    release: str
    counts: Mapping[str, Mapping[str, int]]
    checksums: Mapping[str, str]

    def to_json(self) -> bytes:
        values = {
            "format": FORMAT,
            "made_at": self.made_at.isoformat(),
            "release": self.release,
            "counts": self.counts,
            "checksums": self.checksums,
        }
        return json.dumps(values, indent=1).encode()

    @classmethod
    def from_json(cls, content: bytes) -> "Manifest":
        values: dict[str, Any] = json.loads(content)
        if values["format"] > FORMAT:
            raise BackupDamaged(f"It was made by a newer scrapbook, release {values['release']}")
        made_at = datetime.fromisoformat(values["made_at"])
        return cls(made_at, values["release"], values["counts"], values["checksums"])

    @property
    def media(self) -> int:
        return sum(name.startswith(MEDIA) for name in self.checksums)


def make(settings: Settings, target: Path, tell: OnProgress) -> tuple[Path, Manifest]:
    """Back up into a file, or into a folder under a name with the time; verified before it gets that name.

    Raises:
        SettingsError: the scrapbook is not in a file of its own, or there is none yet.
        BackupFailed, StoreUnavailable, MediaStoreError: it could not be made.
    """
    _check_can_be_backed_up(settings)
    made_at = datetime.now(UTC)
    path = target / f"scrapbook-{made_at:%Y%m%d-%H%M%S}.tar.gz" if target.is_dir() else target
    if path.exists():
        raise BackupFailed(f"{path} is there already")
    try:
        with tempfile.TemporaryDirectory(prefix=".scrapbook-", dir=path.parent) as folder:
            draft = Path(folder) / "archive"
            _check_there_is_room(settings, path.parent)
            _write(settings, draft, made_at, tell)
            with tempfile.TemporaryDirectory(dir=folder) as again:
                manifest = unpack(draft, Path(again), tell, with_media=False)
            draft.replace(path)
    except OSError as error:
        raise BackupFailed(f"{path}: {error.strerror}") from error
    return path, manifest


def unpack(archive: Path, folder: Path, tell: OnProgress, *, with_media: bool = True) -> Manifest:
    """Everything in the archive, checked: each file against its checksum, the databases as such.

    Args:
        with_media: whether pictures and sounds are written too, or only checked.

    Raises:
        BackupDamaged: something in it is not as it was, or is missing.
    """
    found: dict[str, str] = {}
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for member in tar:
                content = tar.extractfile(member)
                if content is None or not _is_ours(member.name):
                    raise BackupDamaged(f"{archive} holds something that no backup does: {member.name}")
                tell("Checking", len(found), 0)
                is_written = with_media or not member.name.startswith(MEDIA)
                found[member.name] = _taken_out(content, folder / member.name if is_written else None)
        manifest = Manifest.from_json((folder / MANIFEST).read_bytes())
        del found[MANIFEST]
    except BackupDamaged:
        raise
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, OSError, ValueError, KeyError) as error:
        raise BackupDamaged(f"{archive} cannot be read as a backup ({type(error).__name__})") from error
    if found != dict(manifest.checksums):
        raise BackupDamaged(f"{archive} is damaged: what is in it is not what was put in")
    for name, expected in manifest.counts.items():
        if copying.counts(folder / name) != expected:
            raise BackupDamaged(f"{archive} is damaged: {name} does not hold what it did")
    return manifest


def _check_can_be_backed_up(settings: Settings) -> None:
    if not settings.is_sqlite:
        raise SettingsError(
            "The database is on a PostgreSQL server: back it up with pg_dump --format=custom, which takes "
            "the scrapbook and the engine's schema dbos at one moment, and copy the media folder after it"
        )
    if SCRAPBOOK not in dict(_databases(settings)):
        raise SettingsError("There is no scrapbook yet with these settings")


def _check_there_is_room(settings: Settings, folder: Path) -> None:
    needed = sum(path.stat().st_size for _, path in _databases(settings))
    if free(folder) < 2 * needed:
        raise BackupFailed(f"{folder}: there is no room for a backup of {2 * needed // 2**20:,} MiB")


def _write(settings: Settings, draft: Path, made_at: datetime, tell: OnProgress) -> None:
    draft.touch(mode=0o600)
    with tarfile.open(draft, "w:gz", compresslevel=COMPRESSION) as tar:
        archive = _Archive(tar)
        counts: dict[str, dict[str, int]] = {}
        with tempfile.TemporaryDirectory(dir=draft.parent) as folder:
            copies = _copied(settings, Path(folder), tell)
            for path in copies:
                counts[path.name] = copying.counts(path)
                with path.open("rb") as content:
                    archive.add(path.name, content, path.stat().st_size)
        for name in FILES:
            if (path := settings.data_dir / name).exists():
                archive.put(name, path.read_bytes())
        archive.put(SETTINGS, json.dumps(_without_secrets(settings), indent=1).encode())
        _add_media(MediaStore(settings.media_url), archive, tell)
        manifest = Manifest(made_at, __version__, counts, dict(archive.checksums))
        archive.put(MANIFEST, manifest.to_json())


def _copied(settings: Settings, folder: Path, tell: OnProgress) -> list[Path]:
    sources = _databases(settings)
    for number, (name, source) in enumerate(sources):
        tell("Copying the databases", number, len(sources))
        copying.copy(source, folder / name)
    return [folder / name for name, _ in sources]


def _add_media(files: MediaStore, archive: "_Archive", tell: OnProgress) -> None:
    keys = files.keys()
    for number, key in enumerate(keys):
        tell("Pictures and sounds", number, len(keys))
        try:
            archive.put(f"{MEDIA}{key}", files.read(key))
        except MediaMissing:  # thrown away meanwhile
            continue


class _Archive:
    """A tar that keeps the checksums of what is put into it."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.checksums: dict[str, str] = {}

    def put(self, name: str, content: bytes) -> None:
        self.add(name, io.BytesIO(content), len(content))

    def add(self, name: str, content: IO[bytes], size: int) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = size, 0o600, int(time.time())
        self.checksums[name] = _taken_out(content, None)
        content.seek(0)
        self._tar.addfile(member, content)


def _taken_out(content: IO[bytes], target: Path | None) -> str:
    """Its checksum; written to the target, if there is one, on the way."""
    digest = hashlib.sha256()
    with _written_to(target) as file:
        while chunk := content.read(CHUNK):
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()


def _written_to(target: Path | None) -> IO[bytes]:
    if target is None:
        return Path(os.devnull).open("wb")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    target.touch(mode=0o600)
    return target.open("wb")


def _is_ours(name: str) -> bool:
    return name in {*DATABASES, *FILES, SETTINGS, MANIFEST} or (
        name.startswith(MEDIA) and is_key(name.removeprefix(MEDIA))
    )


def _without_secrets(settings: Settings) -> dict[str, str]:
    """For whoever sets it up again: what was set, but nothing that must be kept secret."""
    return {
        field.validation_alias: str(value)
        for name, field in Settings.model_fields.items()
        if isinstance(field.validation_alias, str)
        and name in settings.model_fields_set
        and not isinstance(value := getattr(settings, name), SecretStr)
        and "@" not in str(value)  # an address that may have a password in it
    }


def _databases(settings: Settings) -> list[tuple[str, Path]]:
    """Those that are there, in the order in which they must be copied."""
    places = {name: settings.data_dir / name for name in DATABASES}
    places[SCRAPBOOK] = Path(settings.database_url.removeprefix("sqlite:///"))
    return [(name, places[name]) for name in DATABASES if places[name].exists()]
