"""Numbers as Twilio writes them: ``+15550100``, or ``whatsapp:+15550100``."""

import re

_NUMBER = re.compile(r"(whatsapp:)?\+[1-9][0-9]{6,14}")
_WHATSAPP = "whatsapp:"


def is_address(value: str) -> bool:
    """Return whether this is an E.164 number, possibly with ``whatsapp:`` before it."""
    return _NUMBER.fullmatch(value) is not None


def is_whatsapp(address: str) -> bool:
    """Return whether this is a WhatsApp address."""
    return address.startswith(_WHATSAPP)


def without_channel(address: str) -> str:
    """Return the number without ``whatsapp:``."""
    return address.removeprefix(_WHATSAPP)


def on_channel_of(address: str, number: str) -> str:
    """Return ``number`` as an address of the channel of ``address``."""
    return _WHATSAPP + number if is_whatsapp(address) else number
