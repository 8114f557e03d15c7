"""How many segments were handed to Twilio each day, for each person and for everybody."""

from datetime import date, datetime

from sqlalchemy import delete, func, select, update

from scrapbook.store.statements import insert_if_new, rows_written
from scrapbook.store.tables import MessageRow, ReplyRow, SpendingRow
from scrapbook.store.unit_of_work import UnitOfWork

EVERYBODY = 0
"""The account of the whole house; every other is a person's, by their id."""

NOBODY = 0


class Spending:
    """One row for each day and account: counting costs the same however much is sent.

    A reply is counted once, for the day that stands with it, and comes off that day's account when Twilio
    refuses it.
    """

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def segments(self, day: date, account: int = EVERYBODY) -> int:
        row = select(SpendingRow.segments).where(SpendingRow.day == day, SpendingRow.account == account)
        return self._work.session.scalar(row) or 0

    def highest(self, day: date) -> int:
        """Of those that were sent to one person."""
        row = select(func.max(SpendingRow.segments)).where(SpendingRow.day == day)
        return self._work.session.scalar(row.where(SpendingRow.account != EVERYBODY)) or 0

    def lock(self, day: date, person_id: int) -> None:
        """Whoever else wants to count for everybody on that day waits until this transaction ends."""
        for account in (EVERYBODY, person_id):  # always in this order, so that no two wait for one another
            insert_if_new(self._work.session, SpendingRow, day=day, account=account)
            row = select(SpendingRow.segments).where(SpendingRow.day == day, SpendingRow.account == account)
            self._work.session.execute(row.with_for_update())

    def add(self, day: date, person_id: int, segments: int) -> None:
        """To be called under ``lock``."""
        accounts = SpendingRow.account.in_((EVERYBODY, person_id))
        row = update(SpendingRow).where(SpendingRow.day == day, accounts)
        self._work.session.execute(row.values(segments=SpendingRow.segments + segments))

    def count(self, reply_id: int, day: date) -> None:
        """Counts the reply for that day, under ``lock``; one that is counted already stays as it is."""
        segments, counted_on, person_id = self._reply(reply_id)
        if counted_on is None:
            self.add(day, person_id, segments)
            self._update(reply_id, counted_on=day)

    def take_back(self, reply_id: int) -> None:
        """It was not sent after all."""
        segments, counted_on, person_id = self._reply(reply_id)
        if counted_on is not None:
            self.lock(counted_on, person_id)
            self.add(counted_on, person_id, -segments)
            self._update(reply_id, counted_on=None)

    def hold(self, reply_id: int, until: datetime) -> None:
        self._update(reply_id, held_until=until)

    def release(self, at: datetime) -> int:
        """All that are held may go out at ``at``, each if there is room for it then. How many there are."""
        held = update(ReplyRow).where(ReplyRow.held_until.is_not(None))
        return rows_written(self._work.session, held.values(held_until=at))

    def held_before(self, reply_id: int, address: str) -> datetime | None:
        """When the reply may go out that is held and to reach the same address before this one."""
        earlier = (ReplyRow.to == address, ReplyRow.id < reply_id, ReplyRow.held_until.is_not(None))
        latest = select(ReplyRow.held_until).where(*earlier).order_by(ReplyRow.id.desc()).limit(1)
        return self._work.session.scalar(latest)

    def held(self) -> int:
        """How many replies are held."""
        count = select(func.count()).select_from(ReplyRow).where(ReplyRow.held_until.is_not(None))
        return self._work.session.scalar(count) or 0

    def falls_to(self, reply_id: int, day: date, account: int) -> bool:
        """Whether this is the reply with which to tell that there is no more room: the first of the day to
        ask, until it has ``told``. Under ``lock``."""
        untold = SpendingRow.told_by.is_(None) | (SpendingRow.told_by == reply_id)
        row = update(SpendingRow).where(SpendingRow.day == day, SpendingRow.account == account, untold)
        return rows_written(self._work.session, row.values(told_by=reply_id)) > 0

    def told(self, reply_id: int, day: date, person_id: int, segments: int) -> None:
        """What fell to this reply took so many segments, and falls to nobody any more."""
        self.lock(day, person_id)
        row = update(SpendingRow).where(SpendingRow.day == day, SpendingRow.told_by == reply_id)
        if rows_written(self._work.session, row.values(told_by=NOBODY)):
            self.add(day, person_id, segments)

    def forget(self, before: date) -> int:
        """How many rows there were."""
        return rows_written(self._work.session, delete(SpendingRow).where(SpendingRow.day < before))

    def _reply(self, reply_id: int) -> tuple[int, date | None, int]:
        """Its segments, the day for which it is counted, and whom it is for."""
        columns = select(ReplyRow.segments, ReplyRow.counted_on, MessageRow.person_id)
        whose = columns.join(MessageRow, MessageRow.sid == ReplyRow.message_sid)
        segments, counted_on, person_id = self._work.session.execute(
            whose.where(ReplyRow.id == reply_id)
        ).one()
        return segments, counted_on, person_id

    def _update(self, reply_id: int, **values: object) -> None:
        self._work.session.execute(update(ReplyRow).where(ReplyRow.id == reply_id).values(values))
