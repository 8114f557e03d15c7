"""Say something to a person again and again, while they want it: prompts, this day, what the week held.

All of it is off until a text switches it on. ``saying_recurring.py`` says it.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from scrapbook.core.book import Book
from scrapbook.model.exported import SaidAgain
from scrapbook.store import RecurringKind, RecurringMessage
from scrapbook.text.due import Due, following, read_due, say_due
from scrapbook.text.due.recurrence import join_parts, on_wall, parts_of

ANSWERED_WITHIN = timedelta(hours=2)
"""For how long a text is the answer to the question that was asked."""

MAX_PASSED_OVER = 1000
"""Times that are passed over one by one in what an export tells of; an older one begins anew."""

JOURNAL = "journal"
"""The topic of the answers."""

NAMES: Mapping[RecurringKind, str] = {
    "prompts": "prompts",
    "on_this_day": "on this day",
    "round_ups": "round-ups",
}
"""What each is called in the text that switches it off."""

_USUAL: Mapping[RecurringKind, tuple[str, str]] = {
    "prompts": ("every day", "21:00"),
    "on_this_day": ("every day", "8:00"),
    "round_ups": ("every sunday", "18:00"),
}
"""On which days, and at which time, each is said if that is left open."""

_KINDS: tuple[tuple[RecurringKind, re.Pattern[str]], ...] = (
    ("on_this_day", re.compile(r"\b(?:this\s+day|memories)\b", re.IGNORECASE)),
    ("round_ups", re.compile(r"\b(?:round|(?:summary|recap|digest)\b|sum\s+up\b)", re.IGNORECASE)),
)


def kind_in(text: str) -> RecurringKind:
    """Return what a text that switches something on or off is about."""
    for kind, pattern in _KINDS:
        if pattern.search(text):
            return kind
    return "prompts"


def times_in(book: Book, text: str) -> Due | None:
    """Return when a text wants something said again and again; None if it names times that do not recur.

    A text that names no time means the usual one; one that names days alone, the usual hour.
    """
    zone, kind = ZoneInfo(book.person.timezone), kind_in(text)
    (days, hour), said = _USUAL[kind], _behind_name(text)
    if not said or (kind == "round_ups" and said.lower() in _WEEKLY):
        said = days
    due = read_due(said, book.now, zone)
    if due and due.rule is None and due.has_time:
        return _at_another_time(book, kind, due, zone)
    if due and due.rule and not due.has_time:
        due = read_due(f"{said} at {hour}", book.now, zone)
        return replace(due, has_time=False) if due and due.rule else None
    return due if due and due.rule else None


def _at_another_time(book: Book, kind: RecurringKind, due: Due, zone: ZoneInfo) -> Due | None:
    """Return when something is said already, at the time of day of ``due``; None if it is off."""
    known = book.tx.recurring.of_kind(book.person.id, kind)
    if known is None:
        return None
    local = due.at.astimezone(zone).time()
    rule = join_parts(parts_of(known.rule) | {"BYHOUR": str(local.hour), "BYMINUTE": str(local.minute)})
    at = on_wall(known.occurs_at.astimezone(zone).date(), local, zone)
    first = at if at > book.now else following(rule, at, zone)
    return Due(first, rule, has_time=True, span=due.span) if first else None


def switch_on(book: Book, kind: RecurringKind, due: Due) -> RecurringMessage | None:
    """Say something to the person by the rule of ``due``, from its time on. Returns what that replaces."""
    before = book.tx.recurring.of_kind(book.person.id, kind)
    with book.recording("switch_on", what=NAMES[kind]):
        book.tx.recurring.put(book.person.id, kind, due.rule or "", due.at, has_time=due.has_time)
    return before


def switch_on_again(book: Book, said: SaidAgain, timezone: str, own: str) -> None:
    """Say what an export tells of at the same time of day, within the change of its import.

    Nothing is done if something of the kind is said already, or the rule has ended.

    Args:
        timezone: the IANA name of the zone in which it was said.
        own: that of the person.
    """
    zone = ZoneInfo(own)
    local = said.occurs_at.astimezone(ZoneInfo(timezone))
    at: datetime | None = on_wall(local.date(), local.time(), zone)
    for _ in range(MAX_PASSED_OVER):  # one after the other, since every second week counts from the last
        if at is None or at > book.now:
            break
        at = following(said.rule, at, zone)
    if at is not None and at <= book.now:
        at = following(said.rule, book.now, zone)
    if at is not None and book.tx.recurring.of_kind(book.person.id, said.kind) is None:
        book.tx.recurring.put(book.person.id, said.kind, said.rule, at, has_time=said.has_time)


def switch_off(book: Book, kind: RecurringKind) -> bool:
    """Say something no more. Returns whether it was said."""
    found = book.tx.recurring.of_kind(book.person.id, kind)
    if found:
        with book.recording("switch_off", what=NAMES[kind]):
            book.tx.recurring.remove(found.id)
    return found is not None


def switch_all_off(book: Book) -> int:
    """Say nothing again and again any more. Returns how much of it was on."""
    found = book.tx.recurring.of_person(book.person.id)
    for one in found:
        book.tx.recurring.remove(one.id)
    return len(found)


def format_times(book: Book, at: datetime, rule: str) -> str:
    """Return when something is said, such as ``every day at 21:00, first on Monday 2 March``."""
    return say_due(Due(at, rule, True, (0, 0)), book.now, ZoneInfo(book.person.timezone))


def open_question(book: Book) -> RecurringMessage | None:
    """Return the prompt whose question the message may answer; None if there is none."""
    found = book.tx.recurring.of_kind(book.person.id, "prompts")
    if found is None or found.question is None or found.asked_at is None:
        return None
    return found if timedelta() <= book.now - found.asked_at <= ANSWERED_WITHIN else None


def move_to_timezone(book: Book, old: str, new: str) -> None:
    """Say all of it at the same time of day by the clock of another time zone."""
    before, zone = ZoneInfo(old), ZoneInfo(new)
    for one in book.tx.recurring.of_person(book.person.id):
        local = one.occurs_at.astimezone(before)
        at = on_wall(local.date(), local.time(), zone)
        further = at if at > book.now else following(one.rule, at, zone)
        if further:
            book.tx.recurring.pass_on(one.id, further, one.rule)


_NAME = re.compile(
    r"\b(?:please|pls|plz|can|could|would|may|you|i(?:['’]d)?|want|need|like|have|get|receive|be|me|my|our|some|another|one|"
    r"ask(?:ing)?|send(?:ing)?|text(?:ing)?|giv(?:e|ing)|message|prompt(?:s|ed|ing)?|questions?|something|anything|things"
    r"|start|turn|switch|change|move|set|make|put|reschedule|shift|instead|memories|with|week's|(?:of|for)\s+(?:my|the|our|this)\s+week|sum\s+up(?:\s+(?:my|the|our)\s+week)?"
    r"|round[\s-]*ups?(?:\s+(?:my|the|our)\s+week)?|summary|recap|digest|(?:on\s+)?this\s+day|in\s+(?:other|earlier|past)\s+years"
    r"|to(?=\s+(?:get|have|receive|be)\b)|(?:an?|the)(?=\s+(?:(?:daily|nightly|weekly)\s+)?"
    r"(?:questions?|prompts?|round|summary|recap|digest)\b)"
    r"|on(?=[\s.!]*$|\s+(?:the\s+|my\s+)?(?:prompts?|questions?|round|summary|recap|digest|on)\b))(?!\w)",
    re.IGNORECASE,
)
"""The words that say what is to be said, and those around them; the rest says when."""

_WEEKLY = frozenset({"weekly", "every week", "each week"})
"""What leaves the day of a round-up open."""


def _behind_name(text: str) -> str:
    """Return the words that say when something is to be said; empty if there are none."""
    rest = " ".join(_NAME.sub(" ", text).split()).strip(" .!?,;:")
    return re.sub(r"^(?:to|for)\s+", "", rest, flags=re.IGNORECASE)
