"""Feeds: what is fetched when, and by whom; and their items."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, null, select, update

from scrapbook.model.feeds import Feed, FeedItem, FeedKind, Freshness, ParsedItem
from scrapbook.store.sql_helpers import CHUNK, chunks, insert_if_new, rows_written
from scrapbook.store.tables import FeedItemKeyRow, FeedItemRow, FeedRow, SubscriptionRow
from scrapbook.store.unit_of_work import UnitOfWork

CLAIM = timedelta(minutes=5)
"""For as long a feed is left to the app that fetches it. If that one is killed, it is fetched after that."""


class Feeds:
    """The feeds, within one transaction."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def get_or_add(self, url: str, at: datetime) -> Feed:
        """Return the feed of that URL; a new one, or one that nobody followed any more, is due at once."""
        if not insert_if_new(self._work.session, FeedRow, url=url, next_fetch_at=at):
            unfollowed = FeedRow.unfollowed_at.is_not(None) & (FeedRow.url == url)
            again = update(FeedRow).where(unfollowed).values(unfollowed_at=None, next_fetch_at=at)
            self._work.session.execute(again)
        return self._feeds(FeedRow.url == url)[0]

    def find(self, feed_id: int) -> Feed | None:
        """Return a feed; None if there is none."""
        return next(iter(self._feeds(FeedRow.id == feed_id)), None)

    def by_url(self, url: str) -> Feed | None:
        """Return the feed that is fetched at that URL."""
        return next(iter(self._feeds(FeedRow.url == url)), None)

    def claim_due(self, now: datetime, limit: int) -> list[Feed]:
        """Return feeds that are due, the longest first, and leave them to the caller for ``CLAIM``."""
        if limit <= 0:
            return []
        due = select(FeedRow.id).where(FeedRow.next_fetch_at <= now).order_by(FeedRow.next_fetch_at)
        ids = list(self._work.session.scalars(due.limit(limit).with_for_update(skip_locked=True)))
        if not ids:
            return []
        claimed = update(FeedRow).where(FeedRow.id.in_(ids)).values(next_fetch_at=now + CLAIM)
        self._work.session.execute(claimed)
        return self._feeds(FeedRow.id.in_(ids))

    def next_due_at(self) -> datetime | None:
        """Return when the next feed is due; None if none is."""
        return self._work.session.scalar(select(func.min(FeedRow.next_fetch_at)))

    def lock(self, feed_id: int) -> Feed | None:
        """Return a feed, locked until the transaction ends; None if nobody follows it any more."""
        self._work.session.execute(select(FeedRow.id).where(FeedRow.id == feed_id).with_for_update())
        return next(iter(self._feeds(FeedRow.id == feed_id, FeedRow.unfollowed_at.is_(None))), None)

    def record_read(  # noqa: PLR0913 - what is known of a feed after a fetch
        self,
        feed: Feed,
        freshness: Freshness,
        now: datetime,
        next_fetch_at: datetime,
        robots_until: datetime | None,
        *,
        url: str = "",
        kind: FeedKind | None = None,
        title: str = "",
    ) -> None:
        """Record that a feed was read, or has not changed.

        Args:
            url, kind, title: of what was read; left as they are if empty.
        """
        self._update(
            feed.id,
            url=url or feed.url,
            kind=(kind or feed.kind),
            title=title or feed.title,
            etag=freshness.etag,
            modified=freshness.modified,
            read_at=feed.read_at or now,
            last_read_at=now,
            next_fetch_at=next_fetch_at,
            robots_until=robots_until,
            failures=0,
            failure=None,
        )

    def record_failure(self, feed: Feed, failure: str, next_fetch_at: datetime | None) -> None:
        """Record that a feed could not be read. It is paused if ``next_fetch_at`` is None."""
        values = {"failures": feed.failures + 1, "failure": failure, "next_fetch_at": next_fetch_at}
        self._update(feed.id, robots_until=None, **values)

    def resume(self, feed_id: int, at: datetime) -> None:
        """Fetch a paused feed again, as if it had not failed."""
        self._update(feed_id, failures=0, failure=None, next_fetch_at=at)

    def merge(self, feed: Feed, into: Feed, at: datetime) -> None:
        """Let those who follow a feed follow another one in its place."""
        theirs = select(SubscriptionRow.person_id).where(SubscriptionRow.feed_id == into.id)
        moved = update(SubscriptionRow).where(
            SubscriptionRow.feed_id == feed.id, SubscriptionRow.person_id.not_in(theirs)
        )
        self._work.session.execute(moved.values(feed_id=into.id, seen_item_id=self.newest_id(into.id)))
        both = SubscriptionRow.feed_id == feed.id
        self._work.session.execute(delete(SubscriptionRow).where(both))
        followed_again = update(FeedRow).where(FeedRow.id == into.id, FeedRow.unfollowed_at.is_not(None))
        self._work.session.execute(followed_again.values(unfollowed_at=None, next_fetch_at=at))
        self.settle(at)

    def settle(self, at: datetime) -> None:
        """Fetch what nobody follows no more, and what somebody follows again from now on."""
        followed = select(SubscriptionRow.id).where(SubscriptionRow.feed_id == FeedRow.id).exists()
        is_retired = FeedRow.unfollowed_at.is_not(None)
        retired = update(FeedRow).where(~is_retired, ~followed)
        self._work.session.execute(retired.values(unfollowed_at=at, next_fetch_at=None))
        again = update(FeedRow).where(is_retired, followed)
        self._work.session.execute(again.values(unfollowed_at=None, next_fetch_at=at))

    def purge(self, unfollowed_before: datetime) -> int:
        """Delete feeds that nobody has followed since then, with their items. Returns how many."""
        followed = select(SubscriptionRow.id).where(SubscriptionRow.feed_id == FeedRow.id).exists()
        unwanted = (FeedRow.unfollowed_at < unfollowed_before) & ~followed
        return rows_written(self._work.session, delete(FeedRow).where(unwanted))

    # Items

    def record_items(
        self, feed: Feed, items: Sequence[tuple[ParsedItem, tuple[str, ...]]], now: datetime
    ) -> list[FeedItem]:
        """Record what a feed holds now, and return what it did not hold before, in its order.

        Args:
            items: all of them, each with the keys by which it is recognised.
        """
        known = self._by_key(feed.id, {key for _, keys in items for key in keys})
        stored = {item.id: item for item in self._items(FeedItemRow.id.in_(set(known.values())))}
        new: list[FeedItem] = []
        present: set[int] = set()
        for item, keys in items:
            item_id = next((known[key] for key in keys if key in known), None)
            if item_id is None:
                added = self._add(feed, item, now)
                new.append(added)
                item_id = added.id
            elif item_id in stored:
                self._renew(stored[item_id], item)
            fresh = [key for key in keys if key not in known]
            known |= dict.fromkeys(fresh, item_id)
            for key in fresh:
                insert_if_new(self._work.session, FeedItemKeyRow, feed_id=feed.id, key=key, item_id=item_id)
            present.add(item_id)
        self._mark_left(feed.id, present, now)
        return new

    def of_ids(self, ids: Sequence[int]) -> list[FeedItem]:
        """Return these items, in that order; without those that are gone."""
        found = {item.id: item for part in chunks(ids) for item in self._items(FeedItemRow.id.in_(part))}
        return [found[item_id] for item_id in ids if item_id in found]

    def items(self, feed_ids: Sequence[int], limit: int) -> list[FeedItem]:
        """Return the items of these feeds, the newest first."""
        return self._items(FeedItemRow.feed_id.in_(feed_ids), limit=limit)

    def news(self, feed_id: int, after: int, limit: int) -> list[FeedItem]:
        """Return the items of a feed that came after its first fetch and after that item, newest first."""
        is_new = (FeedItemRow.is_news.is_(True), FeedItemRow.id > after)
        return self._items(FeedItemRow.feed_id == feed_id, *is_new, limit=limit)

    def newest_id(self, feed_id: int) -> int:
        """Return the id of the item of a feed that was found last; 0 if it has none."""
        newest = select(func.max(FeedItemRow.id)).where(FeedItemRow.feed_id == feed_id)
        return self._work.session.scalar(newest) or 0

    def purge_items(self, found_before: datetime) -> int:
        """Delete items that were found before then and that their feed does not have any more."""
        gone = FeedItemRow.left_at.is_not(None) & (FeedItemRow.found_at < found_before)
        expired = select(FeedItemRow.id).where(gone).limit(CHUNK)
        return rows_written(self._work.session, delete(FeedItemRow).where(FeedItemRow.id.in_(expired)))

    def _add(self, feed: Feed, item: ParsedItem, now: datetime) -> FeedItem:
        values = {
            "feed_id": feed.id,
            "url": item.url,
            "title": item.title,
            "summary": item.summary,
            "published_at": item.published_at,
            "found_at": now,
            "is_news": feed.read_at is not None,
        }
        row = insert(FeedItemRow).values(values).returning(FeedItemRow.id)
        return FeedItem(id=self._work.session.execute(row).scalar_one(), **values)  # pyright: ignore[reportArgumentType]

    def _renew(self, stored: FeedItem, item: ParsedItem) -> None:
        texts = (item.url, item.title, item.summary)
        if (stored.url, stored.title, stored.summary) != texts:
            changed = dict(zip(("url", "title", "summary"), texts, strict=True))
            self._work.session.execute(update(FeedItemRow).where(FeedItemRow.id == stored.id).values(changed))

    def _mark_left(self, feed_id: int, present: set[int], now: datetime) -> None:
        """Mark the items that the feed does not have any more, and unmark those that it has again."""
        columns = select(FeedItemRow.id, FeedItemRow.left_at).where(FeedItemRow.feed_id == feed_id)
        marked = {row.id: row.left_at for row in self._work.session.execute(columns)}
        left = [item_id for item_id, left_at in marked.items() if left_at is None and item_id not in present]
        back = [item_id for item_id in present if marked.get(item_id) is not None]
        self._set_left(left, now)
        self._set_left(back, None)

    def _set_left(self, ids: Iterable[int], at: datetime | None) -> None:
        for part in chunks(ids):
            marked = update(FeedItemRow).where(FeedItemRow.id.in_(part))
            self._work.session.execute(marked.values(left_at=null() if at is None else at))

    def _by_key(self, feed_id: int, keys: set[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for part in chunks(keys):
            row = select(FeedItemKeyRow.key, FeedItemKeyRow.item_id)
            theirs = row.where(FeedItemKeyRow.feed_id == feed_id, FeedItemKeyRow.key.in_(part))
            found |= {row.key: row.item_id for row in self._work.session.execute(theirs)}
        return found

    def _items(self, *where: ColumnElement[bool], limit: int | None = None) -> list[FeedItem]:
        row = FeedItemRow
        columns = (row.id, row.feed_id, row.url, row.title, row.summary, row.published_at, row.found_at)
        # A feed has its newest item on top: of those that were found together, the first ones are the newest.
        order = (row.found_at.desc(), row.id)
        rows = select(*columns, row.is_news).where(*where).order_by(*order).limit(limit)
        return [FeedItem(*found) for found in self._work.session.execute(rows)]

    def _feeds(self, *where: ColumnElement[bool]) -> list[Feed]:
        rows = select(*COLUMNS).where(*where).order_by(FeedRow.next_fetch_at, FeedRow.id)
        return [feed_of(row) for row in self._work.session.execute(rows)]

    def _update(self, feed_id: int, **values: object) -> None:
        self._work.session.execute(update(FeedRow).where(FeedRow.id == feed_id).values(values))


COLUMNS = (
    FeedRow.id,
    FeedRow.url,
    FeedRow.kind,
    FeedRow.title,
    FeedRow.etag,
    FeedRow.modified,
    FeedRow.read_at,
    FeedRow.last_read_at,
    FeedRow.next_fetch_at,
    FeedRow.robots_until,
    FeedRow.failures,
    FeedRow.failure,
)


def feed_of(row: Any) -> Feed:  # noqa: ANN401 - a row of SQLAlchemy's
    """Return the feed of a row that has the ``COLUMNS``."""
    values: dict[str, Any] = {column.key: getattr(row, column.key) for column in COLUMNS}
    values["kind"] = FeedKind(row.kind) if row.kind else None
    return Feed(**values)
