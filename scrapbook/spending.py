"""What answering may cost a day, in segments, which is what Twilio bills.

Days are those of UTC, like those of Twilio's own bills and triggers: whoever runs the house adds them up.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scrapbook.errors import ScrapbookError
from scrapbook.store import Reply, Transaction
from scrapbook.store.spending import EVERYBODY

# For a reply to the same address that is about to go out.
BRIEFLY = timedelta(seconds=1)

# With APOLOGY, what cannot come from Rasa: it is about the reply that Rasa gave.
HELD = "That is all I can answer today. What you text is kept and done as ever; the answers follow at {}."


class DailyLimitReached(ScrapbookError):
    """As many segments were sent today as SCRAPBOOK_DAILY_SEGMENTS lets one person have."""


class DailyLimitInAllReached(DailyLimitReached):
    """As many segments were sent today as SCRAPBOOK_DAILY_SEGMENTS_IN_ALL lets everybody have."""


@dataclass(frozen=True, slots=True)
class Held:
    """There is no room for a reply.

    Attributes:
        until: when it may try again.
        told: what its recipient is to be told, once that day; else empty.
        reported: what whoever runs the house is to be told; else None.
    """

    until: datetime
    told: str = ""
    reported: DailyLimitReached | None = None

    @property
    def is_news(self) -> bool:
        """Whether somebody is to be told."""
        return bool(self.told or self.reported)

    @property
    def since(self) -> datetime:
        """When the day began whose room is gone, where there is something to tell."""
        return self.until - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Allowance:
    """Segments a day, for one person and for everybody together; 0 for no limit.

    The last segment of a day is kept for telling that it was the last. Where the limit in all is reached,
    each person is still told once.
    """

    per_person: int = 0
    in_all: int = 0

    @property
    def is_limited(self) -> bool:
        return bool(self.per_person or self.in_all)

    def has_room(self, tx: Transaction, reply: Reply, person_id: int, now: datetime) -> bool:
        """Whether it could go out now; nothing is counted."""
        is_next = tx.spending.held_before(reply.id, reply.to) is None
        return is_next and self._reached(tx, reply, person_id, now) is None

    def admit(self, tx: Transaction, reply: Reply, person_id: int, now: datetime) -> Held | None:
        """Counts the reply, which is then to be sent; or holds it back, behind those held back before."""
        earlier = tx.spending.held_before(reply.id, reply.to)
        if earlier is not None:
            tx.spending.hold(reply.id, earlier)
            return Held(max(earlier, now + BRIEFLY))
        if not self.is_limited:
            return None
        tx.spending.lock(now.date(), person_id)
        if reached := self._reached(tx, reply, person_id, now):
            return _held(tx, reply, person_id, now, reached)
        tx.spending.count(reply.id, now.date())
        return None

    def _reached(
        self, tx: Transaction, reply: Reply, person_id: int, now: datetime
    ) -> DailyLimitReached | None:
        day = now.date()
        if self.per_person and tx.spending.segments(day, person_id) + reply.segments >= self.per_person:
            return DailyLimitReached()
        if self.in_all and tx.spending.segments(day) + reply.segments >= self.in_all:
            return DailyLimitInAllReached()
        return None


def _held(tx: Transaction, reply: Reply, person_id: int, now: datetime, reached: DailyLimitReached) -> Held:
    day = now.date()
    until = datetime.combine(day + timedelta(days=1), time(), UTC)
    tx.spending.hold(reply.id, until)
    is_first = tx.spending.falls_to(reply.id, day, person_id)
    is_of_all = isinstance(reached, DailyLimitInAllReached)
    is_news = tx.spending.falls_to(reply.id, day, EVERYBODY) if is_of_all else is_first
    local = until.astimezone(ZoneInfo(tx.people.get(person_id).timezone))
    return Held(until, HELD.format(f"{local:%H:%M}") if is_first else "", reached if is_news else None)
