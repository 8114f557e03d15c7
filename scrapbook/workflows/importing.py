"""Read and import the exports that people upload or send, one after the other, in a thread of its own.

The table says what is to be done, and an import that runs again goes on where it was: so a kill at any moment
delays it until the next start. The files are in the data folder of the app that took them.
"""

import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from scrapbook.core import sent_exports
from scrapbook.core.importing import ImportTakenBack, described_beside
from scrapbook.errors import ScrapbookError
from scrapbook.exchange.importing import Importer, ImportResult
from scrapbook.exchange.sandboxed import SandboxedExport, open_sandboxed
from scrapbook.exchange.sources import ExportUnreadable
from scrapbook.media.storage import MediaStore
from scrapbook.model.imported import ImportedEntry, Skipped
from scrapbook.observability.reporting import report_error
from scrapbook.store import Store, Transaction, UploadedExport

LOOK_SECONDS = 30.0
"""Between two looks for what another app has let somebody press."""

STOPPING_TIMEOUT = 2.0
"""Seconds in which a batch ends when the app is stopped; the rest follows after the next start."""

READING_SECONDS = 900.0
"""For which it may be read what would come. 100,000 entries take a minute."""

SHOWN = 5
"""Entries that are shown before they are imported."""

REPORTED = 20
"""Things that are left out and are shown; more are counted."""

IMPORTING = "utter_import_begun"
"""The answer to a text after which there is something to import."""

COUNTED_BY = 500
"""Entries after which the page is told how many were read."""

_SHOWN_CHARACTERS = 300
_FAILED = "It could not be imported just now. Upload it again."

log = structlog.get_logger(__name__)


class Removed(Exception):
    """The export is not wanted any more, or the app stops."""


class ImportRunner:
    """Works on the uploaded exports of one app.

    Args:
        folder: in which each has a folder of its own, named by its id, with the file.
        worker: the name of this app.
        told: is called once something is left to be said to somebody; from the thread.
        imported: is called once something was imported; from the thread.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - its collaborators
        self,
        store: Store,
        files: MediaStore,
        folder: Path,
        worker: str,
        told: Callable[[], None] = lambda: None,
        imported: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._files = files
        self._folder = folder
        self._worker = worker
        self._told = told
        self._has_imported = imported
        self._woken = threading.Event()
        self._is_stopped = False
        self._thread = threading.Thread(target=self._run, name="imports", daemon=True)

    def start(self) -> None:
        """Begin with what was left when the app stopped."""
        self._thread.start()

    def wake(self) -> None:
        """Look for what is to be done. Threads may call it."""
        self._woken.set()

    def stop(self) -> None:
        """Stop after the batch that is being written; a longer step is cut off, and done again."""
        self._is_stopped = True
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(STOPPING_TIMEOUT)

    def _run(self) -> None:
        while not self._is_stopped:
            self._woken.clear()
            try:
                self.work()
            except ScrapbookError as error:
                log.warning("imports_wait", reason=type(error).__name__)
            except Exception as error:  # noqa: BLE001 - the next look may succeed
                if not self._is_stopped:
                    report_error(error, step="import")
            self._woken.wait(LOOK_SECONDS)

    def work(self) -> None:
        """Do what is to be done now."""
        delete_stray_uploads(self._store, self._folder)
        for uploaded in self._store.read(lambda tx: tx.uploaded_exports.to_do(self._worker)):
            with suppress(Removed):
                self._work_on(uploaded)
        delete_stray_uploads(self._store, self._folder)

    def _work_on(self, uploaded: UploadedExport) -> None:
        try:
            path = self._folder / str(uploaded.id) / uploaded.name
            with open_sandboxed(path, uploaded.name) as export:
                if uploaded.state == "reading":
                    done: dict[str, Any] = {"state": "read", "preview": self._previewed(uploaded, export)}
                else:
                    done = {"state": "imported", "result": self._imported(uploaded, export)}
        except ExportUnreadable as error:
            done = {"state": "failed", "problem": str(error)}
        except ImportTakenBack:
            self._store.write(lambda tx: tx.uploaded_exports.remove(uploaded.id, uploaded.person_id))
            return
        except ScrapbookError:
            raise  # the database or the media store is away: it is done again
        except Removed:
            raise
        except Exception as error:  # noqa: BLE001 - one that cannot be imported must not hold up the others
            if self._is_stopped:
                raise Removed from None
            report_error(error, step="import")
            done = {"state": "failed", "problem": _FAILED}
        self._store.write(lambda tx: _record(tx, uploaded, done))
        log.info("export_worked_on", person_id=uploaded.person_id, state=done["state"])
        self._pass_on(uploaded, done["state"])

    def _pass_on(self, uploaded: UploadedExport, state: str) -> None:
        if uploaded.message_id:
            self._told()
        if state == "imported":
            self._has_imported()

    def _previewed(self, uploaded: UploadedExport, export: SandboxedExport) -> dict[str, Any]:
        """Return what would come."""
        person = self._store.read(lambda tx: tx.people.get(uploaded.person_id))
        until = datetime.now(UTC) + timedelta(seconds=READING_SECONDS)
        entries, skips, files, first = 0, 0, set[str](), list[ImportedEntry]()
        skipped: list[Skipped] = []
        for found in export.read(ZoneInfo(person.timezone)):
            if isinstance(found, Skipped):
                skips += 1
                skipped += [found] if len(skipped) < REPORTED else []
                continue
            entries += 1
            first += [found] if len(first) < SHOWN else []
            files.update(file.name for file in found.files)
            if entries % COUNTED_BY == 0:
                self._count(uploaded, entries)
                if datetime.now(UTC) > until:
                    raise ExportUnreadable("Reading it takes too long.")
        return {
            "format": export.format.title,
            "entries": entries,
            "files": len(files),
            "first": [_shown(entry) for entry in first],
            "skipped": [[one.where, one.why] for one in skipped],
            "skipped_count": skips,
            "beside": described_beside(person, export.state(ZoneInfo(person.timezone))),
        }

    def _imported(self, uploaded: UploadedExport, export: SandboxedExport) -> dict[str, Any]:
        importer = Importer(self._store, self._files, uploaded.person_id)
        result = importer.take(
            export, None, lambda count: self._count(uploaded, count), lambda tx: _check_wanted(tx, uploaded)
        )
        return _told(result)

    def _count(self, uploaded: UploadedExport, count: int) -> None:
        """Tell the page how many entries were read. Raises Removed if nobody wants them any more."""
        is_there = self._store.write(lambda tx: tx.uploaded_exports.set_count(uploaded.id, count))
        if not is_there or self._is_stopped:
            raise Removed


def _check_wanted(tx: Transaction, uploaded: UploadedExport) -> None:
    """Raise Removed if nobody wants an export any more: else entries would come to who was just erased."""
    if not tx.uploaded_exports.is_there(uploaded.id):
        raise Removed


def _record(tx: Transaction, uploaded: UploadedExport, done: dict[str, Any]) -> None:
    """Record what became of an export; and tell who has sent it, once.

    A file that was sent and is no export stays what it is, an attachment, and nothing is said of it.
    """
    is_no_export = done["state"] == "failed" or (done["state"] == "read" and not done["preview"]["entries"])
    if uploaded.message_id and uploaded.state == "reading" and is_no_export:
        tx.uploaded_exports.remove(uploaded.id, uploaded.person_id)
        return
    if uploaded.message_id and uploaded.state == "reading":
        before = tx.uploaded_exports.of_person(uploaded.person_id)
        if before is not None and before.state == "wanted":
            return  # it is looked at again once that is imported
        tx.uploaded_exports.remove_replaced(uploaded)
    is_recorded = tx.uploaded_exports.set_state(uploaded.id, uploaded.state, **done)
    if not is_recorded or not uploaded.message_id:
        return
    now = datetime.now(UTC)
    if done["state"] == "read":
        sent_exports.offer(tx, uploaded, done["preview"], now)
    elif done["state"] == "imported":
        sent_exports.tell_done(tx, uploaded, done["result"], now)
    else:
        sent_exports.tell_failed(tx, uploaded, done["problem"], now)


def delete_stray_uploads(store: Store, folder: Path) -> None:
    """Delete the files of exports that are imported, or not wanted any more."""
    paths = list(folder.iterdir()) if folder.exists() else []
    if not paths:
        return
    wanted = store.read(lambda tx: tx.uploaded_exports.with_file())
    for path in paths:
        if path.is_dir() and not (path.name.isdecimal() and int(path.name) in wanted):
            shutil.rmtree(path, ignore_errors=True)


def _shown(entry: ImportedEntry) -> dict[str, Any]:
    text = "\n".join(islice(entry.tagged_text.splitlines(), 4))
    return {
        "text": text[:_SHOWN_CHARACTERS] + ("..." if len(text) > _SHOWN_CHARACTERS else ""),
        "at": entry.created_at.isoformat() if entry.created_at else None,
        "topic": entry.topic,
    }


def _told(result: ImportResult) -> dict[str, Any]:
    return {
        "added": result.added,
        "updated": result.updated,
        "known": result.known,
        "files": result.files,
        "skipped": [[one.where, one.why] for one in result.skipped[:REPORTED]],
        "skipped_count": result.skipped_count,
        "change": result.change,
    }
