"""Keeps executor ids exclusive, and has the others go on with what a dead app had begun in the engine.

Leases (``leases``) do the latter for messages and replies.
"""

import asyncio
import time

import structlog

from scrapbook.engine import Engine
from scrapbook.errors import ScrapbookError, SettingsError
from scrapbook.reports import report
from scrapbook.store import GONE_AFTER, EngineQueues, Presence, PresenceHere, Store

EVERY = 3.0
"""Seconds between two looks."""

log = structlog.get_logger(__name__)


def appear(presence: Presence | PresenceHere, executor_id: str) -> None:
    """Take the executor id, before anything is taken up.

    Raises:
        SettingsError: another process works under that executor id; the two would take each other's work.
    """
    # One of our own that died with its machine is still there to the database.
    deadline = time.monotonic() + GONE_AFTER + EVERY
    while not presence.keep():
        if time.monotonic() > deadline:
            raise SettingsError(
                f"Another process runs as {executor_id}: give each a SCRAPBOOK_EXECUTOR_ID of its own"
            )
        time.sleep(0.5)


async def watch(
    engine: Engine, store: Store, queues: EngineQueues, presence: Presence | PresenceHere, executor_id: str
) -> None:
    """Run the engine while there is work for it, that of dead apps included; until cancelled."""
    while True:
        try:
            await asyncio.to_thread(look, engine, store, queues, presence, executor_id)
        except ScrapbookError as error:
            log.warning("engine_not_looked_at", because=str(error))
        except Exception as error:  # noqa: BLE001 - one failed look is no reason to stop for good
            report(error, step="failover")
        await asyncio.sleep(EVERY)


def look(
    engine: Engine, store: Store, queues: EngineQueues, presence: Presence | PresenceHere, executor_id: str
) -> None:
    """Look once."""
    engine.look()
    if not presence.keep():
        return
    for dead in queues.executors() - {executor_id} - _at_work(store, presence):
        with presence.alone(f"recovery of {dead}") as is_alone:
            if is_alone:
                log.warning("workflows_taken_over", executor_id=dead, workflows=engine.recover(dead))


def _at_work(store: Store, presence: Presence | PresenceHere) -> set[str]:
    """Other apps; on SQLite there are none."""
    if isinstance(presence, PresenceHere):
        return set()
    with store.transaction(read_only=True) as tx:
        return tx.leases.at_work()
