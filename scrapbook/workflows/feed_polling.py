"""Fetch the feeds that people follow, each when it is due, and tell people what they asked to be told.

One task sleeps until the next feed is due. Where several apps share the database, each feed is fetched by the
one that claims it (``store/feeds.py``); if that one is killed, it is fetched again, and its items are found
once: they are recorded, with what is to be said of them, in one transaction.
"""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import Context
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from scrapbook.core.feed_notices import Notice, notices_of, paused_notices
from scrapbook.core.unasked import leave
from scrapbook.feeds.errors import FeedError
from scrapbook.feeds.identity import item_keys
from scrapbook.feeds.reader import FeedReader
from scrapbook.feeds.schedule import MAX_FAILURES, next_fetch
from scrapbook.model.feeds import Feed, FeedRequest, FetchedFeed
from scrapbook.observability import metrics
from scrapbook.observability.reporting import report_error
from scrapbook.store import GroupWriter, Store, Transaction
from scrapbook.workflows.clock_watch import utc_now

READERS = 4
"""Feeds that are fetched at the same time, each in a process of its own."""

KEPT_SECONDS = 30.0
"""A process waits for so long for the next feed to be due; starting one takes half a second of processor."""

MAX_SLEEP_SECONDS = 600.0
"""Between two looks at which feed is due next: another app may have been told to follow one."""

AFTER_ERROR_SECONDS = 30.0
"""Until the next attempt while the database cannot be reached."""

ROBOTS_VALID = timedelta(days=1)
"""For as long robots.txt is not asked again: RFC 9309, section 2.4."""

FOLLOWING = "utter_following"
"""The response after which a new feed is due."""

log = structlog.get_logger(__name__)

T = TypeVar("T")


class FeedPoller:
    """Fetches the feeds that are due, in one event loop.

    Args:
        reader: makes a reader of feeds.
        on_left: is called when something was left to be said to people.
        clock: aware, in UTC.
    """

    def __init__(
        self,
        store: Store,
        writer: GroupWriter,
        reader: Callable[[], FeedReader],
        on_left: Callable[[], None],
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._store = store
        self._writer = writer
        self._make_reader = reader
        self._on_left = on_left
        self._clock = clock
        self._woken = asyncio.Event()
        self._fetching: set[asyncio.Task[None]] = set()
        self._idle_readers: list[FeedReader] = []
        self._polling: asyncio.Task[None] | None = None
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="feeds")

    def wake(self) -> None:
        """Look at once which feeds are due. For the event loop."""
        self._woken.set()

    def start(self) -> None:
        """Begin to poll. To be called in the event loop."""
        self._polling = asyncio.create_task(self.run(), context=Context())

    async def stop(self) -> None:
        """Stop. What is being fetched is fetched again after the next start."""
        tasks = [*self._fetching, *([self._polling] if self._polling else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._close_readers()
        self._threads.shutdown(wait=False)

    async def run(self) -> None:
        """Fetch each feed when it is due, until cancelled."""
        while True:
            self._woken.clear()
            try:
                seconds = await self.fetch_due()
            except Exception as error:  # noqa: BLE001 - the next attempt may succeed
                report_error(error, step="poll_feeds")
                seconds = AFTER_ERROR_SECONDS
            await self._sleep(seconds)

    async def fetch_all_due(self) -> None:
        """Fetch all that is due now. Returns once it is recorded."""
        await self.fetch_due()
        while self._fetching:
            await asyncio.wait(self._fetching, return_when=asyncio.FIRST_COMPLETED)
            await self.fetch_due()

    async def fetch_due(self) -> float:
        """Begin to fetch the feeds that are due, as many as there is room for.

        Returns:
            The seconds after which to look again, if nothing wakes it before; each fetch that ends does.
        """
        room = READERS - len(self._fetching)
        now = self._clock()
        next_at = await self._read(lambda tx: tx.feeds.next_due_at())
        if room and next_at is not None and next_at <= now:
            for feed in await self._write(lambda tx: tx.feeds.claim_due(now, room)):
                self._begin(feed)
            next_at = await self._read(lambda tx: tx.feeds.next_due_at())
        if len(self._fetching) >= READERS:
            return MAX_SLEEP_SECONDS
        left = MAX_SLEEP_SECONDS if next_at is None else (next_at - self._clock()).total_seconds()
        return min(max(left, 0.0), MAX_SLEEP_SECONDS)

    async def _sleep(self, seconds: float) -> None:
        if seconds > KEPT_SECONDS:
            if await self._is_woken(KEPT_SECONDS):
                return
            if not self._fetching:
                self._close_readers()
            seconds -= KEPT_SECONDS
        await self._is_woken(seconds)

    async def _is_woken(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        return self._woken.is_set()

    def _begin(self, feed: Feed) -> None:
        task = asyncio.create_task(self._fetch_reported(feed), context=Context())
        self._fetching.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._fetching.discard(task)
        self.wake()

    async def _fetch_reported(self, feed: Feed) -> None:
        """Fetch a feed and record it. After an error of ours it is fetched again when its claim ends."""
        try:
            await self._fetch(feed)
        except Exception as error:  # noqa: BLE001 - it concerns this feed alone
            report_error(error, step="fetch_feed", feed_id=feed.id)

    async def _fetch(self, feed: Feed) -> None:
        asks_robots = feed.robots_until is None or feed.robots_until <= self._clock()
        request = FeedRequest(feed.url, feed.kind, feed.etag, feed.modified, asks_robots)
        reader = self._idle_readers.pop() if self._idle_readers else self._make_reader()
        # A thread that reads cannot be cancelled. Its process is ended instead, which ends the reading.
        reading = asyncio.get_running_loop().run_in_executor(self._threads, reader.read, request)
        try:
            fetched = await asyncio.shield(reading)
        except FeedError as error:
            self._idle_readers.append(reader)
            failure = error
            await self._record(lambda tx: self._failed(tx, feed, failure))
            metrics.feed_fetches.labels("failed").inc()
            log.info("feed_failed", feed_id=feed.id, failures=feed.failures + 1, reason=str(error))
        except BaseException:  # cancelled, or an error of ours: what its process is at is not known
            reader.close()
            await asyncio.gather(reading, return_exceptions=True)
            raise
        else:
            self._idle_readers.append(reader)
            await self._record(lambda tx: self._read_one(tx, feed, fetched))
            metrics.feed_fetches.labels("read" if fetched.feed else "unchanged").inc()

    async def _record(self, work: Callable[[Transaction], bool]) -> None:
        if await self._write(work):
            self._on_left()

    # What a fetch changes, each in one transaction

    def _read_one(self, tx: Transaction, claimed: Feed, fetched: FetchedFeed) -> bool:
        """Record what was read. Returns whether somebody is to be told of it."""
        now = self._clock()
        feed = tx.feeds.lock(claimed.id)
        if feed is None:
            return False  # nobody follows it any more
        if fetched.url != feed.url and (same := tx.feeds.by_url(fetched.url)):
            tx.feeds.merge(feed, same, now)
            return False
        robots_until = now + ROBOTS_VALID if fetched.asked_robots else feed.robots_until
        fresh = fetched.freshness
        due = next_fetch(fetched.url, now, fresh_seconds=fresh.fresh_seconds)
        is_told = False
        if fetched.feed is None:
            tx.feeds.record_read(feed, fresh, now, due, robots_until, url=fetched.url)
        else:
            items = fetched.feed.items
            new = tx.feeds.record_items(feed, list(zip(items, item_keys(items), strict=True)), now)
            tx.feeds.record_read(
                feed,
                fresh,
                now,
                due,
                robots_until,
                url=fetched.url,
                kind=fetched.feed.kind,
                title=fetched.feed.title,
            )
            if feed.read_at is not None:  # the first fetch is silent
                is_told = _leave(tx, notices_of(tx, feed, new, now), now)
        return is_told

    def _failed(self, tx: Transaction, claimed: Feed, error: FeedError) -> bool:
        """Record a failure. Returns whether somebody is to be told of it."""
        now = self._clock()
        feed = tx.feeds.lock(claimed.id)
        if feed is None:
            return False
        failures = feed.failures + 1
        # What can never be read is said at once to who has just mistyped an address.
        is_over = failures >= MAX_FAILURES or (feed.read_at is None and error.permanent)
        due = None if is_over else next_fetch(feed.url, now, failures=failures, retry_after=error.retry_after)
        tx.feeds.record_failure(feed, str(error), due)
        return is_over and _leave(tx, paused_notices(tx, feed, str(error), now), now)

    def _close_readers(self) -> None:
        for reader in self._idle_readers:
            reader.close()
        self._idle_readers.clear()

    async def _read(self, work: Callable[[Transaction], T]) -> T:
        return await asyncio.to_thread(self._store.read, work)

    async def _write(self, work: Callable[[Transaction], T]) -> T:
        return await self._writer.write(work)


def _leave(tx: Transaction, notices: Iterable[Notice], now: datetime) -> bool:
    """Leave notices to be said. Returns whether there are any."""
    every = list(notices)
    for notice in every:
        leave(tx, notice.person_id, notice.dedup_key, notice.body, now)
    return bool(every)
