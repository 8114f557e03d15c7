"""The parties of a call, which the callback with its recording does not name again."""

from datetime import datetime

from sqlalchemy import delete, select

from scrapbook.store.sql_helpers import insert_or_update, rows_written
from scrapbook.store.tables import CallRow
from scrapbook.store.unit_of_work import UnitOfWork


class Calls:
    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def record(self, call_id: str, from_: str, to: str, at: datetime) -> None:
        """Record who called which number; a call that is recorded again is overwritten."""
        insert_or_update(
            self._work.session, CallRow, {"call_id": call_id}, {"from_": from_, "to": to, "at": at}
        )

    def parties(self, call_id: str) -> tuple[str, str] | None:
        """Return the caller and the called number; None for an unknown call."""
        row = self._work.session.scalar(select(CallRow).where(CallRow.call_id == call_id))
        return None if row is None else (row.from_, row.to)

    def forget(self, before: datetime) -> int:
        """Delete the calls before then. Returns how many there were."""
        return rows_written(self._work.session, delete(CallRow).where(CallRow.at < before))
