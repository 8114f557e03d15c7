"""What is thrown away in time: trash that nobody wanted back, journeys that ended long ago."""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog
from dbos import DBOS

from scrapbook.reports import report
from scrapbook.store import TRASH_IS_KEPT, Store

# The engine's own copy of a message. Twilio repeats within minutes; the messages table knows older ones.
JOURNEYS_ARE_KEPT = timedelta(days=7)
EVERY = timedelta(hours=12)
BATCH = 500

log = structlog.get_logger(__name__)


async def keep_tidy(store: Store) -> None:
    """Tidy at the start and twice a day, until cancelled."""
    while True:
        try:
            await asyncio.to_thread(tidy, store, datetime.now(UTC))
        except Exception as error:  # noqa: BLE001 - one night's failure is no reason to stop for good
            report(error, step="tidy")
        await asyncio.sleep(EVERY.total_seconds())


def tidy(store: Store, now: datetime) -> None:
    purged = store.purge_trash(now - TRASH_IS_KEPT)
    log.info("tidied", entries=purged, journeys=_forget_journeys(now - JOURNEYS_ARE_KEPT))


def _forget_journeys(before: datetime) -> int:
    forgotten = 0
    while ended := DBOS.list_workflows(
        status=["SUCCESS", "CANCELLED"],
        completed_before=before.isoformat(),
        limit=BATCH,
        load_input=False,
        load_output=False,
    ):
        DBOS.delete_workflows([journey.workflow_id for journey in ended])
        forgotten += len(ended)
    return forgotten
