"""Say the reminders of a person that are due: record one message with them, and go on to their next times."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from scrapbook.core.quiet_hours import quiet_until
from scrapbook.core.reminders import task_of
from scrapbook.core.unasked import Hold, OwnSender, Route, Said, record, way
from scrapbook.core.wording import sentence
from scrapbook.store import DueReminder, Person, Reminder, Transaction
from scrapbook.text.clock import clock
from scrapbook.text.display import displayable
from scrapbook.text.due import following, format_due_date, used_up
from scrapbook.text.segments import shorten

MAX_FOLDED = 6
"""Reminders that one message says."""

ON_TIME = timedelta(minutes=5)
"""A reminder that is said later than that says when it was due."""

STILL_WANTED = timedelta(minutes=30)
"""For how long a time that was named wins over the quiet hours; what is later waits for their end."""

MAX_PASSED = 1_000
"""Missed times of one reminder that are counted, before the rest is passed over at once."""

_TASK, _FOLDED_TASK = 280, 120
"""Characters of what is to be remembered in a message with one reminder, and in one with several."""


@dataclass(frozen=True, slots=True)
class _Next:
    """The next time of a reminder, its rule after that, and the latest of ``passed`` times that are over."""

    at: datetime | None
    rule: str | None
    latest: datetime
    passed: int = 1


def say_due(tx: Transaction, person_id: int, now: datetime, sender: OwnSender) -> Said:
    """Record a message that says the person's due reminders; claim the person's lease before.

    Each is said once for each time at which it is due: the message, the record of that and the next time are
    written in one transaction, and both the message's key and the record are unique.

    Args:
        now: aware.
    """
    found = tx.reminders.due_of(person_id, now, MAX_FOLDED)
    if not found:
        return Said()
    person = tx.people.get(person_id)
    zone = ZoneInfo(person.timezone)
    for one in found:
        if one.is_deleted:
            _pass_on(tx, one.reminder, _next(one.reminder, now, zone))
    wanted = _without_held(tx, person, [one for one in found if not one.is_deleted], now)
    may_be_more = len(found) == MAX_FOLDED
    if not wanted:
        return Said(may_be_more=may_be_more)
    where = way(tx, person, sender, now, despite_quiet=True)
    if isinstance(where, Hold):
        for one in wanted:
            tx.reminders.hold(one.reminder.id, where.until, where.reason)
        return Said(may_be_more=may_be_more)
    return _say(tx, person, wanted, where, now, may_be_more=may_be_more)


def _say(  # noqa: PLR0913 - what a message is made of
    tx: Transaction,
    person: Person,
    due: Sequence[DueReminder],
    where: Route,
    now: datetime,
    *,
    may_be_more: bool,
) -> Said:
    zone = ZoneInfo(person.timezone)
    following_times = [_next(one.reminder, now, zone) for one in due]
    body = _body(due, following_times, now, zone)
    key = ",".join(f"{one.reminder.id}@{one.reminder.due_at:%Y%m%dT%H%M%S.%f}" for one in due)
    message = record(tx, person.id, where, f"reminders:{key}", body, now)
    for one, further in zip(due, following_times, strict=True):
        if message:
            tx.reminders.record_said(one.reminder, message.id, now)
        _pass_on(tx, one.reminder, further)
    return Said(message, [now - one.reminder.due_at for one in due], may_be_more)


def _without_held(
    tx: Transaction, person: Person, due: Sequence[DueReminder], now: datetime
) -> Sequence[DueReminder]:
    """Return those that are said now; the others are held until the quiet hours end."""
    until = quiet_until(tx, person, now)
    if until is None:
        return due
    said = [one for one in due if _wins_over_quiet(one.reminder, now)]
    for one in due:
        if one not in said:
            tx.reminders.hold(one.reminder.id, until, "quiet")
    return said


def _wins_over_quiet(reminder: Reminder, now: datetime) -> bool:
    is_explicit = reminder.has_time or reminder.due_at != reminder.occurs_at
    return is_explicit and now - reminder.due_at <= STILL_WANTED


def _pass_on(tx: Transaction, reminder: Reminder, further: _Next) -> None:
    tx.reminders.pass_on(reminder, further.at, further.rule)


def _next(reminder: Reminder, now: datetime, zone: ZoneInfo) -> _Next:
    """Return the first time of a reminder after ``now``; a rule that cannot be read has ended."""
    rule, at, latest, passed = reminder.rule, reminder.occurs_at, reminder.due_at, 0
    try:
        while rule and at <= now:
            latest = at if passed else latest
            passed += 1
            rule = used_up(rule)
            base = at if passed < MAX_PASSED else now
            further = following(rule, base, zone) if rule else None
            if further is None:
                return _Next(None, reminder.rule, latest, passed)
            at = further
    except ValueError:
        return _Next(None, reminder.rule, latest)
    return _Next(at if rule else None, rule or reminder.rule, latest, max(passed, 1))


def _body(due: Sequence[DueReminder], further: Sequence[_Next], now: datetime, zone: ZoneInfo) -> str:
    lengths = _TASK if len(due) == 1 else _FOLDED_TASK
    lines = [
        f"{one.number} {shorten(task_of(one.text, one.created_at, zone), lengths)}{_when(its, now, zone)}"
        for one, its in zip(due, further, strict=True)
    ]
    if len(lines) == 1:
        return sentence("utter_reminder_due", what=displayable(lines[0]))
    return sentence("utter_reminders_due", lines="\n".join(map(displayable, lines)))


def _when(further: _Next, now: datetime, zone: ZoneInfo) -> str:
    """Return when a late reminder was due, such as ``(due 7:00)``; empty if it is on time."""
    due = further.latest
    if now - due <= ON_TIME and further.passed == 1:
        return ""
    local = due.astimezone(zone)
    is_old = now - due >= timedelta(days=1)
    when = format_due_date(due, now, zone) if is_old else clock(local.hour, local.minute)
    return f" (due {when}, the last of {further.passed})" if further.passed > 1 else f" (due {when})"
