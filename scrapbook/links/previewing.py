"""Looks at the pages behind the links that people text, and keeps what they say of themselves."""

from datetime import UTC, datetime

import structlog

from scrapbook.errors import LinkError
from scrapbook.links.charsets import decode
from scrapbook.links.fetching import PageFetcher
from scrapbook.links.finding import find_links
from scrapbook.patience import AfterFailures, Patience
from scrapbook.store import Entry, Preview, Store, Transaction

MAX_LINKS = 5
"""Of one entry; any more are left as they are."""
ATTEMPTS = 5

log = structlog.get_logger(__name__)


class Previewer:
    """A step that may run twice: what is recorded is not fetched again.

    Args:
        attempts: how often a page is asked for while its server is out of reach, slow or failing.
    """

    def __init__(
        self, store: Store, fetcher: PageFetcher, patience: Patience, *, attempts: int = ATTEMPTS
    ) -> None:
        self._store = store
        self._fetcher = fetcher
        self._patiently = patience
        self._attempts = attempts

    def preview(self, message_sid: str) -> None:
        """Previews the links of the entries that a message made or gave other words, the trash left out; one
        that cannot be had is recorded so."""
        with self._store.transaction(read_only=True) as tx:
            entries = [*tx.entries.of_message(message_sid), *_reworded(tx, message_sid)]
        for entry in entries:
            if entry.deleted_at is None:
                self._preview(entry)

    def _preview(self, entry: Entry) -> None:
        for url in self._unseen(entry):
            preview = self._look_at(url)
            self._patiently(lambda kept=preview: self._record(entry.id, kept))
            log.info("link_previewed", entry_id=entry.id, failure=preview.failure)

    def _unseen(self, entry: Entry) -> list[str]:
        links = list(dict.fromkeys(link.url for link in find_links(entry.text)))[:MAX_LINKS]
        with self._store.transaction(read_only=True) as tx:
            seen = {preview.url for preview in tx.previews.of([entry.id]).get(entry.id, [])}
        return [url for url in links if url not in seen]

    def _look_at(self, url: str) -> Preview:
        try:
            fetched = self._patiently(
                lambda: self._fetcher.fetch(url), giving_up=AfterFailures(LinkError, self._attempts)
            )
        except LinkError as error:
            return Preview(url, failure=str(error))
        from scrapbook.links.page import read_page  # noqa: PLC0415 - lxml, 4 MB, with the first link only

        page = read_page(decode(fetched.content, fetched.charset), fetched.url)
        return Preview(url, fetched.url, page)

    def _record(self, entry_id: int, preview: Preview) -> None:
        with self._store.transaction() as tx:
            tx.previews.record(entry_id, preview, datetime.now(UTC))


def may_bring_links(text: str) -> bool:
    """Whether there may be anything to preview after a message: it holds a link, or is a number, which may
    answer a question about one that did."""
    return bool(find_links(text)) or text.strip().isdigit()


def _reworded(tx: Transaction, message_sid: str) -> list[Entry]:
    change = tx.changes.made_by(message_sid)
    number = change.arguments.get("entry") if change else None
    entry = tx.entries.by_number(change.person_id, number) if change and isinstance(number, int) else None
    return [entry] if entry else []
