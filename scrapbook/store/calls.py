"""Who called: Twilio's callback with the recording does not say it again."""

from datetime import datetime

from sqlalchemy import delete, select

from scrapbook.store.statements import insert_or_update, rows_written
from scrapbook.store.tables import CallRow
from scrapbook.store.unit_of_work import UnitOfWork


class Calls:
    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def record(self, sid: str, from_: str, to: str, at: datetime) -> None:
        insert_or_update(self._work.session, CallRow, {"sid": sid}, {"from_": from_, "to": to, "at": at})

    def parties(self, sid: str) -> tuple[str, str] | None:
        """Who called, and which number. None for a call that is not known."""
        row = self._work.session.scalar(select(CallRow).where(CallRow.sid == sid))
        return None if row is None else (row.from_, row.to)

    def forget(self, before: datetime) -> int:
        """How many there were."""
        return rows_written(self._work.session, delete(CallRow).where(CallRow.at < before))
