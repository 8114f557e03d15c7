"""The segments submitted to Twilio each day, for each person and for all people together."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, delete, func, select, update

from scrapbook.store.sql_helpers import insert_if_new, rows_written
from scrapbook.store.tables import OutboundRow, SegmentUsageRow
from scrapbook.store.unit_of_work import UnitOfWork

ALL_PEOPLE = 0
"""The account of all people together; any other account is a person's id."""

REPORTED = 0
"""In place of the id of the outbound message that claimed the report of the day: the report was made."""


class SegmentUsage:
    """Counts segments, in one row for each day and account, so that counting has a constant cost.

    An outbound message is counted once, for the day in its ``counted_on``, and refunded for that day when
    Twilio refuses it.
    """

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def segments(self, day: date, account: int = ALL_PEOPLE) -> int:
        """Return the segments of an account on a day."""
        row = select(SegmentUsageRow.segments).where(
            SegmentUsageRow.day == day, SegmentUsageRow.account == account
        )
        return self._work.session.scalar(row) or 0

    def highest(self, day: date) -> int:
        """Return the most segments of one person on a day."""
        row = select(func.max(SegmentUsageRow.segments)).where(SegmentUsageRow.day == day)
        return self._work.session.scalar(row.where(SegmentUsageRow.account != ALL_PEOPLE)) or 0

    def lock(self, day: date, person_id: int) -> None:
        """Lock the day's accounts of all people and of the person until the transaction ends."""
        for account in (ALL_PEOPLE, person_id):  # always in this order, so that no two deadlock
            insert_if_new(self._work.session, SegmentUsageRow, day=day, account=account)
            row = select(SegmentUsageRow.segments).where(
                SegmentUsageRow.day == day, SegmentUsageRow.account == account
            )
            self._work.session.execute(row.with_for_update())

    def add(self, day: date, person_id: int, segments: int) -> None:
        """Add segments to both accounts; call it under ``lock``."""
        accounts = SegmentUsageRow.account.in_((ALL_PEOPLE, person_id))
        row = update(SegmentUsageRow).where(SegmentUsageRow.day == day, accounts)
        self._work.session.execute(row.values(segments=SegmentUsageRow.segments + segments))

    def count(self, outbound_id: int, day: date) -> None:
        """Count an outbound message for that day, unless it is counted already; call it under ``lock``."""
        segments, counted_on, person_id = self._counted(outbound_id)
        if counted_on is None:
            self.add(day, person_id, segments)
            self._update(outbound_id, counted_on=day)

    def refund(self, outbound_id: int) -> None:
        """Subtract an outbound message that was not sent, if it was counted."""
        segments, counted_on, person_id = self._counted(outbound_id)
        if counted_on is not None:
            self.lock(counted_on, person_id)
            self.add(counted_on, person_id, -segments)
            self._update(outbound_id, counted_on=None)

    def hold(self, outbound_id: int, until: datetime) -> None:
        """Hold an outbound message until that time."""
        self._update(outbound_id, not_before=until)

    def release(self, at: datetime) -> int:
        """Hold all held messages until ``at`` only; quotas then apply anew. Returns how many there are."""
        held = update(OutboundRow).where(OutboundRow.not_before.is_not(None))
        return rows_written(self._work.session, held.values(not_before=at))

    def held_before(self, outbound_id: int, address: str) -> datetime | None:
        """Return when the latest earlier message to the address that is held is due; None without one."""
        earlier = (
            OutboundRow.to == address,
            OutboundRow.id < outbound_id,
            OutboundRow.not_before.is_not(None),
        )
        latest = select(OutboundRow.not_before).where(*earlier).order_by(OutboundRow.id.desc()).limit(1)
        return self._work.session.scalar(latest)

    def held(self) -> int:
        """Return how many outbound messages are held."""
        count = select(func.count()).select_from(OutboundRow).where(OutboundRow.not_before.is_not(None))
        return self._work.session.scalar(count) or 0

    def claim_report(self, outbound_id: int, day: date, account: int) -> bool:
        """Claim the report that an account has reached its limit, for an outbound message, under ``lock``.

        Returns:
            Whether the message has the claim: the first of the day has, until the report is made.
        """
        unclaimed = SegmentUsageRow.reported_by.is_(None) | (SegmentUsageRow.reported_by == outbound_id)
        row = update(SegmentUsageRow).where(_is_of(day, account), unclaimed)
        return rows_written(self._work.session, row.values(reported_by=outbound_id)) > 0

    def mark_reported(self, outbound_id: int, day: date, account: int) -> None:
        """Record that the report was made which this message has claimed; no other message can claim it."""
        claimed = (_is_of(day, account), SegmentUsageRow.reported_by == outbound_id)
        row = update(SegmentUsageRow).where(*claimed)
        self._work.session.execute(row.values(reported_by=REPORTED))

    def forget(self, before: date) -> int:
        """Delete the accounts of days before then. Returns how many."""
        return rows_written(self._work.session, delete(SegmentUsageRow).where(SegmentUsageRow.day < before))

    def forget_since(self, day: date) -> int:
        """Delete the accounts of that day and of later ones. Returns how many."""
        return rows_written(self._work.session, delete(SegmentUsageRow).where(SegmentUsageRow.day >= day))

    def _counted(self, outbound_id: int) -> tuple[int, date | None, int]:
        """Return the segments of an outbound message, the day for which it is counted, and whose it is."""
        columns = select(OutboundRow.segments, OutboundRow.counted_on, OutboundRow.person_id)
        row = self._work.session.execute(columns.where(OutboundRow.id == outbound_id)).one()
        return row[0], row[1], row[2]

    def _update(self, outbound_id: int, **values: object) -> None:
        row = update(OutboundRow).where(OutboundRow.id == outbound_id)
        self._work.session.execute(row.values(values))


def _is_of(day: date, account: int) -> ColumnElement[bool]:
    return and_(SegmentUsageRow.day == day, SegmentUsageRow.account == account)
