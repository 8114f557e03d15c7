"""``scrapbook restore``: create a data directory from a backup, which may be damaged, or made to do harm.

The file is read to its end and checked before anything is written. Then its databases are rebuilt: their rows
are copied into tables that this release makes. DBOS's database is made anew, and not read at all.

All that is written goes into a folder beside the target, which gets the target's name when it is complete and
on the disk. So a kill or a power cut leaves no target, or the whole of it.

Messages that were unfinished in the backup have most likely been finished since, by the installation that was
backed up. So they do not go on by themselves: ``scrapbook inbox`` lists them, and can retry them.
"""

import fcntl
import os
import shutil
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from scrapbook.channels.twilio.account import LocalCredentials
from scrapbook.emulators.twilio.database import open_database
from scrapbook.emulators.twilio.restored import make_safe
from scrapbook.errors import SettingsError
from scrapbook.media.fsync import sync, sync_all
from scrapbook.media.storage import MediaStore
from scrapbook.observability.disk import free
from scrapbook.ops import archive as archives
from scrapbook.ops.archive import (
    ACCOUNT,
    DATABASES,
    MEDIA,
    PHONE,
    SCRAPBOOK,
    SETTINGS,
    BackupDamaged,
    Contents,
    Manifest,
    OnProgress,
)
from scrapbook.store import Store
from scrapbook.store.rebuild import rebuild, rebuild_scrapbook
from scrapbook.workflows.engine import create_dbos_tables
from scrapbook.workflows.unfinished import UnfinishedMessages

RESTORED_PROBLEM = "it was on its way when the backup was made"

DATABASE_COPIES = 4
"""A database, the one that is rebuilt from it, and twice that for a migration and its journal."""
RESERVE = 64 * 2**20
"""Bytes that stay free."""


@dataclass(frozen=True, slots=True)
class Restored:
    """The result of a restore.

    Attributes:
        unfinished: how many messages ``scrapbook inbox`` lists.
    """

    manifest: Manifest
    unfinished: int


def restore(archive: Path, target: Path, tell: OnProgress, media_url: str = "") -> Restored:
    """Create the folder of a backup. It gets its name when all of it is checked, migrated and on the disk.

    Args:
        media_url: URL of the place for pictures and recordings; without it, ``media`` in the folder. They are
            written before the folder gets its name; existing files stay.

    Raises:
        MediaStoreError: pictures and recordings cannot be written there.
        SettingsError: the folder is not empty, is the current one, or cannot be created.
        BackupDamaged, StoreError: the file is no backup, or is damaged.
        DatabaseTooNew, DatabaseTooOld: it is of a release that this one cannot read.
    """
    try:
        if target.exists() and target.samefile("."):
            raise SettingsError(
                f"{target} is the current folder, and would be replaced: run the command from another one"
            )
        if target.exists() and any(target.iterdir()):
            raise SettingsError(
                f"{target} is not empty, and is not overwritten: name another folder with --to"
            )
        _check_before_writing(archive, target, tell)
        target.parent.mkdir(parents=True, exist_ok=True)
        with _folder_beside(target) as folder:
            restored = _restore_into(folder, archive, target, tell, media_url)
            (folder / "restored").replace(target)
            sync(target.parent)
    except OSError as error:
        raise SettingsError(f"{error.filename or target}: {error.strerror}") from error
    return restored


def _check_before_writing(archive: Path, target: Path, tell: OnProgress) -> None:
    """Raise BackupDamaged for whatever is wrong with the file, or if there is no room for its content."""
    room = free(target) - RESERVE
    _, contents = archives.read(archive, tell, room=max(room, 0))
    needed = contents.media.bytes + DATABASE_COPIES * sum(contents.sizes.values())
    if needed > room:
        raise BackupDamaged(f"{archive} cannot be restored: there is no room for {needed // 2**20:,} MiB.")


@contextmanager
def _folder_beside(target: Path) -> Generator[Path]:
    """Yield an empty folder on the target's disk. What a kill leaves of it, the next restore removes."""
    folder = target.with_name(f".{target.name}.restoring")
    folder.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SettingsError(f"Another restore is creating {target}: wait until it has ended") from None
        try:
            for left_over in folder.iterdir():
                shutil.rmtree(left_over)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(descriptor)


def _restore_into(folder: Path, archive: Path, target: Path, tell: OnProgress, media_url: str) -> Restored:
    """Make the restored data directory, ``restored`` in the folder."""
    unpacked, draft = folder / "unpacked", folder / "restored"
    unpacked.mkdir(mode=0o700)
    draft.mkdir(mode=0o700)
    place = _drafted(media_url, target, draft) if media_url else str(draft / MEDIA)
    media = draft if place == str(draft / MEDIA) else unpacked

    def target_of(name: str) -> Path | None:
        if name.startswith(MEDIA):
            return media / name
        return unpacked / name if name in {*DATABASES, ACCOUNT, SETTINGS} else None

    manifest, contents = archives.read(archive, tell, target_of)
    _rebuild_databases(unpacked, draft, manifest, tell)
    _check_small_files(unpacked, draft, contents)
    unfinished = _bring_up_to_date(draft / SCRAPBOOK)
    create_dbos_tables(f"sqlite:///{_private(draft / 'journey.db')}")
    if media is unpacked and manifest.media:
        _put_back(unpacked / MEDIA, MediaStore(place), tell)
    sync_all(draft)
    return Restored(manifest, unfinished)


def _rebuild_databases(unpacked: Path, draft: Path, manifest: Manifest, tell: OnProgress) -> None:
    """Copy the rows of the unpacked databases into new ones.

    Raises:
        StoreError, BackupDamaged: a database is damaged, or has not the rows that were backed up.
    """
    tell("Copying the databases", 0, len(DATABASES))
    rows = {SCRAPBOOK: rebuild_scrapbook(unpacked / SCRAPBOOK, draft / SCRAPBOOK)}
    if (unpacked / PHONE).exists():
        open_database(_private(draft / PHONE)).close()
        rows[PHONE] = rebuild(unpacked / PHONE, draft / PHONE)
        _make_phone_safe(draft / PHONE)
    for name, counts in rows.items():
        backed_up = manifest.counts.get(name, {})
        if any(backed_up.get(table) != count for table, count in counts.items()):
            raise BackupDamaged(
                f"{name} in the backup has another number of rows than when it was backed up."
            )


def _make_phone_safe(database: Path) -> None:
    try:
        make_safe(database)
    except ValueError:
        raise BackupDamaged(f"{PHONE} in the backup is damaged.") from None


def _check_small_files(unpacked: Path, draft: Path, contents: Contents) -> None:
    """Put the other files into the draft. Raises BackupDamaged if they are not what a scrapbook writes."""
    if ACCOUNT in contents.checksums:
        content = (unpacked / ACCOUNT).read_bytes()
        try:
            LocalCredentials.model_validate_json(content)
        except ValueError:
            raise BackupDamaged(f"{ACCOUNT} in the backup is damaged.") from None
        _private(draft / ACCOUNT).write_bytes(content)
    if SETTINGS in contents.checksums:
        (unpacked / SETTINGS).rename(draft / "restored-settings.json")


def _private(path: Path) -> Path:
    """Create an empty file that only its owner can read. Returns its path."""
    path.touch(mode=0o600, exist_ok=False)
    return path


def _drafted(url: str, target: Path, draft: Path) -> str:
    """Return the URL; of a place inside ``target``, the path of the same place in ``draft``."""
    path = Path(url.removeprefix("file://")).expanduser().absolute()
    return str(draft / path.relative_to(target)) if path.is_relative_to(target) else url


def _put_back(folder: Path, files: MediaStore, tell: OnProgress) -> None:
    kept = sorted(path for path in folder.rglob("*") if path.is_file())
    for number, path in enumerate(kept):
        tell("Pictures and sounds", number, len(kept))
        files.put_back(path.relative_to(folder).as_posix(), path.read_bytes())


def _bring_up_to_date(database: Path) -> int:
    """Migrate the tables, read all that is in them, end what was in progress, and sign everybody out.

    Returns:
        How many messages are unfinished.

    Raises:
        StoreError: there is something in a table that the app could not read.
    """
    with closing(Store.open(f"sqlite:///{database}")) as store:
        store.migrate()
        store.read_everything()
        with store.transaction() as tx:
            tx.outbound_messages.fail_all(RESTORED_PROBLEM, datetime.now(UTC))
            tx.inbox.fail_all(RESTORED_PROBLEM)
            # Who made the backup may know tokens of these.
            tx.sign_in_links.end_all()
            tx.export_links.end_all()
            tx.book_sessions.end_all()
        return len(UnfinishedMessages(None, store).unfinished())
