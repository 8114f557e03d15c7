"""Ask before a destructive action.

That is where the message is a paraphrase and does not begin with a command, and where it changes or removes
more than one entry.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeAlias, cast

from actions.dry_run import Answer, Proposal, dry_run
from actions.receipts import answer_or_save, is_terse, save_message
from actions.replies import reply
from actions.turn import Slots, Turn
from scrapbook.core.open_questions import CONFIRMATION, LEAVE, SAVE_INSTEAD, YES, ask
from scrapbook.store import JsonValue, TurnResult

AnswerByName: TypeAlias = Callable[[str, Turn], TurnResult]
"""Runs the action of that name."""

WITH_SAVE_OPTION = {
    "utter_which_entry": "utter_which_entry_or_keep",
    "utter_which_topic": "utter_which_topic_or_keep",
    "utter_which_topic_or_new": "utter_which_topic_or_new_or_keep",
}
"""Each question that a destructive action may ask, and the same with an option to save the message."""

NOTHING_FOUND = frozenset(
    {
        "utter_no_entry",
        "utter_no_entry_but_save",
        "utter_in_trash",
        "utter_not_found",
        "utter_not_on_topic",
        "utter_no_topic",
        "utter_no_topic_but",
        "utter_topic_is_empty",
        "utter_nothing_yet",
        "utter_no_reminder",
        "utter_no_reminders",
        "utter_beyond_entries",
        "utter_range_too_long",
        "utter_none_such",
    }
)


def ask_for_confirmation(turn: Turn, action: str, answer: Answer) -> TurnResult:
    """Ask whether to do what the action would do.

    The message is saved instead if it is a memo, which may have been misheard and would be lost, or a
    sentence about something that does not exist.
    """
    if turn.message.is_memo:
        return save_message(turn)
    if proposal := dry_run(turn, action, answer):
        return _propose(turn, proposal, SAVE_INSTEAD)
    outcome = answer(turn)
    if outcome.response in WITH_SAVE_OPTION:
        return _add_save_option(turn, outcome)
    return answer_or_save(turn) if outcome.response in NOTHING_FOUND and not is_terse(turn) else outcome


def ask_about_several(turn: Turn, action: str, answer: Answer) -> TurnResult:
    """Ask whether to do what a command would do if that concerns several entries; else do it."""
    proposal = dry_run(turn, action, answer)
    if proposal is None or len(proposal.versions) < 2:
        return answer(turn)
    return _propose(turn, proposal, LEAVE)


def resume(
    turn: Turn, answer: AnswerByName, *, last: str, declines: bool, asks_again: bool = False
) -> TurnResult:
    """Go on after a confirmation was answered; the slots hold the question and the answer.

    When the answer says which entry or topic is meant, the next question asks whether to change it.

    Args:
        last: the last option, which says whether declining saves the message.
        declines: whether that option was chosen.
        asks_again: whether to ask the same question once more in place of doing what it is about.
    """
    slots = turn.slots.filled()
    original = _original_turn(turn, slots)
    if declines:
        return reply("utter_left_as_it_is") if last == LEAVE else save_message(original)
    action = cast("str", slots["action"])
    if "proposal" not in slots:
        return ask_for_confirmation(original, action, partial(answer, action))
    proposal = dry_run(original, action, partial(answer, action))
    if proposal and proposal.to_json() != slots["proposal"]:
        return reply("utter_changed_meanwhile")
    if proposal and asks_again:
        return _propose(original, proposal, last)
    return answer(action, original)


def _propose(turn: Turn, proposal: Proposal, last: str) -> TurnResult:
    """Ask whether to do it, with ``last`` as the last option."""
    slots = {**turn.slots.filled(), **proposal.slots}
    _ask(turn, proposal.action, slots, "answer", [YES, last], proposal=proposal.to_json())
    return proposal.question_of_command if last == LEAVE else proposal.question


def _original_turn(turn: Turn, slots: Mapping[str, JsonValue]) -> Turn:
    """Return the turn that was asked about, with the answer in the slot that was asked for."""
    message = turn.book.tx.messages.get(cast("str", slots["message_id"]))
    original = cast("Mapping[str, JsonValue]", slots["slots"])
    return Turn.of(turn.book, message, Slots({**original, cast("str", slots["asks"]): slots["answer"]}))


def _add_save_option(turn: Turn, outcome: TurnResult) -> TurnResult:
    question = turn.book.tx.conversations.question(turn.book.person.id)
    assert question is not None  # noqa: S101 - the action has just asked it
    _ask(turn, question.action, question.slots, question.asks, [*question.options, SAVE_INSTEAD])
    arguments = {**outcome.arguments, "keep": str(len(question.options) + 1)}
    return reply(WITH_SAVE_OPTION[outcome.response], **arguments)


def _ask(
    turn: Turn,
    action: str,
    slots: Mapping[str, JsonValue],
    asks: str,
    options: Sequence[str],
    **more: JsonValue,
) -> None:
    stored: dict[str, JsonValue] = {"action": action, "slots": dict(slots), "asks": asks, **more}
    stored["message_id"] = turn.message.id
    ask(turn.book, CONFIRMATION, stored, "answer", options)
