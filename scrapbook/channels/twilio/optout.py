"""The one-word messages with which people opt out and in, and ask for help.

Twilio answers them itself on carriers' channels (SMS, MMS), where only a message of the single word counts:
https://help.twilio.com/articles/223134027. On WhatsApp it leaves them to the app, unless the keywords of a
Messaging Service's Advanced Opt-Out are on; then the webhook says what it took a message for:
https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
"""

import string
from enum import StrEnum

from scrapbook.messaging.addresses import WHATSAPP, Address


class OptOut(StrEnum):
    """What such a message asks for; the values are those of ``OptOutType``."""

    OUT = "STOP"
    IN = "START"
    HELP = "HELP"


_CARRIERS = {
    **dict.fromkeys(
        ("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"), OptOut.OUT
    ),
    **dict.fromkeys(("start", "yes", "unstop"), OptOut.IN),
    **dict.fromkeys(("help", "info"), OptOut.HELP),
}

# "cancel", "end", "quit" and "yes" are words of a conversation where Twilio does not take them.
_WHATSAPP = {
    word: request for word, request in _CARRIERS.items() if word not in {"cancel", "end", "quit", "yes"}
}


def opt_out(body: str, address: str, opt_out_type: str = "", *, has_media: bool = False) -> OptOut | None:
    """Return what a message asks for; None for an ordinary message.

    Where Twilio does not say it, the text must be one of the words, in any case, with nothing but spaces and
    line breaks around it. A word with a mark ("Stop.", "(end)"), or one that only looks like it, is a
    thought: if Twilio should take it for an opt-out nevertheless, it refuses the reply with error 21610,
    which is recorded. A mistake the other way would silence the assistant for good.

    Args:
        address: of the sender.
        opt_out_type: the webhook's ``OptOutType``; it takes precedence over ``body``.
        has_media: whether files came with it. Then its text is a caption.
    """
    try:
        return OptOut(opt_out_type.strip().upper())
    except ValueError:
        word = body.strip(string.whitespace)
        if has_media or not word.isascii():
            return None
        words = _WHATSAPP if Address.parse(address).kind == WHATSAPP else _CARRIERS
        return words.get(word.lower())


def is_answered_by_twilio(address: str, opt_out_type: str = "") -> bool:
    """Return whether Twilio answers such a message of that sender."""
    return bool(opt_out_type.strip()) or Address.parse(address).kind != WHATSAPP
