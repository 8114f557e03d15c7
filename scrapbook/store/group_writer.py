"""Group commit: write what arrives at the same time in one transaction, in a thread of its own.

Each commit waits for the disk, and on SQLite all other writes wait for it.
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

MAX_BATCH = 64
"""Writes in one transaction, by default: the more there are, the longer the first of them waits."""


class GroupWriter:
    """Runs the writes of event loops, in threads of its own.

    When one write of a transaction fails, the transaction is rolled back, and each write is run again in a
    transaction of its own, so that one failure affects no other write. So a write may run twice, even after
    its commit, if the connection breaks at that moment. It must have no effects outside the database, and
    must recognise what it wrote before.
    """

    def __init__(
        self, store: Store, writers: int = 1, *, max_batch: int = MAX_BATCH, savepoint_each: bool = False
    ) -> None:
        """Start the threads.

        Args:
            writers: how many threads; more than one help on PostgreSQL only.
            max_batch: how many writes share a transaction at most.
            savepoint_each: run each write in a savepoint, so that a failed one does not roll the others back;
                it is run again after them. Choose it where a write takes long.
        """
        self._next_writer = count()
        self._stopping = False
        self._stop_lock = threading.Lock()
        self._writers = [
            _Writer(store, max_batch, savepoint_each=savepoint_each, name=f"writer-{index}")
            for index in range(writers)
        ]

    def write(self, work: Callable[[Transaction], T], key: int | None = None) -> asyncio.Future[T]:
        """Return a future of what ``work`` returns, resolved once its writes are committed.

        Call it in an event loop; the caller's context variables are set in ``work``. Writes with the same
        key run in the order of the calls. A future that is cancelled before its write begins cancels the
        write; later, it does not.

        Raises:
            StoreUnavailable: ``stop`` was called. The future raises what ``work`` or the commit raises.
        """
        awaited: Future[T] = Future()
        with self._stop_lock:
            if self._stopping:
                raise StoreUnavailable("The process is stopping.")
            writer = next(self._next_writer) if key is None else key
            waiting = _Waiting(work, key or 0, awaited, copy_context())
            self._writers[writer % len(self._writers)].put(waiting)
        return asyncio.wrap_future(awaited)

    def stop(self) -> None:
        """Finish what waits, and end the threads. An event loop resolves its futures when it runs next."""
        with self._stop_lock:
            self._stopping = True
            for writer in self._writers:
                writer.put(None)
        for writer in self._writers:
            writer.join()


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A write that waits for its transaction."""

    work: Callable[[Transaction], Any]
    key: int
    future: Future[Any]
    context: Context


@dataclass(frozen=True, slots=True)
class _Done:
    """A write that has run, with its result or its error."""

    future: Future[Any]
    result: Any = None
    error: BaseException | None = None

    def resolve(self) -> None:
        """Resolve the future."""
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


class _Writer:
    """One thread and its queue."""

    def __init__(self, store: Store, max_batch: int, *, savepoint_each: bool, name: str) -> None:
        self._store = store
        self._most = max_batch
        self._run_one = _run_in_savepoint if savepoint_each else _run
        # None stops the thread.
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        # A daemon, because a write that nobody was answered for need not delay the end of the process.
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, waiting: _Waiting | None) -> None:
        self._queue.put(waiting)

    def join(self) -> None:
        self._thread.join()

    def _run(self) -> None:
        is_running = True
        while is_running:
            batch, is_running = self._next()
            for done in self._write([each for each in batch if each.future.set_running_or_notify_cancel()]):
                done.resolve()

    def _next(self) -> tuple[list[_Waiting], bool]:
        """Wait for a write. Returns what waits then, and whether more may come."""
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

    def _write(self, batch: Sequence[_Waiting]) -> list[_Done]:
        if len(batch) > 1:
            # Sorted, so that no two processes lock the same people in different orders.
            in_order = sorted(batch, key=lambda waiting: waiting.key)
            done, left = self._write_together(in_order)
            return done + [self._write_alone(each) for each in left]
        return [self._write_alone(each) for each in batch]

    def _write_alone(self, waiting: _Waiting) -> _Done:
        try:
            result = waiting.context.run(self._store.write, waiting.work)
        except BaseException as error:  # noqa: BLE001 - raised in the thread of the caller
            return _Done(waiting.future, error=error)
        return _Done(waiting.future, result)

    def _write_together(self, batch: Sequence[_Waiting]) -> tuple[list[_Done], Sequence[_Waiting]]:
        """Run the batch in one transaction. Returns what is done, and what must be run again, each alone."""
        done: list[_Done] = []
        failed: list[_Waiting] = []
        has_begun = False
        try:
            with self._store.transaction() as tx:
                has_begun = True
                for each in batch:
                    if result := self._run_one(each, tx):
                        done.append(result)
                    else:
                        failed.append(each)
                    if tx.is_rolled_back:  # with everything that was written in it
                        raise StoreUnavailable("The database rolled the transaction back.")
                    tx.forget()
        except BaseException as error:  # noqa: BLE001 - the failing write raises it again when it runs alone
            if has_begun:
                return [], batch
            # The database is locked or away: each alone would wait as long for it again.
            return [_Done(each.future, error=error) for each in batch], ()
        return done, failed


def _run(waiting: _Waiting, tx: Transaction) -> _Done:
    return _Done(waiting.future, waiting.context.run(waiting.work, tx))


def _run_in_savepoint(waiting: _Waiting, tx: Transaction) -> _Done | None:
    """Return the result; None where the write failed and was rolled back."""
    try:
        with tx.savepoint():
            return _run(waiting, tx)
    except Exception:  # noqa: BLE001 - it is run again, alone, which raises it
        return None
