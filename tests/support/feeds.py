"""Feeds from a real server on a loopback port, which is as strict as the servers of the world."""

import hashlib
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape

from scrapbook.feeds.reader import FeedReader
from tests.support.pages import Answer, Answering, PageServer

ATOM, RSS, JSON_FEED = "application/atom+xml", "application/rss+xml", "application/feed+json"


@dataclass(frozen=True)
class Post:
    """An item of a feed as its author has it."""

    title: str
    url: str = ""
    id: str = ""
    text: str = ""
    at: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)


def rss(posts: Sequence[Post], title: str = "A feed", extra: str = "") -> bytes:
    items = "".join(
        f"<item><title>{escape(post.title)}</title>"
        + (f"<link>{escape(post.url)}</link>" if post.url else "")
        + (f'<guid isPermaLink="false">{escape(post.id)}</guid>' if post.id else "")
        + (f"<description>{escape(post.text)}</description>" if post.text else "")
        + f"<pubDate>{format_datetime(post.at)}</pubDate></item>"
        for post in posts
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>{escape(title)}</title>'
        f"<link>https://site.example/</link>{extra}{items}</channel></rss>"
    ).encode()


def atom(posts: Sequence[Post], title: str = "A feed") -> bytes:
    entries = "".join(
        f"<entry><title>{escape(post.title)}</title><id>{escape(post.id or post.url)}</id>"
        f'<link href="{escape(post.url)}"/><updated>{post.at.isoformat()}</updated>'
        f'<content type="html">{escape(post.text)}</content></entry>'
        for post in posts
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:a</id>'
        f"<title>{escape(title)}</title><updated>2026-03-01T12:00:00Z</updated>{entries}</feed>"
    ).encode()


def feed_reader(server: PageServer) -> FeedReader:
    """Return a reader whose process takes names that end in ``.example`` to this server."""
    return FeedReader((sys.executable, "-m", "tests.support.feed_process", str(server.server_port)))


def conditional(content: Callable[[], bytes], content_type: str = RSS, **headers: str) -> Answer:
    """Answer with the content of the moment; 304 to who has it."""

    def answer(asked: Answering) -> None:
        body = content()
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if asked.headers.get("If-None-Match") == etag:
            asked.head(304, ETag=etag, **headers)
            return
        length = str(len(body))
        asked.head(200, Content_Type=content_type, Content_Length=length, ETag=etag, **headers)
        asked.wfile.write(body)

    return answer


def too_many_requests(seconds: int) -> Answer:
    def answer(asked: Answering) -> None:
        asked.head(429, Retry_After=str(seconds), Content_Length="0")

    return answer


def endless(asked: Answering) -> None:
    """Send 20 MB of a feed, without saying how much will come."""
    asked.head(200, Content_Type=RSS)
    asked.wfile.write(b"<rss version='2.0'><channel><title>long</title>")
    for _ in range(320):
        asked.wfile.write(b"<item><title>x</title></item>" * 2260)


def slow(seconds: float) -> Answer:
    """Send a feed a byte at a time for so long."""

    def answer(asked: Answering) -> None:
        asked.head(200, Content_Type=RSS)
        until = time.monotonic() + seconds
        while time.monotonic() < until and not asked.server.stopping.wait(0.2):
            asked.wfile.write(b" ")
            asked.wfile.flush()

    return answer


@dataclass
class ChangingFeed:
    """A feed whose author adds posts on top, and forgets the oldest."""

    title: str = "A feed"
    kept: int = 20
    posts: list[Post] = field(default_factory=list)

    def add(self, *posts: Post) -> None:
        self.posts[:0] = posts
        del self.posts[self.kept :]

    def rss(self) -> bytes:
        return rss(self.posts, self.title)
