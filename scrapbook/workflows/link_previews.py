"""Link previews: read the pages behind the links that people text, and store their metadata."""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import structlog

from scrapbook.errors import LinkError
from scrapbook.links.reader import TIME_LIMIT, PageReader
from scrapbook.store import Entry, Preview, Store, Transaction
from scrapbook.text.links import find_links
from scrapbook.workflows.retry import PREVIEW_LINK, Retrier

MAX_LINKS = 5
"""Links of one entry that are previewed."""

log = structlog.get_logger(__name__)


class LinkPreviewer:
    """A step that may run twice: a recorded preview is not fetched again.

    Args:
        reader: makes the reader of the pages of one message.
    """

    def __init__(self, store: Store, reader: Callable[[], PageReader], retrier: Retrier) -> None:
        self._store = store
        self._reader = reader
        self._retry = retrier

    def preview(self, message_id: str) -> None:
        """Preview the links of the entries that a message made or reworded, except those in the trash.

        A page that cannot be read is recorded with the reason.
        """
        self._preview_all(lambda tx: [*tx.entries.of_message(message_id), *_reworded(tx, message_id)])

    def preview_change(self, person_id: int, change_id: int) -> None:
        """Preview the links of the entry that a form made or reworded, unless it is in the trash."""
        self._preview_all(lambda tx: tx.entries.by_ids(person_id, tx.changes.entries_of(change_id, 1)))

    def _preview_all(self, read: Callable[[Transaction], Iterable[Entry]]) -> None:
        entries = self._store.read(read)
        with self._reader() as reader:
            for entry in entries:
                if entry.deleted_at is None:
                    self._preview(entry, reader)

    def _preview(self, entry: Entry, reader: PageReader) -> None:
        for url in self._unseen(entry):
            preview = self._read(url, reader)
            self._retry(lambda preview=preview: self._record(entry.id, preview))
            log.info("link_previewed", entry_id=entry.id, failure=preview.failure)

    def _unseen(self, entry: Entry) -> list[str]:
        links = list(dict.fromkeys(link.url for link in find_links(entry.text)))[:MAX_LINKS]
        with self._store.transaction(read_only=True) as tx:
            seen = {preview.url for preview in tx.previews.of([entry.id]).get(entry.id, [])}
        return [url for url in links if url not in seen]

    def _read(self, url: str, reader: PageReader) -> Preview:
        """Return the preview of a page; all attempts together take no longer than one may."""
        until = time.monotonic() + TIME_LIMIT
        try:
            page = self._retry(
                lambda: reader.read(url, until - time.monotonic()), PREVIEW_LINK, seconds=TIME_LIMIT
            )
        except LinkError as error:
            return Preview(url, failure=str(error))
        return Preview(url, page.url, page.metadata)

    def _record(self, entry_id: int, preview: Preview) -> None:
        with self._store.transaction() as tx:
            tx.previews.record(entry_id, preview, datetime.now(UTC))


def _reworded(tx: Transaction, message_id: str) -> list[Entry]:
    change = tx.changes.made_by(message_id)
    number = change.arguments.get("entry") if change else None
    entry = tx.entries.by_number(change.person_id, number) if change and isinstance(number, int) else None
    return [entry] if entry else []
