"""Group commit: waiting writes share a transaction, and one that fails does not affect the others."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from contextvars import ContextVar

import pytest

from scrapbook.errors import NotFound, StoreError, StoreUnavailable
from scrapbook.store import Person, Store, Transaction, engine
from scrapbook.store.group_writer import GroupWriter
from scrapbook.text.parsed_text import ParsedText
from tests.integration.conftest import NOW


@contextmanager
def writing(store: Store, **options: int) -> Iterator[GroupWriter]:
    writer = GroupWriter(store, **options)
    try:
        yield writer
    finally:
        writer.stop()


def saving(person: Person, text: str) -> Callable[[Transaction], int]:
    return lambda tx: tx.entries.add(person.id, ParsedText(text), None, None, NOW).number


def texts(store: Store, person: Person) -> list[str]:
    """Return the text of the person's entries, the oldest first."""
    with store.transaction(read_only=True) as tx:
        return [entry.text for entry in reversed(tx.entries.list(person.id))]


class Held:
    """Keeps the writer busy until it is released, so that the writes meanwhile share one transaction."""

    def __init__(self, writer: GroupWriter) -> None:
        self._busy, self._go = threading.Event(), threading.Event()
        self.future = writer.write(self._wait)
        self._busy.wait()

    def _wait(self, _: Transaction) -> None:
        self._busy.set()
        self._go.wait()

    def release(self) -> None:
        self._go.set()


def test_what_is_written_can_be_read_when_the_future_is_done(store: Store, ann: Person):
    async def run() -> None:
        assert await writer.write(saving(ann, "one")) == 1
        assert texts(store, ann) == ["one"]

    with writing(store) as writer:
        asyncio.run(run())


def test_what_waits_is_written_in_one_transaction_in_its_order(store: Store, ann: Person):
    transactions: list[int] = []

    def noted(tx: Transaction) -> int:
        transactions.append(id(tx))
        return tx.entries.add(ann.id, ParsedText(str(len(transactions))), None, None, NOW).number

    async def run() -> None:
        held = Held(writer)
        waiting = [writer.write(noted) for _ in range(5)]
        held.release()
        assert await asyncio.gather(*waiting) == [1, 2, 3, 4, 5]

    with writing(store) as writer:
        asyncio.run(run())
    assert len(set(transactions)) == 1
    assert texts(store, ann) == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize("savepoint_each", [False, True])
def test_a_failed_write_does_not_affect_the_others(store: Store, ann: Person, savepoint_each: bool):
    def failing(tx: Transaction) -> None:
        tx.entries.add(ann.id, ParsedText("half"), None, None, NOW)
        tx.people.rename(ann.id + 1, "nobody")

    async def run() -> list[object]:
        held = Held(writer)
        works = [saving(ann, "before"), failing, saving(ann, "after")]
        waiting = [writer.write(work) for work in works]
        held.release()
        return await asyncio.gather(*waiting, return_exceptions=True)

    with writing(store, savepoint_each=savepoint_each) as writer:
        first, failed, last = asyncio.run(run())
    assert (first, last) == (1, 2)
    assert isinstance(failed, NotFound)
    assert texts(store, ann) == ["before", "after"]


def test_no_write_counts_as_done_in_a_transaction_that_sqlite_rolled_back(sqlite_url: str):
    """As SQLite does when the disk is full."""
    store = Store.open(sqlite_url)
    with store.transaction() as tx:
        ann = tx.people.add("Ann", ["+15550100"])
    lost = iter([True])

    def losing(tx: Transaction) -> int:
        if next(lost, False):
            tx._work.connection.connection.cursor().execute("ROLLBACK")
            raise StoreError("the disk is full")
        return saving(ann, "lost at first")(tx)

    async def run() -> list[object]:
        held = Held(writer)
        works = [saving(ann, "before"), losing, saving(ann, "after")]
        waiting = [writer.write(work) for work in works]
        held.release()
        return await asyncio.gather(*waiting, return_exceptions=True)

    with closing(store), writing(store, savepoint_each=True) as writer:
        assert asyncio.run(run()) == [1, 2, 3]
        assert texts(store, ann) == ["before", "lost at first", "after"]


@pytest.mark.parametrize("savepoint_each", [False, True])
def test_what_the_database_refuses_is_an_error_of_the_app_without_what_was_written(
    store: Store, ann: Person, savepoint_each: bool
):
    secret = "under the geranium"

    def refused(tx: Transaction) -> None:
        tx.entries.add(ann.id, ParsedText(secret), ann.id + 100, None, NOW)

    async def run() -> list[object]:
        held = Held(writer)
        waiting = [writer.write(work) for work in (refused, saving(ann, "kept"))]
        held.release()
        return await asyncio.gather(*waiting, return_exceptions=True)

    with writing(store, savepoint_each=savepoint_each) as writer:
        error, _ = asyncio.run(run())
    assert isinstance(error, StoreError)
    assert secret not in f"{error}{error!r}"
    assert texts(store, ann) == ["kept"]


def test_a_locked_database_is_waited_for_once_and_not_by_one_after_the_other(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(engine, "LOCK_TIMEOUT", 0.05)
    store, begun = Store.open(sqlite_url), list[object]()
    with store.transaction() as tx:
        ann = tx.people.add("Ann", ["+15550100"])
    transaction, busy, go = store.transaction, threading.Event(), threading.Event()

    def noted(**options: bool) -> AbstractContextManager[Transaction]:
        begun.append(options)
        busy.set()
        go.wait()
        return transaction(**options)

    async def run() -> list[object]:
        first = writer.write(saving(ann, "x"))
        busy.wait()
        others = [writer.write(saving(ann, "x")) for _ in range(3)]
        go.set()
        return await asyncio.gather(first, *others, return_exceptions=True)

    locked = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    locked.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(store, "transaction", noted)
    with writing(store) as writer:
        outcomes = asyncio.run(run())
    locked.close()
    assert [type(outcome) for outcome in outcomes] == [StoreUnavailable] * 4
    assert len(begun) == 2
    store.close()


def test_a_write_cancelled_before_it_begins_is_not_run(store: Store, ann: Person):
    async def run() -> None:
        held = Held(writer)
        given_up, other = writer.write(saving(ann, "given up")), writer.write(saving(ann, "other"))
        given_up.cancel()
        await asyncio.sleep(0)
        held.release()
        await other

    with writing(store) as writer:
        asyncio.run(run())
    assert texts(store, ann) == ["other"]


def test_a_write_cancelled_while_it_runs_is_committed(store: Store, ann: Person):
    async def run() -> None:
        held = Held(writer)
        held.future.cancel()
        await asyncio.sleep(0)
        held.release()
        await writer.write(saving(ann, "next"))
        assert held.future.cancelled()

    with writing(store) as writer:
        asyncio.run(run())
    assert texts(store, ann) == ["next"]


def test_stopping_writes_what_waits_and_refuses_what_comes_after(store: Store, ann: Person):
    async def run() -> None:
        held = Held(writer)
        waiting = [writer.write(saving(ann, text)) for text in ("one", "two")]
        held.release()
        await asyncio.to_thread(writer.stop)
        assert texts(store, ann) == ["one", "two"]
        assert await asyncio.gather(*waiting) == [1, 2]
        with pytest.raises(StoreUnavailable):
            writer.write(saving(ann, "three"))

    writer = GroupWriter(store)
    asyncio.run(run())


def test_a_writer_outlives_an_event_loop(store: Store, ann: Person):
    async def run(text: str) -> int:
        return await writer.write(saving(ann, text))

    with writing(store) as writer:
        assert [asyncio.run(run("one")), asyncio.run(run("two"))] == [1, 2]


def test_the_callers_context_holds_in_the_work(store: Store):
    called: ContextVar[str] = ContextVar("called")

    async def run(name: str) -> str:
        called.set(name)
        return await writer.write(lambda _: called.get())

    async def both() -> list[str]:
        return await asyncio.gather(run("one"), run("two"))

    with writing(store) as writer:
        assert asyncio.run(both()) == ["one", "two"]


def test_several_writers_keep_the_order_of_each_key(postgresql_url: str):
    store = Store.open(postgresql_url)
    with store.transaction() as tx:
        people = [tx.people.add(f"{n}", [f"+1555010{n}"]) for n in range(4)]

    async def run() -> None:
        await asyncio.gather(
            *(
                writer.write(saving(person, str(number)), key=person.id)
                for number in range(10)
                for person in people
            )
        )

    with writing(store, writers=3) as writer:
        asyncio.run(run())
    assert [texts(store, person) for person in people] == [[str(number) for number in range(10)]] * 4
    store.close()
