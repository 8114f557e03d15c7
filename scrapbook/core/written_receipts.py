"""The receipt of a message that was written on a page: what was said to it so far, and what it asks."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from scrapbook.core.open_questions import LEAVE, SAVE_INSTEAD, YES, open_question
from scrapbook.store import Message, PendingQuestion, Transaction
from scrapbook.text.display import one_line
from scrapbook.text.segments import shorten

MAX_LABEL = 60
"""Characters of an option that are shown."""

_WORDS_OF = {YES: "Yes", SAVE_INSTEAD: "Keep it as a thought", LEAVE: "No"}
_NAMES = frozenset({"topic", "author", "timezone", "query"})
"""Slots whose options are names that a person knows."""

_HOW_TO_TEXT = re.compile(
    r" (?:Text its number\.|Text 1 for yes, [^.]*\.|Reply 1\.?)"
    r"(?= What came with it| To keep your question|$)"
)
"""What a reply says to somebody who has no buttons, and what may follow it: docs/wording.md."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of an open question: the number that is texted to choose it, and its words."""

    number: int
    words: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was said to a message.

    Attributes:
        text: the message.
        replies: in order, each as a phone would get it.
        entry: the number of the entry that the reply is about; None without one.
        is_complete: whether nothing more is to be expected. A recording is answered when it is written down.
        has_memos: whether recordings came with it.
        choices: the options of the question that it asks and that is still open; none without one.
        asked_by: the id of the message, or of the recording in it, whose question that is.
    """

    text: str
    replies: tuple[str, ...]
    entry: int | None
    is_complete: bool
    has_memos: bool
    choices: tuple[Choice, ...] = ()
    asked_by: str = ""


def receipt_of(tx: Transaction, person_id: int, message_id: str, now: datetime) -> Receipt | None:
    """Return the receipt of a person's message; None where they have no such message."""
    message = tx.messages.find(message_id)
    if message is None or message.person_id != person_id:
        return None
    memos = tx.messages.memos_of(message)
    parts = [message, *memos]
    replies = [reply.body for part in parts for reply in tx.outbound_messages.of_message(part.id)]
    receipt = Receipt(
        message.body,
        tuple(reply for reply in replies if reply),
        _entry(tx, parts),
        all(part.state != "received" for part in parts),
        bool(memos),
    )
    question = open_question(tx, person_id, now)
    if question is None or question.message_id not in {part.id for part in parts} or not receipt.replies:
        return receipt
    *others, last = receipt.replies
    asked = (*others, without_how_to_text(last))
    choices = _choices(tx, person_id, question)
    return replace(receipt, replies=asked, choices=choices, asked_by=question.message_id)


def without_how_to_text(reply: str) -> str:
    """Return a reply without the sentence that says which number to text, for a page that has buttons."""
    return _HOW_TO_TEXT.sub("", reply, count=1)


def _choices(tx: Transaction, person_id: int, question: PendingQuestion) -> tuple[Choice, ...]:
    return tuple(
        Choice(number, shorten(one_line(_words(tx, person_id, question, option)), MAX_LABEL) or str(number))
        for number, option in enumerate(question.options, 1)
    )


def _words(tx: Transaction, person_id: int, question: PendingQuestion, option: str) -> str:
    """Return what an option is called; empty if only its number is understood, beside the reply."""
    if option in _WORDS_OF:
        return _WORDS_OF[option]
    asks = question.slots.get("asks") if question.asks == "answer" else question.asks
    if asks == "entry" and option.isdecimal():
        entry = tx.entries.by_number(person_id, int(option))
        return f"{option} {entry.text[:400]}" if entry else ""
    return option if asks in _NAMES else ""


def _entry(tx: Transaction, parts: list[Message]) -> int | None:
    for part in parts:
        result = tx.turn_results.of(part.id)
        number = result.arguments.get("number", "") if result else ""
        if number.isdecimal():
            return int(number)
    return None
