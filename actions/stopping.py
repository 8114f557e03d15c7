"""Stop all that is said unasked, and let it begin again."""

from actions.action import BookAction
from actions.replies import reply
from actions.turn import Turn
from scrapbook.core.stopping import resume, stop_everything
from scrapbook.store import TurnResult


class ActionStopEverything(BookAction):
    action_name = "action_stop_everything"

    def answer(self, turn: Turn) -> TurnResult:
        has_changed = stop_everything(turn.book)
        return reply("utter_stopped_everything" if has_changed else "utter_stopped_already")


class ActionResumeReminders(BookAction):
    """Say the paused reminders again, and what comes up unasked, whichever of the two was stopped."""

    action_name = "action_resume_reminders"

    def answer(self, turn: Turn) -> TurnResult:
        resumed = resume(turn.book)
        if resumed.was_stopped:
            return reply("utter_resumed_everything", count=str(resumed.reminders))
        if not resumed.reminders:
            return reply("utter_no_reminders_to_resume")
        return reply("utter_reminders_resumed", count=str(resumed.reminders))
