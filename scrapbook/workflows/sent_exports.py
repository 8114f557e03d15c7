"""Have a file that came with a message looked at, if it may be another program's export."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import structlog

from scrapbook.core import sent_exports
from scrapbook.errors import MediaMissing
from scrapbook.media.storage import MediaStore
from scrapbook.messaging.addresses import Address
from scrapbook.store import Media, Message, Store, Transaction
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
    """A step that may run twice: a file is looked at once for its message.

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
        """Have the first file of a message that may be an export looked at, in place of an earlier one.

        What is sent from the book is not: there is a page for it.
        """
        message = self._retry(lambda: self._store.read(lambda tx: tx.messages.get(message_id)))
        file = next(filter(_may_be_export, message.media), None)
        if file is None or not Address.parse(message.from_).is_phone_number:
            return
        id_ = self._retry(lambda: self._store.write(lambda tx: self._added(tx, message, file)))
        if id_ is None:
            return
        folder = self._folder / str(id_)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / _name(file)
        path.touch(mode=0o600)
        try:
            path.write_bytes(self._retry(lambda: self._files.read(file.key or "")))
        except MediaMissing:
            self._retry(
                lambda: self._store.write(lambda tx: tx.uploaded_exports.remove(id_, message.person_id))
            )
            return
        self._retry(
            lambda: self._store.write(lambda tx: tx.uploaded_exports.set_state(id_, "uploading", "reading"))
        )
        log.info("file_looked_at", message_id=message_id, content_type=file.content_type)
        self._wake()

    def _added(self, tx: Transaction, message: Message, file: Media) -> int | None:
        """Return the id of the export; None if it is not to be looked at."""
        before = tx.uploaded_exports.of_person(message.person_id)
        if before is not None and before.message_id == message.id:
            return before.id if before.state == "uploading" else None
        if before is not None and before.state == "wanted":
            sent_exports.put_off(tx, message.person_id, message.id, datetime.now(UTC))
            return None
        return tx.uploaded_exports.add(
            message.person_id, self._worker, _name(file), datetime.now(UTC), message.id
        )


def _may_be_export(file: Media) -> bool:
    return file.state == "kept" and file.content_type in MAY_BE_EXPORTS


def _name(file: Media) -> str:
    return f"file{extension(file.content_type)}"
