"""Phone numbers as addresses: ``+15550100`` for SMS and MMS, ``whatsapp:+15550100`` for WhatsApp."""

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import timezone as timezones

from scrapbook.errors import AddressInvalid

WHATSAPP = "whatsapp:"

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
"""ITU-T E.164: 15 digits at most, and no number in use has fewer than seven with its country code."""

_CLOSE = timedelta(hours=2)


def normalise(text: str) -> str:
    """The address that ``text`` means, however it is spaced and bracketed.

    AddressInvalid when there is no such number, or no country code.
    """
    stripped = text.strip()
    if stripped.lower().startswith(WHATSAPP):
        return WHATSAPP + _e164(stripped[len(WHATSAPP) :])
    return _e164(stripped)


def plain(address: str) -> str:
    """The number alone, without its channel."""
    return address.removeprefix(WHATSAPP)


def both_channels(text: str) -> tuple[str, ...]:
    """The SMS and the WhatsApp address of a plain number; of one that names its channel, that one alone."""
    address = normalise(text)
    return (address,) if address.startswith(WHATSAPP) else (address, WHATSAPP + address)


def guess_timezone(address: str) -> str:
    """The IANA name of the time zone in which the number is at home, "UTC" where that cannot be told.

    A number that could be anywhere in its country gets the country's main zone if all of the country's
    zones lie within two hours: the clock is then wrong by little, or not at all.
    """
    number = _parsed(plain(normalise(address)))
    zones = [zone for zone in timezones.time_zones_for_number(number) if zone != "Etc/Unknown"]
    if len(zones) == 1:
        return zones[0]
    main = next((zone for zone in _zones_of(_region(number)) if zone in zones), None)
    return main if main and _lie_close(zones) else "UTC"


def _e164(text: str) -> str:
    formatted = phonenumbers.format_number(_parsed(text), phonenumbers.PhoneNumberFormat.E164)
    if not _E164.fullmatch(formatted):
        raise AddressInvalid
    return formatted


def _parsed(text: str) -> phonenumbers.PhoneNumber:
    try:
        return phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        # Its message may quote the number.
        raise AddressInvalid from None


def _region(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.region_code_for_number(number) or ""


def _lie_close(zones: list[str]) -> bool:
    offsets = [datetime(2025, 1, 1, tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset() for zone in zones]
    known = [offset for offset in offsets if offset is not None]
    return max(known) - min(known) <= _CLOSE


@cache
def _zones_of(region: str) -> tuple[str, ...]:
    """The region's zones in the order of zone.tab, which in general starts with the most populous."""
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return tuple(row[2] for row in rows if row[0] == region)
