"""The transcripts of recordings."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from sqlalchemy import select

from scrapbook.model.transcript import Transcript
from scrapbook.store.sql_helpers import chunks, insert_or_update
from scrapbook.store.tables import TranscriptRow
from scrapbook.store.unit_of_work import UnitOfWork


class Transcripts:
    """The transcripts, within one transaction."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def record(self, url: str, transcript: Transcript, at: datetime) -> None:
        """Save the transcript of a recording, in place of an earlier one.

        Raises StoreError if the recording is not stored.
        """
        values = {"transcript": transcript.to_dict(), "at": at}
        insert_or_update(self._work.session, TranscriptRow, {"url": url}, values)

    def of(self, url: str) -> Transcript | None:
        """Return the transcript of the recording with that address. None if there is none."""
        return self.of_all([url]).get(url)

    def of_all(self, urls: Iterable[str]) -> dict[str, Transcript]:
        """Return the transcripts by the addresses of the recordings that have one."""
        return {
            url: Transcript.from_dict(cast("dict[str, Any]", stored))
            for chunk in chunks(urls)
            for url, stored in self._work.session.execute(
                select(TranscriptRow.url, TranscriptRow.transcript).where(TranscriptRow.url.in_(chunk))
            )
        }
