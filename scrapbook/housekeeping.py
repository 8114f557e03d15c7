"""What is thrown away in time: trash that nobody wanted back with its files, journeys that ended long ago."""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog
from dbos import DBOS

from scrapbook.media import MediaStore
from scrapbook.reports import report
from scrapbook.store import TRASH_IS_KEPT, Media, Store

# The engine's own copy of a message. Twilio repeats within minutes; the messages table knows older ones.
JOURNEYS_ARE_KEPT = timedelta(days=7)
# A reply that Twilio refuses in the end comes off the account of the day on which it was first tried.
SPENDING_IS_KEPT = timedelta(days=30)
EVERY = timedelta(hours=12)
BATCH = 500

log = structlog.get_logger(__name__)


async def keep_tidy(store: Store, files: MediaStore) -> None:
    """Tidy at the start and twice a day, until cancelled."""
    while True:
        try:
            await asyncio.to_thread(tidy, store, files, datetime.now(UTC))
        except Exception as error:  # noqa: BLE001 - one night's failure is no reason to stop for good
            report(error, step="tidy")
        await asyncio.sleep(EVERY.total_seconds())


def tidy(store: Store, files: MediaStore, now: datetime) -> None:
    log.info(
        "tidied",
        entries=store.purge_trash(now - TRASH_IS_KEPT),
        files=discard_files(store, files, now - TRASH_IS_KEPT),
        calls=_forget_calls(store, now - JOURNEYS_ARE_KEPT),
        days=_forget_spending(store, now - SPENDING_IS_KEPT),
        journeys=_forget_journeys(now - JOURNEYS_ARE_KEPT),
    )


def discard_files(store: Store, files: MediaStore, before: datetime) -> int:
    """Of entries that are gone, and of memos that were commands. The file first: what is not on record any
    more would never be found again."""
    discarded = 0
    while unwanted := _unwanted(store, before):
        for part in unwanted:
            if part.key:
                files.delete(part.key)
        with store.transaction() as tx:
            tx.files.forget(part.url for part in unwanted)
        discarded += len(unwanted)
    return discarded


def _unwanted(store: Store, before: datetime) -> list[Media]:
    with store.transaction(read_only=True) as tx:
        return tx.files.unwanted(before, BATCH)


def _forget_calls(store: Store, before: datetime) -> int:
    with store.transaction() as tx:
        return tx.calls.forget(before)


def _forget_spending(store: Store, before: datetime) -> int:
    with store.transaction() as tx:
        return tx.spending.forget(before.date())


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
