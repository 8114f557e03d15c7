"""When each of the sending numbers is free to send."""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from scrapbook.store.statements import insert_if_new
from scrapbook.store.tables import SenderRow
from scrapbook.store.unit_of_work import UnitOfWork

LONGEST_WAIT = timedelta(hours=1)
"""Twilio itself queues four hours of texts for a number:
https://www.twilio.com/docs/api/errors/21611

So to wait longer is of no use; and a clock that was ahead for a while would have everything wait for as long.
"""


class Senders:
    """One row for each number that sends: the theoretical arrival time of the generic cell rate algorithm
    (ITU-T I.371), without a burst allowance."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def reserve(self, from_: str, seconds: float, now: datetime) -> datetime:
        """The time from which ``from_`` may send, LONGEST_WAIT from ``now`` at the latest; it is then taken
        for ``seconds``."""
        insert_if_new(self._work.session, SenderRow, address=from_, free_at=now)
        row = select(SenderRow.free_at).where(SenderRow.address == from_).with_for_update()
        free_at = self._work.session.execute(row).scalar_one()
        start = free_at if now < free_at <= now + LONGEST_WAIT else now
        taken = update(SenderRow).where(SenderRow.address == from_)
        self._work.session.execute(taken.values(free_at=start + timedelta(seconds=seconds)))
        return start
