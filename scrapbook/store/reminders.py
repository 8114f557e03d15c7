"""Reminders: when each is due next, and which were said.

What the app says is not journaled, so that undo does not touch it; what a person changes is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    text,
    tuple_,
    update,
)

from scrapbook.model.records import Reminder, ReminderState
from scrapbook.store.changes import Changes
from scrapbook.store.prepared import Prepared, insert_or_ignore, table_of
from scrapbook.store.sql_helpers import rows_written
from scrapbook.store.tables import EntryRow, ReminderRow, SaidReminderRow
from scrapbook.store.unit_of_work import UnitOfWork
from scrapbook.store.waking import Waking, WakingRows

WAITING = "reminders.state = 'waiting'"
"""The condition of the partial index of those that wait, which is used only by statements with that text."""

_FIELDS = (
    ReminderRow.id,
    ReminderRow.person_id,
    ReminderRow.entry_id,
    ReminderRow.occurs_at,
    ReminderRow.due_at,
    ReminderRow.rule,
    ReminderRow.timezone,
    ReminderRow.has_time,
    ReminderRow.state,
    ReminderRow.held,
)
_table = table_of(ReminderRow)


@dataclass(frozen=True, slots=True)
class DueReminder:
    """A reminder with its entry.

    Attributes:
        number: of the entry.
        text: of the entry.
        created_at: when the entry was saved.
        is_deleted: whether the entry is in the trash.
    """

    reminder: Reminder
    number: int
    text: str
    created_at: datetime
    is_deleted: bool


def _with_entry() -> Select[*tuple[Any, ...]]:
    entry = (EntryRow.number, EntryRow.text, EntryRow.created_at, EntryRow.deleted_at)
    return select(*_FIELDS, *entry).join(EntryRow, EntryRow.id == ReminderRow.entry_id)


def _values(*names: str) -> dict[str, Any]:
    return {name: bindparam(name) for name in names}


_DUE_OF = Prepared(
    lambda _: (
        _with_entry()
        .where(
            text(WAITING),
            ReminderRow.person_id == bindparam("person_id"),
            ReminderRow.wakes_at <= bindparam("now"),
        )
        .order_by(ReminderRow.due_at, ReminderRow.id)
        .limit(bindparam("limit", type_=Integer))
    )
)
_UPDATE_AFTER = Prepared(
    lambda _: (
        update(_table)
        .where(_table.c.id == bindparam("which"))
        .values(_values("occurs_at", "due_at", "wakes_at", "rule", "state"))
        .values(held=None)
    )
)
_HOLD = Prepared(
    lambda _: (
        update(_table)
        .where(_table.c.id == bindparam("which"))
        .values(wakes_at=bindparam("wakes_at"), held=bindparam("held"))
    )
)
_MOVE_ENTRY = Prepared(
    lambda _: (
        update(table_of(EntryRow))
        .where(table_of(EntryRow).c.id == bindparam("which"))
        .values(due_at=bindparam("due_at"))
    )
)
_SAID = ("reminder_id", "due_at", "person_id", "outbound_id", "said_at", "late_ms")
_RECORD_SAID = Prepared(lambda dialect: insert_or_ignore(dialect, SaidReminderRow, *_SAID))
_SAID_LAST = Prepared(
    lambda _: (
        select(SaidReminderRow.outbound_id, SaidReminderRow.said_at)
        .where(
            SaidReminderRow.person_id == bindparam("person_id"), SaidReminderRow.said_at >= bindparam("since")
        )
        .order_by(SaidReminderRow.said_at.desc(), SaidReminderRow.outbound_id.desc())
        .limit(1)
    )
)


class Reminders(WakingRows):
    """The reminders, within one transaction."""

    waking = Waking(ReminderRow, text(WAITING))

    def __init__(self, work: UnitOfWork, changes: Changes) -> None:
        super().__init__(work)
        self._changes = changes

    # What a person asks for

    def put(  # noqa: PLR0913 - the fields of a reminder
        self,
        person_id: int,
        entry_id: int,
        at: datetime,
        rule: str | None,
        timezone: str,
        *,
        has_time: bool,
    ) -> None:
        """Remind a person of an entry at that time, and at no other."""
        values: dict[str, object] = {
            "occurs_at": at,
            "due_at": at,
            "wakes_at": at,
            "rule": rule,
            "timezone": timezone,
            "has_time": has_time,
            "state": "waiting",
            "held": None,
        }
        if found := self.of_entry(entry_id):
            self._change(ReminderRow.id == found.id, values)
            return
        row = insert(ReminderRow).values(person_id=person_id, entry_id=entry_id, **values)
        reminder_id = self._work.session.execute(row.returning(ReminderRow.id)).scalar_one()
        self._changes.added(ReminderRow, reminder_id, person_id)

    def put_back(self, reminder: Reminder) -> None:
        """Add a reminder as it was where its entry comes from. The entry has none."""
        values = {
            "person_id": reminder.person_id,
            "entry_id": reminder.entry_id,
            "occurs_at": reminder.occurs_at,
            "due_at": reminder.due_at,
            "wakes_at": reminder.due_at,
            "rule": reminder.rule,
            "timezone": reminder.timezone,
            "has_time": reminder.has_time,
            "state": reminder.state,
            "held": None,
        }
        row = insert(ReminderRow).values(values).returning(ReminderRow.id)
        reminder_id = self._work.session.execute(row).scalar_one()
        self._changes.added(ReminderRow, reminder_id, reminder.person_id)

    def remove(self, entry_id: int) -> None:
        """Remind nobody of an entry."""
        this = ReminderRow.entry_id == entry_id
        self._changes.about_to_remove(ReminderRow, this)
        self._work.session.execute(delete(ReminderRow).where(this))

    def put_off(self, id: int, until: datetime) -> None:  # noqa: A002
        """Say a reminder at that time, and no earlier; when it comes again does not change."""
        values = {"due_at": until, "wakes_at": until, "state": "waiting", "held": None}
        self._change(ReminderRow.id == id, values)

    def reschedule(self, id: int, at: datetime, timezone: str, rule: str | None) -> None:  # noqa: A002
        """Set the next time of a reminder, and its rule from then on."""
        values = {"occurs_at": at, "due_at": at, "wakes_at": at, "timezone": timezone, "held": None}
        self._change(ReminderRow.id == id, {**values, "rule": rule})

    def finish(self, id: int) -> None:  # noqa: A002
        """Record that what a reminder is about is done."""
        self._change(ReminderRow.id == id, {"state": "done", "held": None})

    def change_state_of_all(self, person_id: int, old: ReminderState, new: ReminderState) -> int:
        """Set the state of all reminders of a person that are in the state ``old``. Returns how many."""
        theirs = (ReminderRow.person_id == person_id) & (ReminderRow.state == old)
        count = self._work.session.scalar(select(func.count()).where(theirs)) or 0
        if count:
            self._change(theirs, {"state": new})
        return count

    # What there is

    def of_entry(self, entry_id: int) -> Reminder | None:
        """Return the reminder of an entry, whatever its state; None if it has none."""
        return next(iter(self._reminders(ReminderRow.entry_id == entry_id)), None)

    def of_entries(self, entry_ids: Iterable[int]) -> list[Reminder]:
        """Return the reminders of entries, the earliest first."""
        return self._reminders(ReminderRow.entry_id.in_(list(entry_ids)))

    def of_person(  # noqa: PLR0913 - what narrows the list
        self,
        person_id: int,
        state: ReminderState,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        after: Reminder | None = None,
        limit: int | None = None,
    ) -> list[DueReminder]:
        """Return the reminders of a person in a state, without those of the trash, the earliest first.

        Args:
            since: those that are due then or later.
            until: those that are due earlier.
            after: those that come after this one.
            limit: at most so many.
        """
        theirs = [
            ReminderRow.person_id == person_id,
            ReminderRow.state == state,
            EntryRow.deleted_at.is_(None),
        ]
        if since is not None:
            theirs.append(ReminderRow.due_at >= since)
        if until is not None:
            theirs.append(ReminderRow.due_at < until)
        if after is not None:
            theirs.append(tuple_(ReminderRow.due_at, ReminderRow.id) > (after.due_at, after.id))
        rows = _with_entry().where(*theirs).order_by(ReminderRow.due_at, ReminderRow.id).limit(limit)
        return [_due(row) for row in self._work.session.execute(rows)]

    def undated(self, person_id: int, topic_id: int, limit: int | None = None) -> list[int]:
        """Return the ids of the entries of a topic that are due at no time, newest first, without the trash.

        Args:
            limit: at most so many.
        """
        entries = select(EntryRow.id).where(
            EntryRow.person_id == person_id,
            EntryRow.topic_id == topic_id,
            EntryRow.deleted_at.is_(None),
            EntryRow.due_at.is_(None),
            ~select(ReminderRow.id).where(ReminderRow.entry_id == EntryRow.id).exists(),
        )
        newest = entries.order_by(EntryRow.created_at.desc(), EntryRow.number.desc()).limit(limit)
        return list(self._work.session.scalars(newest))

    def upcoming(self, limit: int) -> list[DueReminder]:
        """Return the reminders of all people that will be said next, in that order."""
        rows = _with_entry().where(text(WAITING), EntryRow.deleted_at.is_(None))
        in_order = rows.order_by(ReminderRow.wakes_at, ReminderRow.person_id).limit(limit)
        return [_due(row) for row in self._work.session.execute(in_order)]

    # Saying them

    def due_of(self, person_id: int, now: datetime, limit: int) -> list[DueReminder]:
        """Return the reminders of a person that are to be looked at, the earliest first."""
        rows = _DUE_OF.rows(self._work.connection, person_id=person_id, now=now, limit=limit)
        return [_due(row) for row in rows]

    def hold(self, id: int, until: datetime, reason: str) -> None:  # noqa: A002
        """Look at a due reminder again at that time."""
        _HOLD.run(self._work.connection, which=id, wakes_at=until, held=reason)

    def pass_on(self, reminder: Reminder, following: datetime | None, rule: str | None) -> None:
        """Go on to the next time of a reminder that was said, or passed over; None if there is none."""
        at = following or reminder.occurs_at
        _UPDATE_AFTER.run(
            self._work.connection,
            which=reminder.id,
            occurs_at=at,
            due_at=following or reminder.due_at,
            wakes_at=at,
            rule=rule,
            state="waiting" if following else "said",
        )
        if following:
            _MOVE_ENTRY.run(self._work.connection, which=reminder.entry_id, due_at=following)
            self._work.begin_epoch()

    def record_said(self, reminder: Reminder, outbound_id: int, at: datetime) -> None:
        """Record that a reminder is said in an outbound message."""
        late = at - reminder.due_at
        _RECORD_SAID.run(
            self._work.connection,
            reminder_id=reminder.id,
            due_at=reminder.due_at,
            person_id=reminder.person_id,
            outbound_id=outbound_id,
            said_at=at,
            late_ms=max(round(late.total_seconds() * 1000), 0),
        )

    def said_last(self, person_id: int, since: datetime) -> tuple[int, datetime] | None:
        """Return the outbound message in which a reminder was said last, and when; None if none was."""
        row = _SAID_LAST.one(self._work.connection, person_id=person_id, since=since)
        return None if row is None else (row[0], row[1])

    def was_said(self, id: int, since: datetime) -> bool:  # noqa: A002
        """Return whether a reminder was said since then."""
        said = (SaidReminderRow.reminder_id == id, SaidReminderRow.said_at >= since)
        return self._work.session.scalar(select(exists().where(*said))) is True

    def said_in(self, outbound_id: int) -> list[DueReminder]:
        """Return the reminders that an outbound message said, without those of the trash."""
        said = select(SaidReminderRow.reminder_id).where(SaidReminderRow.outbound_id == outbound_id)
        rows = _with_entry().where(ReminderRow.id.in_(said), EntryRow.deleted_at.is_(None))
        return [_due(row) for row in self._work.session.execute(rows.order_by(ReminderRow.id))]

    def said_since(self, since: datetime, limit: int) -> list[tuple[int, int]]:
        """Return how late those were that were said since then, and in which message, the newest first.

        Returns:
            Milliseconds, and the id of the outbound message.
        """
        rows = (
            select(SaidReminderRow.late_ms, SaidReminderRow.outbound_id)
            .where(SaidReminderRow.said_at >= since)
            .order_by(SaidReminderRow.said_at.desc())
            .limit(limit)
        )
        return [(late, outbound_id) for late, outbound_id in self._work.session.execute(rows)]

    def purge(self, before: datetime) -> int:
        """Forget what was said before then. Returns how many that were."""
        old = delete(SaidReminderRow).where(SaidReminderRow.said_at < before)
        return rows_written(self._work.session, old)

    def _change(self, which: ColumnElement[bool], values: Mapping[str, object]) -> None:
        self._changes.about_to_change(ReminderRow, which, values)
        self._work.session.execute(update(ReminderRow).where(which).values(values))

    def _reminders(self, which: ColumnElement[bool]) -> list[Reminder]:
        rows = select(*_FIELDS).where(which).order_by(ReminderRow.due_at, ReminderRow.id)
        return [Reminder(*row) for row in self._work.session.execute(rows)]


def _due(row: Sequence[Any]) -> DueReminder:
    *fields, number, words, created_at, deleted_at = row
    return DueReminder(Reminder(*fields), number, words, created_at, deleted_at is not None)
