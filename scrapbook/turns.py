"""A turn: a message written down, understood and answered, and its replies recorded."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import structlog

from scrapbook import metrics
from scrapbook.assistant import Assistant
from scrapbook.errors import AssistantFailed, ScrapbookError
from scrapbook.pace import Pace
from scrapbook.patience import AfterFailures, Patience, Stopping
from scrapbook.reports import report
from scrapbook.segments import segment_count, split
from scrapbook.store import Message, Outcome, Store, Transaction
from scrapbook.store.records import MessageState
from scrapbook.twilio.incoming import Incoming

# A turn that fails with everything up fails for a reason of its own: a few tries, then the inbox.
TURN_ATTEMPTS = 6

# The one sentence that cannot come from Rasa, because it is said when Rasa fails.
APOLOGY = "Sorry, something went wrong with that message. I kept it, and it can be tried again."

log = structlog.get_logger(__name__)


class Turns:
    """The steps of a turn."""

    def __init__(
        self, store: Store, assistant: Assistant, patience: Patience, pace: Pace | None = None
    ) -> None:
        self._store = store
        self._assistant = assistant
        self._patiently = patience
        self._pace = pace or Pace()

    def number(self, person_id: int) -> int:
        """Of what has just arrived, in the order in which the person's messages are to be answered."""
        with self._store.transaction() as tx:
            return tx.people.count_arrival(person_id)

    def keep(self, message: Incoming, person_id: int, round_: int) -> list[int] | None:
        """Write the message down. None when it is to be answered in this round; when that has been done, the
        ids of the replies.

        Waits where one person texts faster than is worked on; their next messages wait behind this one.
        """

        def record() -> list[int] | None:
            with self._store.transaction() as tx:
                kept = tx.messages.record(
                    sid=message.message_sid,
                    person_id=person_id,
                    from_=message.from_,
                    to=message.to,
                    body=message.text,
                    media=message.media,
                    received_at=message.received_at,
                    replied_to=message.original_replied_sid or None,
                )
                if _is_to_be_answered(tx, kept, round_):
                    return None
                return [reply.id for reply in tx.replies.of_message(kept.sid) if reply.round == round_]

        replies = self._patiently(record)
        if replies is None and (seconds := self._pace.seconds(person_id)):
            log.info("paced", message_sid=message.message_sid, seconds=round(seconds, 1))
            self._patiently.wait(seconds)
        return replies

    def understand(self, sid: str, text: str, person_id: int) -> str:
        """The assistant's reply; empty when it failed for good, which is then on record."""
        return self._ask(sid, lambda: self._assistant.answer(text, person_id, sid))

    def act(self, sid: str, intent: str, slots: Mapping[str, str]) -> str:
        """The reply to an intent of the house's own; empty as in ``understand``."""

        def ask() -> str:
            return self._assistant.act(intent, slots, self._message(sid).person_id, sid)

        return self._ask(sid, ask)

    def record_replies(self, sid: str, text: str, round_: int) -> list[int]:
        """The ids of the replies that carry the text, the file that the turn came to with the first."""

        def record() -> list[int]:
            with self._store.transaction() as tx:
                return _record(tx, tx.messages.get(sid), tx.outcomes.of(sid), text, round_)

        return self._patiently(record)

    def reply(self, sid: str, text: str, round_: int, problem: str, took: Mapping[str, int]) -> list[int]:
        """Ends a message's way with replies: ``record_replies`` and ``finish``, both or none of it."""

        def record() -> tuple[Message, Outcome | None, list[int]]:
            with self._store.transaction() as tx:
                message, outcome = tx.messages.get(sid), tx.outcomes.of(sid)
                is_first = message.state == "received" or tx.replies.next_round(sid) <= round_
                replies = _record(tx, message, outcome, text, round_)
                if is_first:  # else what stands is what the replies say
                    tx.messages.set_state(sid, _state(problem), problem or None)
                return message, outcome, replies

        message, outcome, replies = self._patiently(record)
        _tell(message, outcome, problem, took)
        return replies

    def recipient(self, sid: str) -> str:
        """The address that the replies go to."""
        return self._patiently(lambda: self._message(sid).from_)

    def sender(self, sid: str) -> int | None:
        """Whose message it is; None where that cannot be told now."""
        try:
            return self._message(sid).person_id
        except ScrapbookError:
            return None

    def finish(self, sid: str, problem: str, took: Mapping[str, int]) -> None:
        """Ends a message's way without a reply, with a line in the log.

        Args:
            problem: why it is not answered as it should be; empty when it is.
            took: milliseconds of its steps, by their names; for the log.
        """

        def finish() -> tuple[Message, Outcome | None]:
            with self._store.transaction() as tx:
                tx.messages.set_state(sid, _state(problem), problem or None)
                return tx.messages.get(sid), tx.outcomes.of(sid)

        _tell(*self._patiently(finish), problem, took)

    def _ask(self, sid: str, ask: Callable[[], str]) -> str:
        try:
            with metrics.timing(metrics.turn_seconds.observe):
                return self._patiently(ask, giving_up=AfterFailures(AssistantFailed, TURN_ATTEMPTS))
        except Exception as error:
            if self._patiently.is_over:  # what it failed for is that everything is being closed
                raise Stopping from error
            report(error, message_sid=sid, step="understand")
            return ""

    def _message(self, sid: str) -> Message:
        with self._store.transaction(read_only=True) as tx:
            return tx.messages.get(sid)


def _is_to_be_answered(tx: Transaction, kept: Message, round_: int) -> bool:
    if kept.state == "failed":
        return tx.replies.next_round(kept.sid) <= round_
    return kept.state == "received"


def _record(tx: Transaction, message: Message, outcome: Outcome | None, text: str, round_: int) -> list[int]:
    bodies = split(text)
    replies = tx.replies.record(
        message.sid,
        from_=message.to,
        to=message.from_,
        bodies=bodies,
        segments=[segment_count(body) for body in bodies],
        at=datetime.now(UTC),
        round_=round_,
        media_key=outcome.arguments.get("media_key") if outcome else None,
    )
    return [reply.id for reply in replies]


def _state(problem: str) -> MessageState:
    return "failed" if problem else "answered"


def _tell(message: Message, outcome: Outcome | None, problem: str, took: Mapping[str, int]) -> None:
    seconds = (datetime.now(UTC) - message.received_at).total_seconds()
    metrics.answer_seconds.observe(seconds)
    log.info(
        "message_finished",
        message_sid=message.sid,
        person_id=message.person_id,
        state=_state(problem),
        said=outcome.response if outcome else "",
        is_memo=message.is_memo,
        **{f"{name}_ms": milliseconds for name, milliseconds in took.items()},
        finished_ms=round(seconds * 1000),
    )
