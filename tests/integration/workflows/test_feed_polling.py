"""Feeds are fetched as their servers ask for, what is new in them is found once, and people are told once."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from scrapbook.channels.twilio.channel import AUDIO
from scrapbook.channels.twilio.media import TwilioMedia
from scrapbook.core import Book, following
from scrapbook.core.feed_items import whats_new
from scrapbook.core.following import Followed
from scrapbook.core.unasked import OwnSender
from scrapbook.feeds.reader import FeedReader
from scrapbook.feeds.schedule import INTERVAL, MAX_FAILURES
from scrapbook.messaging.channel import Channel, Channels
from scrapbook.model.feeds import Feed, FeedItem, FeedKind, FeedRequest, FetchedFeed
from scrapbook.store import GroupWriter, Person, Store
from scrapbook.web.media_links import MediaLinks
from scrapbook.workflows.feed_polling import FeedPoller
from scrapbook.workflows.leases import LeaseTerm
from scrapbook.workflows.outbox import Outbox
from scrapbook.workflows.quota import SegmentQuota
from scrapbook.workflows.retention import FEED_RETENTION, forget_feed_items
from scrapbook.workflows.unasked_scheduler import UnaskedScheduler
from tests.support.feeds import (
    ChangingFeed,
    Post,
    atom,
    conditional,
    endless,
    feed_reader,
    rss,
    too_many_requests,
)
from tests.support.installation import new_sid, wait_until
from tests.support.message_paths import LoopRunning, loop_running
from tests.support.pages import PageServer, page, redirect, serving, status
from tests.support.standins import Postbox

NOW = datetime(2026, 3, 14, 15, 0, tzinfo=UTC)
ANN, BEN, SCRAPBOOK = "+15550100", "+15550101", "+15550999"
FEED = "https://site.example/feed.xml"
LATER = INTERVAL * 1.5
"""After that every feed has had its turn."""


class World:
    """People who follow feeds, in an installation whose clock a test sets."""

    def __init__(self, store: Store, loop: LoopRunning, server: PageServer) -> None:
        self.store, self.loop, self.server = store, loop, server
        self.now = NOW
        self.postbox = Postbox(NOW)
        with store.transaction() as tx:
            self.ann, self.ben = tx.people.add("Ann", [ANN]), tx.people.add("Ben", [BEN])
        self._pollers: list[tuple[FeedPoller, Outbox, GroupWriter]] = []
        self.poller = self.app("app")

    def app(self, worker: str) -> FeedPoller:
        """Return the poller of an app that was just started."""

        async def made() -> FeedPoller:
            writer = GroupWriter(self.store)
            channel = Channel("twilio", frozenset({"sms"}), self.postbox, TwilioMedia("AC", "", ""), AUDIO)
            links, term = MediaLinks("secret", "https://scrapbook.example"), LeaseTerm(expires=False)
            outbox = Outbox(self.store, writer, Channels([channel]), links, term, worker, 0, SegmentQuota())
            unasked = UnaskedScheduler(
                self.store, writer, outbox, worker, OwnSender(SCRAPBOOK), lambda: self.now
            )
            self.unasked = unasked
            poller = FeedPoller(
                self.store, writer, lambda: feed_reader(self.server), unasked.wake, lambda: self.now
            )
            self._pollers.append((poller, outbox, writer))
            return poller

        return self.loop.wait(made())

    def close(self) -> None:
        for poller, outbox, writer in self._pollers:
            self.loop.wait(poller.stop())
            self.loop.wait(outbox.stop(10))
            writer.stop()

    def book(self, person: Person) -> "BookOf":
        return BookOf(self, person)

    def follow(self, url: str = FEED, person: Person | None = None) -> None:
        with self.book(person or self.ann) as book:
            assert isinstance(following.follow(book, url), Followed)

    def watch(self, words: str, person: Person | None = None) -> None:
        with self.book(person or self.ann) as book:
            assert following.watch(book, following.subscriptions(book)[0], words)

    def poll(self) -> None:
        """Fetch what is due, and say what is to be said."""
        self.loop.wait(self.poller.fetch_all_due())
        self.loop.wait(self.unasked.say_all_due())

    def poll_later(self, after: timedelta = LATER) -> None:
        self.now += after
        self.poll()

    def feed(self) -> Feed:
        with self.store.transaction(read_only=True) as tx:
            return tx.subscriptions.of_person(self.ann.id)[0].feed

    def items(self) -> list[FeedItem]:
        with self.store.transaction(read_only=True) as tx:
            return tx.feeds.items([one.feed.id for one in tx.subscriptions.of_person(self.ann.id)], 10_000)

    def titles(self) -> list[str]:
        return [item.title for item in self.items()]

    def told(self, count: int) -> list[str]:
        """Wait until so many messages were sent in all, and return them."""
        wait_until(lambda: len(self.postbox.sent) >= count, 30, lambda: f"sent: {self.postbox.sent}")
        return [body for _, _, body in self.postbox.sent]

    def asked(self, path: str) -> int:
        return self.server.paths().count(path)


class BookOf:
    """A person's book, in the transaction of a turn of theirs."""

    def __init__(self, world: World, person: Person) -> None:
        self._world, self._person = world, person

    def __enter__(self) -> Book:
        self._transaction = self._world.store.transaction()
        tx = self._transaction.__enter__()
        sid = new_sid()
        address = next(known.value for known in self._person.addresses)
        tx.messages.record(
            message_id=sid,
            person_id=self._person.id,
            from_=address,
            to=SCRAPBOOK,
            body="hello",
            received_at=self._world.now,
        )
        return Book(tx, self._person, sid, self._world.now)

    def __exit__(self, *error: object) -> None:
        self._transaction.__exit__(*error)  # pyright: ignore[reportArgumentType]


@pytest.fixture(scope="module")
def server() -> Iterator[PageServer]:
    with serving() as server:
        yield server


@pytest.fixture
def world(store: Store, server: PageServer) -> Iterator[World]:
    server.pages.clear()
    server.requests.clear()
    with loop_running() as loop:
        world = World(store, loop, server)
        yield world
        world.close()


@pytest.fixture
def fires(server: PageServer) -> ChangingFeed:
    feed = ChangingFeed("Fires")
    feed.add(Post("Glass Fire", "https://site.example/1", "1", "Napa County, 20 % contained"))
    return feed


def test_the_feed_of_a_page_is_found_and_followed(world: World, fires: ChangingFeed, server: PageServer):
    link = b'<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
    server.pages |= {
        "/": page(b"<html><head>" + link + b"</head></html>"),
        "/feed.xml": conditional(fires.rss),
    }
    world.follow("https://site.example/")
    world.poll()
    assert (world.feed().url, world.feed().kind, world.feed().title) == (FEED, FeedKind.FEED, "Fires")
    assert world.titles() == ["Glass Fire"]
    world.poll_later()
    assert world.asked("/") == 1
    assert world.asked("/feed.xml") == 2


def test_a_reader_that_fails_in_an_unexpected_way_leaves_no_process(
    world: World, fires: ChangingFeed, server: PageServer, monkeypatch: pytest.MonkeyPatch
):
    server.pages["/feed.xml"] = conditional(fires.rss)
    closed: list[FeedReader] = []
    close = FeedReader.close

    def fail(_reader: FeedReader, _request: FeedRequest) -> FetchedFeed:
        raise RuntimeError

    def closing(reader: FeedReader) -> None:
        closed.append(reader)
        close(reader)

    monkeypatch.setattr(FeedReader, "read", fail)
    monkeypatch.setattr(FeedReader, "close", closing)
    world.follow()
    world.poll()
    assert len(closed) == 1


def test_a_feed_that_has_moved_for_good_is_fetched_at_its_new_address(
    world: World, fires: ChangingFeed, server: PageServer
):
    server.pages["/feed.xml"] = conditional(fires.rss)
    world.follow()
    world.poll()
    server.pages |= {
        "/feed.xml": redirect("/now.xml", 302),
        "/now.xml": redirect("/elsewhere.xml", 301),
        "/elsewhere.xml": conditional(fires.rss),
    }
    world.poll_later()
    assert world.feed().url == FEED  # it may be back tomorrow
    server.pages["/feed.xml"] = redirect("/new.xml", 301)
    server.pages["/new.xml"] = conditional(fires.rss)
    world.poll_later()
    assert world.feed().url == "https://site.example/new.xml"
    asked = world.asked("/feed.xml")
    fires.add(Post("Atlas Fire", "https://site.example/2", "2", "Sonoma"))
    world.poll_later()
    assert world.asked("/feed.xml") == asked
    assert world.titles() == ["Atlas Fire", "Glass Fire"]


def test_what_nobody_follows_any_more_is_deleted_when_that_cannot_be_undone(
    world: World, fires: ChangingFeed, server: PageServer
):
    server.pages["/feed.xml"] = conditional(fires.rss)
    world.follow()
    world.poll()
    feed_id = world.feed().id
    with world.book(world.ann) as book:
        following.unfollow(book, following.subscriptions(book)[0])
    with world.store.transaction() as tx:
        assert tx.feeds.purge(world.now) == 0
        assert tx.feeds.purge(world.now + timedelta(seconds=1)) == 1
        assert tx.feeds.find(feed_id) is None
        assert tx.feeds.items([feed_id], 10) == []


def test_what_comes_at_night_is_told_in_the_morning(world: World, fires: ChangingFeed, server: PageServer):
    server.pages["/feed.xml"] = conditional(fires.rss)
    world.follow()
    world.watch("napa")
    world.poll()
    with world.store.transaction() as tx:
        tx.people.set_timezone(world.ann.id, "UTC")
    world.now = NOW.replace(hour=23)
    fires.add(Post("River fire", "https://site.example/3", "3", "West of NAPA."))
    world.poll()
    assert world.postbox.sent == []
    with world.store.transaction(read_only=True) as tx:
        assert tx.unasked.held() == {"quiet": 1}
    world.now = NOW.replace(hour=7) + timedelta(days=1)
    world.poll()
    [body] = world.told(1)
    assert "River fire" in body


def test_what_has_not_changed_is_not_sent_again_and_robots_are_asked_once_a_day(
    world: World, fires: ChangingFeed, server: PageServer
):
    server.pages["/feed.xml"] = conditional(fires.rss)
    world.follow()
    world.poll()
    for _ in range(3):
        world.poll_later()
    feeds = [headers for path, headers in server.requests if path == "/feed.xml"]
    assert [headers.get("If-None-Match", "") != "" for headers in feeds] == [False, True, True, True]
    assert world.asked("/robots.txt") == 1
    world.poll_later(timedelta(days=1))
    assert world.asked("/robots.txt") == 2


def test_it_is_fetched_once_for_everybody_who_follows_it(
    world: World, fires: ChangingFeed, server: PageServer
):
    link = b'<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
    server.pages |= {
        "/": page(b"<html><head>" + link + b"</head></html>"),
        "/feed.xml": conditional(fires.rss),
    }
    world.follow(FEED, world.ann)
    world.follow(FEED, world.ben)
    world.poll()
    assert world.asked("/feed.xml") == 1
    with world.store.transaction() as tx:
        carl = tx.people.add("Carl", ["+15550102"])
    world.follow("https://site.example/", carl)  # by the page, whose feed is known
    world.poll()
    with world.book(carl) as book:
        assert [one.feed.id for one in following.subscriptions(book)] == [world.feed().id]
        assert [one.address for one in following.subscriptions(book)] == ["https://site.example/"]
    asked = world.asked("/feed.xml")
    world.poll_later()
    assert world.asked("/feed.xml") == asked + 1


def test_the_first_fetch_is_silent_and_what_comes_later_is_told_once(
    world: World, fires: ChangingFeed, server: PageServer
):
    server.pages["/feed.xml"] = conditional(fires.rss)
    world.follow()
    world.watch("napa")
    world.poll()
    fires.add(Post("Atlas Fire", "https://site.example/2", "2", "Sonoma"))
    world.poll_later()
    fires.add(Post("River fire", "https://site.example/3", "3", "West of NAPA."))
    world.poll_later()
    [body] = world.told(1)
    assert body == (
        "Fires mentions napa:\nRiver fire\nhttps://site.example/3\n"
        "To end this, text: stop telling me about napa"
    )
    world.poll_later()
    assert len(world.postbox.sent) == 1


def test_at_most_five_a_day_are_told_and_the_fifth_says_so(
    world: World, fires: ChangingFeed, server: PageServer
):
    server.pages["/feed.xml"] = conditional(fires.rss)
    world.follow()
    world.watch("napa")
    world.poll()
    for number in range(10, 17):
        fires.add(Post(f"Napa fire {number}", f"https://site.example/{number}", str(number)))
        world.poll_later()
    bodies = world.told(5)
    assert len(bodies) == 5
    assert "the last I send of it today" in bodies[-1]
    assert not any("the last" in body for body in bodies[:-1])
    world.now += timedelta(days=1)
    fires.add(Post("Napa fire 20", "https://site.example/20", "20"))
    world.poll()
    assert "Napa fire 20" in world.told(6)[-1]


def test_the_same_item_is_found_once_whatever_the_feed_does(
    world: World, fires: ChangingFeed, server: PageServer
):
    server.pages["/feed.xml"] = conditional(fires.rss)
    first = fires.posts[0]
    world.follow()
    world.poll()
    changes = [
        replace(first, at=first.at + timedelta(days=2)),
        replace(first, id="changed"),
        replace(first, id="", url="http://site.example/1?utm_source=rss"),
        replace(first, id="1", title="Glass Fire, updated"),
        replace(first, id="1", title="Glass Fire, updated", url="https://site.example/1-moved"),
    ]
    for changed in changes:
        fires.posts = [changed, changed]
        world.poll_later()
        assert len(world.items()) == 1, changed
    assert world.titles() == ["Glass Fire, updated"]


def test_none_is_lost_where_a_feed_gives_all_its_items_one_id_or_one_address(
    world: World, server: PageServer
):
    posts = [Post(f"Notice {n}", "https://site.example/status", "same") for n in range(5)]
    server.pages["/feed.xml"] = conditional(lambda: rss(posts))
    world.follow()
    world.poll()
    assert len(world.items()) == 5
    posts = [Post("Notice 9", "https://site.example/status", "same"), *posts]
    world.poll_later()
    assert world.titles()[0] == "Notice 9"
    assert len(world.items()) == 6


def test_an_item_that_goes_and_comes_back_is_not_new(world: World, fires: ChangingFeed, server: PageServer):
    server.pages["/feed.xml"] = conditional(fires.rss)
    world.follow()
    world.poll()
    with world.book(world.ann) as book:
        whats_new(book)
    gone = fires.posts
    fires.posts = [Post("Other", "https://site.example/o", "o")]
    world.poll_later()
    fires.posts = [*fires.posts, *gone]
    world.poll_later()
    with world.book(world.ann) as book:
        news = whats_new(book)
        assert news
        assert [line.partition(" ")[2] for line in news.page.lines[0].splitlines()[:1]] == ["Other"]
        assert not news.is_latest


def test_items_are_kept_for_thirty_days_and_as_long_as_the_feed_has_them(
    world: World, fires: ChangingFeed, server: PageServer
):
    server.pages["/feed.xml"] = conditional(fires.rss)
    fires.add(Post("Stays", "https://site.example/s", "s"))
    world.follow()
    world.poll()
    fires.posts = [post for post in fires.posts if post.title == "Stays"]
    world.poll_later()
    assert forget_feed_items(world.store, world.now - FEED_RETENTION) == 0
    world.now += FEED_RETENTION + timedelta(hours=1)
    assert forget_feed_items(world.store, world.now - FEED_RETENTION) == 1
    assert world.titles() == ["Stays"]
    world.poll()
    assert world.titles() == ["Stays"]  # it is not found anew


def test_a_server_is_not_asked_before_it_wants_to_be(world: World, fires: ChangingFeed, server: PageServer):
    server.pages["/feed.xml"] = conditional(fires.rss, Cache_Control="public, max-age=7200")
    world.follow()
    world.poll()
    world.poll_later(timedelta(hours=1, minutes=59))
    assert world.asked("/feed.xml") == 1
    world.poll_later(timedelta(minutes=2))
    assert world.asked("/feed.xml") == 2
    server.pages["/feed.xml"] = too_many_requests(4 * 3600)
    world.poll_later(timedelta(hours=2, minutes=1))
    assert world.asked("/feed.xml") == 3
    world.poll_later(timedelta(hours=3, minutes=59))
    assert world.asked("/feed.xml") == 3
    server.pages["/feed.xml"] = conditional(fires.rss)
    world.poll_later(timedelta(minutes=2))
    assert world.asked("/feed.xml") == 4
    assert world.feed().failures == 0


def test_robots_are_obeyed(world: World, fires: ChangingFeed, server: PageServer):
    rules = b"User-agent: *\nAllow: /\n\nUser-agent: Scrapbook\nDisallow: /feed\n"
    server.pages |= {"/robots.txt": page(rules, "text/plain"), "/feed.xml": conditional(fires.rss)}
    world.follow()
    world.poll()
    assert world.asked("/feed.xml") == 0
    assert world.told(1) == [
        "I can't follow site.example (https://site.example/feed.xml). "
        "Its robots.txt asks programs not to read it."
    ]
    assert world.feed().next_fetch_at is None


def test_after_ten_failures_it_says_so_once_and_pauses_until_it_is_followed_again(
    world: World, fires: ChangingFeed, server: PageServer
):
    server.pages["/feed.xml"] = conditional(fires.rss)
    world.follow()
    world.poll()
    server.pages["/feed.xml"] = status(503)
    pauses = list[timedelta]()
    for _ in range(MAX_FAILURES):
        due = world.feed().next_fetch_at
        assert due is not None
        pauses.append(due - world.now)
        world.now = due
        world.poll()
    assert all(pause <= timedelta(days=1) + INTERVAL for pause in pauses)
    assert pauses[-1] >= timedelta(days=1)
    assert world.told(1) == [
        "I couldn't read Fires ten times, so I have stopped. The server answered 503. "
        "To try again, text: follow https://site.example/feed.xml"
    ]
    asked = world.asked("/feed.xml")
    world.poll_later(timedelta(days=3))
    assert world.asked("/feed.xml") == asked
    server.pages["/feed.xml"] = conditional(fires.rss)
    fires.add(Post("Later", "https://site.example/l", "l"))
    world.follow()
    world.poll()
    assert world.titles()[0] == "Later"
    assert len(world.postbox.sent) == 1


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(page(bytes(range(256)) * 400, "application/rss+xml"), id="garbage"),
        pytest.param(page(b"<html><body>Sign in to go on</body></html>"), id="html"),
        pytest.param(endless, id="20 MB"),
        pytest.param(redirect("http://127.0.0.1/feed.xml"), id="loopback"),
        pytest.param(redirect("http://169.254.169.254/latest"), id="metadata"),
        pytest.param(status(404), id="gone"),
    ],
)
def test_what_is_no_feed_any_more_loses_nothing(
    world: World, fires: ChangingFeed, server: PageServer, answer: object
):
    server.pages["/feed.xml"] = conditional(fires.rss)
    world.follow()
    world.poll()
    server.pages["/feed.xml"] = answer  # type: ignore[assignment]
    world.poll_later()
    assert world.feed().failures == 1
    assert world.titles() == ["Glass Fire"]
    server.pages["/feed.xml"] = conditional(fires.rss)
    fires.add(Post("Later", "https://site.example/l", "l"))
    world.poll_later(timedelta(hours=1))
    assert world.titles() == ["Later", "Glass Fire"]
    assert world.feed().failures == 0


def test_a_page_without_a_feed_is_followed_by_its_links_or_its_text(world: World, server: PageServer):
    links = "".join(f'<a href="/n{n}">Something happened: {n}</a>' for n in range(3))
    server.pages["/news"] = page(
        f"<nav><a href=/a>All about our house</a></nav><main>{links}</main>".encode()
    )
    world.follow("https://site.example/news")
    world.poll()
    assert world.titles() == [f"Something happened: {n}" for n in range(3)]
    server.pages["/news"] = page(f"<main><a href=/n9>A ship came in</a>{links}</main>".encode())
    world.poll_later()
    assert world.titles()[0] == "A ship came in"
    server.pages["/sheet"] = page(b"<table><tr><td>Glass Fire<td>Napa<td>20 acres</tr></table>")
    world.follow("https://site.example/sheet", world.ben)
    world.watch("sonoma", world.ben)
    world.poll()
    rows = b"<tr><td>Nuns Fire<td>Sonoma<td>7 acres</tr><tr><td>Glass Fire<td>Napa<td>900 acres</tr>"
    server.pages["/sheet"] = page(b"<table>" + rows + b"</table>")
    world.poll_later()
    [body] = world.told(1)
    assert "Nuns Fire Sonoma 7 acres" in body
    assert "Glass" not in body


def test_atom_and_json_feeds_are_read(world: World, server: PageServer):
    server.pages |= {
        "/atom": page(atom([Post("In Atom", "https://site.example/1")]), "application/atom+xml"),
        "/json": page(
            b'{"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": '
            b'[{"id": 7, "url": "/7", "content_html": "<p>In <b>JSON</b></p>"}]}',
            "application/json",
        ),
    }
    world.follow("https://site.example/atom")
    world.follow("https://site.example/json")
    world.poll()
    assert {(item.title, item.url) for item in world.items()} == {
        ("In Atom", "https://site.example/1"),
        ("In JSON", "https://site.example/7"),
    }


def test_two_apps_fetch_each_feed_once(world: World, server: PageServer):
    other = world.app("other")
    for number in range(12):
        feed = ChangingFeed(f"Feed {number}")
        feed.add(Post("One", f"https://site.example/{number}/1", "1"))
        server.pages[f"/{number}"] = conditional(feed.rss)
        world.follow(f"https://site.example/{number}")

    async def both() -> None:
        await asyncio.gather(world.poller.fetch_all_due(), other.fetch_all_due())

    world.loop.wait(both())
    assert sorted(path for path in server.paths() if path != "/robots.txt") == sorted(
        f"/{number}" for number in range(12)
    )
    assert len(world.items()) == 12


def test_what_nobody_follows_is_neither_fetched_nor_kept(
    world: World, fires: ChangingFeed, server: PageServer
):
    server.pages["/feed.xml"] = conditional(fires.rss)
    world.follow(FEED, world.ann)
    world.follow(FEED, world.ben)
    world.poll()
    feed_id = world.feed().id
    with world.book(world.ann) as book:
        following.unfollow(book, following.subscriptions(book)[0])
    with world.store.transaction(read_only=True) as tx:
        assert tx.feeds.find(feed_id)
    with world.book(world.ben) as book:
        following.unfollow(book, following.subscriptions(book)[0])
    with world.store.transaction(read_only=True) as tx:
        feed = tx.feeds.find(feed_id)
        assert feed
        assert feed.next_fetch_at is None
    asked = world.asked("/feed.xml")
    world.poll_later(timedelta(days=1))
    assert world.asked("/feed.xml") == asked
