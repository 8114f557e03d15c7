"""Show the commands."""

from actions.action import BookAction
from actions.replies import reply
from actions.turn import Turn
from scrapbook.store import TurnResult


class ActionCommands(BookAction):
    action_name = "action_commands"

    def answer(self, turn: Turn) -> TurnResult:
        del turn
        return reply("utter_commands")
