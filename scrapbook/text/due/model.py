"""What a text says about the time of a reminder."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Due:
    """When a reminder is due.

    Attributes:
        at: when it is due first; aware, in UTC.
        rule: how it comes again, as a recurrence of RFC 5545 without DTSTART, in local wall time
            (``FREQ=WEEKLY;BYDAY=MO,TU;BYHOUR=7;BYMINUTE=0``). None if it is due once.
        has_time: whether a time of day was named. Without one, ``at`` is at the usual hour.
        span: the index at which the words of time begin in the text, and that at which they end. If they are
            in two places, those of the place that names the day.
    """

    at: datetime
    rule: str | None
    has_time: bool
    span: tuple[int, int]
