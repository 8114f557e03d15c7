"""What is thrown away in time: trash that nobody wanted back with its files, journeys that ended long ago,
how old replies were worded, old texts if so set, files that belong to nothing. docs/production.md has the
whole list."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import structlog

from scrapbook.engine import engine_client
from scrapbook.media import MediaStore
from scrapbook.old_queue import ENDED_BADLY
from scrapbook.reports import report
from scrapbook.settings import LEAST_DAYS, Settings
from scrapbook.store import TRASH_IS_KEPT, Media, Store, Transaction

if TYPE_CHECKING:
    from dbos import DBOSClient

# The engine's own copy of a message. Twilio repeats within minutes; the messages table knows older ones.
JOURNEYS_ARE_KEPT = timedelta(days=LEAST_DAYS)
# Theirs is kept for whoever looks into what went wrong; the message itself stays in the inbox.
FAILURES_ARE_KEPT = timedelta(days=30)
# A file is written down within seconds of being kept, unless everything is killed in between.
STRAYS_ARE_KEPT = timedelta(days=1)
# A reply that Twilio refuses in the end comes off the account of the day on which it was first tried.
SPENDING_IS_KEPT = timedelta(days=30)
EVERY = timedelta(hours=12)
BATCH = 500

log = structlog.get_logger(__name__)


class _Worded(Protocol):
    """A part of the store from which words go with time."""

    def worded(self, after: int, before: datetime, limit: int) -> tuple[list[str], int | None]: ...

    def forget(self, message_sids: Iterable[str]) -> None: ...


async def keep_tidy(settings: Settings, store: Store, files: MediaStore) -> None:
    """Tidy at the start and twice a day, until cancelled."""
    while True:
        try:
            await asyncio.to_thread(tidy, settings, store, files, datetime.now(UTC))
        except Exception as error:  # noqa: BLE001 - one night's failure is no reason to stop for good
            report(error, step="tidy")
        await asyncio.sleep(EVERY.total_seconds())


def tidy(settings: Settings, store: Store, files: MediaStore, now: datetime) -> None:
    texts_are_kept = settings.texts_are_kept
    workflows, failures = forget_workflows(settings, now - JOURNEYS_ARE_KEPT, now - FAILURES_ARE_KEPT)
    log.info(
        "tidied",
        entries=store.purge_trash(now - TRASH_IS_KEPT),
        files=discard_files(store, files, now - TRASH_IS_KEPT),
        strays=discard_strays(store, files, now - STRAYS_ARE_KEPT),
        calls=_forget_calls(store, now - JOURNEYS_ARE_KEPT),
        wordings=forget_wordings(store, now - JOURNEYS_ARE_KEPT),
        texts=forget_texts(store, now - texts_are_kept) if texts_are_kept else 0,
        days=_forget_spending(store, now - SPENDING_IS_KEPT),
        journeys=workflows,
        failures=failures,
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


def discard_strays(store: Store, files: MediaStore, before: datetime) -> int:
    """Of files that were kept before then and are not on record: what was killed in between has left them."""
    discarded = 0
    found = files.keys(before)
    for start in range(0, len(found), BATCH):
        keys = found[start : start + BATCH]
        with store.transaction(read_only=True) as tx:
            strays = set(keys) - tx.files.known(keys)
        for key in strays:
            files.delete(key)
        discarded += len(strays)
    return discarded


def forget_wordings(store: Store, before: datetime) -> int:
    """Of what replies were made of, which quotes entries: needed only while a turn may be run again."""
    return _forget_worded(store, lambda tx: tx.outcomes, before)


def forget_texts(store: Store, before: datetime) -> int:
    """Of how many messages that came in before then the words are forgotten, with those of their replies."""
    return _forget_worded(store, lambda tx: tx.texts, before)


def _forget_worded(store: Store, part: Callable[[Transaction], _Worded], before: datetime) -> int:
    forgotten, last = 0, 0
    while last is not None:
        with store.transaction(read_only=True) as tx:
            worded, last = part(tx).worded(last, before, BATCH)
        if worded:
            with store.transaction() as tx:
                part(tx).forget(worded)
        forgotten += len(worded)
    return forgotten


def forget_workflows(
    settings: Settings, completed_before: datetime, failed_before: datetime
) -> tuple[int, int]:
    """How many of the engine's workflows are forgotten: those that ended well, and those that did not."""
    latest = max(completed_before, failed_before)
    with engine_client(settings, lambda queues: queues.has_ended_before(latest)) as client:
        if client is None:
            return 0, 0
        return (
            _forget_workflows(client, status=["SUCCESS"], completed_before=completed_before.isoformat()),
            _forget_workflows(client, status=list(ENDED_BADLY), end_time=failed_before.isoformat()),
        )


def _forget_workflows(client: "DBOSClient", **which: Any) -> int:  # noqa: ANN401 - the client's own filters
    forgotten = 0
    while ended := client.list_workflows(**which, limit=BATCH, load_input=False, load_output=False):
        client.delete_workflows([workflow.workflow_id for workflow in ended])
        forgotten += len(ended)
    return forgotten


def _unwanted(store: Store, before: datetime) -> list[Media]:
    with store.transaction(read_only=True) as tx:
        return tx.files.unwanted(before, BATCH)


def _forget_calls(store: Store, before: datetime) -> int:
    with store.transaction() as tx:
        return tx.calls.forget(before)


def _forget_spending(store: Store, before: datetime) -> int:
    with store.transaction() as tx:
        return tx.spending.forget(before.date())
