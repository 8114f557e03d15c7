"""Parse addresses: ``+15550100`` for SMS and MMS, ``whatsapp:+15550100``, ``kind:value`` for other
channels."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Self
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import timezone as timezones

from scrapbook.errors import AddressInvalid

SMS = "sms"
WHATSAPP = "whatsapp"
PHONE_NUMBERS = frozenset({SMS, WHATSAPP})
"""The kinds of addresses whose value is a phone number."""

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
"""ITU-T E.164: 15 digits at most, and no number in use has fewer than seven with its country code."""

_MAX_DIFFERENCE = timedelta(hours=2)
"""Between the time zones of a country for which its main one is a good guess."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person can be reached.

    It is written ``kind:value``; a phone number for SMS and MMS is written without its kind.

    Attributes:
        kind: says which channel carries it.
        value: the address on that channel, such as a phone number.
    """

    kind: str
    value: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the parsed address. The value is not checked."""
        kind, colon, value = text.partition(":")
        return cls(kind.lower(), value) if colon else cls(SMS, text)

    def __str__(self) -> str:
        return self.value if self.kind == SMS else f"{self.kind}:{self.value}"

    @property
    def is_phone_number(self) -> bool:
        return self.kind in PHONE_NUMBERS


def normalize(text: str, kinds: Collection[str] | None = PHONE_NUMBERS) -> str:
    """Return the address that ``text`` means; a phone number may have spaces and brackets.

    Args:
        kinds: the kinds that are accepted; None for any.

    Raises:
        AddressInvalid: the number is not valid or lacks the country code, or the kind is not accepted.
    """
    address = Address.parse(text.strip())
    if address.is_phone_number:
        return str(Address(address.kind, _e164(address.value)))
    is_known = kinds is None or address.kind in kinds
    if not is_known or not address.value or re.search(r"\s", str(address)):
        raise AddressInvalid
    return str(address)


def without_channel(address: str) -> str:
    """Return the value of an address without its kind, such as the phone number."""
    return Address.parse(address).value


def sms_and_whatsapp(text: str) -> tuple[str, ...]:
    """Return both addresses of a phone number without a kind; of any other address, itself."""
    address = Address.parse(normalize(text))
    return (str(address), str(Address(WHATSAPP, address.value))) if address.kind == SMS else (str(address),)


def guess_timezone(address: str) -> str:
    """Return the IANA name of the time zone of a phone number; "UTC" if it is not known.

    A number that may be in several time zones of its country gets the country's main one if all of them lie
    within two hours, so that the time is wrong by two hours at most.
    """
    known = Address.parse(normalize(address, kinds=None))
    if not known.is_phone_number:
        return "UTC"
    number = _parsed(known.value)
    zones = [zone for zone in timezones.time_zones_for_number(number) if zone != "Etc/Unknown"]
    if len(zones) == 1:
        return zones[0]
    main = next((zone for zone in _zones_of(_region(number)) if zone in zones), None)
    return main if main and _lie_close(zones) else "UTC"


def region(address: str) -> str:
    """Return the ISO 3166 code of the country of a phone number; empty if it is not known."""
    parsed = Address.parse(address)
    try:
        return _region(_parsed(parsed.value)) if parsed.is_phone_number else ""
    except AddressInvalid:
        return ""


def _e164(text: str) -> str:
    formatted = phonenumbers.format_number(_parsed(text), phonenumbers.PhoneNumberFormat.E164)
    if not _E164.fullmatch(formatted):
        raise AddressInvalid
    return formatted


def _parsed(text: str) -> phonenumbers.PhoneNumber:
    try:
        return phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        # The cause's message may quote the number.
        raise AddressInvalid from None


def _region(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.region_code_for_number(number) or ""


def _lie_close(zones: list[str]) -> bool:
    offsets = [datetime(2025, 1, 1, tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset() for zone in zones]
    known = [offset for offset in offsets if offset is not None]
    return max(known) - min(known) <= _MAX_DIFFERENCE


@cache
def _zones_of(region: str) -> tuple[str, ...]:
    """Return the region's zones in the order of zone.tab, which usually starts with the most populous."""
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return tuple(row[2] for row in rows if row[0] == region)
