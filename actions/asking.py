"""What the assistant says about itself."""

from actions.action import BookAction
from actions.replies import reply
from actions.turn import Turn
from scrapbook.book import asking
from scrapbook.store import Outcome


class ActionCommands(BookAction):
    called = "action_commands"

    def answer(self, turn: Turn) -> Outcome:
        del turn
        return reply("utter_commands")


class ActionStatus(BookAction):
    called = "action_status"

    def answer(self, turn: Turn) -> Outcome:
        status = asking.status(turn.book)
        counts = {"entries": str(status.entries), "topics": str(status.topics)}
        if status.failed:
            counts |= {"failed": str(status.failed), "waiting": str(status.waiting)}
            return reply("utter_status_failed", **counts)
        if status.waiting:
            return reply("utter_status_waiting", waiting=str(status.waiting), **counts)
        return reply("utter_status", **counts)


class ActionRepeat(BookAction):
    called = "action_repeat"

    def answer(self, turn: Turn) -> Outcome:
        words = asking.last_words(turn.book)
        return reply("utter_repeat", words=words) if words else reply("utter_nothing_to_repeat")
