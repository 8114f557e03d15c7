"""Retention: delete expired data twice a day. docs/production.md lists it.

That is the trash and its files, changes that are too old for undo, ended workflows, the results of old
turns, old texts if so set, orphaned files, items of feeds, and what signed people in to the book.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import structlog

from scrapbook.media.storage import MediaStore
from scrapbook.observability.reporting import report_error
from scrapbook.settings import MIN_RETENTION_DAYS, Settings
from scrapbook.store import TRASH_RETENTION, UNDO_RETENTION, Media, Store, Transaction
from scrapbook.workflows.engine import dbos_client

if TYPE_CHECKING:
    from dbos import DBOSClient

# DBOS stores a copy of messages. Webhooks are repeated within minutes, and `messages` recognises older ones.
WORKFLOW_RETENTION = timedelta(days=MIN_RETENTION_DAYS)
# Failed workflows remain for longer, to be examined; their messages stay in `scrapbook inbox`.
FAILURE_RETENTION = timedelta(days=30)
# A stored file is recorded within seconds, unless the process is killed in between.
ORPHAN_RETENTION = timedelta(days=1)
# A message that Twilio refuses is refunded to the day of its first attempt.
USAGE_RETENTION = timedelta(days=30)
FEED_RETENTION = timedelta(days=30)
"""Of an item from when it was found, and for as long as its feed has it: else it would be found again."""
FAILED_STATUSES = ("ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
"""DBOS's statuses of workflows that ended without success."""

INTERVAL = timedelta(hours=12)
BATCH = 500

log = structlog.get_logger(__name__)


class _ExpiringText(Protocol):
    """A part of the store whose text expires."""

    def with_text(self, after: int, before: datetime, limit: int) -> tuple[list[str], int | None]: ...

    def forget(self, message_ids: Iterable[str]) -> None: ...


async def run_periodically(settings: Settings, store: Store, files: MediaStore) -> None:
    """Purge at the start and twice a day, until cancelled."""
    while True:
        try:
            await asyncio.to_thread(purge_expired, settings, store, files, datetime.now(UTC))
        except Exception as error:  # noqa: BLE001 - the next purge may succeed
            report_error(error, step="purge")
        await asyncio.sleep(INTERVAL.total_seconds())


def purge_expired(settings: Settings, store: Store, files: MediaStore, now: datetime) -> None:
    """Delete all that has expired at ``now``, and log how much."""
    text_retention = settings.text_retention
    workflows, failures = forget_workflows(settings, now - WORKFLOW_RETENTION, now - FAILURE_RETENTION)
    log.info(
        "purged",
        changes=store.purge_changes(now - UNDO_RETENTION),
        entries=store.purge_trash(now - TRASH_RETENTION),
        files=delete_unwanted_files(store, files, now - TRASH_RETENTION),
        orphans=delete_orphans(store, files, now - ORPHAN_RETENTION),
        calls=_forget_calls(store, now - WORKFLOW_RETENTION),
        turn_results=forget_turn_results(store, now - WORKFLOW_RETENTION),
        texts=forget_texts(store, now - text_retention) if text_retention else 0,
        usage_days=_forget_segment_usage(store, now - USAGE_RETENTION),
        sign_ins=_forget_sign_ins(store, now),
        feed_items=forget_feed_items(store, now - FEED_RETENTION),
        feeds=_forget_feeds(store, now - UNDO_RETENTION),
        erasures=store.write(lambda tx: tx.erasures.withdraw_unconfirmed(now - ORPHAN_RETENTION)),
        uploads=store.write(lambda tx: tx.uploaded_exports.forget(now - ORPHAN_RETENTION)),
        said_reminders=_forget_said_reminders(store, now - UNDO_RETENTION),
        workflows=workflows,
        failed_workflows=failures,
    )


def delete_unwanted_files(store: Store, files: MediaStore, before: datetime) -> int:
    """Delete the files of deleted entries, and of memos that were commands. Returns how many.

    A file is deleted before its record, without which it could not be found again.
    """
    deleted = 0
    while unwanted := _unwanted(store, before):
        for part in unwanted:
            if part.key:
                files.delete(part.key)
        with store.transaction() as tx:
            tx.files.forget(part.url for part in unwanted)
        deleted += len(unwanted)
    return deleted


def delete_orphans(store: Store, files: MediaStore, before: datetime) -> int:
    """Delete the files that were stored before then and are not recorded. Returns how many.

    A process that was killed between storing a file and recording it leaves one. Sizes of pictures whose
    original is gone are deleted, too.
    """
    deleted = 0
    found = files.keys(before)
    for start in range(0, len(found), BATCH):
        keys = found[start : start + BATCH]
        with store.transaction(read_only=True) as tx:
            orphans = set(keys) - tx.files.known(keys)
        for key in orphans:
            files.delete(key)
        deleted += len(orphans)
    return deleted + files.delete_stray_variants()


def forget_turn_results(store: Store, before: datetime) -> int:
    """Erase the arguments of turn results, which quote entries. Returns how many were erased.

    They are used only while the turn may run again.
    """
    return _forget_text(store, lambda tx: tx.turn_results, before)


def forget_texts(store: Store, before: datetime) -> int:
    """Erase the text of messages that were received before then, and of their replies. Returns how many.

    The text of what was sent unasked before then is erased, too.
    """
    unasked = store.write(lambda tx: tx.message_texts.forget_unasked(before))
    return unasked + _forget_text(store, lambda tx: tx.message_texts, before)


def _forget_text(store: Store, part: Callable[[Transaction], _ExpiringText], before: datetime) -> int:
    forgotten, last = 0, 0
    while last is not None:
        with store.transaction(read_only=True) as tx:
            expired, last = part(tx).with_text(last, before, BATCH)
        if expired:
            with store.transaction() as tx:
                part(tx).forget(expired)
        forgotten += len(expired)
    return forgotten


def forget_workflows(
    settings: Settings, completed_before: datetime, failed_before: datetime
) -> tuple[int, int]:
    """Delete DBOS's records of workflows that ended before those times.

    Returns:
        How many of the deleted workflows succeeded, and how many failed.
    """
    latest = max(completed_before, failed_before)
    with dbos_client(settings.dbos_database_url, lambda queues: queues.has_ended_before(latest)) as client:
        if client is None:
            return 0, 0
        return (
            _forget_workflows(client, status=["SUCCESS"], completed_before=completed_before.isoformat()),
            _forget_workflows(client, status=list(FAILED_STATUSES), end_time=failed_before.isoformat()),
        )


def _forget_workflows(client: "DBOSClient", **which: Any) -> int:  # noqa: ANN401 - filters of the client
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


def _forget_segment_usage(store: Store, before: datetime) -> int:
    with store.transaction() as tx:
        return tx.segment_usage.forget(before.date())


def forget_feed_items(store: Store, found_before: datetime) -> int:
    """Delete items found before then that their feeds do not have any more. Returns how many."""
    forgotten = 0
    while deleted := store.write(lambda tx: tx.feeds.purge_items(found_before)):
        forgotten += deleted
    return forgotten


def _forget_feeds(store: Store, before: datetime) -> int:
    """Delete the feeds that nobody has followed since then: nobody can undo that any more."""
    with store.transaction() as tx:
        tx.feeds.settle(before)
        return tx.feeds.purge(before)


def _forget_said_reminders(store: Store, before: datetime) -> int:
    """Forget when reminders were said; the text of one is erased with those of messages."""
    with store.transaction() as tx:
        return tx.reminders.purge(before)


def _forget_sign_ins(store: Store, expired_before: datetime) -> int:
    with store.transaction() as tx:
        return (
            tx.sign_in_links.forget(expired_before)
            + tx.export_links.forget(expired_before)
            + tx.book_sessions.forget(expired_before)
        )
