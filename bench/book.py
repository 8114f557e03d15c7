"""What the pages of the book cost: ``python -m bench.book [--sizes 1000,10000,100000] [--rounds 100]``.

The texts are those of bench/search.py, made up with words as frequent as in a language, one every 100
minutes. Each page is asked for as a server would, without the network. Processor is that of the whole
process: reading the database, SQLite's own work and rendering. The clock also runs
while another process has the processor, so of that only the median says something.
"""

import argparse
import asyncio
import gc
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message

from bench.search import START, Author, filled, new_sqlite
from scrapbook.core import following
from scrapbook.core.book import Book
from scrapbook.core.local_days import day_of
from scrapbook.model.feeds import ParsedItem
from scrapbook.store import Person, Store
from tests.support.book_pages import book_app

WARM = 3
EVERY = timedelta(minutes=100)
"""From one entry to the next: 100,000 fill nineteen years."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds of processor for a page, the median of those by the clock, and its bytes."""

    median: float
    p99: float
    clock: float
    size: int


def main(sizes: Sequence[int], rounds: int) -> None:
    texts = list(Author().texts(max(sizes)))
    results: dict[str, list[Measured]] = {}
    for size in sizes:
        with new_sqlite() as database:
            store = Store.open(database.url)
            person = filled(store, database, texts[:size], EVERY)
            now = START + (size + 1) * EVERY
            remind(store, person, size, now)
            follow(store, person, now)
            database.settle()
            gc.collect()
            gc.freeze()  # a server does not have the texts in its memory, and looks for no garbage among them
            app = book_app(store, person.id, now=partial(_same, now))
            for name, address in addresses(store, person, size, texts[size // 2]).items():
                results.setdefault(name, []).append(asyncio.run(measure(app, address, rounds)))
            store.close()
    head = " | ".join(f"{size:,}: ms p50 / p99, clock p50, kB" for size in sizes)
    print(f"| page | {head} |\n|---|{'---|' * len(sizes)}")
    for name, measured in results.items():
        cells = " | ".join(
            f"{one.median:.1f} / {one.p99:.1f}, {one.clock:.1f}, {one.size / 1000:.0f}" for one in measured
        )
        print(f"| {name} | {cells} |")


def remind(store: Store, person: Person, size: int, now: datetime) -> None:
    """Remind of every hundredth entry, of fifty at least, a day after the other."""
    with store.transaction() as tx:
        for index in range(max(50, size // 100)):
            entry = tx.entries.by_number(person.id, size - index)
            assert entry
            due = now + index * timedelta(days=1)
            tx.entries.set_due(entry.id, due)
            tx.reminders.put(person.id, entry.id, due, None, "UTC", has_time=True)


def follow(store: Store, person: Person, now: datetime) -> None:
    """Follow a hundred feeds with five hundred items each."""
    with store.transaction() as tx:
        book = Book(tx, person, "", now)
        for index in range(100):
            following.follow(book, f"https://feed{index}.example.org/atom.xml")
        for one in following.subscriptions(book):
            items = [
                ParsedItem(str(n), f"{one.address}#{n}", f"Item {n}", "summary " * 20) for n in range(500)
            ]
            tx.feeds.record_items(one.feed, [(item, (item.id,)) for item in items], now)


def addresses(store: Store, person: Person, size: int, text: str) -> dict[str, str]:
    """Each page, with entries in the middle where it has some."""
    with store.transaction(read_only=True) as tx:
        book = Book(tx, person, "", datetime.now(UTC))
        middle = tx.entries.by_number(person.id, size // 2)
        assert middle
        day = day_of(book, middle.created_at)
    rare = max(text.split(), key=len)
    return {
        "timeline, newest": "/book",
        "timeline, from the middle": f"/book?before={middle.number}",
        "a month": f"/book/{day.year}/{day.month}",
        "topics": "/book/topics",
        "a topic": "/book/topics/1",
        "a topic, oldest first, from the middle": f"/book/topics/2?order=oldest&after={middle.number}",
        "an entry": f"/book/entries/{middle.number}",
        "a week": f"/book/weeks/{day:%G-W%V}",
        "on this day": "/book/on-this-day",
        "search, a rare word": f"/book/search?q={rare}",
        "search, the most frequent word": f"/book/search?q={most_frequent()}",
        "search, misspelled": f"/book/search?q={rare[:-2]}{rare[-1]}{rare[-2]}",
        "following": "/book/following",
        "reminders": "/book/reminders",
        "trash": "/book/trash",
    }


def most_frequent() -> str:
    return Author()._words[0]


def _same(now: datetime) -> datetime:
    return now


async def measure(app: ASGIApp, address: str, rounds: int) -> Measured:
    """Ask for a page several times."""
    times: list[float] = []
    clocks: list[float] = []
    size = 0
    for index in range(WARM + rounds):
        start, clock = time.process_time(), time.perf_counter()
        status, size = await asked(app, address)
        took, passed = time.process_time() - start, time.perf_counter() - clock
        assert status == 200, (status, address)
        if index >= WARM:
            times.append(1000 * took)
            clocks.append(1000 * passed)
    return Measured(statistics.median(times), _p99(times), statistics.median(clocks), size)


def _p99(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=100)[-1]


async def asked(app: ASGIApp, address: str) -> tuple[int, int]:
    """The status and the size of the answer to a GET."""
    parts = urlsplit(address)
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "headers": [(b"host", b"localhost")],
        "server": ("localhost", 80),
        "client": ("127.0.0.1", 1),
        "root_path": "",
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent[0]["status"], sum(len(message.get("body", b"")) for message in sent)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--rounds", type=int, default=100)
    options = parser.parse_args()
    main([int(size) for size in options.sizes.split(",")], options.rounds)
