"""Asking before something is changed, where the message did not begin with the command for it."""

from collections.abc import Mapping
from typing import cast

from actions.receipts import keep
from actions.replies import ask, quoted, reply
from actions.turn import Slots, Turn
from scrapbook.store import JsonValue, Outcome

CONFIRMED = "action_confirmed"
YES, KEEP = "yes", "keep"


def ask_first(turn: Turn, action: str) -> Outcome:
    """A memo is not asked about but kept: it may have been misheard, and would be gone."""
    if turn.message.is_memo:
        return keep(turn)
    given = {**turn.slots.given(), "only_understood": False}
    asked: dict[str, JsonValue] = {"action": action, "message_sid": turn.book.message_sid, "slots": given}
    ask(turn.book, CONFIRMED, asked, "answer", [YES, KEEP])
    return reply("utter_confirm", words=quoted(turn.message.body))


def asked_about(turn: Turn) -> Turn:
    """The turn that was asked about, from that of the answer."""
    sid, slots = turn.slots.text("message_sid") or "", turn.slots.given().get("slots")
    message = turn.book.tx.messages.get(sid)
    return Turn(turn.book, message, Slots(cast("Mapping[str, JsonValue]", slots)))
