"""Index the characters of the entries that an earlier release saved, while the app runs."""

import asyncio
from datetime import timedelta

import structlog

from scrapbook.observability.reporting import report_error
from scrapbook.store import Store

BATCH = 200
"""Entries of one transaction, so that nobody waits long for it."""

PAUSE_SECONDS = 0.05
"""Between two transactions."""

INTERVAL = timedelta(hours=1)
"""Between two looks for entries: while an upgrade goes on, a process of the earlier release may save some."""

log = structlog.get_logger(__name__)


async def index_periodically(store: Store) -> None:
    """Index what is not indexed, newest first, at the start and every hour, until cancelled."""
    while True:
        try:
            count = await index_characters(store)
            if count:
                log.info("characters_indexed", entries=count)
        except Exception as error:  # noqa: BLE001 - the next round may succeed
            report_error(error, step="index_characters")
        await asyncio.sleep(INTERVAL.total_seconds())


async def index_characters(store: Store) -> int:
    """Index the characters of all entries of which it was not done, batch by batch. Returns of how many."""
    done = 0
    while batch := await asyncio.to_thread(store.write, lambda tx: tx.entries.index_characters(BATCH)):
        done += batch
        await asyncio.sleep(PAUSE_SECONDS)
    return done
