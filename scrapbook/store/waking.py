"""Rows that are looked at again at ``wakes_at``, because something in them is to be said then.

A row may be held for a reason, such as the quiet hours, and is looked at later.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from sqlalchemy import TextClause, bindparam, func, select

from scrapbook.store.prepared import Prepared
from scrapbook.store.tables import RecurringMessageRow, ReminderRow, UnaskedMessageRow
from scrapbook.store.unit_of_work import UnitOfWork

MAX_PEOPLE = 500
"""People to whom something is due that are returned at once."""


class Waking:
    """The statements of a table of such rows.

    Args:
        where: which of its rows wait; all of them if left out.
    """

    def __init__(
        self,
        row: type[ReminderRow | RecurringMessageRow | UnaskedMessageRow],
        *where: TextClause,
    ) -> None:
        self.next_at = Prepared(lambda _: select(func.min(row.wakes_at)).where(*where))
        self.people_due = Prepared(
            lambda _: (
                select(row.person_id)
                .where(*where, row.wakes_at <= bindparam("now"))
                .order_by(row.wakes_at)
                .limit(MAX_PEOPLE)
            )
        )
        self.held = select(row.held, func.count()).where(*where, row.held.is_not(None)).group_by(row.held)


class WakingRows:
    """What waits in a table, within one transaction."""

    waking: ClassVar[Waking]

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def next_at(self) -> datetime | None:
        """Return when the next of all people is to be looked at; None if nothing waits."""
        row = self.waking.next_at.one(self._work.connection)
        return row[0] if row else None

    def people_due(self, now: datetime) -> list[int]:
        """Return the ids of people to whom something is due, the longest first."""
        rows = self.waking.people_due.rows(self._work.connection, now=now)
        return list(dict.fromkeys(person_id for (person_id,) in rows))

    def held(self) -> Mapping[str, int]:
        """Return how many are due and wait, by the reason."""
        return {str(reason): count for reason, count in self._work.session.execute(self.waking.held)}
