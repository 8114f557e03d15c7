"""Executor ids are exclusive; workflows of a dead executor are recovered by the others.

Leases (``leases``) do the latter for messages.
"""

import asyncio
import time

import structlog

from scrapbook.errors import ScrapbookError, SettingsError
from scrapbook.observability.reporting import report_error
from scrapbook.store import EXECUTOR_TIMEOUT, DbosQueues, ExecutorLock, FileExecutorLock, Store
from scrapbook.workflows.engine import Engine

CHECK_INTERVAL = 3.0
"""Seconds between two checks."""

log = structlog.get_logger(__name__)


def claim_executor_id(lock: ExecutorLock | FileExecutorLock, executor_id: str) -> None:
    """Acquire the executor id, before any work begins.

    Raises:
        SettingsError: another process has that executor id; the two would take each other's work.
    """
    # The database takes a moment to notice that this app's predecessor died with its machine.
    deadline = time.monotonic() + EXECUTOR_TIMEOUT + CHECK_INTERVAL
    while not lock.acquire():
        if time.monotonic() > deadline:
            raise SettingsError(
                f"Another process runs as {executor_id}: give each a SCRAPBOOK_EXECUTOR_ID of its own"
            )
        time.sleep(0.5)


async def monitor(
    engine: Engine,
    store: Store,
    queues: DbosQueues,
    lock: ExecutorLock | FileExecutorLock,
    executor_id: str,
) -> None:
    """Run DBOS while there is work for it, that of dead apps included; until cancelled."""
    while True:
        try:
            await asyncio.to_thread(check, engine, store, queues, lock, executor_id)
        except ScrapbookError as error:
            log.warning("failover_check_failed", reason=str(error))
        except Exception as error:  # noqa: BLE001 - one failed check must not end the monitor
            report_error(error, step="failover")
        await asyncio.sleep(CHECK_INTERVAL)


def check(
    engine: Engine,
    store: Store,
    queues: DbosQueues,
    lock: ExecutorLock | FileExecutorLock,
    executor_id: str,
) -> None:
    """Check once: launch DBOS if there is work, recover the workflows of dead executors."""
    engine.check()
    if not lock.acquire():
        return
    for dead in queues.executors() - {executor_id} - _busy_executors(store, lock):
        with lock.try_exclusively(f"recovery of {dead}") as is_exclusive:
            if is_exclusive:
                log.warning("workflows_recovered", executor_id=dead, workflows=engine.recover(dead))


def _busy_executors(store: Store, lock: ExecutorLock | FileExecutorLock) -> set[str]:
    """Return the ids of other apps that are alive; on SQLite there are none."""
    if isinstance(lock, FileExecutorLock):
        return set()
    with store.transaction(read_only=True) as tx:
        return tx.leases.at_work()
