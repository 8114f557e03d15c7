"""Import an export: read it, store its files, and save its entries in parts, each in a transaction."""

import mimetypes
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from scrapbook.core.book import Book
from scrapbook.core.importing import ImportedBatch, ImportProgress, finish_import, import_batch, new_keys
from scrapbook.exchange.reading import Export, open_export
from scrapbook.exchange.sandboxed import SandboxedExport
from scrapbook.exchange.sources import READ_ERRORS, ExportUnreadable
from scrapbook.media.storage import MediaStore
from scrapbook.model.imported import ImportedEntry, ImportedFile, Skipped
from scrapbook.store import Media, Store, Transaction
from scrapbook.store.file_texts import IMPORTED
from scrapbook.text.file_types import UNKNOWN, identify

BATCH = 500
"""Entries of one transaction, so that nobody who texts meanwhile waits long for it."""

PAUSE_SECONDS = 0.02
"""Between two transactions, so that others get the lock in between."""

MAX_REPORTED = 1000
"""Things that were left out and are listed; more are only counted."""

MAX_FILE = 64 * 2**20
"""Bytes of a picture, sound or other file: it is in memory while it is stored."""

OnProgress = Callable[[int], None]
"""Is told how many entries were read so far."""

Check = Callable[[Transaction], None]
"""Raises what ends an import, if it is not to go on."""


@dataclass
class ImportResult:
    """What an import did.

    Attributes:
        added: entries that are new.
        updated: entries that have grown since they were imported, and were brought up to date.
        known: entries that were imported before.
        files: files that came with the new entries.
        skipped: what was left out, at most ``MAX_REPORTED`` of it.
        skipped_count: how many things were left out.
        change: the id of the change that is undone as one; None if nothing new came.
    """

    format: str
    added: int = 0
    updated: int = 0
    known: int = 0
    files: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    skipped_count: int = 0
    change: int | None = None

    def skip(self, one: Skipped) -> None:
        """Count and list what was left out."""
        self.skipped_count += 1
        if len(self.skipped) < MAX_REPORTED:
            self.skipped.append(one)


class Importer:
    """Imports exports into the scrapbook of one person."""

    def __init__(self, store: Store, files: MediaStore, person_id: int) -> None:
        self._store = store
        self._files = files
        self._person_id = person_id

    def run(self, path: Path, zone: tzinfo | None, on_progress: OnProgress) -> ImportResult:
        """Import a file, folder or archive. What was imported before is not imported again.

        Killed at any moment, it leaves the entries of whole transactions. Run again, it goes on, and all
        entries are one change, which is undone as one.

        Args:
            zone: of times without one; None for the zone of the person.

        Raises:
            ExportUnreadable: it cannot be read, or is of no known format.
            ImportTakenBack: it was undone meanwhile.
            StoreError: the database failed.
            MediaStoreError: the media store failed.
        """
        with open_export(path) as export:
            return self.take(export, zone, on_progress)

    def take(
        self,
        export: Export | SandboxedExport,
        zone: tzinfo | None,
        on_progress: OnProgress,
        check: Check = lambda _: None,
    ) -> ImportResult:
        """Import an export that is open; see ``run``.

        Args:
            check: is called in each transaction that saves entries; what it raises ends the import.
        """
        person = self._store.read(lambda tx: tx.people.get(self._person_id))
        return self._imported(export, zone or ZoneInfo(person.timezone), on_progress, check)

    def _imported(
        self, export: Export | SandboxedExport, zone: tzinfo, on_progress: OnProgress, check: Check
    ) -> ImportResult:
        result = ImportResult(export.format.name)
        progress = ImportProgress(
            {"format": export.format.name, "name": export.name}, scrapbook=export.state(zone)
        )
        read = 0
        for batch in _batches(self._entries(export, zone, result)):
            self._save(progress, batch, result, check)
            read += len(batch)
            on_progress(read)
            time.sleep(PAUSE_SECONDS)
        self._store.write(lambda tx: finish_import(self._book(tx), progress))
        if progress.change:
            result.change = progress.change.id
            self._count_all(result, progress.change.id)
        return result

    def _count_all(self, result: ImportResult, change_id: int) -> None:
        """Count what came before an interruption as new, too: it is undone with the rest."""
        before = self._store.read(lambda tx: tx.changes.count_added(change_id)) - result.added
        result.added += before
        result.known -= before

    @staticmethod
    def _entries(
        export: Export | SandboxedExport, zone: tzinfo, result: ImportResult
    ) -> Iterator[ImportedEntry]:
        for found in export.read(zone):
            if isinstance(found, Skipped):
                result.skip(found)
            else:
                yield found

    def _save(
        self, progress: ImportProgress, entries: Sequence[ImportedEntry], result: ImportResult, check: Check
    ) -> None:
        new = self._store.read(lambda tx: new_keys(self._book(tx), entries))
        stored = {
            entry.key: self._stored(entry, result) for entry in entries if entry.files and entry.key in new
        }
        media = {key: tuple(part for _, part in files) for key, files in stored.items() if files}
        entries = [
            replace(entry, files=tuple(file for file, _ in stored.get(entry.key, ()))) for entry in entries
        ]

        def write(tx: Transaction) -> ImportedBatch:
            check(tx)
            return self._written(tx, progress, entries, media)

        batch = self._store.write(write)
        result.added += batch.added
        result.updated += batch.updated
        result.known += batch.known
        result.files += sum(map(len, media.values()))
        for entry in batch.differing:
            first = entry.text.strip().partition("\n")[0][:60]
            result.skip(
                Skipped(first, "It was imported before with other words. The entry here stays as it is.")
            )

    def _written(
        self,
        tx: Transaction,
        progress: ImportProgress,
        entries: Sequence[ImportedEntry],
        media: dict[str, tuple[Media, ...]],
    ) -> ImportedBatch:
        book = self._book(tx)
        for part in {part.url: part for parts in media.values() for part in parts}.values():
            tx.files.mark_stored(
                part.url, part.content_type, part.key or "", part.size or 0, book.now, part.live_photo_id
            )
        return import_batch(book, progress, entries, media)

    def _stored(self, entry: ImportedEntry, result: ImportResult) -> list[tuple[ImportedFile, Media]]:
        """Store the files of an entry. One that cannot be read is reported, and left out."""
        stored: list[tuple[ImportedFile, Media]] = []
        for file in entry.files:
            try:
                content = _content(file)
            except ExportUnreadable as error:
                result.skip(Skipped(file.name, f"{error} The entry was kept without it."))
                continue
            stored.append((file, self._stored_content(content, file)))
        return stored

    def _stored_content(self, content: bytes, file: ImportedFile) -> Media:
        kind = identify(content)
        if kind == UNKNOWN:
            kind = file.content_type or mimetypes.guess_type(file.name)[0] or UNKNOWN
        key = self._files.save(content, kind)
        return Media(
            f"{IMPORTED}{key}",
            kind,
            state="kept",
            key=key,
            size=len(content),
            live_photo_id=file.live_photo_id,
        )

    def _book(self, tx: Transaction) -> Book:
        return Book(tx, tx.people.get(self._person_id), "", datetime.now(UTC))


def _batches(entries: Iterator[ImportedEntry]) -> Iterator[list[ImportedEntry]]:
    while batch := list(islice(entries, BATCH)):
        yield batch


def _content(file: ImportedFile) -> bytes:
    """Return the bytes of a file. Raises ExportUnreadable if it is too large, empty or damaged."""
    if file.size > MAX_FILE:
        raise ExportUnreadable(f"It is larger than {MAX_FILE // 2**20} MB.")
    try:
        with file.open() as content:
            found = content.read(MAX_FILE + 1)
    except READ_ERRORS:
        raise ExportUnreadable("It is damaged.") from None
    if not found or len(found) > MAX_FILE:
        raise ExportUnreadable("It is empty." if not found else f"It is larger than {MAX_FILE // 2**20} MB.")
    return found
