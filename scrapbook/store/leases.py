"""Leases: which app works for which person, so that one person's messages are answered in order.

A lease is a row that exists while work for the person waits or is in progress. A transaction that inserts
work locks that row first (``claim``), and so does one that removes work (``lock_own`` or ``lock``, then
``release``). So work that is inserted while the last of it ends is either seen by the app that holds the
lease, or finds no lease and gets a new one.

On PostgreSQL an app must also renew its leases (``renew``). If it does not for ``LEASE_SECONDS``, other apps
take them over. An app that was suspended meanwhile notices that in the transaction that would have recorded
its work (``lock_own``). All times are those of the database's clock. docs/scale.md argues why each step is
safe.
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
from scrapbook.store.tables import Base, InboxRow, LeaseRow, OutboundRow, WorkerRow
from scrapbook.store.unit_of_work import UnitOfWork

LEASE_SECONDS = 15.0
"""Seconds after an app's last renewal until other apps may take its leases over."""

UNASSIGNED = ""
"""The worker of a lease that no app holds: the first app that checks takes it."""

MAX_TAKEN = 500
"""Leases taken over in one transaction."""

TO_BE_SENT = "outbound_messages.state IN ('recorded', 'sending') AND outbound_messages.not_before IS NULL"
"""The condition of the partial index of the outbox, which is used only by statements with the same text."""

_lease = table_of(LeaseRow)
# The time of the statement's snapshot: a renewal that the snapshot lacks does not count as missing.
_NOW = func.statement_timestamp()


def _insert(dialect: str, row: type[Base]) -> sqlite.Insert | postgresql.Insert:
    return (sqlite.insert if dialect == "sqlite" else postgresql.insert)(table_of(row))


def _claim(dialect: str) -> Executable:
    new = _insert(dialect, LeaseRow).values(person_id=bindparam("person_id"), worker=bindparam("worker"))
    # An update that changes nothing: only a written row is locked and returned.
    locked = new.on_conflict_do_update(index_elements=["person_id"], set_={"worker": _lease.c.worker})
    return locked.returning(_lease.c.worker)


def _orphans(dialect: str) -> Executable:
    waiting = select(InboxRow.person_id)
    unsent = select(OutboundRow.person_id)
    people = union(waiting, unsent.where(text(TO_BE_SENT))).subquery()
    rows = select(people.c.person_id, literal_column(f"'{UNASSIGNED}'", Text)).where(
        ~exists().where(_lease.c.person_id == people.c.person_id)
    )
    new = _insert(dialect, LeaseRow).from_select(["person_id", "worker"], rows.order_by(people.c.person_id))
    return new.on_conflict_do_nothing()


def _is_at_work(dialect: str) -> Any:  # noqa: ANN401 - a condition of SQLAlchemy's
    """Return the condition that the worker of a lease is alive; on SQLite there is only the asking app."""
    if dialect == "sqlite":
        return _lease.c.worker == bindparam("worker")
    return or_(
        _lease.c.worker == bindparam("worker"),
        exists().where(WorkerRow.name == _lease.c.worker, WorkerRow.expires_at > _NOW),
    )


def _abandoned(dialect: str) -> Select[Any]:
    rows = select(_lease.c.person_id).where(~_is_at_work(dialect))
    return rows.order_by(_lease.c.person_id).limit(MAX_TAKEN)


def _renew(dialect: str) -> Executable:
    expires_at = text(f"clock_timestamp() + interval '{LEASE_SECONDS:g} seconds'")
    new = _insert(dialect, WorkerRow).values(name=bindparam("worker"), expires_at=expires_at)
    return new.on_conflict_do_update(index_elements=["name"], set_={"expires_at": expires_at})


def _release(_dialect: str) -> Executable:
    waiting = exists().where(InboxRow.person_id == bindparam("person_id"))
    unsent = select(OutboundRow.id).where(text(TO_BE_SENT), OutboundRow.person_id == bindparam("person_id"))
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
        """Claim the person's lease for ``worker``, unless there is one; call it before work is inserted.

        Locks the lease until the transaction ends, so that the ids of one person's work become visible in
        their order.

        Returns:
            The worker that holds the lease.
        """
        row = _CLAIM.one(self._work.connection, person_id=person_id, worker=worker)
        assert row is not None  # noqa: S101 - it was inserted or updated
        return row[0]

    def lock(self, person_id: int) -> str | None:
        """Lock the person's lease until the transaction ends. Returns its worker; None without a lease.

        A transaction locks leases before it writes to outbound messages, so that no two deadlock.
        """
        row = _HELD_BY.one(self._work.connection, person_id=person_id)
        return None if row is None else row[0]

    def lock_own(self, person_id: int, worker: str) -> None:
        """Lock the worker's lease until the transaction ends.

        Raises:
            LeaseLost: another app has taken it over, or it was released.
        """
        if self.lock(person_id) != worker:
            raise LeaseLost

    def release(self, person_id: int, worker: str) -> bool:
        """Delete the worker's lease if no work waits for the person. Returns whether it was deleted.

        Lock the lease before, in the same transaction: on PostgreSQL only a later statement sees what was
        committed while the lock was waited for.
        """
        return _RELEASE.run(self._work.connection, person_id=person_id, worker=worker) > 0

    def adopt_orphans(self) -> int:
        """Insert a lease that any app may take for each person with work but none. Returns how many."""
        return _ORPHANS.run(self._work.connection)

    def abandoned(self, worker: str) -> list[int]:
        """Return the ids of people whose lease no live app holds; at most ``MAX_TAKEN``."""
        return [person_id for (person_id,) in _ABANDONED.rows(self._work.connection, worker=worker)]

    def take_abandoned(self, worker: str) -> list[int]:
        """Give those leases to the worker, without those that another transaction has locked.

        Returns:
            The ids of the people.
        """
        people = [person_id for (person_id,) in _ABANDONED_LOCKED.rows(self._work.connection, worker=worker)]
        for person_id in people:
            _TAKE.run(self._work.connection, whose=person_id, worker=worker)
        return people

    def of(self, worker: str) -> list[int]:
        """Return the ids of the people whose lease the worker holds."""
        return [person_id for (person_id,) in _OF.rows(self._work.connection, worker=worker)]

    def with_messages(self, worker: str) -> list[int]:
        """Return the ids of those people who have messages in the inbox."""
        return [person_id for (person_id,) in _WITH_MESSAGES.rows(self._work.connection, worker=worker)]

    def renew(self, worker: str) -> None:
        """Renew the worker's leases: they expire in ``LEASE_SECONDS``. PostgreSQL only."""
        _RENEW.run(self._work.connection, worker=worker)

    def retire(self, worker: str) -> None:
        """Expire the worker's leases at once. PostgreSQL only."""
        _RETIRE.run(self._work.connection, worker=worker)

    def at_work(self) -> set[str]:
        """Return the workers whose leases have not expired. PostgreSQL only."""
        return {name for (name,) in _AT_WORK.rows(self._work.connection)}
