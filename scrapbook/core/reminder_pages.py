"""Read the reminders of a person for a page: what is to come, what was just said, what has no time."""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import merge

from scrapbook.core import deleting, reminders
from scrapbook.core.book import Book
from scrapbook.core.stale_pages import version_of, version_of_text
from scrapbook.store import DueReminder, Entry, Reminder

PAGE = 20
"""Reminders that are to come, on a page."""

MAX_SAID, MAX_UNDATED = 10, 15
"""Reminders that were just said, and that have no time, on the first page."""


@dataclass(frozen=True, slots=True)
class ListedReminder:
    """An entry with its reminder; None if it is due at no time."""

    entry: Entry
    reminder: Reminder | None


@dataclass(frozen=True, slots=True)
class RemindersPage:
    """A page of reminders.

    Attributes:
        said: what was said last and is not done, the latest first; on the first page only.
        to_come: what waits or is paused, the earliest first.
        undated: what has no time, the newest first; on the first page only.
        next_number: of the entry after which the next page begins; None if this is the last one.
        has_paused, has_waiting: whether any of the person's are paused, and whether any wait.
        has_more_undated: whether there are more without a time.
    """

    said: Sequence[ListedReminder]
    to_come: Sequence[ListedReminder]
    undated: Sequence[ListedReminder]
    next_number: int | None
    has_paused: bool
    has_waiting: bool
    has_more_undated: bool


def read_reminders(book: Book, after: Entry | None = None) -> RemindersPage | None:
    """Return a page of reminders.

    Args:
        after: the entry with which the page before ended; None for the first page. If it has no reminder any
            more, there is no such page, and None is returned.
    """
    last = book.tx.reminders.of_entry(after.id) if after else None
    if after and last is None:
        return None
    waiting, paused = (
        book.tx.reminders.of_person(book.person.id, state, after=last, limit=PAGE + 1)
        for state in ("waiting", "paused")
    )
    found = list(merge(waiting, paused, key=lambda one: (one.reminder.due_at, one.reminder.id)))
    said: list[DueReminder] = []
    undated: list[Entry] = []
    if after is None:
        since = book.now - reminders.ANSWERED_WITHIN
        said = book.tx.reminders.of_person(book.person.id, "said", since)
        undated = reminders.undated(book, MAX_UNDATED + 1)
    return RemindersPage(
        _listed(book, said[: -MAX_SAID - 1 : -1]),
        _listed(book, found[:PAGE]),
        [ListedReminder(entry, None) for entry in undated[:MAX_UNDATED]],
        found[PAGE - 1].number if len(found) > PAGE else None,
        bool(paused) or bool(after and book.tx.reminders.of_person(book.person.id, "paused", limit=1)),
        bool(waiting) or bool(after and book.tx.reminders.of_person(book.person.id, "waiting", limit=1)),
        len(undated) > MAX_UNDATED,
    )


def reminder_of(book: Book, number: int) -> ListedReminder | None:
    """Return one of the person's own entries with its reminder, locked. None if there is no such entry."""
    entry = book.entry(number)
    if entry is None or entry.writer:
        return None
    entry = book.tx.entries.lock(entry.id)
    return ListedReminder(entry, book.tx.reminders.of_entry(entry.id))


def version_of_reminder(one: ListedReminder) -> str:
    """Return a short text that is another one after each change of the entry or its reminder."""
    its = one.reminder
    parts = [its.due_at.isoformat(), its.rule or "", its.state] if its else []
    return version_of_text("\0".join([version_of(one.entry), *parts]))


def due_reminder(one: ListedReminder) -> DueReminder | None:
    """Return the reminder as ``finish`` and ``put_off`` take it; None if it is due at no time."""
    entry = one.entry
    is_deleted = entry.deleted_at is not None
    return one.reminder and DueReminder(
        one.reminder, entry.number, entry.text, entry.created_at, is_deleted=is_deleted
    )


def _listed(book: Book, found: Sequence[DueReminder]) -> list[ListedReminder]:
    by_id = {one.reminder.entry_id: one.reminder for one in found}
    return [ListedReminder(entry, by_id[entry.id]) for entry in book.tx.entries.by_ids(book.person.id, by_id)]


def cancel(book: Book, entry: Entry) -> None:
    """Delete an entry that is under ``reminders``; of any other, only the reminder."""
    if reminders.is_under_reminders(entry):
        deleting.delete(book, [entry.number])
        return
    with book.recording("reschedule", entry=entry.number):
        book.tx.entries.set_due(entry.id, None)
        book.tx.reminders.remove(entry.id)
