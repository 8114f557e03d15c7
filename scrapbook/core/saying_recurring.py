"""Say what is due again: a question, this day in other years, what the week held."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from scrapbook.core.book import Book
from scrapbook.core.browsing import on_this_day
from scrapbook.core.local_days import today
from scrapbook.core.prompts import question_of
from scrapbook.core.round_ups import round_up
from scrapbook.core.saying_reminders import STILL_WANTED
from scrapbook.core.unasked import Hold, OwnSender, Said, record, way
from scrapbook.core.wording import sentence
from scrapbook.store import RecurringMessage, Transaction
from scrapbook.text.due import following, used_up

STILL_NEWS = timedelta(hours=6)
"""What could not be said for so long is passed over: the next follows soon enough."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where what is said comes from, besides the scrapbook.

    Attributes:
        questions: the file with the questions; None for those that come with the scrapbook.
        public_url: the base URL under which browsers reach the book; empty if they do not.
    """

    questions: Path | None = None
    public_url: str = ""


def say_recurring(
    tx: Transaction, person_id: int, now: datetime, sender: OwnSender, sources: Sources
) -> Said:
    """Record the first that is due to a person, and go on to its next time; claim their lease before.

    The message's key is made of its time, and both are written in one transaction: each is said once.
    """
    due = tx.recurring.due_of(person_id, now)
    if due is None:
        return Said()
    person = tx.people.get(person_id)
    late, zone = now - due.occurs_at, ZoneInfo(person.timezone)
    if late > STILL_NEWS:
        _pass_on(tx, due, now, zone)
        return Said(may_be_more=True)
    found = way(tx, person, sender, now, despite_quiet=due.has_time and late <= STILL_WANTED)
    if isinstance(found, Hold):
        tx.recurring.hold(due.id, found.until, found.reason)
        return Said(may_be_more=True)
    body = _body(Book(tx, person, "", now), due, sources)
    key = f"recurring:{due.id}@{due.occurs_at:%Y%m%dT%H%M%S}"
    message = record(tx, person_id, found, key, body, now) if body else None
    _pass_on(tx, due, now, zone)
    return Said(message, may_be_more=True)


def _body(book: Book, due: RecurringMessage, sources: Sources) -> str | None:
    """Return what is said; None where there is nothing to say."""
    if due.kind == "round_ups":
        return round_up(book, sources.public_url)
    if due.kind == "prompts":
        question = question_of(today(book), book.person.id, sources.questions)
        book.tx.recurring.set_question(due.id, question, book.now)
        return question
    page = on_this_day(book)
    if page is None:
        return None
    lines = "\n".join(page.lines)
    if page.left:
        return sentence("utter_page_and_more", title=page.title, lines=lines, left=str(page.left))
    return sentence("utter_page", title=page.title, lines=lines)


def _pass_on(tx: Transaction, due: RecurringMessage, now: datetime, zone: ZoneInfo) -> None:
    """Go on to the first time after ``now``; a rule that has ended, or cannot be read, is switched off."""
    rule, at = due.rule, due.occurs_at
    try:
        while at <= now:
            further, left = following(rule, at, zone), used_up(rule)
            if further is None or left is None:
                tx.recurring.remove(due.id)
                return
            at, rule = further, left
    except ValueError:
        tx.recurring.remove(due.id)
        return
    tx.recurring.pass_on(due.id, at, rule)
