"""Who called: Twilio's callback with the recording does not say it again."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scrapbook.store.statements import insert_or_update, rows_written
from scrapbook.store.tables import CallRow


class Calls:
    def __init__(self, session: Session) -> None:
        self._session = session

    def record(self, sid: str, from_: str, to: str, at: datetime) -> None:
        insert_or_update(self._session, CallRow, {"sid": sid}, {"from_": from_, "to": to, "at": at})

    def parties(self, sid: str) -> tuple[str, str] | None:
        """Who called, and which number. None for a call that is not known."""
        row = self._session.scalar(select(CallRow).where(CallRow.sid == sid))
        return None if row is None else (row.from_, row.to)

    def forget(self, before: datetime) -> int:
        """How many there were."""
        return rows_written(self._session, delete(CallRow).where(CallRow.at < before))
