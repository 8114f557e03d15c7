"""The feeds that people follow, and what they want to be told of.

What a person changes is journaled, so that undo takes it back; what they were shown and told is not.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update

from scrapbook.model.feeds import Feed, Subscription, Watch
from scrapbook.store.changes import Changes
from scrapbook.store.feeds import COLUMNS, feed_of
from scrapbook.store.sql_helpers import insert_if_new
from scrapbook.store.tables import FeedRow, SubscriptionRow, WatchRow
from scrapbook.store.unit_of_work import UnitOfWork


class Subscriptions:
    """The subscriptions, within one transaction."""

    def __init__(self, work: UnitOfWork, changes: Changes) -> None:
        self._work = work
        self._changes = changes

    def add(self, person_id: int, feed: Feed, address: str, name: str | None, at: datetime) -> None:
        """Have a person follow a feed, unless they do."""
        values = {"address": address, "name": name, "created_at": at}
        theirs = {"person_id": person_id, "feed_id": feed.id}
        if insert_if_new(self._work.session, SubscriptionRow, **theirs, **values):
            row = select(SubscriptionRow.id).filter_by(**theirs)
            self._changes.added(SubscriptionRow, self._work.session.scalars(row).one(), person_id)

    def rename(self, subscription_id: int, name: str) -> None:
        """Call what a person follows by another name."""
        self._changes.about_to_change(SubscriptionRow, SubscriptionRow.id == subscription_id, {"name": name})
        self._update(subscription_id, name=name)

    def end(self, subscription: Subscription) -> None:
        """Have a person follow a feed no longer."""
        for watch in self.watches(subscription.id):
            self.unwatch(watch.id)
        this = SubscriptionRow.id == subscription.id
        # Last, so that undo restores it before what belongs to it.
        self._changes.about_to_remove(SubscriptionRow, this)
        self._work.session.execute(delete(SubscriptionRow).where(this))

    def mark_seen(self, subscription_id: int, item_id: int) -> None:
        """Record the newest item that a person was shown."""
        self._update(subscription_id, seen_item_id=item_id)

    def of_person(self, person_id: int) -> list[Subscription]:
        """Return what a person follows, in the order in which they began to."""
        return self._subscriptions(SubscriptionRow.person_id == person_id)

    def of_feed(self, feed_id: int) -> list[Subscription]:
        """Return who follows a feed, in the order in which they began to."""
        return self._subscriptions(SubscriptionRow.feed_id == feed_id)

    # What people are told of

    def watch(self, subscription: Subscription, words: str, at: datetime) -> bool:
        """Have a person told of words. Returns whether they were not told of them already."""
        this = {"subscription_id": subscription.id, "words": words}
        values = {"person_id": subscription.person_id, "created_at": at}
        is_new = insert_if_new(self._work.session, WatchRow, **this, **values)
        if is_new:
            row = select(WatchRow.id).filter_by(**this)
            self._changes.added(WatchRow, self._work.session.scalars(row).one(), subscription.person_id)
        return is_new

    def unwatch(self, watch_id: int) -> None:
        """Have a person told of words no longer."""
        self._changes.about_to_remove(WatchRow, WatchRow.id == watch_id)
        self._work.session.execute(delete(WatchRow).where(WatchRow.id == watch_id))

    def watches(self, subscription_id: int) -> list[Watch]:
        """Return what a person is told of, in the order in which they asked for it."""
        row = WatchRow
        columns = (row.id, row.subscription_id, row.words, row.told_on, row.told_count)
        rows = select(*columns).where(row.subscription_id == subscription_id).order_by(row.id)
        return [Watch(*found) for found in self._work.session.execute(rows)]

    def count_told(self, watch: Watch, day: date) -> None:
        """Count that a person was told today."""
        count = watch.told_count + 1 if watch.told_on == day else 1
        told = update(WatchRow).where(WatchRow.id == watch.id).values(told_on=day, told_count=count)
        self._work.session.execute(told)

    def _update(self, subscription_id: int, **values: object) -> None:
        changed = update(SubscriptionRow).where(SubscriptionRow.id == subscription_id).values(values)
        self._work.session.execute(changed)

    def _subscriptions(self, *where: ColumnElement[bool]) -> list[Subscription]:
        row = SubscriptionRow
        theirs = (row.person_id, row.address, row.name, row.seen_item_id, row.id.label("subscription_id"))
        rows = select(*theirs, *COLUMNS).join(FeedRow, FeedRow.id == row.feed_id).where(*where)
        return [_subscription(found) for found in self._work.session.execute(rows.order_by(row.id))]


def _subscription(row: Any) -> Subscription:  # noqa: ANN401 - a row of SQLAlchemy's
    return Subscription(
        id=row.subscription_id,
        person_id=row.person_id,
        feed=feed_of(row),
        address=row.address,
        name=row.name,
        seen_item_id=row.seen_item_id,
    )
