"""Download pictures and recordings from the provider, and store them."""

from datetime import UTC, datetime, timedelta

import structlog

from scrapbook.errors import MediaError
from scrapbook.media.storage import MediaStore
from scrapbook.messaging.channel import Channels
from scrapbook.messaging.ports import FetchedFile, MediaSource
from scrapbook.observability.reporting import report_error
from scrapbook.store import Media, Message, Store
from scrapbook.text.live_photos import live_photo_id
from scrapbook.workflows.retry import DELETE_MEDIA, DOWNLOAD_MEDIA, Retrier

# A download waits for less, or has failed.
RECENT = timedelta(days=1)

log = structlog.get_logger(__name__)


class MediaDownloader:
    """The steps of downloading what came with a message.

    Args:
        delete: whether the provider's copy is deleted once ours is stored.
    """

    def __init__(
        self, store: Store, files: MediaStore, channels: Channels, retrier: Retrier, *, delete: bool
    ) -> None:
        self._store = store
        self._files = files
        self._channels = channels
        self._retry = retrier
        self._delete = delete

    def waiting(self, person_id: int) -> int:
        """Return how many files that the person has sent recently are still to be downloaded."""
        return self._retry(
            lambda: self._store.read(lambda tx: tx.files.waiting(person_id, datetime.now(UTC) - RECENT))
        )

    def download(self, message_id: str) -> list[int]:
        """Download pending attachments. Returns the indexes of those that failed; they are marked missing."""
        message = self._retry(lambda: self._message(message_id))
        return [
            index
            for index, part in enumerate(message.media)
            if part.state != "kept" and not self._is_downloaded(message, part)
        ]

    def delete_at_provider(self, message_id: str) -> None:
        """Delete at the provider what is stored here, if that is set; an error is only reported."""
        if not self._delete:
            return
        message = self._retry(lambda: self._message(message_id))
        for part in message.media:
            if part.state == "kept":
                self._delete_one(message, part.url)

    def _message(self, message_id: str) -> Message:
        with self._store.transaction(read_only=True) as tx:
            return tx.messages.get(message_id)

    def _source(self, message: Message) -> MediaSource:
        return self._channels.of(message.from_).media

    def _is_downloaded(self, message: Message, part: Media) -> bool:
        try:
            fetched = self._retry(
                lambda: self._source(message).fetch(part.url, part.content_type),
                DOWNLOAD_MEDIA,
            )
        except MediaError as error:
            report_error(error, message_id=message.id, step="download")
            self._retry(lambda: self._record_missing(part.url))
            return False
        self._retry(lambda: self._record_stored(part.url, fetched))
        log.info(
            "media_stored",
            message_id=message.id,
            content_type=fetched.content_type,
            size=len(fetched.content),
        )
        return True

    def _record_stored(self, url: str, fetched: FetchedFile) -> None:
        key = self._files.save(fetched.content, fetched.content_type)
        live = live_photo_id(fetched.content, fetched.content_type)
        size, at = len(fetched.content), datetime.now(UTC)
        with self._store.transaction() as tx:
            tx.files.mark_stored(url, fetched.content_type, key, size, at, live)

    def _record_missing(self, url: str) -> None:
        with self._store.transaction() as tx:
            tx.files.mark_missing(url, datetime.now(UTC))

    def _delete_one(self, message: Message, url: str) -> None:
        try:
            self._retry(lambda: self._source(message).delete(url), DELETE_MEDIA)
        except MediaError as error:
            report_error(error, message_id=message.id, step="delete_at_provider")
