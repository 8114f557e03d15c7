"""Read the words of the files that people send: they find the entry, or become its text."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import structlog

from scrapbook.core import Book
from scrapbook.core.editing import fill_in
from scrapbook.documents.reader import READABLE, FileReader
from scrapbook.errors import FileUnreadable, MediaMissing
from scrapbook.media.storage import MediaStore
from scrapbook.messaging.addresses import region
from scrapbook.model.file_text import FileText
from scrapbook.observability.reporting import report_error
from scrapbook.store import Media, Message, Store, Transaction
from scrapbook.text.links import has_link
from scrapbook.text.parsed_text import ParsedText, UnparsedText
from scrapbook.workflows.retry import READ_FILE, Retrier

log = structlog.get_logger(__name__)


class FileReadingSteps:
    """A step that may run twice: a file that was read is not read again.

    Args:
        reader: makes the reader of the files of one message.
    """

    def __init__(
        self, store: Store, files: MediaStore, reader: Callable[[], FileReader], retrier: Retrier
    ) -> None:
        self._store = store
        self._files = files
        self._reader = reader
        self._retry = retrier

    def has_readable(self, message_id: str) -> bool:
        """Return whether a file came with a message whose words are to be read."""
        return bool(self._readable(self._message(message_id)))

    def has_links(self, message_id: str) -> bool:
        """Return whether the words of an entry of a message have links."""
        entries = self._retry(lambda: self._store.read(lambda tx: tx.entries.of_message(message_id)))
        return any(has_link(entry.text) for entry in entries)

    def read(self, message_id: str) -> None:
        """Read the files that came with a message.

        A file that cannot be read is recorded with the reason.
        """
        message = self._message(message_id)
        with self._reader() as reader:
            for file in self._readable(message):
                self._read(message, file, reader)

    def _message(self, message_id: str) -> Message:
        return self._retry(lambda: self._store.read(lambda tx: tx.messages.get(message_id)))

    def _country(self, message: Message) -> str:
        """Return the country of the sender's number; for a page, that of a number of theirs."""
        if known := region(message.from_):
            return known
        person = self._store.read(lambda tx: tx.people.get(message.person_id))
        return next(filter(None, (region(address.value) for address in person.addresses)), "")

    def _readable(self, message: Message) -> Sequence[Media]:
        files = [part for part in message.media if part.key and part.content_type in READABLE]
        return self._retry(
            lambda: self._store.read(
                lambda tx: [file for file in files if not tx.file_texts.are_known(file.url)]
            )
        )

    def _read(self, message: Message, file: Media, reader: FileReader) -> None:
        text, failure = FileText(), ""
        try:
            content = self._retry(lambda: self._files.read(file.key or ""))
            text = self._retry(
                lambda: reader.read(content, file.content_type, self._country(message)), READ_FILE
            )
        except (FileUnreadable, MediaMissing) as error:
            failure = str(error)
        self._record(message, file, text, failure)
        log.info("file_read", message_id=message.id, content_type=file.content_type, failure=failure)

    def _record(self, message: Message, file: Media, text: FileText, failure: str) -> None:
        """Save the words of a file; if that fails, those that are shown, and look for nothing in them."""

        def record(text: FileText, parse: type[ParsedText]) -> None:
            self._retry(
                lambda: self._store.write(lambda tx: _record(tx, message, file, text, failure, parse))
            )

        try:
            record(text, ParsedText)
        except Exception as error:  # noqa: BLE001 - what fails to read the words must not lose them
            report_error(error, message_id=message.id, step="read_files")
            record(FileText(text.shown), UnparsedText)


def _record(  # noqa: PLR0913, PLR0917 - what is known of a file
    tx: Transaction, message: Message, file: Media, text: FileText, failure: str, parse: type[ParsedText]
) -> None:
    """Add the words of a file to its entries, once, and save by which others they are found."""
    if tx.file_texts.are_known(file.url):
        return
    if text.shown:
        person = tx.people.get(message.person_id)
        book = Book(tx, person, message.id, message.received_at)
        for entry in tx.entries.with_file(file.url):
            fill_in(book, tx.entries.lock(entry.id), text.shown, parse)
    tx.file_texts.record(file.url, text.searched, failure, datetime.now(UTC))
