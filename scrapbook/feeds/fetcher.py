"""Fetch feeds, and find the feed of a page."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import Message

import httpx

from scrapbook.errors import LinkError
from scrapbook.feeds.errors import FeedError, FeedTooSlow
from scrapbook.feeds.freshness import freshness, retry_after
from scrapbook.feeds.pages import named_feeds, read_page_items, usual_places
from scrapbook.feeds.parser import read_feed
from scrapbook.feeds.robots import Robots
from scrapbook.links.charsets import decode
from scrapbook.links.public_client import (
    PageTooSlow,
    PublicClient,
    check_status,
    final_response,
    read_body,
)
from scrapbook.model.feeds import FeedKind, FeedRequest, FetchedFeed, Freshness, ParsedFeed

ACCEPT = (
    "application/atom+xml,application/rss+xml,application/feed+json,"
    "application/xml;q=0.9,text/xml;q=0.9,text/html;q=0.8,*/*;q=0.5"
)
NO_FEED = "There is neither a feed nor a text to follow."
NO_FEED_ANY_MORE = "There is no feed any more."


@dataclass(frozen=True, slots=True)
class _Unchanged:
    address: str
    freshness: Freshness


@dataclass(frozen=True, slots=True)
class _Document:
    """``address``: where it is from now on; ``url``: where it was found this time."""

    address: str
    url: str
    content: bytes
    content_type: str
    freshness: Freshness


class FeedFetcher:
    """Fetches from the public internet alone. Its calls block.

    Args:
        transport: creates the transport for each fetch.
    """

    def __init__(self, transport: Callable[[], httpx.AsyncBaseTransport] | None = None) -> None:
        self._client = PublicClient("follows feeds", ACCEPT, transport)
        self._robots = Robots()

    def fetch(self, request: FeedRequest, seconds: float) -> FetchedFeed:
        """Return what is there now.

        Where it is not known what is at the URL, it is the feed there, else the one that the page names, else
        the one at a usual place, else the page itself.

        Args:
            seconds: for all of it.

        Raises:
            FeedTooSlow: it did not come in time.
            FeedError: it cannot be read. The message does not contain the URL.
        """
        self._robots = Robots()
        try:
            return self._client.run(lambda client: self._fetch(client, request), seconds)
        except PageTooSlow as error:
            raise FeedTooSlow(str(error)) from None
        except FeedError:
            raise
        except LinkError as error:
            raise FeedError(str(error), permanent=error.permanent) from None

    async def _fetch(self, client: httpx.AsyncClient, request: FeedRequest) -> FetchedFeed:
        found = await self._document(client, request)
        if isinstance(found, _Unchanged):
            # A page that leads elsewhere for good may be that of a network that wants a sign-in.
            address = found.address if request.kind is FeedKind.FEED else request.url
            return FetchedFeed(address, None, found.freshness, request.ask_robots)
        if feed := read_feed(found.content, found.content_type, found.url):
            return FetchedFeed(found.address, feed, found.freshness, request.ask_robots)
        if request.kind is FeedKind.FEED:
            raise FeedError(NO_FEED_ANY_MORE)
        text = _html(found)
        if request.kind is None and (discovered := await self._discover(client, text, found.url)):
            return discovered
        page = read_page_items(text, found.url)
        if page is None:
            raise FeedError(NO_FEED)
        return FetchedFeed(request.url, page, found.freshness, request.ask_robots)

    async def _discover(self, client: httpx.AsyncClient, text: str, url: str) -> FetchedFeed | None:
        for address in (*named_feeds(text, url), *usual_places(url)):
            try:
                found = await self._document(client, FeedRequest(address))
            except LinkError:
                continue
            feed = _feed(found)
            if feed and isinstance(found, _Document):
                return FetchedFeed(found.address, feed, found.freshness, asked_robots=True)
        return None

    async def _document(self, client: httpx.AsyncClient, request: FeedRequest) -> _Document | _Unchanged:
        """Return the document, or that it has not changed."""
        moved = [request.url]

        async def obey(url: httpx.URL) -> None:
            await self._robots.check(client, url)

        headers = {"If-None-Match": request.etag, "If-Modified-Since": request.modified}
        validators = {name: value for name, value in headers.items() if value}
        before = obey if request.ask_robots else None
        async with final_response(
            client, request.url, validators, before, lambda url: moved.append(str(url))
        ) as response:
            now = datetime.now(UTC)
            fresh = freshness(response.headers, now)
            if response.status_code == 304 and validators:
                fresh = replace(
                    fresh, etag=fresh.etag or request.etag, modified=fresh.modified or request.modified
                )
                return _Unchanged(moved[-1], fresh)
            try:
                check_status(response)
            except LinkError as error:
                wait = retry_after(response.headers, now)
                raise FeedError(str(error), permanent=error.permanent, retry_after=wait) from None
            content_type = response.headers.get("content-type", "")
            return _Document(moved[-1], str(response.url), await read_body(response), content_type, fresh)


def _feed(found: _Document | _Unchanged) -> ParsedFeed | None:
    return read_feed(found.content, found.content_type, found.url) if isinstance(found, _Document) else None


def _html(document: _Document) -> str:
    """Return the text of a page. Raises FeedError if it is neither HTML nor plain text."""
    message = Message()
    message["Content-Type"] = document.content_type or "text/html"
    if message.get_content_maintype() != "text" and message.get_content_type() != "application/xhtml+xml":
        raise FeedError(NO_FEED)
    return decode(document.content, message.get_content_charset(""))
