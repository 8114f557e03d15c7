"""Save what a person wants to be reminded of, list it, put it off, finish and remove it, and be quiet."""

import re
from collections.abc import Sequence
from datetime import datetime

from actions.action import BookAction
from actions.asking import answer_question
from actions.deleting import which_entry
from actions.receipts import Filing, memo_receipt, save_message
from actions.replies import listed, numbered, numbered_entries, quoted, reply
from actions.turn import Turn
from scrapbook.core import Book, deleting, local_days, reminders
from scrapbook.core.open_questions import ask
from scrapbook.core.paging import remember_options
from scrapbook.core.quiet_hours import set_quiet_hours
from scrapbook.store import DueReminder, Entry, QuietHours, TurnResult
from scrapbook.text.answered_times import answered_time
from scrapbook.text.due import mentions_time
from scrapbook.text.periods_to_come import period_to_come
from scrapbook.text.quiet_hours import clock_of, quiet_hours_in
from scrapbook.text.segments import shorten

MAX_OFFERED = 5
"""Reminders of which one can be chosen by number."""

MAX_LISTED = 12
"""Reminders that one text lists."""

_LISTED_WORDS = 60
"""Characters of each of them."""

_ALL = re.compile(r"\b(?:all|every|everything|any)\b", re.IGNORECASE)
_REMINDER = re.compile(r"\s+reminder$", re.IGNORECASE)
_NO_QUIET_HOURS = re.compile(r"\s*(?:please\s+)?no\s+quiet\b", re.IGNORECASE)


class ActionRemind(BookAction):
    action_name = "action_remind"
    accepts_media = True

    def answer(self, turn: Turn) -> TurnResult:
        if answered := answer_question(turn):
            return answered
        saved = reminders.save_reminder(turn.book, turn.parsed.body, turn.message.media)
        return _receipt(turn, saved.entry) if saved else reply("utter_nothing_to_save")


class ActionListReminders(BookAction):
    """List the reminders by when they are due, then those without a time."""

    action_name = "action_list_reminders"

    def answer(self, turn: Turn) -> TurnResult:
        book = turn.book
        period = period_to_come(turn.message.body, local_days.today(book))
        if period is None:
            return _list(
                book, "reminders", reminders.waiting(book), reminders.undated(book), reminders.paused(book)
            )
        since, until = (local_days.midnight(book, day) for day in (period.first, period.end))
        found = reminders.waiting(book, since, until)
        if not found:
            return reply("utter_no_reminders_then", when=period.name)
        return _list(book, f"reminders {period.name}", found, ())


class ActionRescheduleReminder(BookAction):
    """Put off what was said last, or set another time for a reminder that is named."""

    action_name = "action_reschedule_reminder"

    def answer(self, turn: Turn) -> TurnResult:
        numbers = turn.slots.texts("entry")
        note = _REMINDER.sub("", turn.slots.text("note") or "")
        if numbers or note:
            return self._named(turn, note)
        said = reminders.meant(turn.book)
        if not said:
            return _newest_reminder(turn) or reply("utter_no_reminder_to_answer")
        due = answered_time(
            turn.message.body, turn.book.now, local_days.zone_of(turn.book), said[0].reminder.due_at
        )
        if due is None:
            return reply("utter_reschedule_how", number=str(said[0].number))
        reminders.put_off(turn.book, said, due.at)
        when = reminders.format_moment(turn.book, due.at)
        return reply("utter_reminder_rescheduled", what=_tasks_of(turn.book, said), when=when)

    def _named(self, turn: Turn, note: str) -> TurnResult:
        entries = list(_entries_named(turn, note))
        if not entries:
            return reply("utter_no_reminder", words=quoted(note or ", ".join(turn.slots.texts("entry"))))
        if len(entries) > 1:
            ask(
                turn.book,
                self.action_name,
                {"time_said": turn.message.body},
                "entry",
                [str(entry.number) for entry in entries],
            )
            remember_options(turn.book, entries)
            return reply("utter_which_entry", options=numbered([entry.text for entry in entries]))
        return _reschedule(turn, entries[0])


class ActionFinishReminder(BookAction):
    """Record that what was said last is done, or what is named; also before it is due."""

    action_name = "action_finish_reminder"

    def answer(self, turn: Turn) -> TurnResult:
        said, numbers = self._meant(turn), turn.slots.texts("entry")
        if not said:
            return reply("utter_no_reminder", words=", ".join(numbers)) if numbers else save_message(turn)
        what = _tasks_of(turn.book, said)
        following = [one for one in reminders.finish(turn.book, said) if one.state == "waiting"]
        if len(following) != 1 or len(said) != 1:
            return reply("utter_reminder_finished", what=what)
        when = reminders.format_moment(turn.book, following[0].due_at)
        if following[0] == said[0].reminder:
            return reply("utter_reminder_finished_for_now", what=what, when=when)
        return reply("utter_reminder_finished_before", what=what, when=when)

    def _meant(self, turn: Turn) -> Sequence[DueReminder]:
        note, numbers = turn.slots.text("note"), turn.slots.numbers("entry")
        if not note and not numbers:
            return reminders.meant(turn.book)
        if numbers:
            return reminders.of_entries(turn.book, turn.book.look_up(numbers).saved)
        entries = deleting.entries_meant(note or "", reminders.reminders(turn.book))
        return reminders.of_entries(turn.book, entries)


class ActionCancelReminder(BookAction):
    """Delete a reminder by its words; the only one without any. Whether to delete all is always asked."""

    action_name = "action_cancel_reminder"
    is_destructive = True

    def needs_confirmation(self, turn: Turn) -> bool:
        return super().needs_confirmation(turn) or _are_all_meant(turn)

    def answer(self, turn: Turn) -> TurnResult:
        words = turn.slots.text("note")
        every = reminders.reminders(turn.book)
        entries = deleting.entries_meant(words, every) if words else tuple(every)
        if not entries:
            return _no_reminder(words)
        if len(entries) > 1 and not _are_all_meant(turn):
            return which_entry(turn.book, entries[:MAX_OFFERED])
        deleting.delete(turn.book, [entry.number for entry in entries])
        return reply("utter_reminder_cancelled", what=numbered_entries(entries[:MAX_OFFERED]))


class ActionPauseReminders(BookAction):
    """Say none of the reminders that there are, until they are resumed."""

    action_name = "action_pause_reminders"

    def answer(self, turn: Turn) -> TurnResult:
        count = reminders.stop(turn.book)
        if not count:
            return reply("utter_no_reminders_to_pause")
        return reply("utter_reminders_paused", count=str(count))


class ActionSetQuietHours(BookAction):
    """Set or show the hours in which nothing is said unasked."""

    action_name = "action_set_quiet_hours"

    def answer(self, turn: Turn) -> TurnResult:
        book, body = turn.book, turn.message.body
        asked = quiet_hours_in(body)
        if asked is None and re.search(r"\d", body):
            return reply("utter_quiet_hours_how")
        if asked is not None or _NO_QUIET_HOURS.match(body):
            set_quiet_hours(book, _hours(asked.begins, asked.ends) if asked else QuietHours(0, 0))
        hours = book.tx.quiet_hours.of(book.person.id)
        if hours.begins == hours.ends:
            return reply("utter_no_quiet_hours")
        return reply("utter_quiet_hours", begins=clock_of(hours.begins), ends=clock_of(hours.ends))


def _hours(begins: int | None, ends: int | None) -> QuietHours:
    """Return the hours that were asked for; the usual ones for "on"."""
    return QuietHours() if begins is None or ends is None else QuietHours(begins, ends)


def _list(
    book: Book, title: str, found: Sequence[DueReminder], undated: Sequence[Entry], paused: int = 0
) -> TurnResult:
    lines = [
        f"{one.number} {_task(book, one.text, one.created_at)} "
        f"({reminders.format_moment(book, one.reminder.due_at, one.reminder.rule)})"
        for one in found
    ]
    lines += [f"{entry.number} {_task(book, entry.text, entry.created_at)}" for entry in undated]
    remember_options(
        book,
        [*(book.tx.entries.get(one.reminder.entry_id) for one in found[:MAX_LISTED]), *undated][:MAX_LISTED],
    )
    if not lines and paused:
        return reply("utter_reminders_are_paused", count=str(paused))
    if not lines:
        return reply("utter_no_reminders")
    text = "\n".join(lines[:MAX_LISTED])
    if len(lines) > MAX_LISTED:
        left = str(len(lines) - MAX_LISTED)
        return reply("utter_reminders_listed_and_more", title=title, lines=text, left=left)
    if paused:
        return reply("utter_reminders_listed_and_paused", title=title, lines=text, count=str(paused))
    return reply("utter_reminders_listed", title=title, lines=text)


def _entries_named(turn: Turn, note: str) -> tuple[Entry, ...]:
    """Return the entries that are named by number, or the reminders with these words."""
    if not turn.slots.texts("entry"):
        return deleting.entries_meant(note, reminders.reminders(turn.book))[:MAX_OFFERED]
    return turn.book.look_up(turn.slots.numbers("entry")).saved


def _reschedule(turn: Turn, entry: Entry) -> TurnResult:
    book = turn.book
    said = turn.slots.text("time_said") or turn.message.body
    known = book.tx.reminders.of_entry(entry.id)
    words = _time_after_name(said)
    due = answered_time(words, book.now, local_days.zone_of(book), known.due_at if known else None)
    if due is None:
        return reply("utter_reschedule_how", number=str(entry.number))
    reminders.reschedule(book, entry, due)
    when = reminders.format_moment(book, due.at, due.rule)
    what = f"{entry.number} {_task(book, entry.text, entry.created_at)}"
    return reply("utter_reminder_rescheduled", what=what, when=when)


_AFTER_NAME = re.compile(r".*?\s(?:to|till|til|until|by|for|on|at)\s+(?P<when>.+)", re.IGNORECASE | re.DOTALL)


def _time_after_name(text: str) -> str:
    """Return the longest end of a text behind "to" or the like of which all words say when."""
    found = _AFTER_NAME.fullmatch(text)
    return found["when"] if found else text


def _newest_reminder(turn: Turn) -> TurnResult | None:
    """Set the time of the reminder that "that" means, if it is one of which no message went out yet."""
    latest = turn.book.latest()
    return _reschedule(turn, latest) if latest and reminders.is_reminder(latest) else None


def _tasks_of(book: Book, said: Sequence[DueReminder]) -> str:
    return listed(f"{one.number} {_task(book, one.text, one.created_at)}" for one in said)


def _task(book: Book, text: str, said_at: datetime) -> str:
    return quoted(shorten(reminders.task_of(text, said_at, local_days.zone_of(book)), _LISTED_WORDS))


def _are_all_meant(turn: Turn) -> bool:
    return not turn.slots.text("note") and _ALL.search(turn.message.body) is not None


def _no_reminder(words: str | None) -> TurnResult:
    return reply("utter_no_reminder", words=quoted(words)) if words else reply("utter_no_reminders")


def _receipt(turn: Turn, entry: Entry) -> TurnResult:
    if turn.book.replaces:
        return memo_receipt(turn.book, entry, entry.text, Filing.REMINDER)
    arguments = {"number": str(entry.number), "topic": entry.topic or ""}
    if entry.due_at:
        arguments["when"] = reminders.format_due(turn.book, entry)
        if weekday := reminders.weekday_mistaken(turn.book, entry):
            return reply("utter_reminder_saved_for_another_day", weekday=weekday, **arguments)
        return reply("utter_reminder_saved_for", **arguments)
    is_unclear = mentions_time(entry.text)
    return reply("utter_reminder_saved_without_date" if is_unclear else "utter_reminder_saved", **arguments)
