"""Say what the scrapbook does not do, and what it does instead."""

from actions.action import BookAction
from actions.replies import reply
from actions.turn import Turn
from scrapbook.store import TurnResult

ANSWERS = {
    "export": "utter_cannot_export",
    "print": "utter_cannot_print",
    "send": "utter_cannot_send",
    "call": "utter_cannot_call",
    "alarm": "utter_cannot_alarm",
    "calendar": "utter_cannot_calendar",
    "music": "utter_cannot_music",
    "weather": "utter_cannot_weather",
    "translate": "utter_cannot_translate",
}
"""What is answered, by the service that is asked for, as ``bot/components/services.py`` names it."""


class ActionCannot(BookAction):
    """Answers in one sentence; ``save`` keeps the message, which may have been a thought after all."""

    action_name = "action_cannot"

    def answer(self, turn: Turn) -> TurnResult:
        return reply(ANSWERS.get(turn.slots.text("service") or "", "utter_cannot"))
