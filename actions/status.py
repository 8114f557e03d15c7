"""Count a person's entries and unfinished messages, and repeat the last reply."""

from actions.action import BookAction
from actions.replies import reply
from actions.turn import Turn
from scrapbook.core import status
from scrapbook.store import TurnResult


class ActionStatus(BookAction):
    action_name = "action_status"

    def answer(self, turn: Turn) -> TurnResult:
        counted = status.status(turn.book)
        counts = {"entries": str(counted.entries), "topics": str(counted.topics)}
        if counted.failed:
            counts |= {"failed": str(counted.failed), "waiting": str(counted.waiting)}
            return reply("utter_status_failed", **counts)
        if counted.waiting:
            return reply("utter_status_waiting", waiting=str(counted.waiting), **counts)
        return reply("utter_status", **counts)


class ActionRepeat(BookAction):
    action_name = "action_repeat"

    def answer(self, turn: Turn) -> TurnResult:
        words = status.last_words(turn.book)
        return reply("utter_repeat", words=words) if words else reply("utter_nothing_to_repeat")
