"""Read quiet hours: ``quiet 23 to 8``, ``quiet from 10pm to 6:30``, ``quiet off``."""

import re
from dataclasses import dataclass

from scrapbook.text.clock import clock

_CLOCK = r"(\d{1,2})(?:[:.](\d\d))?\s?([ap])?\.?m?\.?"
_HOURS = re.compile(rf"\b{_CLOCK}\s*(?:to|till|til|until|-|–)\s*{_CLOCK}(?!\w)", re.IGNORECASE)
_OFF = re.compile(r"\b(?:off|no|none)\b", re.IGNORECASE)
_ON = re.compile(r"\bon\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AskedHours:
    """Quiet hours in minutes of the day; None where they are not said. None are wanted if both are equal."""

    begins: int | None
    ends: int | None


def quiet_hours_in(text: str) -> AskedHours | None:
    """Return the hours that a text asks for. None if it asks for none, or for hours that no day has."""
    if found := _HOURS.search(text):
        begins = _minute(found[1], found[2], found[3])
        ends = _minute(found[4], found[5], found[6])
        return None if begins is None or ends is None else AskedHours(begins, ends)
    if _OFF.search(text):
        return AskedHours(0, 0)
    return AskedHours(None, None) if _ON.search(text) else None


def clock_of(minute: int) -> str:
    """Return ``7:00`` for 420."""
    return clock(*divmod(minute, 60))


def _minute(hour: str, minute: str | None, half: str | None) -> int | None:
    hours, minutes = int(hour), int(minute or 0)
    if minutes > 59 or hours > (12 if half else 24) or (half and hours == 0):
        return None
    if half:
        hours = hours % 12 + (12 if half.lower() == "p" else 0)
    return hours % 24 * 60 + minutes
