"""Holds this process's leases, takes over those of processes that died, and finds work that others put in.

``store/leases.py`` says what leases are, docs/scale.md why no two processes work for one person.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Protocol, TypeVar

import structlog

from scrapbook.errors import LeaseLost, ScrapbookError
from scrapbook.reports import report
from scrapbook.store import LEASE_SECONDS, GroupWriter, Store, Transaction

LOOK_EVERY = 1.0
"""Seconds between two looks for work that another process has put in, which waits that long at most."""

RENEW_EVERY = 3.0
"""Seconds between two renewals."""

AT_ONCE = 64
"""People whose work is taken up at the same time."""

DUE_EVERY = 30.0
"""Seconds between two looks for replies that were held until now."""

REQUEST_SECONDS = 10.0
"""How long a request to Twilio may take, and so how long a lease must still hold when one is begun."""

log = structlog.get_logger(__name__)

T = TypeVar("T")


def seconds() -> float:
    """Seconds of a clock that nobody sets, and that goes on while a machine with Linux sleeps."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


class LeaseTerm:
    """Tells, by the clock of this process, whether it may still act on its leases.

    Args:
        expires: whether other processes may take them over; on SQLite there are none.
        clock: seconds; must go on while the process, or the machine, is stopped.

    Attributes:
        epoch: counts how often the term ran out. What was loaded in an earlier epoch is not to be sent.
    """

    def __init__(self, *, expires: bool, clock: Callable[[], float] = seconds) -> None:
        self._clock = clock
        self._until = clock() if expires else float("inf")
        self._renewed = asyncio.Event()
        self.epoch = 0

    def renewed(self, asked_at: float) -> bool:
        """Note that a renewal which was asked for at ``asked_at`` has succeeded.

        Returns whether it came too late: others may have taken the leases over meanwhile.
        """
        is_late = self._clock() > self._until
        if is_late:
            self.epoch += 1
        self._until = asked_at + LEASE_SECONDS
        self._renewed.set()
        return is_late

    async def confirm(self, epoch: int) -> None:
        """Wait until the leases hold for longer than a request may take.

        Raises LeaseLost when other processes may have the leases of that epoch by now.
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
        """Whether something is being done for the person."""
        ...

    def is_answering(self, person_id: int) -> bool:
        """Whether a message of the person's is being answered."""
        ...

    def wake(self, person_id: int) -> None:
        """Answer what waits for the person."""
        ...

    async def resume(self, person_id: int) -> None:
        """Take up what waits for the person."""
        ...


class LeaseKeeper:
    """Renews the leases and looks for work. For one event loop.

    Args:
        name: of this process among those that share the database.
        shares: whether there may be others.
    """

    def __init__(  # noqa: PLR0913 - what keeping them works with
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
        self._looked_for_due_at = float("-inf")

    async def start(self) -> None:
        """Take up what waits; on SQLite that is everything, also what another executor id has left."""
        await self._renew()
        await self._write(lambda tx: tx.leases.adopt_orphans())
        await self._look()

    async def watch(self) -> None:
        """Renew the leases, and look for work, until cancelled."""
        renewing = asyncio.create_task(self._again_and_again(self._renew, RENEW_EVERY))
        try:
            await self._again_and_again(self._look, LOOK_EVERY)
        finally:
            renewing.cancel()

    async def _again_and_again(self, work: Callable[[], Awaitable[None]], pause: float) -> None:
        while True:
            await asyncio.sleep(pause)
            try:
                await work()
            except LeaseLost:
                continue
            except ScrapbookError as error:
                log.warning("leases_not_looked_at", because=str(error))
            except Exception as error:  # noqa: BLE001 - one failed look is no reason to stop for good
                report(error, step="leases")

    async def retire(self) -> None:
        """Let others take over at once: this process ends."""
        if self._shares:
            await self._write(lambda tx: tx.leases.retire(self._name))
        self._thread.shutdown(wait=False)

    async def _look(self) -> None:
        # A renewal that failed is tried again here, before its own turn comes.
        if self._shares and seconds() - self._renewed_at >= RENEW_EVERY:
            await self._renew()
        await self._take_abandoned()
        if time.monotonic() - self._looked_for_due_at >= DUE_EVERY:
            await self._release_due()
        idle = [
            person_id
            for person_id in await self._read(lambda tx: tx.leases.of(self._name))
            if not self._worker.is_busy(person_id)
        ]
        # Many at a time, which are then written in one transaction.
        for first in range(0, len(idle), AT_ONCE):
            await asyncio.gather(*map(self._resume, idle[first : first + AT_ONCE]))
        # Taken in by another process, while replies to an earlier one are on their way here.
        for person_id in await self._read(lambda tx: tx.leases.with_messages(self._name)):
            if not self._worker.is_answering(person_id):
                self._worker.wake(person_id)

    async def _resume(self, person_id: int) -> None:
        """One person's trouble is nobody else's."""
        try:
            await self._worker.resume(person_id)
        except LeaseLost:
            return
        except Exception as error:
            if isinstance(error, ScrapbookError) and not error.permanent:
                raise  # everybody's
            report(error, step="resume", person_id=person_id)

    async def _renew(self) -> None:
        if not self._shares:
            return
        asked_at = seconds()
        # In a thread and a transaction of its own: behind nothing else that is to be written.
        await self._in_thread(self._store.write, lambda tx: tx.leases.renew(self._name))
        self._renewed_at = asked_at
        if self._term.renewed(asked_at):
            log.info("lease_begun", worker=self._name, epoch=self._term.epoch)

    async def _take_abandoned(self) -> None:
        if not await self._read(lambda tx: tx.leases.abandoned(self._name)):
            return
        if taken := await self._write(lambda tx: tx.leases.take_abandoned(self._name)):
            log.warning("taken_over", people=len(taken))

    async def _release_due(self) -> None:
        self._looked_for_due_at = time.monotonic()
        for person_id in await self._read(lambda tx: tx.outbox.due(datetime.now(UTC))):
            if await self._write(lambda tx, person_id=person_id: self._release(tx, person_id)) == self._name:
                await self._resume(person_id)  # also where other replies are on their way

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
