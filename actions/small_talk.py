"""Answer greetings and thanks."""

from actions.action import BookAction
from actions.replies import reply
from actions.turn import Turn
from scrapbook.store import TurnResult


class ActionGreet(BookAction):
    action_name = "action_greet"

    def answer(self, turn: Turn) -> TurnResult:
        del turn
        return reply("utter_greet")


class ActionThanks(BookAction):
    action_name = "action_thanks"

    def answer(self, turn: Turn) -> TurnResult:
        del turn
        return reply("utter_thanks")
