"""Say what is due to people unasked, reminders above all: sleep until then, record it, hand it over.

The table says what is due, and the index of those that wait finds the next, however many there are. An app
that starts finds what was missed while it was down. Of several apps each may find a person's reminders; the
lease of the person is locked before they are read, so one of them finds them due, and the others no more.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from scrapbook.core.saying_recurring import Sources
from scrapbook.core.saying_reminders import ON_TIME
from scrapbook.core.saying_unasked import next_at, people_due, say_next
from scrapbook.core.unasked import OwnSender, Said
from scrapbook.errors import ScrapbookError
from scrapbook.observability import metrics
from scrapbook.observability.reporting import report_error
from scrapbook.store import GroupWriter, Outgoing, Store, Transaction
from scrapbook.workflows.clock_watch import utc_now
from scrapbook.workflows.outbox import Outbox

READ_AGAIN = timedelta(seconds=30)
"""How long at most the time of the next reminder is believed: another app may have saved an earlier one."""

LOOK_SECONDS = 1.0
"""Seconds between two looks at the clock, which may be set. They cost no access to the database."""

AFTER_ERROR = timedelta(minutes=5)
"""How long nobody looks at a person's reminders after an error that concerns only them."""

AT_ONCE = 32
"""People whose reminders are recorded side by side, mostly in one transaction."""

MAX_MESSAGES = 20
"""Messages with due reminders that one person gets at one time; what is left follows with the next look."""

log = structlog.get_logger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Recorded:
    """What was recorded, and the app that sends it."""

    said: Said
    worker: str


class UnaskedScheduler:
    """Says what is due to all people, in one event loop.

    Args:
        worker: the name under which this process holds its leases.
        sender: what messages are sent from.
        clock: aware, in UTC.
        sources: where what is said comes from, besides the scrapbook.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - its collaborators
        self,
        store: Store,
        writer: GroupWriter,
        outbox: Outbox,
        worker: str,
        sender: OwnSender,
        clock: Callable[[], datetime] = utc_now,
        sources: Sources = Sources(),  # noqa: B008 - frozen
    ) -> None:
        self._store = store
        self._writer = writer
        self._outbox = outbox
        self._worker = worker
        self._sender = sender
        self._clock = clock
        self._sources = sources
        self._woken = asyncio.Event()
        self._next_at: datetime | None = None
        self._read_at: datetime | None = None
        self._failed: dict[int, datetime] = {}

    def wake(self) -> None:
        """Read anew when the next reminder is due: one may have been saved. For the event loop."""
        self._woken.set()

    async def run(self) -> None:
        """Say what is due, until cancelled."""
        while True:
            try:
                await self.say_all_due()
            except ScrapbookError as error:
                log.warning("reminders_not_said", reason=str(error))
                self._read_at = None
            except Exception as error:  # noqa: BLE001 - the next look may succeed
                report_error(error, step="reminders")
                self._read_at = None
            await self._sleep()

    async def say_all_due(self) -> None:
        """Say what is due now, if anything is."""
        now = self._clock()
        if self._woken.is_set() or self._is_outdated(now):
            self._woken.clear()
            self._next_at = await self._in_thread(next_at)
            self._read_at = now
        if self._next_at is None or self._next_at > now:
            return
        while people := await self._people_due():
            for first in range(0, len(people), AT_ONCE):
                await asyncio.gather(*map(self._say_reported, people[first : first + AT_ONCE]))
        self._read_at = None

    async def _people_due(self) -> list[int]:
        """Return the ids of people with due reminders, without those for whom it failed just before."""
        now = self._clock()
        due = await self._in_thread(lambda tx: people_due(tx, now))
        return [one for one in due if one not in self._failed or now - self._failed[one] >= AFTER_ERROR]

    async def _say_reported(self, person_id: int) -> None:
        """Say one person's due reminders; an error that concerns only them delays nobody else."""
        try:
            await self._say(person_id)
            self._failed.pop(person_id, None)
        except Exception as error:
            if isinstance(error, ScrapbookError) and not error.permanent:
                raise  # it concerns everybody
            self._failed[person_id] = self._clock()
            report_error(error, step="reminders", person_id=person_id)

    def _is_outdated(self, now: datetime) -> bool:
        """Return whether to read again when the next reminder is due; also if the clock was set back."""
        return self._read_at is None or not timedelta() <= now - self._read_at < READ_AGAIN

    async def _sleep(self) -> None:
        """Sleep until the next reminder is due, or the next look at the clock."""
        seconds = LOOK_SECONDS
        if self._next_at is not None:
            left = (self._next_at - self._clock()).total_seconds()
            seconds = min(max(left, 0.0), LOOK_SECONDS)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()

    async def _say(self, person_id: int) -> None:
        """Say one person's due reminders."""
        for _ in range(MAX_MESSAGES):
            recorded = await self._writer.write(lambda tx: self._record(tx, person_id), key=person_id)
            said = recorded.said
            if said.message:
                _count(said.late)
                log.info(
                    "reminders_said" if said.late else "notice_said",
                    person_id=person_id,
                    count=len(said.late),
                )
                if recorded.worker == self._worker:
                    self._outbox.add(Outgoing.of(said.message, said.message.created_at), is_begun=False)
            if not said.may_be_more:
                return

    def _record(self, tx: Transaction, person_id: int) -> _Recorded:
        worker = tx.leases.claim(person_id, self._worker)
        said = say_next(tx, person_id, self._clock(), self._sender, self._sources)
        if said.message is None:
            tx.leases.release(person_id, self._worker)
        return _Recorded(said, worker)

    async def _in_thread(self, work: Callable[[Transaction], T]) -> T:
        return await asyncio.to_thread(self._store.read, work)


def _count(late: Sequence[timedelta]) -> None:
    if not late:
        metrics.notices_said.inc()
        return
    for one in late:
        metrics.reminder_lateness_seconds.observe(max(one.total_seconds(), 0.0))
    metrics.reminders_said.labels("on_time" if max(late) <= ON_TIME else "late").inc(len(late))
    if len(late) > 1:
        metrics.reminders_folded.inc(len(late))
