"""Pinning entries, so that they come first in their topic."""

from actions.action import BookAction
from actions.receipts import keep
from actions.replies import not_there, numbers_of, reply
from actions.turn import Turn
from scrapbook.book import pinning
from scrapbook.store import Outcome


class ActionPin(BookAction):
    """A number that is no entry's may be one to get money with: "pin 4417" is then a thought."""

    called = "action_pin"
    changes = True

    def answer(self, turn: Turn) -> Outcome:
        named = pinning.pin(turn.book, turn.slots.numbers("entry"))
        if named.kept:
            return reply("utter_pinned", numbers=numbers_of(named.kept))
        return not_there(named) if named.trashed else keep(turn)


class ActionUnpin(BookAction):
    called = "action_unpin"
    changes = True

    def answer(self, turn: Turn) -> Outcome:
        named = pinning.unpin(turn.book, turn.slots.numbers("entry"))
        if named.kept:
            return reply("utter_unpinned", numbers=numbers_of(named.kept))
        return not_there(named)
