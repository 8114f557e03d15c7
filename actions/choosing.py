"""Answering a question by number."""

from dataclasses import replace
from datetime import timedelta

from actions.action import BookAction
from actions.confirming import CONFIRMED, go_on
from actions.editing import ActionAppend, ActionCorrect, ActionEdit
from actions.filing import ActionFileUnder, ActionMove
from actions.finding import ActionFind
from actions.pinning import ActionPin, ActionUnpin
from actions.receipts import keep
from actions.removing import ActionDelete, ActionTakeOffTopic
from actions.replies import reply
from actions.timezone import ActionSetTimezone
from actions.topics import ActionMergeTopics, ActionRenameTopic
from actions.turn import Slots, Turn
from scrapbook.book import Book
from scrapbook.store import Outcome, Question

QUESTIONS_STAY_OPEN = timedelta(hours=1)

GOING_ON: dict[str, type[BookAction]] = {
    action.called: action
    for action in (
        ActionAppend,
        ActionCorrect,
        ActionDelete,
        ActionEdit,
        ActionFileUnder,
        ActionFind,
        ActionMergeTopics,
        ActionMove,
        ActionPin,
        ActionRenameTopic,
        ActionSetTimezone,
        ActionTakeOffTopic,
        ActionUnpin,
    )
}
"""Actions that ask, or that are asked about."""


class ActionChoose(BookAction):
    """A number that answers nothing is a thought."""

    called = "action_choose"

    def answer(self, turn: Turn) -> Outcome:
        question, choices = _open_question(turn.book), turn.slots.numbers("choice")
        if question is None or not choices:
            return keep(turn)
        if not 1 <= choices[0] <= len(question.options):
            return reply("utter_choose_from", last=str(len(question.options)))
        turn.book.tx.conversations.clear_question(turn.book.person.id)
        chosen = Slots({**question.slots, question.asks: question.options[choices[0] - 1]})
        answered = replace(turn, slots=chosen)
        if question.action != CONFIRMED:
            return GOING_ON[question.action]().answer(answered)
        answers = {name: action().answer for name, action in GOING_ON.items()}
        return go_on(answered, answers, keeps=choices[0] == len(question.options))


def _open_question(book: Book) -> Question | None:
    question = book.tx.conversations.question(book.person.id)
    is_open = question is not None and book.now - question.asked_at <= QUESTIONS_STAY_OPEN
    return question if is_open else None
