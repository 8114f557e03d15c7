"""One turn between Rasa and the scrapbook: read the request, run one action once, send one reply."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, ClassVar, cast

import structlog
from rasa_sdk import Action, Tracker  # pyright: ignore[reportMissingTypeStubs]
from rasa_sdk.executor import CollectingDispatcher  # pyright: ignore[reportMissingTypeStubs]

from actions.confirming import ask_about_several, ask_for_confirmation
from actions.entry_numbers import REFERENCE
from actions.memo_turns import answer_memo
from actions.receipts import save_message, was_saving
from actions.replies import reply
from actions.turn import Slots, Turn
from scrapbook.core import AnswersNoEntry, Book
from scrapbook.core.reply_context import entry_answered
from scrapbook.errors import FAILED_TURN, IS_THOUGHT, StoreError
from scrapbook.model.evidence import Evidence
from scrapbook.observability.reporting import bind_context
from scrapbook.observability.sentry_client import describe_error
from scrapbook.settings import Settings
from scrapbook.store import GroupWriter, JsonValue, Store, Transaction, TurnResult
from scrapbook.text.negation import says_not_to, says_what_instead

log = structlog.get_logger(__name__)


@cache
def store() -> Store:
    """Open the store at the first turn; it stays open until ``close``."""
    return Store.open(Settings.load().actions_database_url)


MAX_TURNS_PER_TRANSACTION = 16
"""The first of them is answered only when the last one is committed."""


@cache
def _writer(store: Store) -> GroupWriter:
    """Where only one transaction can write at a time, turns that wait for it share the next one."""
    return GroupWriter(store, max_batch=MAX_TURNS_PER_TRANSACTION, savepoint_each=True)


def close() -> None:
    """Write the turns that are waiting, then close the store."""
    if store.cache_info().currsize:
        if not store().writes_side_by_side:
            _writer(store()).stop()
        store().close()
    _writer.cache_clear()
    store.cache_clear()


@dataclass(frozen=True, slots=True)
class ActionRequest:
    """What Rasa sends with an action: the sid of the message to answer, the slots, how the text was read."""

    message_id: str
    slots: Slots
    evidence: Evidence | None

    @classmethod
    def from_tracker(cls, tracker: Tracker, action: str) -> "ActionRequest":
        """Read what Rasa sends with a call of ``action``. Raises KeyError if the message has no sid."""
        message = cast("Mapping[str, Any]", tracker.latest_message)
        slots = cast("Mapping[str, JsonValue]", tracker.slots)
        entities = cast("list[Mapping[str, JsonValue]]", message.get("entities") or [])
        # A text slot holds only the last of several notes.
        notes: list[JsonValue] = [found["value"] for found in entities if found.get("entity") == "note"]
        sid = str(message["metadata"]["message_id"])
        extra: dict[str, JsonValue] = {
            "notes": notes or slots.get("note"),
            "topics": [found["value"] for found in entities if found.get("entity") == "topic"],
            "intent": cast("Mapping[str, JsonValue]", message.get("intent") or {}).get("name"),
            "is_paraphrase": message.get("is_paraphrase") is True,
            "entry_as_written": _as_written("entry", message.get("text") or "", entities),
            "period_as_written": _as_written("period", message.get("text") or "", entities),
        }
        names = tuple(sorted({str(found.get("entity")) for found in entities}))
        evidence = Evidence.of_turn(message.get("evidence"), action, names)
        return cls(sid, Slots({**slots, **extra}), evidence)


@dataclass(frozen=True, slots=True)
class _Execution:
    """``is_new`` is False when the outcome is that of an earlier run of the same turn."""

    outcome: TurnResult
    is_new: bool


RESUMABLE_ACTIONS: dict[str, type["BookAction"]] = {}
"""Every action by its name. Each may ask a question, or be asked about, and goes on once that is answered."""


class BookAction(Action, ABC):
    """Changes or reads one person's scrapbook in the transaction that also records the outcome.

    When a turn runs again, the recorded outcome is sent and nothing is done. When anything unexpected is
    raised, nothing is written, and the reply holds the error in place of a text: the app tries the message
    again and reports the error if that does not help. Raised to Rasa, the error would put the request, and
    with it the person's text, into Rasa's log.

    A subclass is registered in ``RESUMABLE_ACTIONS`` when it is defined.
    """

    action_name: ClassVar[str]
    accepts_media: ClassVar[bool] = False
    """Whether it saves the media of a message. If not, a message with media is saved as a thought."""
    is_destructive: ClassVar[bool] = False
    """Whether it changes or removes something that is saved. If so, a paraphrase of it is confirmed first."""
    saves_message: ClassVar[bool] = False
    """Whether its messages are thoughts, each of which is saved just as it came if this action fails."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        RESUMABLE_ACTIONS[cls.action_name] = cls

    def needs_confirmation(self, turn: Turn) -> bool:
        return self.is_destructive and turn.slots.flag("is_paraphrase")

    def may_concern_several(self, turn: Turn) -> bool:
        """Return whether several entries may be changed. If they would be, that is confirmed first."""
        named = [*turn.slots.texts("entry"), *turn.slots.texts(REFERENCE)]
        return self.is_destructive and (len(named) > 1 or any(not one.isdigit() for one in named))

    def name(self) -> str:
        return self.action_name

    @abstractmethod
    def answer(self, turn: Turn) -> TurnResult:
        """Return the reply. Has no effects outside ``turn.book``."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        del domain
        sid = ""
        try:
            request = ActionRequest.from_tracker(tracker, self.action_name)
            sid = request.message_id
            with bind_context(sid, self.action_name):
                outcome = _replace_forgotten(await self._answer_once(request))
        except Exception as error:
            log.error("action_failed", exc_info=error, action=self.action_name, message_id=sid)
            is_thought = self.saves_message or was_saving(error)
            dispatcher.utter_message(
                json_message={FAILED_TURN: describe_error(error), IS_THOUGHT: is_thought}
            )
            return []
        arguments: dict[str, Any] = dict(outcome.arguments)
        dispatcher.utter_message(response=outcome.response, **arguments)
        return []

    async def _answer_once(self, request: ActionRequest) -> TurnResult:
        try:
            execution = await self._execute(request)
        except StoreError:
            # An earlier attempt at the same turn may still have been running, and may have committed first.
            if earlier := await asyncio.to_thread(
                store().read, lambda tx: tx.turn_results.of(request.message_id)
            ):
                return earlier
            raise
        if execution.is_new:
            response = execution.outcome.response
            log.info("answered", action=self.action_name, message_id=request.message_id, response=response)
        return execution.outcome

    async def _execute(self, request: ActionRequest) -> _Execution:
        execute = partial(self._execute_in, request)
        if store().writes_side_by_side:
            return await asyncio.to_thread(store().write, execute)
        return await _writer(store()).write(execute)

    def _execute_in(self, request: ActionRequest, tx: Transaction) -> _Execution:
        if earlier := tx.turn_results.of(request.message_id):
            return _Execution(earlier, is_new=False)
        outcome = self._answer_request(tx, request)
        tx.turn_results.record(request.message_id, outcome, request.evidence)
        return _Execution(outcome, is_new=True)

    def _answer_request(self, tx: Transaction, request: ActionRequest) -> TurnResult:
        message = tx.messages.get(request.message_id)
        person, about = tx.people.get(message.person_id), entry_answered(tx, message)
        book = Book(
            tx,
            person,
            request.message_id,
            message.received_at,
            replied_to=about,
            answers_no_entry=message.replied_to is not None and about is None,
        )
        turn = Turn.of(book, message, request.slots)
        if message.is_memo:
            return answer_memo(turn, self.answer_or_ask)
        if message.media and not self.accepts_media:
            return save_message(turn)
        try:
            return self.answer_or_ask(turn)
        except AnswersNoEntry:
            return reply("utter_answers_no_entry")

    def answer_or_ask(self, turn: Turn) -> TurnResult:
        """Return the reply, or a question if what would be done is to be confirmed first."""
        if self.is_destructive and says_not_to(turn.message.body):
            return _leave(turn)
        if self.needs_confirmation(turn):
            return ask_for_confirmation(turn, self.action_name, self.answer)
        if self.may_concern_several(turn):
            return ask_about_several(turn, self.action_name, self.answer)
        return self.answer(turn)


def _leave(turn: Turn) -> TurnResult:
    """Do nothing, as the message says. A memo, whose words would be lost, is saved."""
    if turn.message.is_memo:
        return save_message(turn)
    return reply("utter_say_which" if says_what_instead(turn.message.body) else "utter_left_as_it_is")


def _as_written(name: str, text: str, entities: Sequence[Mapping[str, JsonValue]]) -> str | None:
    """Return the first entity of that name as it is spelled in the text: ``forty two`` for 42."""
    for found in entities:
        start, end = found.get("start"), found.get("end")
        if found.get("entity") == name and isinstance(start, int) and isinstance(end, int):
            return text[start:end]
    return None


def _replace_forgotten(outcome: TurnResult) -> TurnResult:
    """Replace an outcome whose arguments were purged by one that needs none."""
    return reply("utter_done_before") if outcome.is_forgotten else outcome
