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
from scrapbook.text.due.recurrence import on_wall

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
    ("on_this_day", re.compile(r"\bthis\s+day\b", re.IGNORECASE)),
    ("round_ups", re.compile(r"\bround", re.IGNORECASE)),
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
    zone, (days, hour) = ZoneInfo(book.person.timezone), _USUAL[kind_in(text)]
    said = _behind_name(text) or days
    due = read_due(said, book.now, zone)
    if due and due.rule and not due.has_time:
        due = read_due(f"{said} at {hour}", book.now, zone)
        return replace(due, has_time=False) if due and due.rule else None
    return due if due and due.rule else None


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


_NAMES_BEFORE = re.compile(
    r"\W*(?:please\s+)?(?:prompt\s+me|on\s+this\s+day|(?:the\s+|my\s+|a\s+)?round[\s-]*ups?)\b", re.IGNORECASE
)


def _behind_name(text: str) -> str:
    """Return what follows the name of what is to be said."""
    return _NAMES_BEFORE.sub("", text, count=1).strip(" .!?,;:")
