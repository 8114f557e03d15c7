"""Renew this app's leases, take over those of dead apps, and find work that other processes inserted.

``store/leases.py`` says what leases are, docs/scale.md why no two processes work for one person.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

import structlog

from scrapbook.errors import LeaseLost, ScrapbookError
from scrapbook.observability.reporting import report_error
from scrapbook.store import LEASE_SECONDS, GroupWriter, Store, Transaction
from scrapbook.workflows.clock_watch import ClockWatch, correct, utc_now

CHECK_INTERVAL = 1.0
"""Seconds between two checks for work that another process inserted, which waits that long at most."""

RENEW_INTERVAL = 3.0
"""Seconds between two renewals."""

RESUME_BATCH = 64
"""People whose work is resumed at the same time."""

DUE_INTERVAL = 30.0
"""Seconds between two checks for held messages that are due."""

REQUEST_SECONDS = 10.0
"""Seconds that a request to a provider may take. A lease must be valid for so long when one begins."""

log = structlog.get_logger(__name__)

T = TypeVar("T")


def seconds() -> float:
    """Return the seconds of a clock that is never set, and that continues while Linux sleeps."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


class LeaseTerm:
    """Says, by the clock of this process, whether it may still act on its leases.

    Args:
        expires: whether other processes may take them over; on SQLite there are none.
        clock: in seconds; must continue while the process, or the machine, is stopped.

    Attributes:
        epoch: counts how often the term expired. What was loaded in an earlier epoch must not be sent.
    """

    def __init__(self, *, expires: bool, clock: Callable[[], float] = seconds) -> None:
        self._clock = clock
        self._until = clock() if expires else float("inf")
        self._renewed = asyncio.Event()
        self.epoch = 0

    def renewed(self, asked_at: float) -> bool:
        """Record that a renewal requested at ``asked_at`` has succeeded.

        Returns:
            Whether it came too late: others may have taken the leases over.
        """
        is_late = self._clock() > self._until
        if is_late:
            self.epoch += 1
        self._until = asked_at + LEASE_SECONDS
        self._renewed.set()
        return is_late

    async def confirm(self, epoch: int) -> None:
        """Wait until the leases are valid for longer than a request may take.

        Raises:
            LeaseLost: other processes may have the leases of that epoch.
        """
        while True:
            left = self._until - self._clock()
            if epoch != self.epoch or left <= 0:
                raise LeaseLost
            if left >= REQUEST_SECONDS:
                return
            self._renewed.clear()
            try:
                async with asyncio.timeout(left):
                    await self._renewed.wait()
            except TimeoutError:
                raise LeaseLost from None


class Worker(Protocol):
    """Answers and sends."""

    def is_busy(self, person_id: int) -> bool:
        """Return whether work for the person is in progress."""
        ...

    def is_answering(self, person_id: int) -> bool:
        """Return whether a message of the person's is being answered."""
        ...

    def is_sending(self, outbound_id: int) -> bool:
        """Return whether that message is being sent or waits to be sent."""
        ...

    def wake(self, person_id: int) -> None:
        """Answer the person's messages."""
        ...

    async def resume(self, person_id: int) -> None:
        """Continue the person's work: send, then answer."""
        ...


class LeaseManager:
    """Renews the leases and finds work, in one event loop.

    Args:
        name: of this process among those that share the database.
        shares: whether there may be others.
    """

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        store: Store,
        writer: GroupWriter,
        worker: Worker,
        term: LeaseTerm,
        name: str,
        *,
        shares: bool,
    ) -> None:
        self._store = store
        self._writer = writer
        self._worker = worker
        self._term = term
        self._name = name
        self._shares = shares
        self._renewed_at = float("-inf")
        self._thread = ThreadPoolExecutor(1, "leases")
        self._checked_due_at = float("-inf")
        self._clock = ClockWatch(utc_now, seconds)
        self._unhandled: set[tuple[int, int]] = set()

    async def start(self) -> None:
        """Resume all waiting work; on SQLite also that of another executor id."""
        await self._renew()
        await self._write(lambda tx: tx.leases.adopt_orphans())
        await self._check()

    async def run(self) -> None:
        """Renew the leases and find work, until cancelled."""
        renewing = asyncio.create_task(self._repeat(self._renew, RENEW_INTERVAL))
        try:
            await self._repeat(self._check, CHECK_INTERVAL)
        finally:
            renewing.cancel()

    async def _repeat(self, work: Callable[[], Awaitable[None]], pause: float) -> None:
        while True:
            await asyncio.sleep(pause)
            try:
                await work()
            except LeaseLost:
                continue
            except ScrapbookError as error:
                log.warning("lease_check_failed", reason=str(error))
            except Exception as error:  # noqa: BLE001 - one failed check must not end the manager
                report_error(error, step="leases")

    async def retire(self) -> None:
        """Give the leases up at once, because this process ends."""
        if self._shares:
            await self._write(lambda tx: tx.leases.retire(self._name))
        self._thread.shutdown(wait=False)

    async def _check(self) -> None:
        # Retry a renewal that failed, before the next is due.
        if self._shares and seconds() - self._renewed_at >= RENEW_INTERVAL:
            await self._renew()
        await self._take_abandoned()
        if self._clock.was_set_back():
            log.warning("clock_set_back")
            await self._write(lambda tx: correct(tx, utc_now()))
            self._clock.restart()
            self._checked_due_at = float("-inf")
        if time.monotonic() - self._checked_due_at >= DUE_INTERVAL:
            await self._release_due()
        idle = [
            person_id
            for person_id in await self._read(lambda tx: tx.leases.of(self._name))
            if not self._worker.is_busy(person_id)
        ]
        # In batches, each of which is written in one transaction.
        for first in range(0, len(idle), RESUME_BATCH):
            await asyncio.gather(*map(self._resume, idle[first : first + RESUME_BATCH]))
        await self._resume_stranded()
        # Accepted by another process, while this one sends replies to an earlier message.
        for person_id in await self._read(lambda tx: tx.leases.with_messages(self._name)):
            if not self._worker.is_answering(person_id):
                self._worker.wake(person_id)

    async def _resume_stranded(self) -> None:
        """Resume those who have a message in the outbox that nothing in this process sends.

        Whoever recorded it met an error before it was handed over. At the first check that finds one it may
        just be about to be.
        """
        unhandled = {
            found
            for found in await self._read(lambda tx: tx.outbox.unsent(self._name))
            if not self._worker.is_sending(found[0])
        }
        stranded, self._unhandled = unhandled & self._unhandled, unhandled
        for person_id in sorted({person_id for _, person_id in stranded}):
            await self._resume(person_id)

    async def _resume(self, person_id: int) -> None:
        """Resume one person's work; an error that concerns only them is reported."""
        try:
            await self._worker.resume(person_id)
        except LeaseLost:
            return
        except Exception as error:
            if isinstance(error, ScrapbookError) and not error.permanent:
                raise  # it concerns everybody
            report_error(error, step="resume", person_id=person_id)

    async def _renew(self) -> None:
        if not self._shares:
            return
        asked_at = seconds()
        # In its own thread and transaction, so that it waits for no other write.
        await self._in_thread(self._store.write, lambda tx: tx.leases.renew(self._name))
        self._renewed_at = asked_at
        if self._term.renewed(asked_at):
            log.info("lease_term_begun", worker=self._name, epoch=self._term.epoch)

    async def _take_abandoned(self) -> None:
        if not await self._read(lambda tx: tx.leases.abandoned(self._name)):
            return
        if taken := await self._write(lambda tx: tx.leases.take_abandoned(self._name)):
            log.warning("leases_taken_over", people=len(taken))

    async def _release_due(self) -> None:
        self._checked_due_at = time.monotonic()
        for person_id in await self._read(lambda tx: tx.outbox.due(utc_now())):
            if await self._write(lambda tx, person_id=person_id: self._release(tx, person_id)) == self._name:
                await self._resume(person_id)  # also while other messages are being sent

    def _release(self, tx: Transaction, person_id: int) -> str:
        worker = tx.leases.claim(person_id, self._name)
        tx.outbox.release(person_id)
        return worker

    async def _write(self, work: Callable[[Transaction], T]) -> T:
        return await self._writer.write(work)

    async def _read(self, work: Callable[[Transaction], T]) -> T:
        return await self._in_thread(self._store.read, work)

    async def _in_thread(
        self, access: Callable[[Callable[[Transaction], T]], T], work: Callable[[Transaction], T]
    ) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, access, work)
