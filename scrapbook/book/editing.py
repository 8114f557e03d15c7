"""Changing what an entry says."""

import re
from collections.abc import Sequence

from scrapbook.book.book import Book, Named
from scrapbook.book.reminding import due_at, is_reminder
from scrapbook.store import Entry

_APPENDED = re.compile(r"\s*(?:[^:\n]{1,30}:|\S+(?=\s))(?P<text>.*)", re.DOTALL)
_CORRECTED = re.compile(r".{0,30}?\b(?:c|oc)\w*\s*[:,]\s*(?P<text>.*)", re.DOTALL | re.IGNORECASE)
_SAYING = re.compile(
    r"\A(?:so\s+(?:that\s+)?it\s+(?:says|reads)|(?:to|should|must)\s+(?:say|read|be)|say|read|with|as|to)"
    r"(?:\s*[:,]\s*|\s+)",
    re.IGNORECASE,
)
_SAYS = r"(?:to say|so (?:that )?it (?:says|reads)|should (?:say|read|be))\b:?"
_INTRODUCTION = rf"\s*(?:[:,]|-(?=\s)|{_SAYS})?\s*"


def edit(book: Book, number: int, text: str) -> Named:
    """``kept`` is the entry as it was, whose text is ``text`` from now on."""
    named = book.look_up([number])
    rewrite(book, named.kept, text)
    return named


def rewrite(book: Book, entries: Sequence[Entry], text: str) -> None:
    """A reminder is due when its new words say."""
    for entry in entries:
        with book.recording("edit", entry=entry.number):
            book.tx.entries.change_text(entry.id, text, book.now)
            if is_reminder(entry):
                book.tx.entries.set_due(entry.id, due_at(book, text))


def append(book: Book, numbers: list[int], text: str) -> Named:
    """Adds a line to each, without numbers to the latest entry; ``kept`` is what was there."""
    named = book.look_up(numbers)
    for entry in named.kept:
        with book.recording("append", entry=entry.number):
            add_line(book, entry, text)
    return named


def add_line(book: Book, entry: Entry, text: str) -> None:
    """To be called while recording. A reminder is due when the line says, if it does."""
    book.tx.entries.change_text(entry.id, f"{entry.text}\n{text}".lstrip("\n"), book.now)
    due = due_at(book, text) if is_reminder(entry) else None
    if due:
        book.tx.entries.set_due(entry.id, due)


def text_after_number(message: str, number: str) -> str:
    """What follows the number in ``edit 42 new text``, ``edit 42 to say new text`` and ``change 42 to new
    text``; may be empty.

    ``number`` is in digits, or as it stands in the message: ``forty two``.
    """
    words = r"\s+".join(map(re.escape, number.split()))
    found = re.search(rf"(?<!\w)0*{words}(?!\w){_INTRODUCTION}(?P<text>.*)", message, re.DOTALL)
    text = found["text"] if found else ""
    return re.sub(r"^to\s+", "", text) if re.match(r"\s*change\b", message, re.IGNORECASE) else text


def without_saying(text: str) -> str:
    """Less what leads up to the new words in a sentence: ``to say``, ``so that it reads``, ``should be``."""
    return _SAYING.sub("", text, count=1)


def corrected_text(message: str) -> str:
    """What follows ``correct:``; may be empty."""
    found = _CORRECTED.fullmatch(message)
    return found["text"] if found else ""


def text_to_append(message: str) -> str:
    """What follows ``add:``, or the first word; may be empty."""
    found = _APPENDED.fullmatch(message)
    return found["text"].lstrip() if found else ""
