"""One turn between Rasa and the scrapbook: arguments in, one reply out, all or nothing and only once."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, ClassVar, cast

import structlog
from rasa_sdk import Action, Tracker  # pyright: ignore[reportMissingTypeStubs]
from rasa_sdk.executor import CollectingDispatcher  # pyright: ignore[reportMissingTypeStubs]

from actions.confirming import ask_first
from actions.memos import heard
from actions.receipts import keep
from actions.replies import reply
from actions.turn import Slots, Turn
from scrapbook.assistant import FAILED
from scrapbook.book import Book
from scrapbook.book.replying import entry_answered
from scrapbook.errors import StoreError
from scrapbook.reports import about
from scrapbook.sentry.client import described
from scrapbook.settings import Settings
from scrapbook.store import GroupWriter, JsonValue, Outcome, Store, Transaction

log = structlog.get_logger(__name__)


@cache
def store() -> Store:
    """Opened at the first turn, for as long as the process lives."""
    return Store.open(Settings.load().database_url)


MOST_TOGETHER = 16
"""Turns in one transaction: the first of them is answered when the last is done."""


@cache
def _writer(store: Store) -> GroupWriter:
    """Where one transaction waits for another, turns that come in meanwhile share the next one."""
    return GroupWriter(store, most=MOST_TOGETHER, savepoint_each=True)


def close() -> None:
    """Ends what the turns have opened, once those that wait are written."""
    if store.cache_info().currsize:
        if not store().writes_side_by_side:
            _writer(store()).stop()
        store().close()
    _writer.cache_clear()
    store.cache_clear()


@dataclass(frozen=True, slots=True)
class Call:
    """What Rasa sends: which message it is about, and the slots."""

    message_sid: str
    slots: Slots

    @classmethod
    def of(cls, tracker: Tracker) -> "Call":
        """KeyError when the message did not come with its sid."""
        message = cast("Mapping[str, Any]", tracker.latest_message)
        slots = cast("Mapping[str, JsonValue]", tracker.slots)
        entities = cast("list[Mapping[str, JsonValue]]", message.get("entities") or [])
        # A text slot keeps the last of several notes only.
        notes: list[JsonValue] = [found["value"] for found in entities if found.get("entity") == "note"]
        sid = str(message["metadata"]["message_sid"])
        also: dict[str, JsonValue] = {
            "notes": notes or slots.get("note"),
            "only_understood": message.get("only_understood") is True,
            "entry_as_written": _as_written("entry", message.get("text") or "", entities),
        }
        return cls(sid, Slots({**slots, **also}))


@dataclass(frozen=True, slots=True)
class _Done:
    """``is_new``: the turn was not run before."""

    outcome: Outcome
    is_new: bool


class BookAction(Action, ABC):
    """Does one thing to a person's scrapbook, in one transaction with the record of its outcome.

    A turn that is run again finds the outcome, does nothing and says the same. When anything unexpected is
    raised, nothing is written; in place of a reply goes what failed, for the way of the message to try again
    and to report if that does not help. Raised to Rasa, it would quote the request, and with it the person's
    text, in its log.
    """

    called: ClassVar[str]
    takes_media: ClassVar[bool] = False
    """Whether it keeps what comes with a text; that is saved as a thought, caption and all, where not."""
    changes: ClassVar[bool] = False
    """Whether it changes or removes something: that is asked about first where it is not a plain command."""

    def asks_first(self, turn: Turn) -> bool:
        """Whether it asks before it changes anything."""
        return self.changes and turn.slots.flag("only_understood")

    def name(self) -> str:
        return self.called

    @abstractmethod
    def answer(self, turn: Turn) -> Outcome:
        """What is said; has no effects outside ``turn.book``."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        del domain
        sid = ""
        try:
            call = Call.of(tracker)
            sid = call.message_sid
            with about(sid, self.called):
                outcome = _presentable(await self._answer_once(call))
        except Exception as error:
            log.error("action_failed", exc_info=error, action=self.called, message_sid=sid)
            dispatcher.utter_message(json_message={FAILED: described(error)})
            return []
        arguments: dict[str, Any] = dict(outcome.arguments)
        dispatcher.utter_message(response=outcome.response, **arguments)
        return []

    async def _answer_once(self, call: Call) -> Outcome:
        try:
            done = await self._done(call)
        except StoreError:
            # Another try at the same turn, begun before this one, may have been faster.
            if said := await asyncio.to_thread(store().read, lambda tx: tx.outcomes.of(call.message_sid)):
                return said
            raise
        if done.is_new:
            log.info(
                "answered", action=self.called, message_sid=call.message_sid, response=done.outcome.response
            )
        return done.outcome

    async def _done(self, call: Call) -> _Done:
        answer = partial(self._answer_in, call)
        if store().writes_side_by_side:
            return await asyncio.to_thread(store().write, answer)
        return await _writer(store()).write(answer)

    def _answer_in(self, call: Call, tx: Transaction) -> _Done:
        if said := tx.outcomes.of(call.message_sid):
            return _Done(said, is_new=False)
        outcome = self._answer_now(tx, call)
        tx.outcomes.record(call.message_sid, outcome)
        return _Done(outcome, is_new=True)

    def _answer_now(self, tx: Transaction, call: Call) -> Outcome:
        message = tx.messages.get(call.message_sid)
        person, about = tx.people.get(message.person_id), entry_answered(tx, message)
        book = Book(tx, person, call.message_sid, message.received_at, about=about)
        turn = Turn(book, message, call.slots)
        if message.is_memo:
            return heard(turn, self._answer_or_ask)
        return keep(turn) if message.media and not self.takes_media else self._answer_or_ask(turn)

    def _answer_or_ask(self, turn: Turn) -> Outcome:
        return ask_first(turn, self.called, self.answer) if self.asks_first(turn) else self.answer(turn)


def _as_written(name: str, text: str, entities: Sequence[Mapping[str, JsonValue]]) -> str | None:
    """The first argument of that name as it stands in the text: ``forty two`` for 42."""
    for found in entities:
        start, end = found.get("start"), found.get("end")
        if found.get("entity") == name and isinstance(start, int) and isinstance(end, int):
            return text[start:end]
    return None


def _presentable(outcome: Outcome) -> Outcome:
    """What can be said of a turn whose words are forgotten."""
    return reply("utter_done_before") if outcome.is_forgotten else outcome
