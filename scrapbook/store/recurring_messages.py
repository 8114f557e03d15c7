"""What is said to people again and again, and when each is due next.

What the app says is not journaled, so that undo does not touch it; what a person switches on and off is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, bindparam, delete, insert, select, update

from scrapbook.model.records import RecurringKind
from scrapbook.store.changes import Changes
from scrapbook.store.prepared import Prepared
from scrapbook.store.tables import RecurringMessageRow
from scrapbook.store.unit_of_work import UnitOfWork
from scrapbook.store.waking import Waking, WakingRows

_FIELDS = (
    RecurringMessageRow.id,
    RecurringMessageRow.person_id,
    RecurringMessageRow.kind,
    RecurringMessageRow.rule,
    RecurringMessageRow.has_time,
    RecurringMessageRow.occurs_at,
    RecurringMessageRow.wakes_at,
    RecurringMessageRow.held,
    RecurringMessageRow.question,
    RecurringMessageRow.asked_at,
)
_OF_KIND = Prepared(
    lambda _: select(*_FIELDS).where(
        RecurringMessageRow.person_id == bindparam("person_id"), RecurringMessageRow.kind == bindparam("kind")
    )
)
_DUE_OF = Prepared(
    lambda _: (
        select(*_FIELDS)
        .where(
            RecurringMessageRow.person_id == bindparam("person_id"),
            RecurringMessageRow.wakes_at <= bindparam("now"),
        )
        .order_by(RecurringMessageRow.occurs_at, RecurringMessageRow.id)
        .limit(bindparam("limit", type_=Integer))
    )
)


@dataclass(frozen=True, slots=True)
class RecurringMessage:
    """What is said to a person again and again.

    Attributes:
        rule: a recurrence of RFC 5545 without DTSTART, in local wall time.
        has_time: whether the person named a time of day.
        occurs_at: its next time.
        wakes_at: when it is looked at next.
        held: why it waits: ``quiet``, ``limit``, ``opted_out``, ``no_way``; None if it does not.
        question: what was asked last and is not answered; None if nothing is.
        asked_at: when that was.
    """

    id: int
    person_id: int
    kind: RecurringKind
    rule: str
    has_time: bool
    occurs_at: datetime
    wakes_at: datetime
    held: str | None
    question: str | None
    asked_at: datetime | None


class RecurringMessages(WakingRows):
    """What is said again and again, within one transaction."""

    waking = Waking(RecurringMessageRow)

    def __init__(self, work: UnitOfWork, changes: Changes) -> None:
        super().__init__(work)
        self._changes = changes

    # What a person asks for

    def put(self, person_id: int, kind: RecurringKind, rule: str, at: datetime, *, has_time: bool) -> None:
        """Say something to a person by a rule, from that time on, and by no other."""
        values = {"rule": rule, "has_time": has_time, "occurs_at": at, "wakes_at": at, "held": None}
        if found := self.of_kind(person_id, kind):
            this = RecurringMessageRow.id == found.id
            self._changes.about_to_change(RecurringMessageRow, this, values)
            self._work.session.execute(update(RecurringMessageRow).where(this).values(values))
            return
        row = insert(RecurringMessageRow).values(person_id=person_id, kind=kind, **values)
        added = self._work.session.execute(row.returning(RecurringMessageRow.id)).scalar_one()
        self._changes.added(RecurringMessageRow, added, person_id)

    def remove(self, id: int) -> None:  # noqa: A002
        """Say it no more."""
        this = RecurringMessageRow.id == id
        self._changes.about_to_remove(RecurringMessageRow, this)
        self._work.session.execute(delete(RecurringMessageRow).where(this))

    # What there is

    def of_person(self, person_id: int) -> list[RecurringMessage]:
        """Return what is said to a person, in the order in which it was switched on."""
        return self._messages(RecurringMessageRow.person_id == person_id)

    def of_kind(self, person_id: int, kind: RecurringKind) -> RecurringMessage | None:
        """Return what is said to a person of a kind; None if nothing is."""
        row = _OF_KIND.one(self._work.connection, person_id=person_id, kind=kind)
        return _message(row) if row else None

    def upcoming(self, limit: int) -> list[RecurringMessage]:
        """Return what will be said next, in that order."""
        rows = select(*_FIELDS).order_by(RecurringMessageRow.wakes_at, RecurringMessageRow.id).limit(limit)
        return [_message(row) for row in self._work.session.execute(rows)]

    # Saying them

    def due_of(self, person_id: int, now: datetime) -> RecurringMessage | None:
        """Return the first that is due to a person; None if nothing is."""
        row = _DUE_OF.one(self._work.connection, person_id=person_id, now=now, limit=1)
        return _message(row) if row else None

    def hold(self, id: int, until: datetime, reason: str) -> None:  # noqa: A002
        """Look at it again at that time."""
        self._update(id, wakes_at=until, held=reason)

    def pass_on(self, id: int, at: datetime, rule: str) -> None:  # noqa: A002
        """Go on to the next time of one that was said, or passed over."""
        self._update(id, occurs_at=at, wakes_at=at, rule=rule, held=None)

    def set_question(self, id: int, question: str | None, at: datetime | None) -> None:  # noqa: A002
        """Record that a question was asked; None if it is answered."""
        self._update(id, question=question, asked_at=at)

    def _update(self, id: int, **values: object) -> None:  # noqa: A002
        this = update(RecurringMessageRow).where(RecurringMessageRow.id == id)
        self._work.session.execute(this.values(values))

    def _messages(self, *where: ColumnElement[bool]) -> list[RecurringMessage]:
        rows = select(*_FIELDS).where(*where).order_by(RecurringMessageRow.id)
        return [_message(row) for row in self._work.session.execute(rows)]


def _message(row: Sequence[Any]) -> RecurringMessage:
    return RecurringMessage(*row)
