"""What was heard in the sounds."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import select

from scrapbook.store.statements import insert_or_update
from scrapbook.store.tables import TranscriptRow
from scrapbook.store.unit_of_work import UnitOfWork
from scrapbook.voice.transcript import Transcript


class Transcripts:
    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def record(self, url: str, transcript: Transcript, at: datetime) -> None:
        """In place of an earlier one of the same sound. StoreError when the sound is not kept."""
        values = {"transcript": transcript.to_dict(), "at": at}
        insert_or_update(self._work.session, TranscriptRow, {"url": url}, values)

    def of(self, url: str) -> Transcript | None:
        kept = self._work.session.scalar(select(TranscriptRow.transcript).where(TranscriptRow.url == url))
        return None if kept is None else Transcript.from_dict(cast("dict[str, Any]", kept))
