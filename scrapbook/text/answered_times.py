"""Read when a reminder is to come again from an answer to it: ``snooze 1h``, ``tomorrow``."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from scrapbook.text.due import Due, read_due
from scrapbook.text.due.recurrence import on_wall

USUAL = timedelta(hours=1)
"""How long a reminder is put off that is put off without a time."""

_PUTTING_OFF = re.compile(
    r"\s*(?:(?:please|ok|okay|not\s+now|no)[\s,.]+)*"
    r"(?:(?:snooze|postpone|delay|push|move|reschedule|shift|change|remind|ask)\b.*?(?=\b(?:to|till|til|until|by|for|on|at|in|again|later)\b"
    r"|\b\d|\s(?:an?|half|tom|next|this|every|mon|tue|wed|thu|fri|sat|sun|noon|mid)|$))?",
    re.IGNORECASE | re.DOTALL,
)
_TO = re.compile(r"\s*(?:again\b\s*)?(?:(?:to|till|til|until|by|for)\b\s*)?", re.IGNORECASE)
_MORE = re.compile(
    r"\b(?:(?P<before_number>(?:give\s+me\s+)?another\s+(?=\d))|(?:give\s+me\s+)?(?:another|(?P<number>\d+|an?|one)\s+more)\s+)",
    re.IGNORECASE,
)
"""What adds to the time that it has: "another hour", "10 more minutes"."""

_UNTIL_HOUR = re.compile(r"\s*(?:to|till?|until)\s+\d{1,2}(?:[:.]\d\d)?\s*", re.IGNORECASE)
_LENGTH = re.compile(
    r"(?:in\s+|for\s+)?(?:about\s+)?(?P<count>\d{1,3})\s?(?P<unit>m|min|mins|minutes?|h|hr|hrs|hours?|d|days?|w|weeks?)",
    re.IGNORECASE,
)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_CLOSING = re.compile(
    r"[\s.,!]*(?:(?:please|thanks|thank\s+you|again|instead|(?:at\s+)?(?:the\s+)?same\s+time)[\s.,!]*)*$",
    re.IGNORECASE,
)
_SPAN = re.compile(r"(?:an?\b|half\b|one\b|two\b|three\b|\d+\s+\w+)", re.IGNORECASE)
_LATER = frozenset({"", "later", "again", "again later", "a bit", "a while", "it", "that", "this"})


def answered_time(text: str, now: datetime, zone: ZoneInfo, due: datetime | None = None) -> Due | None:
    """Return until when an answer puts a reminder off. None if all of it is not surely a time.

    Without a time it is ``USUAL``; a day without a time keeps the time of day of the reminder.

    Args:
        now: aware; what is returned is later.
        zone: the time zone of the days and times in the text.
        due: when the reminder was due; None to take the usual hour of a day.
    """
    words = time_words(text)
    if words.lower() in _LATER:
        return Due((now + USUAL).astimezone(UTC), None, True, (0, 0))
    lead = "remind me "
    read = read_due(lead + words, now, zone)
    if read is None or not _is_whole(read, lead + words, len(lead)):
        return None
    if read.has_time or read.rule or due is None:
        return read
    day, clock = read.at.astimezone(zone).date(), due.astimezone(zone).time()
    at = on_wall(day, clock, zone)
    return replace(read, at=at) if at > now else read


def time_words(text: str) -> str:
    """Return the words of an answer that say when, with units spelled out: ``in 1 hours`` for ``1h``."""
    rest = _PUTTING_OFF.sub("", " ".join(text.split()), count=1)
    rest = _MORE.sub(lambda found: "" if found["before_number"] else f"{found['number'] or 'an'} ", rest)
    words = _CLOSING.sub("", _TO.sub("", rest, count=1)).strip()
    if _UNTIL_HOUR.fullmatch(_CLOSING.sub("", rest)):
        return f"at {words}"
    found = _LENGTH.fullmatch(words)
    if found:
        return f"in {found['count']} {_UNITS[found['unit'][0].lower()]}"
    is_span = _SPAN.match(words) and re.search(
        r"\b(?:minute|min|hour|day|week|month)s?$", words, re.IGNORECASE
    )
    return f"in {words}" if is_span else words


def _is_whole(read: Due, text: str, start: int) -> bool:
    """Return whether the words that were read are all of them, but for what joins them."""
    first, end = read.span
    if end == 0:
        return True
    return (
        not re.search(r"\w", text[end:])
        and re.fullmatch(r"\W*(?:(?:in|on|at|by|for)\W*)?", text[start:first]) is not None
    )
