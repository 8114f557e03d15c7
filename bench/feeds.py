"""Follow 500 feeds on a server that answers as the world does; count what is found, and what it costs.

usage: python -m bench.feeds [FEEDS] [ROUNDS]

A clock of the benchmark's passes ten minutes a round, so that each feed is due once in it. Every feed gets a
new post now and then, changes ids and dates, and repeats items; of the rest of the feeds each kind of trouble
has a share. Afterwards every post must have been found once. The processor time is that of this process, less
the server's thread, and of the processes that read feeds; a core has ten minutes in a round.
"""

import asyncio
import random
import resource
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from scrapbook.channels.twilio.channel import AUDIO
from scrapbook.channels.twilio.media import TwilioMedia
from scrapbook.core import Book, following
from scrapbook.core.unasked import OwnSender
from scrapbook.feeds.schedule import INTERVAL
from scrapbook.messaging.channel import Channel, Channels
from scrapbook.store import GroupWriter, Store
from scrapbook.web.media_links import MediaLinks
from scrapbook.workflows.feed_polling import FeedPoller
from scrapbook.workflows.leases import LeaseTerm
from scrapbook.workflows.outbox import Outbox
from scrapbook.workflows.quota import SegmentQuota
from scrapbook.workflows.unasked_scheduler import UnaskedScheduler
from tests.support.feeds import (
    ChangingFeed,
    Post,
    conditional,
    endless,
    feed_reader,
    slow,
    too_many_requests,
)
from tests.support.pages import Answer, Answering, PageServer, page, redirect, serving
from tests.support.standins import Postbox

TROUBLES: dict[str, Answer] = {
    "429": too_many_requests(300),
    "garbage": page(bytes(range(256)) * 400, "application/rss+xml"),
    "HTML": page(b"<html><body>Sign in to go on</body></html>"),
    "20 MB": endless,
    "slow": slow(60),
    "loopback": redirect("http://127.0.0.1/feed.xml"),
}
SHARE = 0.02
"""Of the feeds that have one kind of trouble in a round."""
NEW = 0.2
"""Of the feeds that have a new post in a round."""


class World:
    """Feeds and their authors. ``troubled`` has the trouble of a feed in this round."""

    def __init__(self, count: int, server: PageServer) -> None:
        self.random = random.Random(2026)
        self.feeds = [ChangingFeed(f"Feed {number}") for number in range(count)]
        self.written: set[str] = set()
        self.troubled: dict[int, Answer] = {}
        self.server_seconds: dict[int, float] = {}
        for number, feed in enumerate(self.feeds):
            for _ in range(10):
                self.write(number, feed)
            server.pages[f"/{number}"] = self.answer(number, conditional(feed.rss))

    def write(self, number: int, feed: ChangingFeed) -> None:
        serial = len(self.written)
        title = f"Post {serial} of {number}"
        self.written.add(title)
        text = " ".join(self.random.choices(("fire", "water", "air", "earth", "napa", "sonoma"), k=80))
        feed.add(Post(title, f"https://site.example/{number}/{serial}", f"id-{serial}", text))

    def answer(self, number: int, usual: Answer) -> Answer:
        def answer(asked: Answering) -> None:
            began = time.thread_time()
            self.troubled.get(number, usual)(asked)
            thread = threading.get_ident()
            self.server_seconds[thread] = self.server_seconds.get(thread, 0.0) + time.thread_time() - began

        return answer

    def next_round(self) -> None:
        """Write new posts; let ids, dates and order change; give each trouble its share."""
        self.troubled = {}
        for number, feed in enumerate(self.feeds):
            if self.random.random() < NEW:
                self.write(number, feed)
            if self.random.random() < 0.05:
                feed.posts = [
                    replace(post, id=f"{post.id}-again", at=post.at + timedelta(days=1))
                    for post in feed.posts
                ]
            if self.random.random() < 0.05:
                feed.posts = [*feed.posts, *feed.posts[:2]]
        numbers = list(range(len(self.feeds)))
        self.random.shuffle(numbers)
        each = max(1, int(len(numbers) * SHARE))
        for trouble in TROUBLES.values():
            for _ in range(each):
                self.troubled[numbers.pop()] = trouble


def processor_seconds() -> float:
    """The processor time of this process and of those that it has started and that have ended."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


async def follow(count: int, rounds: int, folder: str, server: PageServer) -> None:
    world = World(count, server)
    store = Store.open(f"sqlite:///{Path(folder) / 'scrapbook.db'}")
    store.migrate()
    now = [datetime(2026, 3, 14, 12, tzinfo=UTC)]
    with store.transaction() as tx:
        person = tx.people.add("Ann", ["+15550100"])
        book = Book(tx, person, "", now[0])
        following.MAX_FOLLOWED = count
        for number in range(count):
            following.follow(book, f"https://site.example/{number}")
    writer, term = GroupWriter(store), LeaseTerm(expires=False)
    channel = Channel("twilio", frozenset({"sms"}), Postbox(), TwilioMedia("AC", "", ""), AUDIO)
    links = MediaLinks("secret", "https://scrapbook.example")
    outbox = Outbox(store, writer, Channels([channel]), links, term, "app", 0, SegmentQuota())
    unasked = UnaskedScheduler(store, writer, outbox, "app", OwnSender(), lambda: now[0])
    poller = FeedPoller(store, writer, lambda: feed_reader(server), unasked.wake, lambda: now[0])
    await poller.fetch_all_due()
    print(
        f"first fetch of {count} feeds: {processor_seconds():.1f} s of processor, start and server included"
    )
    await measure(world, poller, now, rounds, server)
    world.troubled = {}
    now[0] += timedelta(days=2)  # every feed has recovered
    await poller.fetch_all_due()
    await poller.stop()
    writer.stop()
    report(world, store)
    store.close()


async def measure(
    world: World, poller: FeedPoller, now: list[datetime], rounds: int, server: PageServer
) -> None:
    asked = len(server.requests)
    poller._close_readers()
    before, by_server = processor_seconds(), sum(world.server_seconds.values())
    for _ in range(rounds):
        world.next_round()
        until = now[0] + INTERVAL
        while now[0] < until:
            now[0] += timedelta(minutes=1)
            await poller.fetch_all_due()
    poller._close_readers()
    used = processor_seconds() - before - (sum(world.server_seconds.values()) - by_server)
    fetched = len(server.requests) - asked
    print(f"{rounds} rounds of ten minutes: {fetched} requests, {used:.1f} s of processor,")
    print(f"that is {used / (rounds * INTERVAL.total_seconds()):.3f} of a core")


def report(world: World, store: Store) -> None:
    with store.transaction(read_only=True) as tx:
        person = tx.people.list()[0]
        feeds = [one.feed for one in tx.subscriptions.of_person(person.id)]
        titles = Counter(item.title for feed in feeds for item in tx.feeds.items([feed.id], 100_000))
    twice = [title for title, count in titles.items() if count > 1]
    lost = world.written - titles.keys()
    paused = [feed for feed in feeds if feed.next_fetch_at is None]
    print(f"{len(world.written)} posts: {len(twice)} twice, {len(lost)} lost; {len(paused)} feeds paused")
    if twice or lost or paused:
        sys.exit(1)


def main() -> None:
    """Run the benchmark."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    given = [int(word) for word in sys.argv[1:]]
    count, rounds = [*given, *(500, 6)[len(given) :]]
    with tempfile.TemporaryDirectory() as folder, serving() as server:
        asyncio.run(follow(count, rounds, folder, server))


if __name__ == "__main__":
    main()
