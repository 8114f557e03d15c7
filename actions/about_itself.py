"""Answer questions about the scrapbook itself: whether it is private, what it costs, who is there."""

from actions.action import BookAction
from actions.replies import reply
from actions.turn import Turn
from scrapbook.store import TurnResult

ANSWERS = {
    "ask_privacy": "utter_ask_privacy",
    "ask_storage": "utter_ask_storage",
    "ask_pictures": "utter_ask_pictures",
    "ask_memos": "utter_ask_memos",
    "ask_links": "utter_ask_links",
    "ask_contacts": "utter_ask_contacts",
    "ask_bot": "utter_ask_bot",
    "ask_cost": "utter_ask_cost",
    "ask_offline": "utter_ask_offline",
    "ask_presence": "utter_ask_presence",
}
"""What is answered, by the intent of the question. Each answer is the same for everybody."""


class ActionAboutItself(BookAction):
    action_name = "action_about_itself"

    def answer(self, turn: Turn) -> TurnResult:
        return reply(ANSWERS[turn.slots.text("intent") or ""])
