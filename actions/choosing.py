"""Answering a question by number."""

from dataclasses import replace

from actions.action import BookAction
from actions.browsing import ActionQuotesBy
from actions.confirming import CONFIRMED, go_on
from actions.editing import ActionAppend, ActionCorrect, ActionEdit, ActionTakeaway
from actions.filing import ActionFileUnder, ActionMove
from actions.finding import ActionFind
from actions.pinning import ActionPin, ActionUnpin
from actions.receipts import keep
from actions.removing import ActionDelete, ActionTakeOffTopic
from actions.replies import open_question, reply
from actions.timezone import ActionSetTimezone
from actions.topics import ActionMergeTopics, ActionRenameTopic
from actions.turn import Slots, Turn
from scrapbook.store import Outcome

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
        ActionQuotesBy,
        ActionRenameTopic,
        ActionSetTimezone,
        ActionTakeOffTopic,
        ActionTakeaway,
        ActionUnpin,
    )
}
"""Actions that ask, or that are asked about."""


class ActionChoose(BookAction):
    """A number that answers nothing is a thought; so is any but 1 where there is only one thing to choose,
    as after a receipt that suggests a topic, to which nobody has to reply."""

    called = "action_choose"

    def answer(self, turn: Turn) -> Outcome:
        question, choices = open_question(turn.book), turn.slots.numbers("choice")
        if question is None or not question.options or not choices:
            return keep(turn)
        if not 1 <= choices[0] <= (last := len(question.options)):
            return keep(turn) if last == 1 else reply("utter_choose_from", last=str(last))
        turn.book.tx.conversations.clear_question(turn.book.person.id)
        chosen = Slots({**question.slots, question.asks: question.options[choices[0] - 1]})
        answered = replace(turn, slots=chosen)
        if question.action != CONFIRMED:
            return GOING_ON[question.action]().answer(answered)
        answers = {name: action().answer for name, action in GOING_ON.items()}
        return go_on(answered, answers, keeps=choices[0] == last)
