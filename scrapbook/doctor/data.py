"""What is kept: the database, the engine's, pictures and sounds, and who may text."""

import importlib.util
from collections.abc import Iterator
from datetime import UTC, datetime

from scrapbook.errors import DatabaseTooNew, ScrapbookError, StoreError
from scrapbook.findings import Finding, tried
from scrapbook.media import MediaStore
from scrapbook.settings import Settings
from scrapbook.store import EngineQueues, Store

URL = "check SCRAPBOOK_DATABASE_URL, and that the database server is up"


def examine(settings: Settings) -> Iterator[Finding]:
    database = _database(settings)
    yield database
    if database.ok:
        remedy = "if its database is damaged, put a backup back with `scrapbook restore`"
        yield tried("Journey", lambda: _journey(settings), remedy)
        yield from _people(settings)
        yield _spending(settings, datetime.now(UTC))
    yield _media(settings)


def _database(settings: Settings) -> Finding:
    if settings.is_sqlite and not settings.sqlite_path.exists():
        return Finding("Database", False, "there is none yet", "run `make run` or `scrapbook up`")
    try:
        store = Store.open(settings.database_url)
        try:
            store.refuse_newer_schema()
            is_current = store.schema_is_current()
        finally:
            store.close()
    except DatabaseTooNew as error:
        return Finding("Database", False, str(error), "install the release that it was used with last")
    except ScrapbookError as error:
        return Finding("Database", False, str(error), URL)
    remedy = "its tables are of an earlier release: run `scrapbook migrate`"
    return Finding("Database", is_current, remedy=remedy)


def _journey(settings: Settings) -> str:
    queues = EngineQueues.open(settings.journey_database_url)
    try:
        waiting = sum(queue.waiting for queue in queues.figures().values())
    finally:
        queues.close()
    return f"{waiting:,} waiting" if waiting else ""


def _spending(settings: Settings, now: datetime) -> Finding:
    """What was sent today, beside what may be."""
    store = Store.open(settings.database_url)
    try:
        with store.transaction(read_only=True) as tx:
            in_all, highest = tx.spending.segments(now.date()), tx.spending.highest(now.date())
            held = tx.spending.held()
    except StoreError as error:
        return Finding("Sent today (UTC)", False, str(error), URL)
    finally:
        store.close()
    limit, limit_in_all = (str(limit) if limit else "no limit" for limit in settings.segments_per_day)
    detail = f"{in_all} segments (limit: {limit_in_all}), {highest} to one person (limit: {limit})"
    return Finding(
        "Sent today (UTC)",
        held == 0,
        f"{detail}, {held} replies wait" if held else detail,
        "they go out after midnight UTC; or raise SCRAPBOOK_DAILY_SEGMENTS(_IN_ALL) and restart",
    )


def _people(settings: Settings) -> Iterator[Finding]:
    store = Store.open(settings.database_url)
    try:
        with store.transaction(read_only=True) as tx:
            people = tx.people.list()
    except StoreError as error:
        yield Finding("People", False, str(error), URL)
        return
    finally:
        store.close()
    remedy = "nobody gets an answer: set SCRAPBOOK_ALLOWED_NUMBERS, or `scrapbook people add NAME NUMBER`"
    yield Finding("People", bool(people or settings.allowed_numbers), f"{len(people)}", remedy)


def _media(settings: Settings) -> Finding:
    remedy = "check SCRAPBOOK_MEDIA_URL, and that the user that runs the scrapbook may write there"
    if settings.media_url.startswith("s3:") and importlib.util.find_spec("s3fs") is None:
        return Finding(
            "Pictures and sounds", False, "s3fs is missing", "install the extra: uv sync --extra s3"
        )

    def check() -> str:
        MediaStore(settings.media_url).check()
        return ""

    return tried("Pictures and sounds", check, remedy)
