"""Changing what an entry says."""

import re

from scrapbook.book.book import Book, Named
from scrapbook.store import Entry

_APPENDED = re.compile(r"\s*(?:[^:\n]{1,30}:|\S+(?=\s))(?P<text>.*)", re.DOTALL)
_INTRODUCTION = r"\s*(?:[:,]|-(?=\s))?\s*"


def edit(book: Book, number: int, text: str) -> Named:
    """``kept`` is the entry as it was, whose text is ``text`` from now on."""
    named = book.look_up([number])
    for entry in named.kept:
        with book.recording("edit", entry=entry.number):
            book.tx.entries.change_text(entry.id, text, book.now)
    return named


def append(book: Book, text: str) -> Entry | None:
    """Adds a line to the latest entry. None when there is none."""
    entry = book.latest()
    if entry:
        with book.recording("append", entry=entry.number):
            book.tx.entries.change_text(entry.id, f"{entry.text}\n{text}".lstrip("\n"), book.now)
    return entry


def text_after_number(message: str, number: int) -> str:
    """What follows the number in ``edit 42 new text`` or ``change 42 to new text``; may be empty."""
    found = re.search(rf"(?<!\d)0*{number}(?!\d){_INTRODUCTION}(?P<text>.*)", message, re.DOTALL)
    text = found["text"] if found else ""
    return re.sub(r"^to\s+", "", text) if re.match(r"\s*change\b", message, re.IGNORECASE) else text


def text_to_append(message: str) -> str:
    """What follows ``add:``, or the first word; may be empty."""
    found = _APPENDED.fullmatch(message)
    return found["text"].lstrip() if found else ""
