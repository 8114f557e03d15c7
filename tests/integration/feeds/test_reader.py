"""Feeds that are made to harm whoever reads them, from a real server, read in a process of its own."""

from collections.abc import Iterator
from contextlib import suppress

import pytest

from scrapbook.feeds import reader as reading
from scrapbook.feeds.errors import FeedError
from scrapbook.feeds.pages import named_feeds
from scrapbook.feeds.reader import FeedReader
from scrapbook.model.feeds import FeedKind, FeedRequest
from tests.support.feeds import RSS, Post, conditional, feed_reader, rss, slow
from tests.support.pages import Answer, PageServer, page, serving

URL = "https://site.example/feed.xml"
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "'
    + b"x" * 1000
    + b'">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 50) for n in range(8))
    + b']><rss version="2.0"><channel><title>&i;</title><item><title>&i;</title></item></channel></rss>'
)
INTERNAL = (
    b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    b'<rss version="2.0"><channel><title>t</title><item><title>one &a;</title></item></channel></rss>'
)


@pytest.fixture(scope="module")
def server() -> Iterator[PageServer]:
    with serving() as server:
        yield server


@pytest.fixture(scope="module")
def reader(server: PageServer) -> Iterator[FeedReader]:
    """A reader that goes on, whatever the tests before it gave it to read."""
    with feed_reader(server) as reader:
        yield reader


def read_usual(server: PageServer, reader: FeedReader) -> None:
    server.pages["/feed.xml"] = conditional(lambda: rss([Post("One", "https://site.example/1")]))
    fetched = reader.read(FeedRequest(URL, FeedKind.FEED))
    assert fetched.feed
    assert [item.title for item in fetched.feed.items] == ["One"]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(page(BOMB, RSS), id="entities that grow"),
        pytest.param(page(b"<rss>" + b"<item>" * 300_000, RSS), id="elements without end"),
        pytest.param(
            page(b'{"version": "https://jsonfeed.org/version/1", "items": ' + b"[" * 500_000), id="json"
        ),
        pytest.param(page(b"<rss", RSS, Content_Encoding="br"), id="an encoding that was not asked for"),
    ],
)
def test_after_a_hostile_feed_the_next_one_is_read(server: PageServer, reader: FeedReader, answer: Answer):
    server.pages["/feed.xml"] = answer
    with suppress(FeedError):  # as far as it can be read, it may be
        fetched = reader.read(FeedRequest(URL, FeedKind.FEED))
        assert fetched.feed
        assert all(len(item.title) <= 300 for item in fetched.feed.items)
    read_usual(server, reader)


def test_no_file_is_read_for_an_entity(server: PageServer, reader: FeedReader):
    server.pages["/feed.xml"] = page(INTERNAL, RSS)
    fetched = reader.read(FeedRequest(URL, FeedKind.FEED))
    assert fetched.feed
    assert all("root" not in item.title for item in fetched.feed.items)


def test_a_slow_server_is_left_and_may_be_asked_again(
    server: PageServer, reader: FeedReader, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reading, "TIME_LIMIT", 2.0)
    server.pages["/feed.xml"] = slow(60)
    with pytest.raises(FeedError) as caught:
        reader.read(FeedRequest(URL, FeedKind.FEED))
    assert not caught.value.permanent
    monkeypatch.undo()
    read_usual(server, reader)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/feed.xml",
        "http://localhost/",
        "http://[::1]/",
        "http://169.254.169.254/",
        "ftp://a.example/",
    ],
)
def test_only_public_addresses_are_asked(server: PageServer, reader: FeedReader, url: str):
    asked = len(server.requests)
    with pytest.raises(FeedError):
        reader.read(FeedRequest(url))
    assert len(server.requests) == asked


def test_a_page_names_its_feeds_and_that_of_comments_comes_last():
    html = (
        '<base href="https://cdn.example/">'
        '<link rel="alternate" type="application/rss+xml" href="/comments/feed">'
        '<link rel="Alternate" type="application/atom+xml; charset=utf-8" href="a.xml">'
        '<link rel="alternate" type="text/html" href="/mobile">'
        '<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">'
    )
    assert named_feeds(html, "https://site.example/x") == [
        "https://cdn.example/a.xml",
        "https://cdn.example/comments/feed",
    ]
