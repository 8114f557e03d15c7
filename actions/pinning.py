"""Pin entries, which lists them first in their topic, and unpin them."""

import re

from actions.action import BookAction
from actions.entry_numbers import NOT_CLEAR, named_numbers
from actions.receipts import save_message
from actions.replies import no_such_entry, not_there, numbers_of, reply
from actions.turn import Turn
from scrapbook.core import pinning
from scrapbook.store import TurnResult

MIN_BANK_PIN = 1000
_LONG = re.compile(r"\d{4}")


class ActionPin(BookAction):
    """Pin entries by number.

    ``pin 4417`` is saved as a thought if there is no such entry: four digits or more may be a bank PIN.
    """

    action_name = "action_pin"
    is_destructive = True

    def answer(self, turn: Turn) -> TurnResult:
        numbers = named_numbers(turn, self.action_name, means_that=True)
        if isinstance(numbers, TurnResult):
            is_pin = _LONG.search(turn.message.body) and numbers.response in NOT_CLEAR
            return save_message(turn) if is_pin else numbers
        named = pinning.pin(turn.book, numbers)
        if named.saved:
            return reply("utter_pinned", numbers=numbers_of(named.saved))
        if named.trashed or named.others:
            return not_there(named)
        may_be_bank_pin = any(number >= MIN_BANK_PIN for number in named.unknown)
        if turn.book.replaces or not named.unknown or may_be_bank_pin:
            return save_message(turn)
        return no_such_entry(named)


class ActionUnpin(BookAction):
    action_name = "action_unpin"
    is_destructive = True

    def answer(self, turn: Turn) -> TurnResult:
        numbers = named_numbers(turn, self.action_name, means_that=True)
        if isinstance(numbers, TurnResult):
            return numbers
        named = pinning.unpin(turn.book, numbers)
        if named.saved:
            return reply("utter_unpinned", numbers=numbers_of(named.saved))
        return not_there(named)
