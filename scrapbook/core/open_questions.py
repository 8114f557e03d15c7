"""The question that a person was asked last, which the number of an option, its name, or "yes" answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from scrapbook.core.book import Book
from scrapbook.store import JsonValue, Message, PendingQuestion, Transaction

QUESTION_TIMEOUT = timedelta(hours=1)

CONFIRMATION = "action_confirmed"
"""Stored with an open question, in place of an action's name, when the question is a confirmation."""

YES, SAVE_INSTEAD, LEAVE = "yes", "keep", "leave"
"""Stored options. The last option of a confirmation saves the message as a thought; that of a command, which
is no thought, changes nothing."""


def ask(book: Book, action: str, slots: Mapping[str, JsonValue], asks: str, options: Sequence[str]) -> None:
    """Leave a question open. The number of an option resumes ``action`` with that option as slot ``asks``."""
    question = PendingQuestion(action, slots, asks, tuple(options), book.now, book.message_id)
    book.tx.conversations.ask(book.person.id, question)


def open_question(tx: Transaction, person_id: int, now: datetime) -> PendingQuestion | None:
    """Return the latest question, unless it was answered or is too old."""
    question = tx.conversations.question(person_id)
    # Compare both ways: a question from a time when the clock was ahead must not stay open for longer.
    is_open = question is not None and abs(now - question.asked_at) <= QUESTION_TIMEOUT
    return question if is_open else None


def is_confirmation(question: PendingQuestion) -> bool:
    """Return whether it asks to confirm one thing, which is its first option."""
    return question.action == CONFIRMATION and question.options[:1] == (YES,)


def is_fresh(tx: Transaction, question: PendingQuestion, message: Message) -> bool:
    """Return whether nothing was received between the question and the message."""
    before = tx.messages.before(message)
    return before is None or before.received_at <= question.asked_at
