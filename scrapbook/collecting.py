"""Pictures and sounds: fetched from Twilio, and kept."""

from datetime import UTC, datetime, timedelta

import structlog

from scrapbook.errors import MediaError
from scrapbook.media import MediaStore
from scrapbook.patience import AfterFailures, Patience
from scrapbook.reports import report
from scrapbook.store import Media, Store
from scrapbook.twilio.media import Fetched, MediaFetcher

# At ten seconds each about a quarter of an hour; Twilio keeps the file until it is asked to delete it.
FETCH_ATTEMPTS = 90
DELETE_ATTEMPTS = 5
# Longer than anything waits to be fetched that is not given up.
LATELY = timedelta(days=1)

log = structlog.get_logger(__name__)


class Collector:
    """The steps of collecting what came with a message.

    Args:
        delete: whether Twilio's copy is deleted when ours is kept.
    """

    def __init__(
        self, store: Store, files: MediaStore, fetcher: MediaFetcher, patience: Patience, *, delete: bool
    ) -> None:
        self._store = store
        self._files = files
        self._fetcher = fetcher
        self._patiently = patience
        self._delete = delete

    def waiting(self, person_id: int) -> int:
        """How many pictures and sounds that the person has sent lately are still to be fetched."""
        return self._patiently(
            lambda: self._store.read(lambda tx: tx.files.waiting(person_id, datetime.now(UTC) - LATELY))
        )

    def collect(self, sid: str) -> list[int]:
        """Fetches what is not kept yet. The places of what could not be had, which is marked as missing."""
        media = self._patiently(lambda: self._media(sid))
        return [
            place
            for place, part in enumerate(media)
            if part.state != "kept" and not self._is_collected(sid, part)
        ]

    def discard(self, sid: str) -> None:
        """Deletes at Twilio what is kept here, if that is wanted; that it fails is reported, no more."""
        if not self._delete:
            return
        kept = [part for part in self._patiently(lambda: self._media(sid)) if part.state == "kept"]
        for part in kept:
            self._discard(sid, part.url)

    def _media(self, sid: str) -> tuple[Media, ...]:
        with self._store.transaction(read_only=True) as tx:
            return tx.messages.get(sid).media

    def _is_collected(self, sid: str, part: Media) -> bool:
        try:
            fetched = self._patiently(
                lambda: self._fetcher.fetch(part.url, part.content_type),
                giving_up=AfterFailures(MediaError, FETCH_ATTEMPTS),
            )
        except MediaError as error:
            report(error, message_sid=sid, step="collect")
            self._patiently(lambda: self._record_missing(part.url))
            return False
        self._patiently(lambda: self._keep(part.url, fetched))
        log.info("media_kept", message_sid=sid, content_type=fetched.content_type, size=len(fetched.content))
        return True

    def _keep(self, url: str, fetched: Fetched) -> None:
        key = self._files.keep(fetched.content, fetched.content_type)
        with self._store.transaction() as tx:
            tx.files.kept(url, fetched.content_type, key, len(fetched.content), datetime.now(UTC))

    def _record_missing(self, url: str) -> None:
        with self._store.transaction() as tx:
            tx.files.missing(url, datetime.now(UTC))

    def _discard(self, sid: str, url: str) -> None:
        try:
            self._patiently(
                lambda: self._fetcher.delete(url), giving_up=AfterFailures(MediaError, DELETE_ATTEMPTS)
            )
        except MediaError as error:
            report(error, message_sid=sid, step="discard")
