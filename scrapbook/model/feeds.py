"""Feeds and pages that are followed, as values."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class FeedKind(StrEnum):
    """What is read at the address of a feed."""

    FEED = "feed"
    """RSS, Atom or JSON Feed."""
    PAGE = "page"
    """A page without a feed: its links, or the parts of its main text."""


@dataclass(frozen=True, slots=True)
class ParsedItem:
    """An item of a feed, or a link or a part of the text of a page.

    Attributes:
        id: as the feed gives it; empty if it gives none.
        url: absolute; empty if there is none.
        title: one line.
        summary: one line without markup; empty if there is none beside the title.
        published_at: aware; None if the feed does not say.
    """

    id: str
    url: str
    title: str
    summary: str = ""
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What a feed or a page holds, in its order."""

    kind: FeedKind
    title: str
    items: tuple[ParsedItem, ...]


@dataclass(frozen=True, slots=True)
class Freshness:
    """What a server says of how long its answer is valid, and how to ask whether it has changed.

    Attributes:
        etag: of ``ETag``; empty without one.
        modified: of ``Last-Modified``, as it was sent; empty without one.
        fresh_seconds: the answer need not be asked for again before; 0 if nothing is said.
    """

    etag: str = ""
    modified: str = ""
    fresh_seconds: int = 0


@dataclass(frozen=True, slots=True)
class FetchedFeed:
    """The result of a fetch.

    Attributes:
        url: of the feed, where it is fetched from now on.
        feed: None if it has not changed since the last fetch.
        asked_robots: whether robots.txt was asked, and allows it.
    """

    url: str
    feed: ParsedFeed | None
    freshness: Freshness
    asked_robots: bool = False


@dataclass(frozen=True, slots=True)
class FeedRequest:
    """What to fetch.

    Attributes:
        url: of a feed, or of a page that may name one.
        kind: what is at the URL; None if that is to be found out.
        ask_robots: whether robots.txt is to be asked first.
    """

    url: str
    kind: FeedKind | None = None
    etag: str = ""
    modified: str = ""
    ask_robots: bool = True


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed that is followed.

    Attributes:
        url: what is fetched.
        kind: None until it was read for the first time.
        title: as it calls itself; empty if it does not, or was not read yet.
        read_at: when it was read for the first time; None if it never was.
        last_read_at: when it was read last, or found not to have changed; None if that is not known.
        next_fetch_at: None while it is paused.
        robots_until: until when robots.txt need not be asked again.
        failures: how often in a row it could not be read.
        failure: why not; None if it could.
    """

    id: int
    url: str
    kind: FeedKind | None
    title: str
    etag: str
    modified: str
    read_at: datetime | None
    last_read_at: datetime | None
    next_fetch_at: datetime | None
    robots_until: datetime | None
    failures: int
    failure: str | None


@dataclass(frozen=True, slots=True)
class FeedItem:
    """An item of a feed, as it is stored.

    Attributes:
        is_news: whether it came after the first fetch.
    """

    id: int
    feed_id: int
    url: str
    title: str
    summary: str
    published_at: datetime | None
    found_at: datetime
    is_news: bool


@dataclass(frozen=True, slots=True)
class Subscription:
    """A feed that a person follows.

    Attributes:
        address: what they texted.
        name: what they called it; None if they did not.
        seen_item_id: the newest item that they were shown; 0 if none.
    """

    id: int
    person_id: int
    feed: Feed
    address: str
    name: str | None
    seen_item_id: int


@dataclass(frozen=True, slots=True)
class Watch:
    """Words of which a person is told when an item of a feed that they follow mentions them.

    Attributes:
        told_on: the last day, where the person is, on which they were told; None if they never were.
        told_count: how often on that day.
    """

    id: int
    subscription_id: int
    words: str
    told_on: date | None
    told_count: int
