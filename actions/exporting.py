"""Text a link under which everything that was saved can be downloaded."""

from datetime import UTC, datetime

from actions.action import BookAction
from actions.replies import reply
from actions.turn import Turn
from scrapbook.core import exporting
from scrapbook.settings import Settings
from scrapbook.store import TurnResult


class ActionExport(BookAction):
    action_name = "action_export"

    def answer(self, turn: Turn) -> TurnResult:
        # From now on, not from the arrival of the text, which may have waited. A turn that runs again finds
        # the link of the first run.
        token = exporting.create_link(turn.book.tx, turn.book.person.id, datetime.now(UTC))
        return reply("utter_export_link", link=exporting.link_url(Settings.load().public_url, token))
