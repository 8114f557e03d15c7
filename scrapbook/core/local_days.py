"""Days and months in the time zone of a person."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scrapbook.core.book import Book


def zone_of(book: Book) -> ZoneInfo:
    """Return the time zone of the person."""
    return ZoneInfo(book.person.timezone)


def today(book: Book) -> date:
    """Return the day that it is where the person is."""
    return book.now.astimezone(zone_of(book)).date()


def day_of(book: Book, at: datetime) -> date:
    """Return the day on which it was then where the person is."""
    return at.astimezone(zone_of(book)).date()


def midnight(book: Book, day: date) -> datetime:
    """Return when a day begins where the person is."""
    return datetime.combine(day, time.min, zone_of(book))


def month_after(month: date) -> date:
    """Return the first day of the month after the one of that day; of December 9999, its last day."""
    try:
        return (month.replace(day=1) + timedelta(days=32)).replace(day=1)
    except OverflowError:
        return date.max
