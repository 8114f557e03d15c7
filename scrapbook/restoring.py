"""``scrapbook restore``: a backup becomes a scrapbook again.

What was under way when the backup was made has most likely been finished since, by the house that it was made
of. So nothing of it goes on by itself: it stands in ``scrapbook inbox``, from where it can be tried again.
"""

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dbos import DBOSClient

from scrapbook import backup, old_queue
from scrapbook.backup import JOURNEY, MANIFEST, MEDIA, SCRAPBOOK, SETTINGS, Manifest, OnProgress
from scrapbook.engine import UNDER_WAY
from scrapbook.errors import SettingsError
from scrapbook.media import MediaStore
from scrapbook.store import Store
from scrapbook.unfinished import UnfinishedMessages

HELD = "it was on its way when the backup was made"


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of it.

    Attributes:
        unfinished: messages that stand in the inbox.
    """

    manifest: Manifest
    unfinished: int


def restore(archive: Path, target: Path, tell: OnProgress, media_url: str = "") -> Restored:
    """Make the folder of the backup; it appears when everything in it was checked and brought up to date.

    Args:
        media_url: where pictures and sounds go; ``media`` in the folder where nothing is said. They are there
            when the folder appears, and what is there already stays.

    Raises:
        MediaStoreError: that place does not take them.
        SettingsError: the folder holds something already, or cannot be made.
        BackupDamaged: the file is no whole backup.
        StoreError: it is of a newer release than this one.
    """
    if target.exists() and any(target.iterdir()):
        raise SettingsError(f"{target} is not empty, and is not overwritten: name another folder with --to")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".scrapbook-", dir=target.parent) as folder:
            draft = Path(folder) / "restored"
            draft.mkdir(mode=0o700)
            manifest = backup.unpack(archive, draft, tell)
            _bring_up_to_date(draft / SCRAPBOOK)
            unfinished = _unfinished(draft)
            (draft / MANIFEST).unlink()
            (draft / SETTINGS).rename(draft / "restored-settings.json")
            place = _drafted(media_url, target, draft) if media_url else str(draft / MEDIA)
            if manifest.media and place != str(draft / MEDIA):
                unpacked = (draft / MEDIA).rename(Path(folder) / MEDIA)
                _put_back(unpacked, MediaStore(place), tell)
            draft.replace(target)
    except OSError as error:
        raise SettingsError(f"{target}: {error.strerror}") from error
    return Restored(manifest, unfinished)


def _drafted(url: str, target: Path, draft: Path) -> str:
    """The same place, where it is in the folder that is still to appear."""
    path = Path(url.removeprefix("file://")).expanduser().absolute()
    return str(draft / path.relative_to(target)) if path.is_relative_to(target) else url


def _put_back(folder: Path, files: MediaStore, tell: OnProgress) -> None:
    kept = sorted(path for path in folder.rglob("*") if path.is_file())
    for number, path in enumerate(kept):
        tell("Pictures and sounds", number, len(kept))
        files.put_back(path.relative_to(folder).as_posix(), path.read_bytes())


def _bring_up_to_date(database: Path) -> None:
    store = Store.open(f"sqlite:///{database}")
    try:
        store.refuse_newer_schema()
        store.migrate()
        with store.transaction() as tx:
            tx.replies.hold(HELD, datetime.now(UTC))
            tx.inbox.hold(HELD)
    finally:
        store.close()


def _unfinished(draft: Path) -> int:
    """How many messages are unfinished, now that nothing is under way any more."""
    store = Store.open(f"sqlite:///{draft / SCRAPBOOK}")
    journey = draft / JOURNEY
    client = None
    if journey.exists():
        client = DBOSClient(system_database_url=f"sqlite:///{journey}", application_name="scrapbook")
    try:
        if client is not None:
            old_queue.hold(client, store, HELD)
            under_way = client.list_workflows(status=list(UNDER_WAY), load_input=False, load_output=False)
            client.cancel_workflows([workflow.workflow_id for workflow in under_way])
        return len(UnfinishedMessages(client, store).unfinished())
    finally:
        if client is not None:
            client.destroy()
        store.close()
