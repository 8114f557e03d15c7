"""Leases: which app works for which person, so that one person's messages are answered in order.

A lease is a row that exists while something waits for the person or is under way. Whoever inserts work locks
that row first (``claim``), and so does whoever removes it (``hold`` or ``lock``, then ``release``): work
that comes in while the last of it ends either is seen by the app that holds the lease, or finds no lease and
gets a new one.

On PostgreSQL an app also has to renew its leases (``renew``). When it has not for ``LEASE_SECONDS``, others
take its leases over. An app that then wakes up finds out in the transaction with which it would have
recorded its work (``hold``). All times are those of the database's clock. docs/scale.md argues why each step
is safe.
"""

from typing import Any

from sqlalchemy import (
    Executable,
    Select,
    Text,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
    union,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from scrapbook.errors import LeaseLost
from scrapbook.store.prepared import Prepared, table_of
from scrapbook.store.tables import Base, InboxRow, LeaseRow, MessageRow, ReplyRow, WorkerRow
from scrapbook.store.unit_of_work import UnitOfWork

LEASE_SECONDS = 15.0
"""An app that has not renewed for so long may have its leases taken over."""

NOBODY = ""
"""The worker of a lease that any app may take: the first one that looks does."""

MOST_TAKEN = 500
"""Leases that are taken over in one transaction."""

TO_BE_SENT = "replies.state IN ('recorded', 'sending') AND replies.held_until IS NULL"
"""As in the partial index, which is used only where the condition is said in the same words."""

_lease = table_of(LeaseRow)
# Of the statement, as its snapshot: a renewal that this lacks is not taken for one that is late.
_NOW = func.statement_timestamp()


def _insert(dialect: str, row: type[Base]) -> sqlite.Insert | postgresql.Insert:
    return (sqlite.insert if dialect == "sqlite" else postgresql.insert)(table_of(row))


def _claim(dialect: str) -> Executable:
    new = _insert(dialect, LeaseRow).values(person_id=bindparam("person_id"), worker=bindparam("worker"))
    # An update that changes nothing, because only a row that is written to is locked and returned.
    held = new.on_conflict_do_update(index_elements=["person_id"], set_={"worker": _lease.c.worker})
    return held.returning(_lease.c.worker)


def _orphans(dialect: str) -> Executable:
    waiting = select(InboxRow.person_id)
    unsent = select(MessageRow.person_id).join(ReplyRow, ReplyRow.message_sid == MessageRow.sid)
    people = union(waiting, unsent.where(text(TO_BE_SENT))).subquery()
    rows = select(people.c.person_id, literal_column(f"'{NOBODY}'", Text)).where(
        ~exists().where(_lease.c.person_id == people.c.person_id)
    )
    new = _insert(dialect, LeaseRow).from_select(["person_id", "worker"], rows.order_by(people.c.person_id))
    return new.on_conflict_do_nothing()


def _is_at_work(dialect: str) -> Any:  # noqa: ANN401 - a condition of SQLAlchemy's
    """On SQLite there is one app, which is the one that asks."""
    if dialect == "sqlite":
        return _lease.c.worker == bindparam("worker")
    return or_(
        _lease.c.worker == bindparam("worker"),
        exists().where(WorkerRow.name == _lease.c.worker, WorkerRow.expires_at > _NOW),
    )


def _abandoned(dialect: str) -> Select[Any]:
    rows = select(_lease.c.person_id).where(~_is_at_work(dialect))
    return rows.order_by(_lease.c.person_id).limit(MOST_TAKEN)


def _renew(dialect: str) -> Executable:
    expires_at = text(f"clock_timestamp() + interval '{LEASE_SECONDS:g} seconds'")
    new = _insert(dialect, WorkerRow).values(name=bindparam("worker"), expires_at=expires_at)
    return new.on_conflict_do_update(index_elements=["name"], set_={"expires_at": expires_at})


def _release(_dialect: str) -> Executable:
    waiting = exists().where(InboxRow.person_id == bindparam("person_id"))
    unsent = (
        select(ReplyRow.id)
        .join(MessageRow, MessageRow.sid == ReplyRow.message_sid)
        .where(text(TO_BE_SENT), MessageRow.person_id == bindparam("person_id"))
    )
    mine = (_lease.c.person_id == bindparam("person_id"), _lease.c.worker == bindparam("worker"))
    return delete(_lease).where(*mine, ~waiting, ~unsent.exists())


_CLAIM = Prepared(_claim)
_HELD_BY = Prepared(
    lambda _: select(_lease.c.worker).where(_lease.c.person_id == bindparam("person_id")).with_for_update()
)
_RELEASE = Prepared(_release)
_ORPHANS = Prepared(_orphans)
_ABANDONED = Prepared(_abandoned)
_ABANDONED_LOCKED = Prepared(lambda dialect: _abandoned(dialect).with_for_update(skip_locked=True))
_TAKE = Prepared(
    lambda _: (
        update(_lease).where(_lease.c.person_id == bindparam("whose")).values(worker=bindparam("worker"))
    )
)
_OF = Prepared(lambda _: select(_lease.c.person_id).where(_lease.c.worker == bindparam("worker")))
_WITH_MESSAGES = Prepared(
    lambda _: (
        select(InboxRow.person_id)
        .join(LeaseRow, LeaseRow.person_id == InboxRow.person_id)
        .where(LeaseRow.worker == bindparam("worker"))
        .distinct()
    )
)
_RENEW = Prepared(_renew)
_RETIRE = Prepared(lambda _: delete(WorkerRow).where(WorkerRow.name == bindparam("worker")))
_AT_WORK = Prepared(lambda _: select(WorkerRow.name).where(WorkerRow.expires_at > _NOW))


class Leases:
    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def claim(self, person_id: int, worker: str) -> str:
        """Make sure that somebody works for the person: ``worker``, unless another does already.

        To be called before work is inserted. Locks the lease until the transaction ends, so that the ids of
        one person's work are in the order in which they become visible. Returns who works for them.
        """
        row = _CLAIM.one(self._work.connection, person_id=person_id, worker=worker)
        assert row is not None  # noqa: S101 - it was inserted or updated
        return row[0]

    def lock(self, person_id: int) -> str | None:
        """Lock the lease until the transaction ends. Returns whose it is; None where there is none.

        A transaction locks leases before it writes to replies, so that no two wait for one another.
        """
        row = _HELD_BY.one(self._work.connection, person_id=person_id)
        return None if row is None else row[0]

    def hold(self, person_id: int, worker: str) -> None:
        """Lock the lease until the transaction ends. Raises LeaseLost when another app has taken it over."""
        if self.lock(person_id) != worker:
            raise LeaseLost

    def release(self, person_id: int, worker: str) -> bool:
        """Remove the worker's lease if nothing waits for the person. Returns whether it was removed.

        The lease must be locked before, in the same transaction: on PostgreSQL only a later statement sees
        what was committed while that one waited.
        """
        return _RELEASE.run(self._work.connection, person_id=person_id, worker=worker) > 0

    def adopt_orphans(self) -> int:
        """Give everybody a lease who has work and none, to be taken by any app. Returns how many had none."""
        return _ORPHANS.run(self._work.connection)

    def abandoned(self, worker: str) -> list[int]:
        """People whose lease is held by no app that is at work; at most ``MOST_TAKEN``."""
        return [person_id for (person_id,) in _ABANDONED.rows(self._work.connection, worker=worker)]

    def take_abandoned(self, worker: str) -> list[int]:
        """Make those leases the worker's, except for those that others have locked. Returns the people."""
        people = [person_id for (person_id,) in _ABANDONED_LOCKED.rows(self._work.connection, worker=worker)]
        for person_id in people:
            _TAKE.run(self._work.connection, whose=person_id, worker=worker)
        return people

    def of(self, worker: str) -> list[int]:
        """The people for whom the worker works."""
        return [person_id for (person_id,) in _OF.rows(self._work.connection, worker=worker)]

    def with_messages(self, worker: str) -> list[int]:
        """The people for whom the worker works whose messages are to be answered."""
        return [person_id for (person_id,) in _WITH_MESSAGES.rows(self._work.connection, worker=worker)]

    def renew(self, worker: str) -> None:
        """Have the worker's leases expire in LEASE_SECONDS, and not before. PostgreSQL only."""
        _RENEW.run(self._work.connection, worker=worker)

    def retire(self, worker: str) -> None:
        """Have the worker's leases expire at once. PostgreSQL only."""
        _RETIRE.run(self._work.connection, worker=worker)

    def at_work(self) -> set[str]:
        """The workers whose leases have not expired. PostgreSQL only."""
        return {name for (name,) in _AT_WORK.rows(self._work.connection)}
