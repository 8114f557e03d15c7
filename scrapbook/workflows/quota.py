"""Daily quotas of sent segments, the unit that Twilio bills.

Days are in UTC, like those of Twilio's bills and usage triggers.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scrapbook.core.wording import sentence
from scrapbook.errors import ScrapbookError
from scrapbook.store import OutboundMessage, Transaction
from scrapbook.store.segment_usage import ALL_PEOPLE
from scrapbook.text.clock import clock
from scrapbook.text.segments import segment_count

# For a message behind a held one to the same address that is due.
RETRY_DELAY = timedelta(seconds=1)


class DailyLimitReached(ScrapbookError):
    """A person has got the segments of a day that SCRAPBOOK_DAILY_SEGMENTS allows."""


class DailyLimitInAllReached(DailyLimitReached):
    """All people together have got the segments of a day that SCRAPBOOK_DAILY_SEGMENTS_IN_ALL allows."""


@dataclass(frozen=True, slots=True)
class QuotaHold:
    """A message is held, because the quota of the day is used up.

    Attributes:
        until: when it is tried again.
        notice: the recorded notice for its recipient, to be sent now; only with the first message held a day.
        operator_error: the error to be reported to the operator, once a day.
        account: the account whose quota is used up.
    """

    until: datetime
    notice: OutboundMessage | None = None
    operator_error: DailyLimitReached | None = None
    account: int = ALL_PEOPLE


@dataclass(frozen=True, slots=True)
class SegmentQuota:
    """The limits of segments a day, for each person and for all people together; 0 for no limit.

    The last segment is left for the notice that the limit is reached, to which no quota applies. If the limit
    of all people is reached, each person still gets one.
    """

    per_person: int = 0
    in_all: int = 0

    @property
    def is_limited(self) -> bool:
        """Return whether there is any limit."""
        return bool(self.per_person or self.in_all)

    def has_room(self, tx: Transaction, message: OutboundMessage, now: datetime) -> bool:
        """Return whether the message could be sent now; nothing is counted."""
        if message.is_exempt:
            return True
        is_next = tx.segment_usage.held_before(message.id, message.to) is None
        return is_next and self._reached(tx, message, now) is None

    def reserve(self, tx: Transaction, message: OutboundMessage, now: datetime) -> QuotaHold | None:
        """Count the message, or hold it, behind earlier held messages to its address.

        Returns:
            The hold; None if the message is to be sent.
        """
        if not message.is_exempt:
            earlier = tx.segment_usage.held_before(message.id, message.to)
            if earlier is not None:
                tx.segment_usage.hold(message.id, earlier)
                return QuotaHold(max(earlier, now + RETRY_DELAY))
        if not self.is_limited:
            return None
        tx.segment_usage.lock(now.date(), message.person_id)
        if not message.is_exempt and (reached := self._reached(tx, message, now)):
            return _hold(tx, message, now, reached)
        tx.segment_usage.count(message.id, now.date())
        return None

    def _reached(self, tx: Transaction, message: OutboundMessage, now: datetime) -> DailyLimitReached | None:
        day = now.date()
        used = tx.segment_usage.segments(day, message.person_id)
        if self.per_person and used + message.segments >= self.per_person:
            return DailyLimitReached()
        if self.in_all and tx.segment_usage.segments(day) + message.segments >= self.in_all:
            return DailyLimitInAllReached()
        return None


def _hold(tx: Transaction, message: OutboundMessage, now: datetime, reached: DailyLimitReached) -> QuotaHold:
    day = now.date()
    until = datetime.combine(day + timedelta(days=1), time(), UTC)
    tx.segment_usage.hold(message.id, until)
    account = ALL_PEOPLE if isinstance(reached, DailyLimitInAllReached) else message.person_id
    is_first = tx.segment_usage.claim_report(message.id, day, account)
    return QuotaHold(until, _notice(tx, message, now, until), reached if is_first else None, account)


def _notice(
    tx: Transaction, message: OutboundMessage, now: datetime, until: datetime
) -> OutboundMessage | None:
    """Record the notice that the limit is reached; None where the recipient has that day's already."""
    local = until.astimezone(ZoneInfo(tx.people.get(message.person_id).timezone))
    body = sentence("utter_limit_notice", time=clock(local.hour, local.minute))
    return tx.outbound_messages.record(
        message.person_id,
        f"limit-notice:{message.person_id}:{now.date()}",
        message.from_,
        message.to,
        body,
        segment_count(body),
        now,
        is_exempt=True,
    )
