"""When nothing is said to a person unasked: at night, or at no hour."""

from collections.abc import Mapping

from sqlalchemy import bindparam, select, update

from scrapbook.model.records import QuietHours
from scrapbook.store.changes import Changes
from scrapbook.store.prepared import Prepared
from scrapbook.store.sql_helpers import insert_if_new
from scrapbook.store.tables import QuietHoursRow
from scrapbook.store.unit_of_work import UnitOfWork

_OF = Prepared(
    lambda _: select(QuietHoursRow.begins, QuietHoursRow.ends, QuietHoursRow.is_stopped).where(
        QuietHoursRow.person_id == bindparam("person_id")
    )
)


class QuietHoursOfPeople:
    """The quiet hours, within one transaction."""

    def __init__(self, work: UnitOfWork, changes: Changes) -> None:
        self._work = work
        self._changes = changes

    def of(self, person_id: int) -> QuietHours:
        """Return the quiet hours of a person: the usual ones, unless others were set."""
        row = _OF.one(self._work.connection, person_id=person_id)
        return QuietHours(row[0], row[1]) if row else QuietHours()

    def set(self, person_id: int, hours: QuietHours) -> None:
        """Set the quiet hours of a person."""
        self._write(person_id, {"begins": hours.begins, "ends": hours.ends})

    def is_stopped(self, person_id: int) -> bool:
        """Return whether a person wants nothing said unasked."""
        row = _OF.one(self._work.connection, person_id=person_id)
        return row is not None and bool(row[2])

    def set_stopped(self, person_id: int, *, is_stopped: bool) -> None:
        """Record whether a person wants nothing said unasked."""
        if is_stopped != self.is_stopped(person_id):
            self._write(person_id, {"is_stopped": is_stopped})

    def stopped(self) -> list[int]:
        """Return the ids of the people who want nothing said unasked."""
        stopped = select(QuietHoursRow.person_id).where(QuietHoursRow.is_stopped.is_(True))
        return list(self._work.session.scalars(stopped.order_by(QuietHoursRow.person_id)))

    def _write(self, person_id: int, values: Mapping[str, object]) -> None:
        theirs, usual = QuietHoursRow.person_id == person_id, QuietHours()
        added = {"person_id": person_id, "begins": usual.begins, "ends": usual.ends, **values}
        if insert_if_new(self._work.session, QuietHoursRow, **added):
            row_id = self._work.session.scalar(select(QuietHoursRow.id).where(theirs))
            self._changes.added(QuietHoursRow, row_id or 0, person_id)
            return
        self._changes.about_to_change(QuietHoursRow, theirs, values)
        self._work.session.execute(update(QuietHoursRow).where(theirs).values(values))
