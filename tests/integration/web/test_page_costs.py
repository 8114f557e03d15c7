"""A page costs the same, however many entries there are: counted in steps of SQLite's virtual machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from starlette.testclient import TestClient

from scrapbook.store import Store
from tests.support.book_pages import book_app
from tests.support.sample_book import NOW, add, with_feeds

FEW, MANY = 600, 6_000
REMINDERS = 50
"""Of the newest entries."""
EVERY = timedelta(minutes=100)
STEPS = 100
"""Steps of the machine between two calls of the counter."""

PAGES: dict[str, Callable[[int], str]] = {
    "timeline": lambda _: "/book",
    "timeline from the middle": lambda count: f"/book?before={count // 2}",
    "month": lambda _: "/book/2026/11",
    "topics": lambda _: "/book/topics",
    "topic": lambda _: "/book/topics/1",
    "topic, oldest first": lambda count: f"/book/topics/1?order=oldest&after={count // 2}",
    "entry": lambda count: f"/book/entries/{count // 2}",
    "week": lambda _: "/book/weeks/2026-W46",
    "following": lambda _: "/book/following",
    "reminders": lambda _: "/book/reminders",
    "reminders, later": lambda count: f"/book/reminders?after={count - REMINDERS // 2}",
    "trash": lambda _: "/book/trash",
}


class Counter:
    """Counts the steps that the connections of a store take."""

    def __init__(self, store: Store) -> None:
        self._count = 0
        event.listen(store._read_only, "connect", self._connected)

    def _connected(self, connection: object, _record: object) -> None:
        connection.set_progress_handler(self._tick, STEPS)  # type: ignore[attr-defined] # sqlite3's

    def _tick(self) -> int:
        self._count += 1
        return 0

    def of(self, action: Callable[[], object]) -> int:
        """The steps, in hundreds, that it takes."""
        before = self._count
        action()
        return self._count - before


@contextmanager
def book_of(path: Path, template: Path, count: int) -> Iterator[tuple[TestClient, Counter]]:
    path.write_bytes(template.read_bytes())
    store = Store.open(f"sqlite:///{path}")
    with store.transaction() as tx:
        person = tx.people.add("Ann", ["+15550100"])
        for index in range(count, 0, -1):
            entry = add(
                tx, person, f"a thought of some words {index}", NOW - index * EVERY, f"topic {index % 3}"
            )
            if index <= REMINDERS:
                due = NOW + timedelta(days=REMINDERS - index)
                tx.reminders.put(person.id, entry.id, due, None, "UTC", has_time=True)
            elif index % 10 == 0:
                tx.entries.trash(entry.id, NOW - index * EVERY)
    with_feeds(store, person)
    yield TestClient(book_app(store, person.id, now=lambda: NOW)), Counter(store)
    store.close()


def costs(client: TestClient, counter: Counter, count: int) -> dict[str, int]:
    def read(address: str) -> None:
        response = client.get(address)
        assert response.status_code == 200, address

    addresses = {name: make(count + 1) for name, make in PAGES.items()}
    return {name: counter.of(lambda address=address: read(address)) for name, address in addresses.items()}


@pytest.mark.timeout(120)
def test_ten_times_the_entries_cost_no_page_more(tmp_path: Path, sqlite_template: Path):
    with book_of(tmp_path / "few.db", sqlite_template, FEW) as (client, counter):
        few = costs(client, counter, FEW)
    with book_of(tmp_path / "many.db", sqlite_template, MANY) as (client, counter):
        many = costs(client, counter, MANY)
    assert min(few.values()) > 0
    assert {name: (few[name], many[name]) for name in PAGES if many[name] > 1.5 * few[name] + 5} == {}
