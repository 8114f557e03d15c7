"""The hours in which nothing is said to a person unasked."""

from sqlalchemy import bindparam, select, update

from scrapbook.model.records import QuietHours
from scrapbook.store.changes import Changes
from scrapbook.store.prepared import Prepared
from scrapbook.store.sql_helpers import insert_if_new
from scrapbook.store.tables import QuietHoursRow
from scrapbook.store.unit_of_work import UnitOfWork

_OF = Prepared(
    lambda _: select(QuietHoursRow.begins, QuietHoursRow.ends).where(
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
        return QuietHours(*row) if row else QuietHours()

    def set(self, person_id: int, hours: QuietHours) -> None:
        """Set the quiet hours of a person."""
        values = {"begins": hours.begins, "ends": hours.ends}
        theirs = QuietHoursRow.person_id == person_id
        if insert_if_new(self._work.session, QuietHoursRow, person_id=person_id, **values):
            row_id = self._work.session.scalar(select(QuietHoursRow.id).where(theirs))
            self._changes.added(QuietHoursRow, row_id or 0, person_id)
            return
        self._changes.about_to_change(QuietHoursRow, theirs, values)
        self._work.session.execute(update(QuietHoursRow).where(theirs).values(values))
