"""The texts of requests that describe entries, and what they are answered if there are none."""

from actions.replies import reply
from actions.turn import Turn
from scrapbook.core.described import ENTRIES, Described
from scrapbook.store import TurnResult
from scrapbook.text.calendar_words import PERIODS


def request_text(turn: Turn) -> str:
    """Return the message with its period spelled correctly, if Rasa found one: ``yesterdya``."""
    written, period = turn.slots.text("period_as_written"), turn.slots.text("period")
    body = turn.message.body
    return body.replace(written, period) if written and period in PERIODS else body


def no_such_entries(which: Described) -> TurnResult:
    """Reply that nothing is saved of what a request describes."""
    if not which.narrows:
        return reply("utter_nothing_yet")
    if which.phrase == which.kind:
        return reply("utter_nothing_of_kind", kind=which.kind)
    if which.kind == ENTRIES and which.title == which.period:
        return reply("utter_nothing_then", when=which.when)
    return reply("utter_no_such_entries", entries=which.phrase)
