"""Text a link that opens the book, and sign out everywhere."""

from datetime import UTC, datetime

from actions.action import BookAction
from actions.replies import reply
from actions.turn import Turn
from scrapbook.core import signing_in
from scrapbook.settings import Settings
from scrapbook.store import TurnResult


class ActionOpenBook(BookAction):
    action_name = "action_open_book"

    def answer(self, turn: Turn) -> TurnResult:
        # From now on, not from the arrival of the text, which may have waited. A turn that runs again finds
        # the link of the first run.
        token = signing_in.create_link(turn.book.tx, turn.book.person.id, datetime.now(UTC))
        return reply("utter_book_link", link=signing_in.sign_in_url(Settings.load().public_url, token))


class ActionSignOutEverywhere(BookAction):
    action_name = "action_sign_out_everywhere"

    def answer(self, turn: Turn) -> TurnResult:
        ended = signing_in.sign_out_everywhere(turn.book.tx, turn.book.person.id, datetime.now(UTC))
        if not ended.sessions and not ended.links:
            return reply("utter_signed_in_nowhere")
        return reply("utter_signed_out_everywhere", count=str(ended.sessions))
