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
from scrapbook.core.stopping import resume
from scrapbook.store import DueReminder, Entry, QuietHours, TurnResult
from scrapbook.text.answered_times import answered_time
from scrapbook.text.due import is_past, mentions_time
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
_REMINDER = re.compile(r"\s+(?:reminder|one|thing)$", re.IGNORECASE)
_BEFORE_TIME = re.compile(
    r"(?:\s+(?:reminder|one|thing)\b)?(?:\s+(?:should|must|needs\s+to|has\s+to)\s+be\b)?"
    r"(?:\s+(?:moved|changed)\b)?(?:\s+back\b)?\s*",
    re.IGNORECASE,
)
"""What may stand between the name of a reminder and its new time."""

_ASKS_WHEN = re.compile(r"\W*(?:when|what\s+(?:time|day))", re.IGNORECASE)

_MAY_BE_A_TASK = re.compile(r"\W*(?:please\s+)?(?:change|set|make|put)\b", re.IGNORECASE)
"""What somebody does to other things, too: "make the red one tomorrow"."""

_SAYS_DONE = re.compile(r"\W*(?:please\s+)?(?:done|mark|check|tick)\b", re.IGNORECASE)
_SAYS_UNTIL = re.compile(r"\b(?:until|till?|for\s+(?!now\b)|today|tonight|tomorrow)", re.IGNORECASE)
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
        if (notes := turn.slots.texts("notes")) and _ASKS_WHEN.match(turn.message.body):
            return _list_of_words(book, notes[0])
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
        is_reminder = any(map(reminders.is_reminder, entries))
        if _MAY_BE_A_TASK.match(turn.message.body) and not is_reminder:
            return save_message(turn)
        if not entries:
            return reply("utter_no_reminder", words=quoted(note or ", ".join(turn.slots.texts("entry"))))
        if len(entries) > 1:
            ask(
                turn.book,
                self.action_name,
                {"time_said": turn.message.body, "note": note},
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
            # "21 done" may count something, "done 21" not.
            is_request = numbers and _SAYS_DONE.match(turn.message.body)
            return reply("utter_no_reminder", words=", ".join(numbers)) if is_request else save_message(turn)
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
        return _cancel(turn.book, entries)


class ActionPauseReminders(BookAction):
    """Say none of the reminders that there are, until they are resumed."""

    action_name = "action_pause_reminders"

    def answer(self, turn: Turn) -> TurnResult:
        count = reminders.stop(turn.book)
        if not count:
            return reply("utter_no_reminders_to_pause")
        if _SAYS_UNTIL.search(turn.message.body):
            return reply("utter_reminders_paused_without_end", count=str(count))
        return reply("utter_reminders_paused", count=str(count))


class ActionResumeReminders(BookAction):
    """Say the paused reminders again, and what comes up unasked, whichever of the two was stopped."""

    action_name = "action_resume_reminders"

    def answer(self, turn: Turn) -> TurnResult:
        resumed = resume(turn.book)
        if resumed.was_stopped:
            return reply("utter_resumed_everything", count=str(resumed.reminders))
        if not resumed.reminders:
            return reply("utter_no_reminders_to_resume")
        return reply("utter_reminders_resumed", count=str(resumed.reminders))


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


def cancel_named(turn: Turn, words: str) -> TurnResult | None:
    """Delete the reminder with these words, or ask which; None if there is none."""
    entries = deleting.entries_meant(words, reminders.reminders(turn.book))
    if len(entries) > 1:
        return which_entry(turn.book, entries)
    return _cancel(turn.book, entries) if entries else None


def _cancel(book: Book, entries: Sequence[Entry]) -> TurnResult:
    deleting.delete(book, [entry.number for entry in entries])
    return reply("utter_reminder_cancelled", what=numbered_entries(entries[:MAX_OFFERED]))


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


def _list_of_words(book: Book, words: str) -> TurnResult:
    """List the reminders with these words, whether their time is known or not."""
    meant = {entry.id for entry in deleting.entries_meant(words, reminders.reminders(book))}
    found = [one for one in reminders.waiting(book) if one.reminder.entry_id in meant]
    undated = [entry for entry in reminders.undated(book) if entry.id in meant]
    if not found and not undated:
        return reply("utter_no_reminder", words=quoted(words))
    return _list(book, f"reminders about {quoted(words)}", found, undated)


def _entries_named(turn: Turn, note: str) -> tuple[Entry, ...]:
    """Return the entries that are named by number, or the reminders with these words."""
    if not turn.slots.texts("entry"):
        return deleting.entries_meant(note, reminders.reminders(turn.book))[:MAX_OFFERED]
    return turn.book.look_up(turn.slots.numbers("entry")).saved


def _reschedule(turn: Turn, entry: Entry) -> TurnResult:
    book = turn.book
    known = book.tx.reminders.of_entry(entry.id)
    words = _time_after_name(turn)
    due = answered_time(words, book.now, local_days.zone_of(book), known.due_at if known else None)
    if due is None:
        return reply("utter_reschedule_how", number=str(entry.number))
    reminders.reschedule(book, entry, due)
    when = reminders.format_moment(book, due.at, due.rule)
    what = f"{entry.number} {_task(book, entry.text, entry.created_at)}"
    return reply("utter_reminder_rescheduled", what=what, when=when)


def _time_after_name(turn: Turn) -> str:
    """Return what the message says behind the words or the number of the reminder; all if it has neither."""
    said = turn.slots.text("time_said") or turn.message.body
    note, number = (
        turn.slots.text("note"),
        turn.slots.text("entry_as_written") or turn.slots.verbatim("entry"),
    )
    named = _REMINDER.sub("", note or number or "")
    if not named:
        return said
    words = r"\s+".join(map(re.escape, named.split()))
    found = re.search(rf"(?<!\w){words}(?!\w)(?P<behind>.*)", said, re.IGNORECASE | re.DOTALL)
    return _BEFORE_TIME.sub("", found["behind"], count=1) if found else said


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
    return reply(_why_undated(turn.book, entry), **arguments)


def _why_undated(book: Book, entry: Entry) -> str:
    """Return the receipt of a reminder that says no time, one that is past, or one that cannot be read."""
    if is_past(entry.text, book.now, local_days.zone_of(book)):
        return "utter_reminder_saved_for_the_past"
    return "utter_reminder_saved_without_date" if mentions_time(entry.text) else "utter_reminder_saved"
