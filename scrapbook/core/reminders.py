"""Reminders: entries under the topic ``reminders``, or with a due date, and when they are said."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from scrapbook.core.book import Book
from scrapbook.core.reply_context import said_in_answered
from scrapbook.core.saving import Saved, save_text
from scrapbook.store import DueReminder, Entry, Media, Reminder
from scrapbook.text.due import Due, following, read_due, say_due, used_up, weekday_named
from scrapbook.text.due.recurrence import on_wall
from scrapbook.text.parsed_text import ParsedText
from scrapbook.text.reminded_task import reminded_task
from scrapbook.text.spelling import normalized_name

REMINDERS = "reminders"

ANSWERED_WITHIN = timedelta(days=1)
"""For how long "done" means what was said last."""


def save_reminder(book: Book, message: ParsedText, media: Sequence[Media] = ()) -> Saved | None:
    """Save the message under ``reminders``, due when it says. Returns None if there is nothing to save."""
    due = due_in(book, message.text)
    saved = save_text(book, message, REMINDERS, media, due.at if due else None)
    if saved and due:
        _put(book, saved.entry, due)
    return saved


def read_again(book: Book, entry: Entry, words: str) -> None:
    """Remind of an entry when its new words say, or not at all. To be called while recording."""
    due = due_in(book, words)
    book.tx.entries.set_due(entry.id, due.at if due else None)
    if due:
        _put(book, entry, due)
    else:
        book.tx.reminders.remove(entry.id)


def remind_also(book: Book, entry: Entry, words: str) -> None:
    """Remind of an entry when words that are added to it say, if they do. To be called while recording."""
    if due := due_in(book, words):
        book.tx.entries.set_due(entry.id, due.at)
        _put(book, entry, due)


def reschedule(book: Book, entry: Entry, due: Due) -> None:
    """Remind of an entry at another time.

    What comes again goes on as before if the new time does not come again itself: only its next time is
    another one.
    """
    known = book.tx.reminders.of_entry(entry.id)
    with book.recording("reschedule", entry=entry.number):
        if known and known.rule and not due.rule and known.state == "waiting":
            book.tx.reminders.put_off(known.id, due.at)
        else:
            _put(book, entry, due)
        book.tx.entries.set_due(entry.id, due.at)


def meant(book: Book) -> list[DueReminder]:
    """Return the reminders that "done" and "tomorrow" mean.

    That is what the message said which the text answers, if its sender chose one; else what was said last.
    """
    message = book.tx.messages.find(book.message_id) if book.message_id else None
    if message and message.replied_to is not None:
        return said_in_answered(book.tx, message)
    last = book.tx.reminders.said_last(book.person.id, book.now - ANSWERED_WITHIN)
    return book.tx.reminders.said_in(last[0]) if last else []


def of_entries(book: Book, entries: Sequence[Entry]) -> list[DueReminder]:
    """Return the reminders that entries have, whether they were said or not."""
    known = {one.entry_id: one for one in book.tx.reminders.of_entries([entry.id for entry in entries])}
    return [
        DueReminder(known[entry.id], entry.number, entry.text, entry.created_at, is_deleted=False)
        for entry in entries
        if entry.id in known
    ]


def put_off(book: Book, said: Sequence[DueReminder], until: datetime) -> None:
    """Say reminders once more at that time. One that comes again comes then, too."""
    with book.recording("put_off", entries=[one.number for one in said]):
        for one in said:
            book.tx.reminders.put_off(one.reminder.id, until)
            book.tx.entries.set_due(one.reminder.entry_id, until)


def finish(book: Book, done: Sequence[DueReminder]) -> list[Reminder]:
    """Record that what reminders are about is done, and return them as they are then.

    One that comes again goes on. If it was not said within ``ANSWERED_WITHIN``, it is done before its time:
    that one is passed over.
    """
    with book.recording("finish", entries=[one.number for one in done]):
        for one in done:
            _finish(book, one.reminder)
    return book.tx.reminders.of_entries([one.reminder.entry_id for one in done])


def stop(book: Book) -> int:
    """Say no reminder of those that there are, until ``go_on``. Returns how many that are."""
    with book.recording("pause_reminders"):
        return book.tx.reminders.change_state_of_all(book.person.id, "waiting", "paused")


def go_on(book: Book) -> int:
    """Say the paused reminders again. Returns how many that are. To be called while recording.

    Of one that comes again, the times that are over are passed over; one that does not is said now.
    """
    zone = ZoneInfo(book.person.timezone)
    for one in book.tx.reminders.of_person(book.person.id, "paused", until=book.now):
        further = _first_after(one.reminder, book.now, zone)
        if further:
            book.tx.reminders.reschedule(one.reminder.id, further, book.person.timezone, one.reminder.rule)
            book.tx.entries.set_due(one.reminder.entry_id, further)
    return book.tx.reminders.change_state_of_all(book.person.id, "paused", "waiting")


def move_to_timezone(book: Book, old: str, new: str) -> None:
    """Compute the times of the waiting reminders again, because the person's clock is another one.

    What comes again keeps its time on the clock of the wall. So does a time that was said by the clock ("at
    5") and not changed since; "in two hours", and what was put off, stays the moment that it is.
    """
    before, zone = ZoneInfo(old), ZoneInfo(new)
    for one in book.tx.reminders.of_person(book.person.id, "waiting"):
        at = _moved(one, before, zone, book.now)
        if at and at > book.now and at != one.reminder.due_at:
            book.tx.reminders.reschedule(one.reminder.id, at, new, one.reminder.rule)
            book.tx.entries.set_due(one.reminder.entry_id, at)


def waiting(book: Book, since: datetime | None = None, until: datetime | None = None) -> list[DueReminder]:
    """Return the person's reminders that will be said, in that order.

    Args:
        since: those that are due then or later.
        until: those that are due earlier.
    """
    return book.tx.reminders.of_person(book.person.id, "waiting", since, until)


def undated(book: Book, limit: int | None = None) -> list[Entry]:
    """Return the person's reminders of which it is not known when they are due, newest first.

    Args:
        limit: at most so many.
    """
    topic = book.topic(REMINDERS)
    ids = book.tx.reminders.undated(book.person.id, topic.id, limit) if topic else ()
    return book.tx.entries.by_ids(book.person.id, ids)


def paused(book: Book) -> int:
    """Return how many reminders of the person are paused."""
    return len(book.tx.reminders.of_person(book.person.id, "paused"))


def reminders(book: Book) -> list[Entry]:
    """Return the reminders of the person, newest first."""
    topic = book.topic(REMINDERS)
    return book.tx.entries.list(book.person.id, topic_id=topic.id, with_others=False) if topic else []


def is_reminder(entry: Entry) -> bool:
    """Return whether an entry has a due date or is in the topic ``reminders``."""
    return entry.due_at is not None or is_under_reminders(entry)


def is_under_reminders(entry: Entry) -> bool:
    """Return whether an entry is filed under ``reminders``."""
    return normalized_name(entry.topic or "") == REMINDERS


def due_in(book: Book, words: str) -> Due | None:
    """Return when ``words`` say that something is due, in the person's time zone; None if not for sure."""
    return read_due(words, book.now, ZoneInfo(book.person.timezone))


def weekday_mistaken(book: Book, entry: Entry) -> str | None:
    """Return the weekday that the text names with its date, if the date is on another one."""
    named = weekday_named(entry.text) if entry.due_at else None
    local = entry.due_at.astimezone(ZoneInfo(book.person.timezone)) if entry.due_at else None
    return named if local and named != f"{local:%A}" else None


def format_due(book: Book, entry: Entry) -> str:
    """Return when the entry is due; empty if it has no due date.

    Such as ``Friday 27 November at 9:00``, or ``every weekday at 7:00, first on Monday 30 November``.
    """
    if entry.due_at is None:
        return ""
    known = book.tx.reminders.of_entry(entry.id)
    due = Due(entry.due_at, known.rule if known else None, True, (0, 0))
    return say_due(due, book.now, ZoneInfo(book.person.timezone))


def format_moment(book: Book, at: datetime, rule: str | None = None) -> str:
    """Return a due time as ``format_due`` does; of one that comes again the next, not the first."""
    said = say_due(Due(at, rule, True, (0, 0)), book.now, ZoneInfo(book.person.timezone))
    return said.replace(", first on ", ", next on ")


def task_of(text: str, said_at: datetime, zone: ZoneInfo) -> str:
    """Return what the text of a reminder says to do, without when: ``call mum``.

    Args:
        said_at: when the text was saved (aware).
        zone: of its days and times.
    """
    said = read_due(text, said_at, zone)
    return reminded_task(text, said.span if said else None)


def _put(book: Book, entry: Entry, due: Due) -> None:
    book.tx.reminders.put(
        book.person.id, entry.id, due.at, due.rule, book.person.timezone, has_time=due.has_time
    )


def _finish(book: Book, reminder: Reminder) -> None:
    zone, at, rule = ZoneInfo(book.person.timezone), reminder.occurs_at, reminder.rule
    if reminder.state in {"said", "done"} or rule is None:
        book.tx.reminders.finish(reminder.id)
        return
    was_said = book.tx.reminders.was_said(reminder.id, book.now - ANSWERED_WITHIN)
    is_of_this_time = reminder.due_at >= at and not was_said
    while is_of_this_time or at <= book.now:
        rule = used_up(rule)
        further = following(rule, at, zone) if rule else None
        if rule is None or further is None:
            book.tx.reminders.finish(reminder.id)
            return
        at, is_of_this_time = further, False
    if at != reminder.due_at:
        book.tx.reminders.reschedule(reminder.id, at, book.person.timezone, rule)
        book.tx.entries.set_due(reminder.entry_id, at)


def _first_after(reminder: Reminder, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the first time of a recurrence after ``now``; None if it does not come again."""
    at: datetime | None = reminder.occurs_at
    while at and reminder.rule and at <= now:
        at = following(reminder.rule, at, zone)
    return at if reminder.rule else None


def _moved(one: DueReminder, old: ZoneInfo, new: ZoneInfo, now: datetime) -> datetime | None:
    """Return the time of a reminder by the clock of the time zone ``new``; None if it stays."""
    reminder = one.reminder
    if reminder.due_at != reminder.occurs_at:
        return None
    if reminder.rule:
        local = reminder.occurs_at.astimezone(old)
        at = on_wall(local.date(), local.time(), new)
        return at if at > now else following(reminder.rule, at, new)
    said = read_due(one.text, one.created_at, old)
    if said is None or said.at != reminder.due_at:
        return None
    again = read_due(one.text, one.created_at, new)
    return again.at if again else None
