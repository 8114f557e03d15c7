"""Read what a person follows for a page: its state, and the newest items of each feed."""

from collections.abc import Sequence
from dataclasses import dataclass

from scrapbook.core.book import Book
from scrapbook.core.following import names_of, subscriptions
from scrapbook.model.feeds import FeedItem, Subscription

PAGE = 8
"""Feeds of a page."""

ITEMS = 3
"""Items of each feed."""


@dataclass(frozen=True, slots=True)
class ListedFeed:
    """A feed that is followed.

    Attributes:
        name: tells it apart from the others.
        items: the newest first.
        watched: the words of which the person is told.
    """

    subscription: Subscription
    name: str
    items: Sequence[FeedItem]
    watched: Sequence[str]


@dataclass(frozen=True, slots=True)
class FollowingPage:
    """A page of feeds. ``next_id``: of the last subscription if there is a next page; else None."""

    feeds: Sequence[ListedFeed]
    next_id: int | None


def read_following(book: Book, after: int = 0) -> FollowingPage:
    """Return the feeds that a person follows, in the order in which they began to.

    Args:
        after: the id of the subscription with which the page before ended; 0 for the first page.
    """
    every = subscriptions(book)
    named = [pair for pair in zip(every, names_of(every), strict=True) if pair[0].id > after]
    shown = named[:PAGE]
    return FollowingPage(
        [
            ListedFeed(
                one,
                name,
                book.tx.feeds.items([one.feed.id], ITEMS),
                [watch.words for watch in book.tx.subscriptions.watches(one.id)],
            )
            for one, name in shown
        ],
        shown[-1][0].id if len(named) > PAGE else None,
    )
