"""The one-word messages that Twilio and the carriers take for themselves.

https://help.twilio.com/articles/223134027
"""

import unicodedata
from enum import StrEnum

_STOP = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
_START = frozenset({"start", "yes", "unstop"})
_HELP = frozenset({"help", "info"})


class OptOut(StrEnum):
    """What such a message asks for."""

    OUT = "STOP"
    IN = "START"
    HELP = "HELP"


_BY_WORD = (
    dict.fromkeys(_STOP, OptOut.OUT) | dict.fromkeys(_START, OptOut.IN) | dict.fromkeys(_HELP, OptOut.HELP)
)


def opt_out(body: str, opt_out_type: str = "") -> OptOut | None:
    """What the message asks of the carrier, or None when it is an ordinary message.

    ``opt_out_type`` is the webhook's ``OptOutType``, which Twilio sets where Advanced Opt-Out is on, for
    words of the customer's own too: it goes before the words known here. Whoever texts "Stop!" wants it to
    stop; any other word that is more than itself ("Yes!", "end?") is a message like any other.
    """
    try:
        return OptOut(opt_out_type.strip().upper())
    except ValueError:
        asked = _BY_WORD.get(body.strip().casefold())
        return asked or (OptOut.OUT if _bare(body).casefold() in _STOP else None)


def _bare(text: str) -> str:
    """``text`` without the spaces and punctuation around it."""
    inner = [position for position, character in enumerate(text) if not _surrounds(character)]
    return text[inner[0] : inner[-1] + 1] if inner else ""


def _surrounds(character: str) -> bool:
    return character.isspace() or unicodedata.category(character)[0] in "PZC"
