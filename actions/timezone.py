"""Show and set a person's time zone."""

from actions.action import BookAction
from actions.replies import numbered, quoted, reply
from actions.turn import Turn
from scrapbook.core.open_questions import ask
from scrapbook.core.timezone import TimezoneSet, set_timezone
from scrapbook.store import TurnResult
from scrapbook.text.fuzzy_match import MatchOutcome


class ActionSetTimezone(BookAction):
    action_name = "action_set_timezone"

    def answer(self, turn: Turn) -> TurnResult:
        typed = turn.slots.text("timezone")
        if typed is None:
            return reply("utter_timezone_is", timezone=turn.book.person.timezone)
        found = set_timezone(turn.book, typed)
        if isinstance(found, TimezoneSet):
            return reply("utter_timezone_set", timezone=found.new, old=found.old)
        if found.outcome is MatchOutcome.AMBIGUOUS:
            ask(turn.book, self.action_name, {}, "timezone", found.candidates)
            return reply("utter_which_timezone", options=numbered(found.candidates))
        return reply("utter_no_timezone", timezone=quoted(typed))
