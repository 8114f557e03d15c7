"""Numbers as Twilio writes them: ``+15550100``, or ``whatsapp:+15550100``."""

import re

_NUMBER = re.compile(r"(whatsapp:)?\+[1-9][0-9]{6,14}")
_WHATSAPP = "whatsapp:"


def is_address(value: str) -> bool:
    """Whether this is E.164, with or without a channel before it."""
    return _NUMBER.fullmatch(value) is not None


def is_whatsapp(address: str) -> bool:
    """Whether this is a WhatsApp address."""
    return address.startswith(_WHATSAPP)


def bare(address: str) -> str:
    """The number without its channel."""
    return address.removeprefix(_WHATSAPP)


def on_channel_of(address: str, number: str) -> str:
    """``number``, on the channel that ``address`` is on."""
    return _WHATSAPP + number if is_whatsapp(address) else number
