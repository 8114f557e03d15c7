"""Have a file that came with a message looked at, if it may be another program's export."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import structlog

from scrapbook.errors import MediaMissing
from scrapbook.media.storage import MediaStore
from scrapbook.messaging.addresses import Address
from scrapbook.store import Media, Message, Store, Transaction, UploadedExport
from scrapbook.text.file_types import PLAIN_TEXT, extension
from scrapbook.workflows.retry import Retrier

MAY_BE_EXPORTS = frozenset(
    {
        PLAIN_TEXT,  # JSON, CSV and chats, too
        "text/html",
        "text/xml",
        "application/zip",
        "application/gzip",
        "application/x-tar",
        "application/x-bzip2",
        "application/x-xz",
    }
)
"""Types of bytes in which programs write what they export; anything else is just a file."""

log = structlog.get_logger(__name__)


class SentExports:
    """A step that may run twice: the files are looked at once for their message.

    Args:
        folder: in which each export has a folder of its own, named by its id, with the file.
        worker: the name of this app.
        wake: has the app look at it.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - its collaborators
        self,
        store: Store,
        files: MediaStore,
        folder: Path,
        worker: str,
        wake: Callable[[], None],
        retrier: Retrier,
    ) -> None:
        self._store = store
        self._files = files
        self._folder = folder
        self._worker = worker
        self._wake = wake
        self._retry = retrier

    def look_at(self, message_id: str) -> None:
        """Have the files of a message looked at that may be exports; the first that is one is offered.

        What is sent from the book is not: there is a page for it.
        """
        message = self._retry(lambda: self._store.read(lambda tx: tx.messages.get(message_id)))
        files = [file for file in message.media if _may_be_export(file)]
        if not files or not Address.parse(message.from_).is_phone_number:
            return
        added = self._retry(lambda: self._store.write(lambda tx: self._added(tx, message, files)))
        if any(one.state != "uploading" for one in added):
            return
        missing = [
            one.id for one, file in zip(added, files, strict=True) if not self._is_written(one.id, file)
        ]
        self._retry(lambda: self._store.write(lambda tx: _hand_over(tx, added, missing)))
        log.info("files_looked_at", message_id=message_id, count=len(added) - len(missing))
        self._wake()

    def _added(self, tx: Transaction, message: Message, files: Sequence[Media]) -> list[UploadedExport]:
        """Return the files as exports to be looked at, which are there once however often it is run."""
        if not tx.uploaded_exports.of_message(message.id):
            now = datetime.now(UTC)
            for file in files:
                tx.uploaded_exports.add(message.person_id, self._worker, _name(file), now, message.id)
        return tx.uploaded_exports.of_message(message.id)

    def _is_written(self, id_: int, file: Media) -> bool:
        """Write the file where an export has it. Returns whether it could be read."""
        folder = self._folder / str(id_)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / _name(file)
        path.touch(mode=0o600)
        try:
            path.write_bytes(self._retry(lambda: self._files.read(file.key or "")))
        except MediaMissing:
            return False
        return True


def _hand_over(tx: Transaction, added: Sequence[UploadedExport], missing: Sequence[int]) -> None:
    for one in added:
        if one.id in missing:
            tx.uploaded_exports.remove(one.id, one.person_id)
        else:
            tx.uploaded_exports.set_state(one.id, "uploading", "reading")


def _may_be_export(file: Media) -> bool:
    return file.state == "kept" and file.content_type in MAY_BE_EXPORTS


def _name(file: Media) -> str:
    return f"file{extension(file.content_type)}"
