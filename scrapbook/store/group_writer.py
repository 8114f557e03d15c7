"""Group commit: what is to be written at the same time is written in one transaction, by a thread of its own.

Each commit waits for the disk, and on SQLite all others wait for it meanwhile.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextvars import Context, copy_context
from dataclasses import dataclass
from itertools import count
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from scrapbook.errors import StoreUnavailable
from scrapbook.store.store import Store
from scrapbook.store.transaction import Transaction

T = TypeVar("T")

MOST = 64
"""Works in one transaction, by default: the more there are, the longer the first of them waits."""


class GroupWriter:
    """Writes what comes from event loops, in threads of its own.

    When one work of a transaction fails, everything is taken back, and each is done anew in a transaction of
    its own: one's failure is nobody else's. A work may therefore run twice, even after its commit, if the
    connection broke just then. So it must have no effects elsewhere, and find what it did before.
    """

    def __init__(
        self, store: Store, writers: int = 1, *, most: int = MOST, savepoint_each: bool = False
    ) -> None:
        """``writers``: more than one are of use on PostgreSQL only. ``most`` are written together.

        ``savepoint_each``: one that fails does not take the others back; to be chosen where works are dear.
        One that failed is then done anew after all others.
        """
        self._places = count()
        self._stopping = False
        self._stop_lock = threading.Lock()
        self._writers = [
            _Writer(store, most, savepoint_each=savepoint_each, name=f"writer-{place}")
            for place in range(writers)
        ]

    def write(self, work: Callable[[Transaction], T], key: int | None = None) -> asyncio.Future[T]:
        """What ``work`` returns, once what it wrote is committed; what it raises, or the commit.

        To be called in an event loop; the caller's context variables hold in ``work``. Works with the same
        key are done in the order in which they came. A future that is cancelled before its turn comes is not
        written any more; afterwards, it is. StoreUnavailable after ``stop``.
        """
        awaited: Future[T] = Future()
        with self._stop_lock:
            if self._stopping:
                raise StoreUnavailable("The process is stopping.")
            place = next(self._places) if key is None else key
            waiting = _Waiting(work, key or 0, awaited, copy_context())
            self._writers[place % len(self._writers)].put(waiting)
        return asyncio.wrap_future(awaited)

    def stop(self) -> None:
        """Returns when everything that waits is written; an event loop hears of it when it runs next."""
        with self._stop_lock:
            self._stopping = True
            for writer in self._writers:
                writer.put(None)
        for writer in self._writers:
            writer.join()


@dataclass(frozen=True, slots=True)
class _Waiting:
    work: Callable[[Transaction], Any]
    key: int
    future: Future[Any]
    context: Context


@dataclass(frozen=True, slots=True)
class _Done:
    future: Future[Any]
    result: Any = None
    error: BaseException | None = None

    def tell(self) -> None:
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


class _Writer:
    def __init__(self, store: Store, most: int, *, savepoint_each: bool, name: str) -> None:
        self._store = store
        self._most = most
        self._try = _tried if savepoint_each else _done_in
        # None: to be stopped.
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        # A process that is to end does not wait for one: who was not answered does not rely on it.
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, waiting: _Waiting | None) -> None:
        self._queue.put(waiting)

    def join(self) -> None:
        self._thread.join()

    def _run(self) -> None:
        goes_on = True
        while goes_on:
            batch, goes_on = self._next()
            for done in self._written([each for each in batch if each.future.set_running_or_notify_cancel()]):
                done.tell()

    def _next(self) -> tuple[list[_Waiting], bool]:
        """What waits, at least one, and whether more may come."""
        batch: list[_Waiting] = []
        while len(batch) < self._most:
            try:
                waiting = self._queue.get(block=not batch)
            except Empty:
                break
            if waiting is None:
                return batch, False
            batch.append(waiting)
        return batch, True

    def _written(self, batch: Sequence[_Waiting]) -> list[_Done]:
        if len(batch) > 1:
            # In the same order everywhere, so that no two processes wait for one another's people.
            in_order = sorted(batch, key=lambda waiting: waiting.key)
            done, left = self._together(in_order)
            return done + [self._alone(each) for each in left]
        return [self._alone(each) for each in batch]

    def _alone(self, waiting: _Waiting) -> _Done:
        try:
            result = waiting.context.run(self._store.write, waiting.work)
        except BaseException as error:  # noqa: BLE001 - the caller's, who waits in another thread
            return _Done(waiting.future, error=error)
        return _Done(waiting.future, result)

    def _together(self, batch: Sequence[_Waiting]) -> tuple[list[_Done], Sequence[_Waiting]]:
        """What is done, and what is still to be done, each alone."""
        done: list[_Done] = []
        failed: list[_Waiting] = []
        has_begun = False
        try:
            with self._store.transaction() as tx:
                has_begun = True
                for each in batch:
                    if result := self._try(each, tx):
                        done.append(result)
                    else:
                        failed.append(each)
                    if tx.is_lost:  # with all that was done before in it
                        raise StoreUnavailable("The database took the transaction back.")
                    tx.forget()
        except BaseException as error:  # noqa: BLE001 - whose it is shows when each is done alone
            if has_begun:
                return [], batch
            # Nobody's: the database is locked or away, and each would wait as long for it again.
            return [_Done(each.future, error=error) for each in batch], ()
        return done, failed


def _done_in(waiting: _Waiting, tx: Transaction) -> _Done:
    return _Done(waiting.future, waiting.context.run(waiting.work, tx))


def _tried(waiting: _Waiting, tx: Transaction) -> _Done | None:
    """None when it failed, and nothing of it is left."""
    try:
        with tx.savepoint():
            return _done_in(waiting, tx)
    except Exception:  # noqa: BLE001 - it is done anew, alone, and may tell more then
        return None
