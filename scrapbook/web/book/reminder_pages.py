"""The page of reminders, and the forms on it: done, snooze, move, cancel, pause, resume.

Each form calls the function of the core that the text calls, and is undone alike.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from scrapbook.core import Book, reminders
from scrapbook.core.local_days import day_of, today, zone_of
from scrapbook.core.reminder_pages import (
    ListedReminder,
    cancel,
    due_reminder,
    read_reminders,
    reminder_of,
    version_of_reminder,
)
from scrapbook.core.stopping import resume
from scrapbook.core.undo import latest_about
from scrapbook.core.wording import sentence
from scrapbook.errors import NotFound
from scrapbook.store import DueReminder, Entry, Store, Transaction
from scrapbook.text.answered_times import USUAL, answered_time
from scrapbook.text.display import displayable, one_line
from scrapbook.text.due import Due, say_rule
from scrapbook.text.listing import quoted
from scrapbook.text.segments import shorten
from scrapbook.web.book.access import PageRoute, SignedIn
from scrapbook.web.book.addresses import page_of_the_book
from scrapbook.web.book.changing import Flash
from scrapbook.web.book.flash import FlashLine
from scrapbook.web.book.form_changes import Done, Form, Refused
from scrapbook.web.book.framing import frame_of
from scrapbook.web.book.reading_pages import NOT_FOUND, Page, ReadingPages, entry_named
from scrapbook.web.book.rendering import render

ADDRESS = "/book/reminders"

MAX_TASK = 160
"""Characters of what is to be remembered that are shown, and of a topic's name a third."""

MAX_WHEN = 100
"""Characters of a time that is typed."""

MAX_READ = 2_000
"""Characters of a text in which what is to be done is looked for."""

UNDATED = "Without a time"

_HELD = {
    "quiet": "waits until your quiet hours end",
    "limit": "waits for tomorrow, as much was sent today",
    "opted_out": "waits until you opt in to texts again",
    "no_way": "waits until you text",
}
_CHANGED = "It was changed after you had opened the page, so nothing was done. Look at it again."
_WHEN = "Write when, such as tomorrow at 5, friday 3pm, or 1h."

_Make: TypeAlias = Callable[[Book, ListedReminder, Form], Refused | None]
_IsMade: TypeAlias = Callable[[Book, ListedReminder, Form], bool]


def reminder_routes(
    pages: ReadingPages, store: Store, flash: Flash, now: Callable[[], datetime]
) -> Sequence[PageRoute]:
    """Return the routes of the page and its forms: path, handler, methods."""
    forms = ReminderForms(store, flash, now)
    one = f"{ADDRESS}/{{number:number}}"
    return [
        (ADDRESS, pages.handler(reminders_page), ("GET", "HEAD")),
        *((f"{one}/{name}", forms.change, ("POST",)) for name in _CHANGES),
        (f"{ADDRESS}/pause", forms.pause, ("POST",)),
        (f"{ADDRESS}/resume", forms.resume, ("POST",)),
    ]


def reminders_page(book: Book, request: Request) -> Page:
    """Read the reminders that are to come, or those after one of them."""
    after = entry_named(book, request.query_params.get("after"))
    page = read_reminders(book, after)
    if page is None:
        return NOT_FOUND
    to_come: dict[str, list[Mapping[str, Any]]] = {}
    for one in page.to_come:
        to_come.setdefault(_section(book, one), []).append(_shown(book, one))
    sections = [
        ("Just sent", [_shown(book, one) for one in page.said]),
        *to_come.items(),
        (UNDATED, [_shown(book, one) for one in page.undated]),
    ]
    topic = book.topic(reminders.REMINDERS) if page.has_more_undated else None
    return Page(
        "reminders.html",
        {
            "address": ADDRESS,
            "is_next": after is not None,
            "sections": [(words, found) for words, found in sections if found],
            "undated": UNDATED,
            "has_paused": page.has_paused,
            "has_waiting": page.has_waiting,
            "all_undated": f"/book/topics/{topic.id}" if topic else "",
            "max_when": MAX_WHEN,
            "next": f"{ADDRESS}?after={page.next_number}" if page.next_number else "",
        },
    )


class ReminderForms:
    """The forms of the page.

    Args:
        now: returns the time (aware).
    """

    def __init__(self, store: Store, flash: Flash, now: Callable[[], datetime]) -> None:
        self._store = store
        self._flash = flash
        self._now = now

    async def change(self, request: Request, who: SignedIn) -> Response:
        """Change one reminder, if it still is as the page showed it; 422 if that cannot be done."""
        name, number = request.url.path.rpartition("/")[2], request.path_params["number"]
        form = {key: value for key, value in (await request.form()).items() if isinstance(value, str)}
        outcome, change = await self._write(who, lambda book: _changed(book, number, name, form))
        if isinstance(outcome, Refused):
            frame = await frame_of(self._store, request, who)
            problem = {"problem": outcome.sentence, "written": form.get("when", "")}
            return render("refused.html", status=422, frame=frame, csrf=who.csrf, **problem)
        return await self._back(who, FlashLine(outcome.sentence, change), form.get("back"))

    async def pause(self, request: Request, who: SignedIn) -> Response:
        """Say none of the reminders until they are resumed."""
        return await self._all(request, who, reminders.stop, "The reminders are paused.")

    async def resume(self, request: Request, who: SignedIn) -> Response:
        """Say the paused reminders again."""
        return await self._all(request, who, resume, "The reminders go on.")

    async def _all(
        self, request: Request, who: SignedIn, act: Callable[[Book], object], done: str
    ) -> Response:
        def changed(book: Book) -> FlashLine:
            latest = book.tx.changes.latest(book.person.id) if act(book) else None
            return FlashLine(done, latest.id if latest else None)

        return await self._back(who, await self._write(who, changed), (await request.form()).get("back"))

    async def _back(self, who: SignedIn, line: FlashLine, back: object) -> Response:
        await self._flash(who, line)
        address = page_of_the_book(back, ADDRESS) if isinstance(back, str) else ADDRESS
        return RedirectResponse(address, status_code=303)

    async def _write(self, who: SignedIn, work: "Callable[[Book], Any]") -> Any:  # noqa: ANN401 - what ``work`` returns
        def run(tx: Transaction) -> object:
            return work(Book(tx, tx.people.get(who.person_id), "", self._now()))

        return await run_in_threadpool(self._store.write, run)


def _done(book: Book, one: ListedReminder, _form: Form) -> Refused | None:
    reminders.finish(book, [_due(one)])
    return None


def _is_done(_book: Book, one: ListedReminder, _form: Form) -> bool:
    return one.reminder is not None and one.reminder.state == "done"


def _snooze(book: Book, one: ListedReminder, _form: Form) -> Refused | None:
    reminders.put_off(book, [_due(one)], book.now + USUAL)
    return None


def _is_snoozed(book: Book, one: ListedReminder, _form: Form) -> bool:
    return _is_due_about(one, book.now + USUAL)


def _move(book: Book, one: ListedReminder, form: Form) -> Refused | None:
    due = _time_typed(book, one, form)
    if due is None:
        return Refused(_WHEN)
    reminders.reschedule(book, one.entry, due)
    return None


def _is_moved(book: Book, one: ListedReminder, form: Form) -> bool:
    due = _time_typed(book, one, form)
    return due is not None and _is_due_about(one, due.at)


def _cancel(book: Book, one: ListedReminder, _form: Form) -> Refused | None:
    if not reminders.is_reminder(one.entry):
        raise NotFound("It is no reminder.")
    cancel(book, one.entry)
    return None


def _is_cancelled(_book: Book, one: ListedReminder, _form: Form) -> bool:
    return one.entry.deleted_at is not None or not reminders.is_reminder(one.entry)


def _due(one: ListedReminder) -> DueReminder:
    due = due_reminder(one)
    if due is None:
        raise NotFound("It is due at no time.")
    return due


def _time_typed(book: Book, one: ListedReminder, form: Form) -> Due | None:
    typed = form.get("when", "").strip()
    known = one.reminder.due_at if one.reminder else None
    is_short = 0 < len(typed) <= MAX_WHEN
    return answered_time(typed, book.now, zone_of(book), known) if is_short else None


def _is_due_about(one: ListedReminder, at: datetime) -> bool:
    return one.reminder is not None and abs(one.reminder.due_at - at) < timedelta(minutes=1)


_CHANGES: Mapping[str, tuple[_Make, _IsMade]] = {
    "done": (_done, _is_done),
    "snooze": (_snooze, _is_snoozed),
    "move": (_move, _is_moved),
    "cancel": (_cancel, _is_cancelled),
}
"""What each form does, by the last part of its path, and whether it was done before: it was sent twice."""


def _changed(book: Book, number: int, name: str, form: Form) -> tuple[Done | Refused, int | None]:
    """Make a change. Returns what came of it, and the id of the change that the page may undo."""
    one = reminder_of(book, number)
    if one is None:
        raise NotFound("There is no such reminder.")
    make, is_made = _CHANGES[name]
    if form.get("version") == version_of_reminder(one):
        refused = make(book, one, form)
    else:
        refused = None if is_made(book, one, form) else Refused(_CHANGED)
    now = reminder_of(book, number)
    if refused or now is None:
        return refused or Refused(_CHANGED), None
    change = latest_about(book, "entries", one.entry.id)
    if change is None and one.reminder:
        change = latest_about(book, "reminders", one.reminder.id)
    return Done(_said_of(book, name, now)), change.id if change else None


def _said_of(book: Book, name: str, one: ListedReminder) -> str:
    what = f'{one.entry.number} "{quoted(_task(book, one))}"'
    if one.entry.deleted_at:
        return f"Deleted {what}."
    if one.reminder is None:
        return f"You are not reminded of {what}."
    if name == "done":
        return sentence("utter_reminder_finished", what=what)
    return f"You are reminded of {what}: {reminders.format_moment(book, one.reminder.due_at)}."


def _task(book: Book, one: ListedReminder) -> str:
    words = reminders.task_of(one.entry.text[:MAX_READ], one.entry.created_at, zone_of(book))
    return shorten(one_line(displayable(words)), MAX_TASK)


def _topic(entry: Entry) -> str:
    return shorten(one_line(entry.topic or ""), MAX_TASK // 3)


def _section(book: Book, one: ListedReminder) -> str:
    """Return under which head a reminder stands. Weeks begin on Monday, as they do for a text."""
    its, now = one.reminder, today(book)
    if its is None or its.due_at <= book.now:
        return "Due"
    day = day_of(book, its.due_at)
    if day == now:
        return "Today"
    return "This week" if day < _monday_after(now) else "Later"


def _monday_after(day: date) -> date:
    return day + timedelta(days=7 - day.weekday())


def _shown(book: Book, one: ListedReminder) -> Mapping[str, Any]:
    """Return what a template shows of a reminder."""
    its, entry = one.reminder, one.entry
    is_due = its is not None and (its.state == "said" or its.due_at <= book.now)
    return {
        "number": entry.number,
        "address": f"/book/entries/{entry.number}",
        "task": _task(book, one) or f"Entry {entry.number}",
        "topic": "" if reminders.is_under_reminders(entry) else _topic(entry),
        "topic_id": entry.topic_id,
        "at": its and its.due_at.astimezone(zone_of(book)),
        "when": reminders.format_moment(book, its.due_at) if its else "",
        "again": say_rule(its.rule) if its and its.rule else "",
        "is_paused": its is not None and its.state == "paused",
        "held": _HELD.get(its.held or "", "") if its and its.state == "waiting" else "",
        "may_be_done": its is not None and (its.state == "said" or not its.rule),
        "may_snooze": is_due,
        "version": version_of_reminder(one),
    }
