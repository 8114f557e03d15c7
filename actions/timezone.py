"""The clock that "today" goes by."""

from actions.action import BookAction
from actions.replies import ask, numbered, quoted, reply
from actions.turn import Turn
from scrapbook.book.asking import TimezoneSet, set_timezone
from scrapbook.matching import Outcome as Certainty
from scrapbook.store import Outcome


class ActionSetTimezone(BookAction):
    called = "action_set_timezone"

    def answer(self, turn: Turn) -> Outcome:
        typed = turn.slots.text("timezone")
        if typed is None:
            return reply("utter_timezone_is", timezone=turn.book.person.timezone)
        found = set_timezone(turn.book, typed)
        if isinstance(found, TimezoneSet):
            return reply("utter_timezone_set", timezone=found.new, old=found.old)
        if found.outcome is Certainty.TORN:
            ask(turn.book, self.called, {}, "timezone", found.candidates)
            return reply("utter_which_timezone", options=numbered(found.candidates))
        return reply("utter_no_timezone", timezone=quoted(typed))
