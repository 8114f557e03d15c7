"""Check the stored data: the database, DBOS's database, pictures and recordings, the people."""

import importlib.util
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scrapbook.core.saying_unasked import next_at
from scrapbook.errors import DatabaseTooNew, DatabaseTooOld, ScrapbookError, StoreError
from scrapbook.exchange.mirror import check_mirror, left_out
from scrapbook.media.storage import MediaStore
from scrapbook.observability.checks import CheckResult, run_check
from scrapbook.settings import Settings
from scrapbook.store import DbosQueues, Store

OVERDUE = timedelta(minutes=5)
"""A reminder that was to be looked at so long ago is sent by no app."""

MAX_REMINDERS = 1_000
"""Reminders of the last day whose lateness is read."""

URL = "check SCRAPBOOK_DATABASE_URL, and that the database server is up"


def examine(settings: Settings) -> Iterator[CheckResult]:
    """Yield the results; without a readable database, those of the database and of the media alone."""
    database = _database(settings)
    yield database
    if database.ok:
        remedy = "if its database is damaged, put a backup back with `scrapbook restore`"
        yield run_check("Journey", lambda: _journey(settings), remedy)
        yield from _people(settings)
        yield _spending(settings, datetime.now(UTC))
        yield _reminders(settings, datetime.now(UTC))
    yield _media(settings)
    if settings.mirror_dir:
        yield _mirror(settings.mirror_dir)


def _database(settings: Settings) -> CheckResult:
    if settings.is_sqlite and not settings.sqlite_path.exists():
        return CheckResult("Database", False, "there is none yet", "run `make run` or `scrapbook up`")
    try:
        store = Store.open(settings.database_url)
        try:
            store.refuse_newer_schema()
            is_current = store.schema_is_current()
        finally:
            store.close()
    except DatabaseTooNew as error:
        return CheckResult("Database", False, str(error), "install the release that it was used with last")
    except DatabaseTooOld as error:
        return CheckResult("Database", False, error.PROBLEM, error.REMEDY)
    except ScrapbookError as error:
        return CheckResult("Database", False, str(error), URL)
    remedy = "its tables are of an earlier release: run `scrapbook migrate`"
    return CheckResult("Database", is_current, remedy=remedy)


def _journey(settings: Settings) -> str:
    queues = DbosQueues.open(settings.dbos_database_url)
    try:
        waiting = sum(queue.waiting for queue in queues.stats().values())
    finally:
        queues.close()
    return f"{waiting:,} waiting" if waiting else ""


def _spending(settings: Settings, now: datetime) -> CheckResult:
    """Compare the segments that were sent today with the limits; fails if replies wait for tomorrow."""
    store = Store.open(settings.database_url)
    try:
        with store.transaction(read_only=True) as tx:
            in_all, highest = tx.segment_usage.segments(now.date()), tx.segment_usage.highest(now.date())
            held = tx.segment_usage.held()
    except StoreError as error:
        return CheckResult("Sent today (UTC)", False, str(error), URL)
    finally:
        store.close()
    limit, limit_in_all = (str(limit) if limit else "no limit" for limit in settings.segments_per_day)
    detail = f"{in_all} segments (limit: {limit_in_all}), {highest} to one person (limit: {limit})"
    return CheckResult(
        "Sent today (UTC)",
        held == 0,
        f"{detail}, {held} replies wait" if held else detail,
        "they go out after midnight UTC; or raise SCRAPBOOK_DAILY_SEGMENTS(_IN_ALL) and restart",
    )


def _reminders(settings: Settings, now: datetime) -> CheckResult:
    """Say what is to be sent, and how late it was; fails if somebody cannot be reached, or it is late."""
    store = Store.open(settings.database_url)
    try:
        with store.transaction(read_only=True) as tx:
            following = next_at(tx)
            unreached = sum(
                held.get("no_way", 0)
                for held in (tx.reminders.held(), tx.recurring.held(), tx.unasked.held())
            )
            stopped = len(tx.quiet_hours.stopped())
            said = tx.reminders.said_since(now - timedelta(days=1), MAX_REMINDERS)
            failed = tx.outbound_messages.failed_unasked(now - timedelta(days=1))
    except StoreError as error:
        return CheckResult("Reminders", False, str(error), URL)
    finally:
        store.close()
    detail = f"next at {following:%Y-%m-%d %H:%M} UTC" if following else "none to come"
    if said:
        in_one = Counter(message for _, message in said)
        folded = sum(count for count in in_one.values() if count > 1)
        latest = max(late for late, _ in said) / 1000
        detail += f", {len(said)} in a day, {folded} of them folded, the latest {latest:,.1f} s late"
    if failed:
        detail += f", {failed} failed"
    if stopped:
        detail += f", {stopped} {'wants' if stopped == 1 else 'want'} nothing unasked"
    overdue = following is not None and now - following > OVERDUE
    if unreached:
        remedy = "WhatsApp takes them in a template only: set SCRAPBOOK_WHATSAPP_TEMPLATE, or they text first"
        return CheckResult("Reminders", False, f"{detail}, {unreached} cannot be sent", remedy)
    return CheckResult("Reminders", not overdue, detail, "the app does not send them: is it running?")


def _people(settings: Settings) -> Iterator[CheckResult]:
    store = Store.open(settings.database_url)
    try:
        with store.transaction(read_only=True) as tx:
            people = tx.people.list()
    except StoreError as error:
        yield CheckResult("People", False, str(error), URL)
        return
    finally:
        store.close()
    remedy = "nobody gets an answer: set SCRAPBOOK_ALLOWED_NUMBERS, or `scrapbook people add NAME NUMBER`"
    yield CheckResult("People", bool(people or settings.allowed_numbers), f"{len(people)}", remedy)


def _media(settings: Settings) -> CheckResult:
    remedy = "check SCRAPBOOK_MEDIA_URL, and that the user that runs the scrapbook may write there"
    if settings.media_url.startswith("s3:") and importlib.util.find_spec("s3fs") is None:
        return CheckResult(
            "Pictures and sounds", False, "s3fs is missing", "install the extra: uv sync --extra s3"
        )

    def check() -> str:
        MediaStore(settings.media_url).check()
        return ""

    return run_check("Pictures and sounds", check, remedy)


def _mirror(folder: Path) -> CheckResult:
    try:
        check_mirror(folder)
        paths = left_out(folder)
    except OSError as error:
        remedy = "check SCRAPBOOK_MIRROR_DIR, and that the user that runs the scrapbook may write there"
        return CheckResult("Mirror", False, f"{error.filename or folder}: {error.strerror}", remedy)
    if paths:
        detail = f"{len(paths)} left out, such as {folder / paths[0]}"
        remedy = "something else is in their place: move it away, and they are written within the hour"
        return CheckResult("Mirror", False, detail, remedy)
    return CheckResult("Mirror", True, str(folder))
