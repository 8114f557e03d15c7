"""Pinning entries, so that they come first in their topic."""

from actions.action import BookAction
from actions.receipts import keep
from actions.replies import not_there, numbers_of, reply
from actions.turn import Turn
from actions.unanswered import no_such_entry
from scrapbook.book import pinning
from scrapbook.store import Outcome

FOUR_DIGITS = 1000


class ActionPin(BookAction):
    """A number of four digits or more that is no entry's may be one to get money with: "pin 4417" is then a
    thought."""

    called = "action_pin"
    changes = True

    def answer(self, turn: Turn) -> Outcome:
        named = pinning.pin(turn.book, turn.slots.numbers("entry"))
        if named.kept:
            return reply("utter_pinned", numbers=numbers_of(named.kept))
        if named.trashed:
            return not_there(named)
        may_be_kept_secret = any(number >= FOUR_DIGITS for number in named.unknown)
        if turn.book.place or not named.unknown or may_be_kept_secret:
            return keep(turn)
        return no_such_entry(turn, named)


class ActionUnpin(BookAction):
    called = "action_unpin"
    changes = True

    def answer(self, turn: Turn) -> Outcome:
        named = pinning.unpin(turn.book, turn.slots.numbers("entry"))
        if named.kept:
            return reply("utter_unpinned", numbers=numbers_of(named.kept))
        return not_there(named)
