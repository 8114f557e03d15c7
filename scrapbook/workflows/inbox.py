"""The inbox: answers messages, one person's in order and different people's side by side.

A message leaves the inbox in the transaction that records its replies. When a process is killed before that,
the message is answered again; the action finds the result of its turn by the message's id, and acts once.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, TypeVar

import structlog

from scrapbook.assistant.client import Assistant
from scrapbook.core.forgetting import ERASED
from scrapbook.core.reactions import is_reaction, may_be_reaction
from scrapbook.core.turn_context import TurnContext
from scrapbook.core.unparsed_saving import save_unparsed
from scrapbook.core.wording import render, sentence
from scrapbook.errors import AssistantFailed, LeaseLost, StoreError
from scrapbook.model.records import MessageState
from scrapbook.net.rate_limiter import RateLimiter
from scrapbook.observability import metrics
from scrapbook.observability.reporting import bind_context, report_error
from scrapbook.store import (
    GroupWriter,
    MessageStatus,
    Outgoing,
    Store,
    Transaction,
    TurnResult,
    WaitingMessage,
)
from scrapbook.text.display import displayable
from scrapbook.text.segments import segment_count, split
from scrapbook.workflows.memos import (
    MEMO_SENTENCES,
    MemoResult,
    MemoSteps,
    describe_duration,
    duration_of,
)
from scrapbook.workflows.outbox import Outbox
from scrapbook.workflows.reply_parts import ReplyPart, reply_parts
from scrapbook.workflows.retry import TURN, Retrier, retry

MAX_CONCURRENT_TURNS = 32
"""Turns that may run at the same time; each person has one at most."""

PAUSE_BETWEEN_PARTS = 0.01
"""Seconds between two parts of an erasure, in which others write."""

NO_REPLY = "the assistant gave no reply"
BROKE_OFF = "answering it ended with an error"

log = structlog.get_logger(__name__)

T = TypeVar("T")


class LongWork(Protocol):
    """Queues work that takes longer than an answer. Every call may block, and may be repeated."""

    def download_media(self, message_id: str, person_id: int, attempt: int, *, is_memo: bool) -> None:
        """Queue the download of what came with a message."""
        ...

    def preview_links(self, message_id: str, person_id: int, attempt: int) -> None:
        """Queue the previews of the pages behind the links of a message."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a message.

    Attributes:
        text: the reply; None for no reply.
        problem: why the message counts as failed; empty when it does not.
        ends: whether the message is finished with it.
    """

    text: str | None
    problem: str = ""
    ends: bool = True


@dataclass(frozen=True, slots=True)
class Recorded:
    """The result of recording an answer.

    Attributes:
        status: of the message before that.
        replies: those recorded; where an earlier attempt had recorded them, all that wait for the person.
        next: the person's next message.
        is_part: whether nothing is recorded yet, because a part of what a person had erased goes first.
        is_left: whether the message stays in the inbox until the long work that follows is queued.
    """

    status: MessageStatus
    replies: tuple[Outgoing, ...]
    next: WaitingMessage | None
    is_part: bool = False
    is_left: bool = False


class Inbox:
    """Answers messages, in one event loop; only ``put`` may be called from other threads.

    Args:
        worker: the name under which this process holds its leases.
        after: what is called once a message was answered with that response.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what answering works with
        self,
        store: Store,
        writer: GroupWriter,
        assistant: Assistant,
        outbox: Outbox,
        memos: MemoSteps,
        long_work: LongWork,
        retrier: Retrier,
        worker: str,
        pace: RateLimiter[int] | None = None,
        after: Mapping[str, Callable[[], None]] | None = None,
    ) -> None:
        self._store = store
        self._writer = writer
        self._assistant = assistant
        self._outbox = outbox
        self._memos = memos
        self._long_work = long_work
        self._retrier = retrier
        self._worker = worker
        self._pace = pace or RateLimiter[int]()
        self._after = after or {}
        self._places = asyncio.Semaphore(MAX_CONCURRENT_TURNS)
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._woken: set[int] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._finished: Callable[[], None] = lambda: None

    def on_finished(self, call: Callable[[], None]) -> None:
        """Have ``call`` called, in the event loop, whenever a message is answered."""
        self._finished = call

    def is_busy(self, person_id: int) -> bool:
        return person_id in self._tasks or self._outbox.is_busy(person_id)

    def is_answering(self, person_id: int) -> bool:
        return person_id in self._tasks

    def is_sending(self, outbound_id: int) -> bool:
        return self._outbox.knows(outbound_id)

    def wake(self, person_id: int, waiting: WaitingMessage | None = None) -> None:
        """Answer the person's messages.

        Args:
            waiting: the first of them, if the caller knows it.
        """
        if person_id in self._tasks:
            self._woken.add(person_id)
        else:
            # In a new context: what is logged here does not belong to the caller's message.
            work = self._answer_all(person_id, waiting)
            self._tasks[person_id] = asyncio.create_task(work, context=Context())

    async def resume(self, person_id: int) -> None:
        """Continue what another process left or inserted for a person whose lease this one holds."""
        unsent = await self._writer.write(lambda tx: self._unsent(tx, person_id), key=person_id)
        for reply in unsent:
            self._outbox.add(reply, is_begun=False)
        self.wake(person_id)

    def put(self, person_id: int, message_id: str, attempt: int, memo_result: str) -> None:
        """Insert a message behind everything else of its sender's. Blocks until that is on the disk.

        For threads other than that of the event loop.
        """

        def put(tx: Transaction) -> str:
            worker = tx.leases.claim(person_id, self._worker)
            tx.inbox.put(person_id, message_id, attempt, memo_result)
            return worker

        worker = self._retrier(lambda: self._store.write(put))
        loop = self._loop
        if worker == self._worker and loop is not None:
            # The loop may be closing; then the message is answered after the next start.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self.wake, person_id)

    def start(self) -> None:
        """To be called in the event loop."""
        self._loop = asyncio.get_running_loop()

    async def stop(self) -> None:
        """Cancel every turn; each runs again after the next start."""
        self._loop = None
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _unsent(self, tx: Transaction, person_id: int) -> list[Outgoing]:
        tx.leases.lock_own(person_id, self._worker)
        tx.outbox.release(person_id)  # the notice that they are held may still be missing
        unsent = tx.outbox.of_person(person_id)
        if not unsent:
            tx.leases.release(person_id, self._worker)
        return unsent

    # One person's messages

    async def _answer_all(self, person_id: int, waiting: WaitingMessage | None) -> None:
        try:
            waiting = waiting or await self._next(person_id)
            while waiting or person_id in self._woken:
                self._woken.discard(person_id)
                waiting = await self._answer(waiting) if waiting else await self._next(person_id)
        except LeaseLost:
            log.warning("lease_lost", person_id=person_id)
        except Exception as error:  # noqa: BLE001 - it stays in the inbox, and is answered later
            report_error(error, step="answer")
        finally:
            self._woken.discard(person_id)
            del self._tasks[person_id]

    async def _next(self, person_id: int) -> WaitingMessage | None:
        return await self._write(person_id, lambda tx: tx.inbox.next(person_id))

    async def _answer(self, waiting: WaitingMessage) -> WaitingMessage | None:
        """Answer one message. Returns the person's next."""
        with bind_context(waiting.message_id, "answer", waiting.person_id):
            try:
                return await self._answer_reported(waiting)
            except LeaseLost:
                raise
            except Exception as error:  # noqa: BLE001 - it counts as failed; the next one is not delayed
                report_error(error, message_id=waiting.message_id, step="answer")
                answer = Answer(None, BROKE_OFF)
                recorded = await self._finished_in_parts(waiting, answer)
                self._send(recorded)  # what was recorded before the error
                return recorded.next

    async def _answer_reported(self, waiting: WaitingMessage) -> WaitingMessage | None:
        took = {"waited": _milliseconds_since(waiting.received_at)}
        may_follow = False
        if await self._begin_memos(waiting) or await self._is_reaction(waiting):
            answer = Answer(None)
        else:
            began = time.monotonic()
            answer = await self._understand(waiting)
            took["understand"] = round((time.monotonic() - began) * 1000)
            may_follow = waiting.memo_result is None and not waiting.is_memo
        began = time.monotonic()
        recorded = await self._finished_in_parts(waiting, answer, may_follow=may_follow)
        took["reply"] = round((time.monotonic() - began) * 1000)
        self._send(recorded)
        self._finished()
        if answer.ends:
            _log_finished(waiting, recorded.status, answer, took)
            if then := self._after.get(recorded.status.response or ""):
                then()
        return await self._followed_up(waiting, recorded.status) if recorded.is_left else recorded.next

    def _send(self, recorded: Recorded) -> None:
        """Hand the replies over to the outbox. Should it fail, ``LeaseManager`` finds them."""
        for reply in recorded.replies:
            self._outbox.add(reply, is_begun=reply.state == "sending" and not recorded.status.is_answered)

    # Understanding

    async def _understand(self, waiting: WaitingMessage) -> Answer:
        """Return the answer."""
        if waiting.memo_result is None:
            await self._keep_pace(waiting)
        elif (seconds := duration_of(waiting.memo_result)) is not None:
            return await self._acknowledge(waiting, seconds)
        elif waiting.memo_result != MemoResult.COMMAND:
            return await self._answer_memo(waiting, MemoResult(waiting.memo_result))
        message_id, person_id = waiting.message_id, waiting.person_id
        context = await self._evidence(waiting, lambda tx: TurnContext.of(tx, message_id), TurnContext())
        if context.is_too_late:
            return Answer(sentence("utter_question_closed"))
        return await self._ask(
            waiting, lambda: self._assistant.answer(waiting.body, person_id, message_id, context.to_json())
        )

    async def _is_reaction(self, waiting: WaitingMessage) -> bool:
        """Return whether the text is a reaction: it gets no entry and no reply."""
        if waiting.has_media or waiting.is_memo or not may_be_reaction(waiting.body):
            return False
        return await self._evidence(waiting, lambda tx: is_reaction(tx, waiting.message_id), False)

    async def _acknowledge(self, waiting: WaitingMessage, seconds: float) -> Answer:
        """Return the receipt of a long memo; no reply where the memo is transcribed by now."""
        if await self._write(waiting.person_id, lambda tx: tx.inbox.is_followed(waiting)):
            return Answer(None, ends=False)
        return Answer(sentence("utter_memo_received", memo=describe_duration(seconds)), ends=False)

    async def _answer_memo(self, waiting: WaitingMessage, result: MemoResult) -> Answer:
        """Return what is to be said of a memo that is no command."""
        number = await retry(lambda: asyncio.to_thread(self._memos.number, waiting.message_id))
        if number is None and result != MemoResult.SPEECH:
            return Answer(None, result.problem)  # the entry is gone
        if result != MemoResult.SPEECH:
            return Answer(sentence(MEMO_SENTENCES[result], number=str(number)), result.problem)
        message_id, person_id = waiting.message_id, waiting.person_id
        return await self._ask(waiting, lambda: self._assistant.act(result, {}, person_id, message_id))

    async def _ask(self, waiting: WaitingMessage, turn: Callable[[], Awaitable[str]]) -> Answer:
        """Return the assistant's reply. If it failed for good, report that, and answer without it."""

        async def ask() -> str:
            async with self._places:
                return await turn()

        try:
            with metrics.timing(metrics.turn_seconds.observe):
                return Answer(await retry(ask, TURN))
        except Exception as error:  # noqa: BLE001 - the person is notified, and may go on
            report_error(error, message_id=waiting.message_id, step="understand")
            is_command = isinstance(error, AssistantFailed) and error.is_command
        return await self._answer_without_assistant(waiting, is_command=is_command)

    async def _answer_without_assistant(self, waiting: WaitingMessage, *, is_command: bool) -> Answer:
        """Save a message that is no command just as it came, and return the receipt; else the apology.

        A memo is always saved: it may have been misheard. If the turn has taken effect, only its reply was
        lost, and is given here.
        """

        def save(tx: Transaction) -> TurnResult | None:
            tx.leases.lock_own(waiting.person_id, self._worker)
            if is_command and not waiting.is_memo:
                return tx.turn_results.of(waiting.message_id)
            return save_unparsed(tx, waiting.message_id)

        try:
            result = await self._write_after_another(waiting.person_id, save)
        except LeaseLost:
            raise
        except Exception as error:  # noqa: BLE001 - the message stays, to be retried
            report_error(error, message_id=waiting.message_id, step="save_unparsed")
            result = None
        if result is None:
            return Answer(sentence("utter_apology"), NO_REPLY)
        log.warning("answered_without_assistant", message_id=waiting.message_id, response=result.response)
        return Answer(render(result))

    async def _keep_pace(self, waiting: WaitingMessage) -> None:
        """Wait if the person texts faster than the limit; their next messages wait behind this one."""
        if seconds := self._pace.delay(waiting.person_id):
            log.info("paced", message_id=waiting.message_id, seconds=round(seconds, 1))
            await asyncio.sleep(seconds)

    # Recording

    async def _finished_in_parts(
        self, waiting: WaitingMessage, answer: Answer, *, may_follow: bool = False
    ) -> Recorded:
        """Record the answer; where everything of a person is erased, after all parts of that but the last."""

        def finish(tx: Transaction) -> Recorded:
            return self._finish(tx, waiting, answer, may_follow=may_follow)

        while (recorded := await self._write(waiting.person_id, finish)).is_part:
            await asyncio.sleep(PAUSE_BETWEEN_PARTS)
        return recorded

    def _finish(
        self, tx: Transaction, waiting: WaitingMessage, answer: Answer, *, may_follow: bool = False
    ) -> Recorded:
        """Record the replies and remove the message from the inbox, unless long work is to follow."""
        tx.leases.lock_own(waiting.person_id, self._worker)
        status = tx.inbox.status(waiting)
        leave = may_follow and (waiting.has_media or status.has_links)
        replies: tuple[Outgoing, ...] = ()
        if status.is_answered:  # by an attempt that was interrupted: its replies may still wait
            replies = tuple(tx.outbox.of_person(waiting.person_id))
        elif status.response == ERASED and tx.erasures.erase_part(waiting.person_id, waiting.message_id):
            return Recorded(status, (), None, is_part=True)
        elif answer.ends or status.state == "received":
            replies = self._record(tx, waiting, status, answer)
            if status.response == ERASED:
                tx.erasures.erase(waiting.person_id, waiting.message_id)
        if not leave:
            tx.inbox.remove(waiting.id)
        next_ = tx.inbox.next(waiting.person_id)
        if next_ is None and not replies and not leave:
            tx.leases.release(waiting.person_id, self._worker)
        return Recorded(status, replies, next_, is_left=leave)

    def _record(
        self, tx: Transaction, waiting: WaitingMessage, status: MessageStatus, answer: Answer
    ) -> tuple[Outgoing, ...]:
        if answer.ends and (status.state == "received" or not status.is_answered_later):
            tx.messages.set_state(waiting.message_id, _state(answer.problem), answer.problem or None)
        if not answer.text:
            return ()
        parts = self._parts(tx, waiting, displayable(answer.text), status.media_keys)
        is_next = self._outbox.sends_at_once(waiting.from_) and not status.is_opted_out
        replies = tx.outbound_messages.record_reply(
            waiting.person_id,
            waiting.message_id,
            waiting.to,
            waiting.from_,
            [part.body for part in parts],
            [segment_count(part.body) for part in parts],
            datetime.now(UTC),
            waiting.attempt,
            [part.media_key for part in parts],
            "sending" if is_next and not status.is_held else "recorded",
        )
        return tuple(Outgoing.of(reply, waiting.received_at) for reply in replies)

    def _parts(
        self, tx: Transaction, waiting: WaitingMessage, text: str, media_keys: Sequence[str]
    ) -> list[ReplyPart]:
        if not media_keys:
            return [ReplyPart(body) for body in split(text)]
        files = (tx.files.of_key(key) for key in media_keys)
        stored = [file for file in files if file is not None]
        return reply_parts(text, stored, self._outbox.file_limits(waiting.from_))

    def _remove(self, tx: Transaction, waiting: WaitingMessage, problem: str) -> WaitingMessage | None:
        tx.leases.lock_own(waiting.person_id, self._worker)
        if problem:
            tx.messages.set_state(waiting.message_id, "failed", problem)
        tx.inbox.remove(waiting.id)
        next_ = tx.inbox.next(waiting.person_id)
        if next_ is None:
            tx.leases.release(waiting.person_id, self._worker)
        return next_

    # Long work that follows

    async def _begin_memos(self, waiting: WaitingMessage) -> bool:
        """Make a message of each recording, and queue its download. Returns whether there are any."""
        if not waiting.has_media or waiting.memo_result is not None or waiting.is_memo:
            return False
        message_ids = await asyncio.to_thread(self._memos.create_messages, waiting.message_id)
        for message_id in message_ids:
            await asyncio.to_thread(
                self._long_work.download_media, message_id, waiting.person_id, 0, is_memo=True
            )
        return bool(message_ids)

    async def _followed_up(self, waiting: WaitingMessage, status: MessageStatus) -> WaitingMessage | None:
        """Queue the long work, then remove the message from the inbox. Returns the person's next one."""
        problem = ""
        try:
            await asyncio.to_thread(self._follow_up, waiting, status)
        except Exception as error:  # noqa: BLE001 - it counts as failed, though it is answered
            report_error(error, message_id=waiting.message_id, step="follow_up")
            problem = BROKE_OFF
        return await self._write(waiting.person_id, lambda tx: self._remove(tx, waiting, problem))

    def _follow_up(self, waiting: WaitingMessage, status: MessageStatus) -> None:
        if waiting.has_media:
            self._long_work.download_media(
                waiting.message_id, waiting.person_id, waiting.attempt + 1, is_memo=False
            )
        if status.has_links:
            self._long_work.preview_links(waiting.message_id, waiting.person_id, waiting.attempt)

    async def _evidence(self, waiting: WaitingMessage, read: Callable[[Transaction], T], unknown: T) -> T:
        """Return what is read of a message before it is understood; ``unknown`` if reading fails for good."""
        try:
            return await retry(lambda: asyncio.to_thread(self._store.read, read))
        except Exception as error:
            log.warning("evidence_not_read", exc_info=error, message_id=waiting.message_id)
            return unknown

    async def _write(self, person_id: int, work: Callable[[Transaction], T]) -> T:
        return await retry(lambda: self._writer.write(work, key=person_id))

    async def _write_after_another(self, person_id: int, work: Callable[[Transaction], T]) -> T:
        """Write beside a turn that may still be running: if that one commits first, write a second time."""
        try:
            return await self._write(person_id, work)
        except LeaseLost:
            raise
        except StoreError:
            return await self._write(person_id, work)


def _state(problem: str) -> MessageState:
    return "failed" if problem else "answered"


def _milliseconds_since(moment: datetime) -> int:
    return round((datetime.now(UTC) - moment).total_seconds() * 1000)


def _log_finished(
    waiting: WaitingMessage, status: MessageStatus, answer: Answer, took: dict[str, int]
) -> None:
    milliseconds = _milliseconds_since(waiting.received_at)
    metrics.answer_seconds.observe(milliseconds / 1000)
    log.info(
        "message_finished",
        message_id=waiting.message_id,
        person_id=waiting.person_id,
        state=_state(answer.problem),
        said=status.response or "",
        is_memo=waiting.is_memo,
        **{f"{name}_ms": count for name, count in took.items()},
        finished_ms=milliseconds,
    )
