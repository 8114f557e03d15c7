"""``scrapbook backup``: copy everything that is stored into one file, while the scrapbook is running.

DBOS's database is not in it. It knows only what is in progress. A restored scrapbook does not go on with that
by itself, so that nothing is answered twice.
"""

import json
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from scrapbook import __version__
from scrapbook.errors import MediaMissing, ScrapbookError, SettingsError
from scrapbook.media.fsync import sync
from scrapbook.media.storage import MediaStore
from scrapbook.observability.disk import free
from scrapbook.ops import archive
from scrapbook.ops.archive import (
    ACCOUNT,
    DATABASES,
    FORMAT,
    MANIFEST,
    MEDIA,
    SCRAPBOOK,
    SETTINGS,
    ArchiveWriter,
    BackupDamaged,
    Manifest,
    OnProgress,
)
from scrapbook.settings import Settings
from scrapbook.store import sqlite_snapshot


class BackupFailed(ScrapbookError):
    """The backup was not made; the message says why. No existing file was changed."""


def make(settings: Settings, target: Path, on_progress: OnProgress) -> tuple[Path, Manifest]:
    """Back up into a file, and verify it before it gets its name. Returns its path and its manifest.

    Args:
        target: the file, which must not exist; or a folder, in which the file is named by the time.

    Raises:
        SettingsError: the scrapbook is not on SQLite, or there is none yet.
        BackupFailed, StoreUnavailable, MediaStoreError: the backup could not be made.
    """
    _check_can_be_backed_up(settings)
    made_at = datetime.now(UTC)
    path = target / f"scrapbook-{made_at:%Y%m%d-%H%M%S}.tar.gz" if target.is_dir() else target
    if path.exists():
        raise BackupFailed(f"{path} is there already")
    try:
        with tempfile.TemporaryDirectory(prefix=".scrapbook-", dir=path.parent) as folder:
            draft = Path(folder) / "archive"
            _check_space(settings, path.parent)
            _write(settings, draft, made_at, on_progress)
            with tempfile.TemporaryDirectory(dir=folder) as check_folder:
                manifest = _verify(draft, Path(check_folder), on_progress)
            sync(draft)
            draft.replace(path)
            sync(path.parent)
    except OSError as error:
        raise BackupFailed(f"{path}: {error.strerror}") from error
    return path, manifest


def _verify(draft: Path, folder: Path, on_progress: OnProgress) -> Manifest:
    """Read the archive as a restore does, and compare each table's number of rows.

    Raises:
        BackupDamaged: a file differs from what was written.
    """
    manifest, _ = archive.read(draft, on_progress, lambda name: folder / name if name in DATABASES else None)
    for name, expected in manifest.counts.items():
        if sqlite_snapshot.counts(folder / name) != expected:
            raise BackupDamaged(f"{name} has another number of rows than when it was backed up")
    return manifest


def _check_can_be_backed_up(settings: Settings) -> None:
    if not settings.is_sqlite:
        raise SettingsError(
            "The database is on a PostgreSQL server: back it up with pg_dump --format=custom, which takes "
            "the scrapbook's tables and the schema dbos at one moment, and copy the media folder after it"
        )
    if SCRAPBOOK not in dict(_database_paths(settings)):
        raise SettingsError("There is no scrapbook yet with these settings")


def _check_space(settings: Settings, folder: Path) -> None:
    needed = sum(path.stat().st_size for _, path in _database_paths(settings))
    if free(folder) < 2 * needed:
        raise BackupFailed(f"{folder}: there is no room for a backup of {2 * needed // 2**20:,} MiB")


def _write(settings: Settings, draft: Path, made_at: datetime, on_progress: OnProgress) -> None:
    with archive.written(draft) as writer:
        counts: dict[str, Mapping[str, int]] = {}
        with tempfile.TemporaryDirectory(dir=draft.parent) as folder:
            for path in _copy_databases(settings, Path(folder), on_progress):
                counts[path.name] = sqlite_snapshot.counts(path)
                with path.open("rb") as content:
                    writer.add(path.name, content, path.stat().st_size)
        if (account := settings.data_dir / ACCOUNT).exists():
            writer.put(ACCOUNT, account.read_bytes())
        writer.put(SETTINGS, json.dumps(_without_secrets(settings), indent=1).encode())
        _add_media(MediaStore(settings.media_url), writer, on_progress)
        contents = writer.contents
        manifest = Manifest(
            format=FORMAT,
            made_at=made_at,
            release=__version__,
            counts=counts,
            checksums=dict(contents.checksums),
            media=contents.media,
        )
        writer.put(MANIFEST, manifest.to_json())


def _copy_databases(settings: Settings, folder: Path, on_progress: OnProgress) -> list[Path]:
    sources = _database_paths(settings)
    for index, (name, source) in enumerate(sources):
        on_progress("Copying the databases", index, len(sources))
        sqlite_snapshot.copy(source, folder / name)
    return [folder / name for name, _ in sources]


def _add_media(files: MediaStore, writer: ArchiveWriter, on_progress: OnProgress) -> None:
    keys = files.keys()
    for index, key in enumerate(keys):
        on_progress("Pictures and sounds", index, len(keys))
        try:
            writer.put(f"{MEDIA}{key}", files.read(key))
        except MediaMissing:  # deleted meanwhile
            continue


def _without_secrets(settings: Settings) -> dict[str, str]:
    """Return the settings that were set, without secrets, for a new installation."""
    return {
        field.validation_alias: str(value)
        for name, field in Settings.model_fields.items()
        if isinstance(field.validation_alias, str)
        and name in settings.model_fields_set
        and not isinstance(value := getattr(settings, name), SecretStr)
        and "@" not in str(value)  # a URL that may have a password in it
    }


def _database_paths(settings: Settings) -> list[tuple[str, Path]]:
    """Return the databases that exist."""
    paths = {name: settings.data_dir / name for name in DATABASES}
    paths[SCRAPBOOK] = Path(settings.database_url.removeprefix("sqlite:///"))
    return [(name, paths[name]) for name in DATABASES if paths[name].exists()]
