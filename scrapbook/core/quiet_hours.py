"""The hours in which nothing is said unasked, and how much may be said unasked on a day.

An explicit time wins: who asked to be reminded at 23:00 is. What the scrapbook chose itself waits: the usual
hour of a day, what could not be said in time, and whatever nobody asked for at that hour.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scrapbook.core.book import Book
from scrapbook.store import Person, QuietHours, Transaction
from scrapbook.text.due.recurrence import on_wall

MAX_UNASKED = 48
"""Messages that a person gets unasked on a day: every half hour. More is nobody's wish, but a mistake."""


def quiet_until(tx: Transaction, person: Person, now: datetime) -> datetime | None:
    """Return when the quiet hours of a person end; None if it is not quiet at ``now``."""
    hours = tx.quiet_hours.of(person.id)
    zone = ZoneInfo(person.timezone)
    local = now.astimezone(zone)
    return _end(hours, local, zone) if _is_quiet(hours, local.hour * 60 + local.minute) else None


def has_said_enough(tx: Transaction, person: Person, now: datetime) -> bool:
    """Return whether no more is said to a person unasked on the day of ``now``."""
    today = now.astimezone(ZoneInfo(person.timezone)).date()
    midnight = on_wall(today, time(), ZoneInfo(person.timezone))
    return tx.outbound_messages.count_unasked(person.id, midnight) >= MAX_UNASKED


def next_morning(tx: Transaction, person: Person, now: datetime) -> datetime:
    """Return when the quiet hours of the following night end; without quiet hours the next midnight."""
    zone = ZoneInfo(person.timezone)
    hours = tx.quiet_hours.of(person.id)
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    is_night = hours.begins != hours.ends
    return _at(tomorrow, hours.ends if is_night else 0, zone)


def set_quiet_hours(book: Book, hours: QuietHours) -> None:
    """Set the quiet hours of the person; none if they begin when they end."""
    with book.recording("quiet_hours"):
        book.tx.quiet_hours.set(book.person.id, hours)


def _is_quiet(hours: QuietHours, minute: int) -> bool:
    if hours.begins <= hours.ends:
        return hours.begins <= minute < hours.ends
    return minute >= hours.begins or minute < hours.ends


def _end(hours: QuietHours, local: datetime, zone: ZoneInfo) -> datetime:
    is_before = local.hour * 60 + local.minute < hours.ends
    return _at(local.date() if is_before else local.date() + timedelta(days=1), hours.ends, zone)


def _at(day: date, minute: int, zone: ZoneInfo) -> datetime:
    return on_wall(day, time(minute // 60, minute % 60), zone)
