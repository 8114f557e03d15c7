"""Answer an open question: by an option, by yes, by one of the words that decline it, or by all options."""

import re
from collections.abc import Sequence
from dataclasses import replace

from actions.action import RESUMABLE_ACTIONS, BookAction
from actions.confirming import resume
from actions.entry_numbers import REFERENCE, is_in_list
from actions.receipts import save_message
from actions.replies import reply
from actions.turn import Slots, Turn
from scrapbook.core.open_questions import CONFIRMATION, is_confirmation, is_fresh, open_question
from scrapbook.store import JsonValue, PendingQuestion, TurnResult

YES, NO, ALL, PART = "yes", "no", "all", "part"
"""Choices that are no numbers, as Rasa reads them.

"No" stands for cancel, end, quit and neither, too; "part" for a "yes" with a condition: "only the first".
"""

_IS_NUMBER = re.compile(r"\W*(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten)\W*", re.IGNORECASE)

_WORDS = re.compile(r"[\w\s,'’!]+\.?")
"""Words and no more marks than an answer has: "Cancel..." and "(end)" are thoughts."""

_NARROWS = re.compile(r"\b(?:other|only|just)\b", re.IGNORECASE)
"""Said of some of the entries that a confirmation is about, and no "yes" to it: "just the first one"."""

_ASKS = re.compile(r"\?\W*$")
"""A "yes?" asks, and agrees to nothing."""

_OF_SEVERAL = frozenset({"entry", "query"})
"""The slots that may be filled with several options at once."""


class ActionChoose(BookAction):
    """Resume the action that asked, with the chosen option in the slot that it asked for.

    A number is saved as a thought when no question is open. So is any number but 1 when there is only one
    option, as after a receipt that suggests a topic, which needs no answer.

    When something was texted since, a "yes" has a confirmation asked again, so that nobody agrees to what
    they have forgotten. The number of an option is meant.

    A "yes" or "no" in any words is not saved, unless ``save`` asks for it. The message belongs to the one
    that led to the question: ``save`` saves that.
    """

    action_name = "action_choose"

    def answer(self, turn: Turn) -> TurnResult:
        question = open_question(turn.book.tx, turn.book.person.id, turn.book.now)
        result = self._answer(turn, question)
        return replace(result, continues=question.message_id or None) if question else result

    def _answer(self, turn: Turn, question: PendingQuestion | None) -> TurnResult:
        word = turn.slots.text("choice")
        if word in {YES, NO, ALL, PART}:
            return _answer_word(turn, question, word)
        choices = turn.slots.numbers("choice")
        if not choices:
            return save_message(turn)
        if question is None or not question.options or _is_place_in_newer_list(turn, question):
            return _show_place(turn, choices[0]) or save_message(turn)
        last = len(question.options)
        confirms = is_confirmation(question)
        if confirms and _NARROWS.search(turn.message.body):
            return _leave(turn, "utter_say_which")
        # What is only likely to be a choice agrees to nothing.
        if (confirms and turn.slots.flag("is_paraphrase")) or not 1 <= choices[0] <= last:
            return save_message(turn) if last == 1 else reply("utter_choose_from", last=str(last))
        return _choose(turn, question, [choices[0]])


def _is_place_in_newer_list(turn: Turn, question: PendingQuestion) -> bool:
    """Return whether a list was sent after the question, and the message names a place in it."""
    listing = turn.book.tx.conversations.listing(turn.book.person.id)
    is_newer = listing is not None and listing.listed is not None and listing.listed.at > question.asked_at
    return is_newer and not _IS_NUMBER.fullmatch(turn.message.body)


def _show_place(turn: Turn, place: int) -> TurnResult | None:
    """Show the entry or topic at that place of the list that was sent last: "the second one".

    None if no list was sent, or if the message is a bare number, which only answers questions.
    """
    named = replace(turn, slots=Slots({"entry": [f"nth {place}"]}))
    if _IS_NUMBER.fullmatch(turn.message.body) or not is_in_list(named):
        return None
    return RESUMABLE_ACTIONS["action_show"]().answer(named)


def _answer_word(turn: Turn, question: PendingQuestion | None, word: str) -> TurnResult:
    if question is None or not question.options:
        return reply("utter_no_question") if _only_answers(turn) else save_message(turn)
    if word in {NO, PART}:
        return _leave(turn, "utter_left_as_it_is" if word == NO else "utter_say_which")
    if (
        word == YES
        and not _ASKS.search(turn.message.body)
        and (len(question.options) == 1 or is_confirmation(question))
    ):
        return _choose(turn, question, [1], said_yes=True)
    if word == ALL and question.asks in _OF_SEVERAL:
        return _choose(turn, question, range(1, len(question.options) + 1))
    return reply("utter_choose_from", last=str(len(question.options)))


def _leave(turn: Turn, response: str) -> TurnResult:
    """Close the question, so that no later answer does what it was about."""
    turn.book.tx.conversations.clear_question(turn.book.person.id)
    return reply(response)


def _choose(
    turn: Turn, question: PendingQuestion, numbers: Sequence[int], *, said_yes: bool = False
) -> TurnResult:
    chosen: list[JsonValue] = [question.options[number - 1] for number in numbers]
    filled = Slots({**question.slots, question.asks: chosen if len(chosen) > 1 else chosen[0]})
    answered = replace(turn, slots=filled)
    turn.book.tx.conversations.clear_question(turn.book.person.id)
    if question.asks == REFERENCE:
        return RESUMABLE_ACTIONS[question.action]().answer_or_ask(answered)
    if question.action != CONFIRMATION:
        return _answer(question.action, answered)
    asks_again = said_yes and not is_fresh(turn.book.tx, question, turn.message)
    declines = numbers[0] == len(question.options)
    return resume(answered, _answer, last=question.options[-1], declines=declines, asks_again=asks_again)


def _only_answers(turn: Turn) -> bool:
    """Return whether the message is nothing but such words. A memo is not: its words are an entry already."""
    return not turn.message.is_memo and _WORDS.fullmatch(turn.message.body.strip()) is not None


def _answer(action: str, turn: Turn) -> TurnResult:
    return RESUMABLE_ACTIONS[action]().answer(turn)
