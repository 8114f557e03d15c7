"""Take what is in an export that was sent."""

from actions.action import BookAction
from actions.replies import reply
from actions.turn import Turn
from scrapbook.core.sent_exports import NotTaken, problem_of, take
from scrapbook.store import TurnResult

_RESPONSES = {
    NotTaken.NOTHING: "utter_import_nothing",
    NotTaken.READING: "utter_import_reading",
    NotTaken.UNDER_WAY: "utter_import_under_way",
    NotTaken.DONE_BEFORE: "utter_import_done_before",
}


class ActionImport(BookAction):
    action_name = "action_import"

    def answer(self, turn: Turn) -> TurnResult:
        taken = take(turn.book)
        if taken is NotTaken.FAILED:
            return reply("utter_import_failed", problem=problem_of(turn.book))
        if isinstance(taken, NotTaken):
            return reply(_RESPONSES[taken])
        return reply("utter_import_begun", program=taken.program, found=taken.found)
