"""Send slots: the time at which each sending number may send its next segment."""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from scrapbook.store.sql_helpers import insert_if_new
from scrapbook.store.tables import SendSlotRow
from scrapbook.store.unit_of_work import UnitOfWork

MAX_WAIT = timedelta(hours=1)
"""The longest wait for a slot.

Twilio itself queues four hours of messages for a number (https://www.twilio.com/docs/api/errors/21611), so a
longer wait helps nothing. The limit also corrects the slots of a clock that was ahead.
"""


class SendSlots:
    """Rate limits in one row for each sending number: the generic cell rate algorithm (ITU-T I.371).

    The row holds the theoretical arrival time; there is no burst allowance.
    """

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def reserve(self, from_: str, seconds: float, now: datetime) -> datetime:
        """Reserve the next slot of ``from_``, which lasts for ``seconds``.

        Returns:
            When the slot begins: ``MAX_WAIT`` after ``now`` at the latest.
        """
        insert_if_new(self._work.session, SendSlotRow, address=from_, free_at=now)
        row = select(SendSlotRow.free_at).where(SendSlotRow.address == from_).with_for_update()
        free_at = self._work.session.execute(row).scalar_one()
        start = free_at if now < free_at <= now + MAX_WAIT else now
        taken = update(SendSlotRow).where(SendSlotRow.address == from_)
        self._work.session.execute(taken.values(free_at=start + timedelta(seconds=seconds)))
        return start

    def free(self, now: datetime) -> None:
        """Free the slots after ``now``."""
        later = update(SendSlotRow).where(SendSlotRow.free_at > now)
        self._work.session.execute(later.values(free_at=now))
