"""Asking before something is changed, where the message did not begin with the command for it."""

from collections.abc import Mapping, Sequence
from typing import cast

from actions.proposals import Answer, propose
from actions.receipts import is_terse, keep
from actions.replies import ask, reply
from actions.turn import Slots, Turn
from scrapbook.store import JsonValue, Outcome

CONFIRMED = "action_confirmed"
YES, KEEP = "yes", "keep"
"""KEEP is the last option of every question that is asked here."""

WHICH = frozenset({"utter_which_entry", "utter_which_topic", "utter_which_topic_or_new"})
"""The questions that changing something may begin with; each has a twin that offers to keep the message."""

NOT_THERE = frozenset(
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
    }
)


def ask_first(turn: Turn, action: str, answer: Answer) -> Outcome:
    """Kept instead are a memo, which may have been misheard and would be gone, and a sentence about
    something that is not there."""
    if turn.message.is_memo:
        return keep(turn)
    if found := propose(turn, action, answer):
        slots = {**turn.slots.given(), **found.slots}
        _ask(turn, found.action, slots, "answer", [YES], proposal=found.to_json())
        return found.question
    outcome = answer(turn)
    if outcome.response in WHICH:
        return _or_keep(turn, outcome)
    return keep(turn) if outcome.response in NOT_THERE and not is_terse(turn) else outcome


def go_on(turn: Turn, answers: Mapping[str, Answer], *, keeps: bool) -> Outcome:
    """After the answer to a question that was asked here, which is among the slots. ``answers`` are those of
    the actions, by name; ``keeps``: the last option was chosen.

    Once it is clear which entry or topic is meant, it is asked whether.
    """
    given = turn.slots.given()
    asked = _asked_about(turn, given)
    if keeps:
        return keep(asked)
    action = cast("str", given["action"])
    if "proposal" not in given:
        return ask_first(asked, action, answers[action])
    now = propose(asked, action, answers[action])
    if now and now.to_json() != given["proposal"]:
        return reply("utter_changed_meanwhile")
    return answers[action](asked)


def _asked_about(turn: Turn, given: Mapping[str, JsonValue]) -> Turn:
    message = turn.book.tx.messages.get(cast("str", given["message_sid"]))
    slots = cast("Mapping[str, JsonValue]", given["slots"])
    return Turn(turn.book, message, Slots({**slots, cast("str", given["asks"]): given["answer"]}))


def _or_keep(turn: Turn, outcome: Outcome) -> Outcome:
    """The same question, with one more option."""
    question = turn.book.tx.conversations.question(turn.book.person.id)
    assert question is not None  # noqa: S101 - the outcome says that it was asked
    _ask(turn, question.action, question.slots, question.asks, question.options)
    arguments = {**outcome.arguments, "keep": str(len(question.options) + 1)}
    return reply(f"{outcome.response}_or_keep", **arguments)


def _ask(
    turn: Turn,
    action: str,
    slots: Mapping[str, JsonValue],
    asks: str,
    options: Sequence[str],
    **more: JsonValue,
) -> None:
    asked: dict[str, JsonValue] = {"action": action, "slots": dict(slots), "asks": asks, **more}
    ask(turn.book, CONFIRMED, {**asked, "message_sid": turn.message.sid}, "answer", [*options, KEEP])
