"""Undo the latest change."""

from actions.action import BookAction
from actions.turn import Turn
from scrapbook.core.undo import undo
from scrapbook.store import TurnResult


class ActionUndo(BookAction):
    action_name = "action_undo"

    def answer(self, turn: Turn) -> TurnResult:
        return undo(turn.book)
