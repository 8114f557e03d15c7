"""The inbox: answers what has come in, one person's messages in order and different people's side by side.

A message leaves the inbox in the transaction that records its replies. When a process is killed before that,
the message is answered again; what it did to the scrapbook is found by its MessageSid, and happens once.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, TypeVar

import structlog

from scrapbook import metrics
from scrapbook.assistant import Assistant
from scrapbook.errors import AssistantFailed, LeaseLost
from scrapbook.links.previewing import may_bring_links
from scrapbook.memos import RECEIVED, Heard, Memos, described, duration_of
from scrapbook.outbox import Outbox
from scrapbook.pace import Pace
from scrapbook.patience import AfterFailures, Patience, patiently
from scrapbook.reports import about, report
from scrapbook.segments import segment_count, split
from scrapbook.store import GroupWriter, MessageStatus, Outgoing, Store, Transaction, Waiting
from scrapbook.store.records import MessageState

TURNS_AT_ONCE = 32
"""Turns that may be under way at the same time; each person has one at most."""

# A turn that fails with everything up fails for a reason of its own: a few tries, then it stands as failed.
TURN_ATTEMPTS = 6

# The one sentence that cannot come from Rasa, because it is said when Rasa fails.
APOLOGY = "Sorry, something went wrong with that message. I kept it, and it can be tried again."

NO_REPLY = "the assistant gave no reply"
BROKE_OFF = "answering it ended with an error"

log = structlog.get_logger(__name__)

T = TypeVar("T")


class LongWork(Protocol):
    """Takes on what lasts longer than an answer. Every call may block, and may be repeated."""

    def collect(self, sid: str, person_id: int, round_: int, *, is_memo: bool) -> None:
        """Have what came with a message fetched."""
        ...

    def preview(self, sid: str, round_: int) -> None:
        """Have the pages looked at behind the links of a message."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a turn.

    Attributes:
        text: to be said; None where nothing is.
        problem: why the message is not answered as it should be; empty when it is.
        ends: whether the message is finished with it.
    """

    text: str | None
    problem: str = ""
    ends: bool = True


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was written when a message was answered.

    Attributes:
        status: of the message before.
        replies: recorded for it; where that had been done before, all that are to be sent to the person.
        next: the person's next message.
    """

    status: MessageStatus
    replies: tuple[Outgoing, ...]
    next: Waiting | None


class Inbox:
    """Answers messages. For one event loop; only ``put`` may be called from other threads.

    Args:
        worker: the name under which this process holds its leases.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what answering works with
        self,
        store: Store,
        writer: GroupWriter,
        assistant: Assistant,
        outbox: Outbox,
        memos: Memos,
        long_work: LongWork,
        patience: Patience,
        worker: str,
        pace: Pace | None = None,
    ) -> None:
        self._store = store
        self._writer = writer
        self._assistant = assistant
        self._outbox = outbox
        self._memos = memos
        self._long_work = long_work
        self._patience = patience
        self._worker = worker
        self._pace = pace or Pace()
        self._places = asyncio.Semaphore(TURNS_AT_ONCE)
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._woken: set[int] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    def is_busy(self, person_id: int) -> bool:
        return person_id in self._tasks or self._outbox.is_busy(person_id)

    def is_answering(self, person_id: int) -> bool:
        return person_id in self._tasks

    def wake(self, person_id: int, waiting: Waiting | None = None) -> None:
        """Answer what waits for the person, which begins with ``waiting``, as far as that is known."""
        if person_id in self._tasks:
            self._woken.add(person_id)
        else:
            # In a context of its own: what whoever woke it is about is not what it is about.
            work = self._answer_all(person_id, waiting)
            self._tasks[person_id] = asyncio.create_task(work, context=Context())

    async def resume(self, person_id: int) -> None:
        """Take up what another process left, or put in, for a person whose lease this one holds."""
        unsent = await self._writer.write(lambda tx: self._unsent(tx, person_id), key=person_id)
        for reply in unsent:
            self._outbox.add(reply, is_begun=False)
        self.wake(person_id)

    def put(self, person_id: int, message_sid: str, round_: int, heard: str) -> None:
        """Have a message answered behind everything else of its sender's. Blocks until that is on the disk.

        For threads other than that of the event loop.
        """

        def put(tx: Transaction) -> str:
            worker = tx.leases.claim(person_id, self._worker)
            tx.inbox.put(person_id, message_sid, round_, heard)
            return worker

        worker = self._patience(lambda: self._store.write(put))
        loop = self._loop
        if worker == self._worker and loop is not None:
            # It may be closed just now; then the message is taken up after the next start.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self.wake, person_id)

    def start(self) -> None:
        """To be called in the event loop."""
        self._loop = asyncio.get_running_loop()

    async def stop(self) -> None:
        """Cancel every turn; each is run again after the next start."""
        self._loop = None
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _unsent(self, tx: Transaction, person_id: int) -> list[Outgoing]:
        tx.leases.hold(person_id, self._worker)
        tx.outbox.release(person_id)  # it may still be to be told that they are held
        unsent = tx.outbox.of_person(person_id)
        if not unsent:
            tx.leases.release(person_id, self._worker)
        return unsent

    # One person's messages

    async def _answer_all(self, person_id: int, waiting: Waiting | None) -> None:
        try:
            waiting = waiting or await self._next(person_id)
            while waiting or person_id in self._woken:
                self._woken.discard(person_id)
                waiting = await self._answer(waiting) if waiting else await self._next(person_id)
        except LeaseLost:
            log.warning("lease_lost", person_id=person_id)
        except Exception as error:  # noqa: BLE001 - it stays in the inbox, and is taken up again
            report(error, step="answer")
        finally:
            self._woken.discard(person_id)
            del self._tasks[person_id]

    async def _next(self, person_id: int) -> Waiting | None:
        return await self._write(person_id, lambda tx: tx.inbox.next(person_id))

    async def _answer(self, waiting: Waiting) -> Waiting | None:
        """Returns the person's next message."""
        with about(waiting.message_sid, "answer", waiting.person_id):
            try:
                return await self._answer_reported(waiting)
            except LeaseLost:
                raise
            except Exception as error:  # noqa: BLE001 - it stands as failed; the person's next one is not held up
                report(error, message_sid=waiting.message_sid, step="answer")
                answer = Answer(None, BROKE_OFF)
                recorded = await self._write(waiting.person_id, lambda tx: self._finish(tx, waiting, answer))
                return recorded.next

    async def _answer_reported(self, waiting: Waiting) -> Waiting | None:
        took = {"waited": _milliseconds_since(waiting.received_at)}
        follows = False
        if await self._begin_memos(waiting):
            answer = Answer(None)
        else:
            began = time.monotonic()
            answer = await self._understand(waiting)
            took["understand"] = round((time.monotonic() - began) * 1000)
            follows = _is_followed_up(waiting)
        began = time.monotonic()
        recorded = await self._write(
            waiting.person_id, lambda tx: self._finish(tx, waiting, answer, leave=follows)
        )
        took["reply"] = round((time.monotonic() - began) * 1000)
        for reply in recorded.replies:
            self._outbox.add(reply, is_begun=reply.state == "sending" and not recorded.status.is_answered)
        if answer.ends:
            _log_finished(waiting, recorded.status, answer, took)
        return await self._followed_up(waiting) if follows else recorded.next

    # Understanding

    async def _understand(self, waiting: Waiting) -> Answer:
        """What is to be said to it."""
        if waiting.heard is None:
            await self._keep_pace(waiting)
        elif (seconds := duration_of(waiting.heard)) is not None:
            return await self._acknowledge(waiting, seconds)
        elif waiting.heard != Heard.COMMAND:
            return await self._tell_of_memo(waiting, Heard(waiting.heard))
        sid = waiting.message_sid
        text = await self._ask(sid, lambda: self._assistant.answer(waiting.body, waiting.person_id, sid))
        return Answer(text or APOLOGY, "" if text else NO_REPLY)

    async def _acknowledge(self, waiting: Waiting, seconds: float) -> Answer:
        """Nothing where the memo is written down by now: its answer says more."""
        if await self._write(waiting.person_id, lambda tx: tx.inbox.is_followed(waiting)):
            return Answer(None, ends=False)
        text = await self._act(waiting, RECEIVED, {"memo": described(seconds)})
        return Answer(text or None, ends=False)

    async def _tell_of_memo(self, waiting: Waiting, heard: Heard) -> Answer:
        number = await patiently(lambda: asyncio.to_thread(self._memos.number, waiting.message_sid))
        if number is None and heard != Heard.SPEECH:
            return Answer(None, heard.problem)  # the entry is gone
        text = await self._act(waiting, heard, {"number": str(number)})
        return Answer(text or APOLOGY, heard.problem if text else NO_REPLY)

    async def _act(self, waiting: Waiting, intent: str, slots: dict[str, str]) -> str:
        sid, person_id = waiting.message_sid, waiting.person_id
        return await self._ask(sid, lambda: self._assistant.act(intent, slots, person_id, sid))

    async def _ask(self, sid: str, turn: Callable[[], Awaitable[str]]) -> str:
        """The assistant's reply; empty when it failed for good, which is reported."""

        async def ask() -> str:
            async with self._places:
                return await turn()

        try:
            with metrics.timing(metrics.turn_seconds.observe):
                return await patiently(ask, giving_up=AfterFailures(AssistantFailed, TURN_ATTEMPTS))
        except Exception as error:  # noqa: BLE001 - whatever it was, the person is told, and may go on
            report(error, message_sid=sid, step="understand")
            return ""

    async def _keep_pace(self, waiting: Waiting) -> None:
        """Wait where one person texts faster than is worked on; their next messages wait behind this one."""
        if seconds := self._pace.seconds(waiting.person_id):
            log.info("paced", message_sid=waiting.message_sid, seconds=round(seconds, 1))
            await asyncio.sleep(seconds)

    # Recording

    def _finish(self, tx: Transaction, waiting: Waiting, answer: Answer, *, leave: bool = False) -> Recorded:
        """Record the replies and take the message out of the inbox, unless it is to be left there."""
        tx.leases.hold(waiting.person_id, self._worker)
        status = tx.inbox.status(waiting)
        replies: tuple[Outgoing, ...] = ()
        if status.is_answered:  # by an attempt whose end was not heard of: they may still be to be sent
            replies = tuple(tx.outbox.of_person(waiting.person_id))
        elif answer.ends or status.state == "received":
            replies = self._record(tx, waiting, status, answer)
        if not leave:
            tx.inbox.remove(waiting.id)
        next_ = tx.inbox.next(waiting.person_id)
        if next_ is None and not replies and not leave:
            tx.leases.release(waiting.person_id, self._worker)
        return Recorded(status, replies, next_)

    def _record(
        self, tx: Transaction, waiting: Waiting, status: MessageStatus, answer: Answer
    ) -> tuple[Outgoing, ...]:
        if answer.ends and (status.state == "received" or not status.is_answered_later):
            tx.messages.set_state(waiting.message_sid, _state(answer.problem), answer.problem or None)
        if not answer.text:
            return ()
        bodies = split(answer.text)
        is_next = self._outbox.sends_at_once(waiting.from_) and not status.is_opted_out
        replies = tx.replies.record(
            waiting.message_sid,
            waiting.to,
            waiting.from_,
            bodies,
            [segment_count(body) for body in bodies],
            datetime.now(UTC),
            waiting.round,
            status.media_key,
            "sending" if is_next and not status.is_held else "recorded",
        )
        return tuple(Outgoing.of(reply, waiting.person_id, waiting.received_at) for reply in replies)

    def _remove(self, tx: Transaction, waiting: Waiting, problem: str) -> Waiting | None:
        tx.leases.hold(waiting.person_id, self._worker)
        if problem:
            tx.messages.set_state(waiting.message_sid, "failed", problem)
        tx.inbox.remove(waiting.id)
        next_ = tx.inbox.next(waiting.person_id)
        if next_ is None:
            tx.leases.release(waiting.person_id, self._worker)
        return next_

    # What follows, and takes long

    async def _begin_memos(self, waiting: Waiting) -> bool:
        """Whether there are sounds in it: each is a message of its own now, to be fetched."""
        if not waiting.has_media or waiting.heard is not None or waiting.is_memo:
            return False
        sids = await asyncio.to_thread(self._memos.begin, waiting.message_sid)
        for sid in sids:
            await asyncio.to_thread(self._long_work.collect, sid, waiting.person_id, 0, is_memo=True)
        return bool(sids)

    async def _followed_up(self, waiting: Waiting) -> Waiting | None:
        """Begin what takes long, then take the message out of the inbox. Returns the person's next one."""
        problem = ""
        try:
            await asyncio.to_thread(self._follow_up, waiting)
        except Exception as error:  # noqa: BLE001 - it stands as failed, though it is answered
            report(error, message_sid=waiting.message_sid, step="follow_up")
            problem = BROKE_OFF
        return await self._write(waiting.person_id, lambda tx: self._remove(tx, waiting, problem))

    def _follow_up(self, waiting: Waiting) -> None:
        if waiting.has_media:
            self._long_work.collect(waiting.message_sid, waiting.person_id, waiting.round + 1, is_memo=False)
        if may_bring_links(waiting.body):
            self._long_work.preview(waiting.message_sid, waiting.round)

    async def _write(self, person_id: int, work: Callable[[Transaction], T]) -> T:
        return await patiently(lambda: self._writer.write(work, key=person_id))


def _is_followed_up(waiting: Waiting) -> bool:
    if waiting.heard is not None or waiting.is_memo:
        return False
    return waiting.has_media or may_bring_links(waiting.body)


def _state(problem: str) -> MessageState:
    return "failed" if problem else "answered"


def _milliseconds_since(moment: datetime) -> int:
    return round((datetime.now(UTC) - moment).total_seconds() * 1000)


def _log_finished(waiting: Waiting, status: MessageStatus, answer: Answer, took: dict[str, int]) -> None:
    milliseconds = _milliseconds_since(waiting.received_at)
    metrics.answer_seconds.observe(milliseconds / 1000)
    log.info(
        "message_finished",
        message_sid=waiting.message_sid,
        person_id=waiting.person_id,
        state=_state(answer.problem),
        said=status.response or "",
        is_memo=waiting.is_memo,
        **{f"{name}_ms": count for name, count in took.items()},
        finished_ms=milliseconds,
    )
