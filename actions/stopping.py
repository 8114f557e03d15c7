"""Stop all that is said unasked."""

from actions.action import BookAction
from actions.replies import reply
from actions.turn import Turn
from scrapbook.core.stopping import stop_everything
from scrapbook.store import TurnResult


class ActionStopEverything(BookAction):
    action_name = "action_stop_everything"

    def answer(self, turn: Turn) -> TurnResult:
        has_changed = stop_everything(turn.book)
        return reply("utter_stopped_everything" if has_changed else "utter_stopped_already")
