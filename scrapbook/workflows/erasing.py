"""Finish what was begun for people who had everything of theirs erased.

Their rows are gone already: most in parts before the receipt, the others in the transaction that recorded it.
What remains are stored files, workflows of DBOS, what SQLite keeps of deleted rows in its log, and the
receipt once it is sent. Each may be done again after a kill: ``erasures`` says what is left.
"""

import asyncio
import re
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from scrapbook.core.people import let_in
from scrapbook.errors import ScrapbookError
from scrapbook.exchange.mirror import remove_folder_of
from scrapbook.media.storage import MediaStore, is_key
from scrapbook.observability.reporting import report_error
from scrapbook.settings import Settings
from scrapbook.store import Erasure, Store, Transaction, sqlite_file
from scrapbook.workflows.engine import UNFINISHED_STATUSES, changes_of, dbos_client
from scrapbook.workflows.importing import delete_stray_uploads

if TYPE_CHECKING:
    from dbos import DBOSClient

LOOK_SECONDS = 30.0
"""Between two looks for what the terminal or another app has begun."""

RECEIPT_SECONDS = 1.0
"""Between two looks whether a receipt is sent."""

BATCH = 500
"""Workflows that are listed at a time."""

_WORKFLOW = re.compile(r"[a-z]+-(?P<message_id>.+)\.\d+")
"""The ids under which ``MessageWorkflows`` enqueues."""

log = structlog.get_logger(__name__)


class Eraser:
    """Finishes erasures, in one event loop."""

    def __init__(self, settings: Settings, store: Store, files: MediaStore) -> None:
        self._settings = settings
        self._store = store
        self._files = files
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look for what is to be done: a message was answered. For the event loop."""
        self._woken.set()

    async def run(self) -> None:
        """Finish erasures until cancelled."""
        while True:
            left = 1
            try:
                left = await asyncio.to_thread(finish_erasures, self._settings, self._store, self._files)
            except ScrapbookError as error:
                log.warning("erasure_not_finished", reason=str(error))
            except Exception as error:  # noqa: BLE001 - the next look may succeed
                report_error(error, step="erase")
            await self._sleep(RECEIPT_SECONDS if left else LOOK_SECONDS)

    async def _sleep(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        self._woken.clear()


def finish_erasures(settings: Settings, store: Store, files: MediaStore, *, admit: bool = True) -> int:
    """Do what is left of all erasures, as far as it can be done now. Returns how many are not finished.

    Args:
        admit: whether a number that the settings allow may text again at once, not from the next start on.
    """
    unfinished = store.read(lambda tx: tx.erasures.unfinished())
    left = 0
    for erasure in unfinished:
        if erasure.files or erasure.message_ids:
            _delete_files(store, files, erasure.files)
            delete_stray_uploads(store, settings.uploads_dir)
            _delete_mirror(settings, erasure.person_id)
            _delete_workflows(settings, {*erasure.message_ids, changes_of(erasure.person_id)})
            if not _empty_logs(settings):
                left += 1
                continue
            store.write(lambda tx, person_id=erasure.person_id: tx.erasures.mark_cleaned(person_id))
        allowed = settings.allowed_numbers if admit and erasure.message_id else ()
        if not store.write(lambda tx, erasure=erasure, allowed=allowed: _finish(tx, erasure, allowed)):
            left += 1
            continue
        log.info("person_erased", person_id=erasure.person_id)
    if unfinished and not left:
        _empty_logs(settings)
    return left


def _finish(tx: Transaction, erasure: Erasure, allowed: Sequence[str]) -> bool:
    """Erase the receipt and the person, and let in who is allowed: a text that arrives now finds either."""
    tx.leases.lock(erasure.person_id)  # before their outbound messages, as everywhere
    is_finished = tx.erasures.finish(erasure)
    for number in allowed if is_finished else ():
        let_in(tx, number)
    return is_finished


def _delete_files(store: Store, files: MediaStore, keys: Collection[str]) -> None:
    """Delete stored files and their sizes, but those that somebody else has sent, too."""
    used = store.read(lambda tx: tx.files.known(keys))
    for key in keys:
        if key not in used and is_key(key):  # a restored backup may name anything
            files.delete(key)


def _delete_mirror(settings: Settings, person_id: int) -> None:
    """Delete the folder of a person in the mirror, which has their name; what is saved anew makes another."""
    if settings.mirror_dir is None:
        return
    try:
        remove_folder_of(settings.mirror_dir, person_id)
    except OSError as error:  # what is in it goes with the entries, once it can be written
        log.warning("mirror_failed", person=person_id, reason=type(error).__name__)


def _delete_workflows(settings: Settings, message_ids: Collection[str]) -> None:
    """Delete DBOS's records of the workflows of messages; those in progress are cancelled.

    Args:
        message_ids: with what stands in their place in the id of another workflow.
    """
    with dbos_client(settings.dbos_database_url) as client:
        if client is None:
            return
        theirs = _workflows_of(client, message_ids)
        for start in range(0, len(theirs), BATCH):
            ids = theirs[start : start + BATCH]
            begun = client.list_workflows(
                workflow_ids=ids, status=list(UNFINISHED_STATUSES), load_input=False, load_output=False
            )
            if begun:
                client.cancel_workflows([workflow.workflow_id for workflow in begun])
            client.delete_workflows(ids)


def _workflows_of(client: "DBOSClient", message_ids: Collection[str]) -> list[str]:
    theirs: list[str] = []
    offset = 0
    while page := client.list_workflows(limit=BATCH, offset=offset, load_input=False, load_output=False):
        ids = [workflow.workflow_id for workflow in page]
        theirs += [id_ for id_ in ids if (found := _WORKFLOW.fullmatch(id_)) and found[1] in message_ids]
        offset += len(page)
    return theirs


def _empty_logs(settings: Settings) -> bool:
    """Empty SQLite's write-ahead logs. Rows that DBOS deletes are not overwritten in its file.

    Returns:
        Whether they are empty; a reader may delay that.
    """
    if not settings.is_sqlite:
        return True
    is_empty = sqlite_file.empty_log(Path(settings.database_url.removeprefix("sqlite:///")))
    return sqlite_file.empty_log(settings.dbos_path, rewrite=True) and is_empty
