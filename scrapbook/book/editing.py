"""Changing what an entry says."""

import re

from scrapbook.book.book import Book, Named

_APPENDED = re.compile(r"\s*(?:[^:\n]{1,30}:|\S+(?=\s))(?P<text>.*)", re.DOTALL)
_CORRECTED = re.compile(r".{0,30}?\b(?:c|oc)\w*\s*[:,]\s*(?P<text>.*)", re.DOTALL | re.IGNORECASE)
_SAYS = r"(?:to say|so (?:that )?it (?:says|reads)|should (?:say|read|be))\b:?"
_INTRODUCTION = rf"\s*(?:[:,]|-(?=\s)|{_SAYS})?\s*"


def edit(book: Book, number: int, text: str) -> Named:
    """``kept`` is the entry as it was, whose text is ``text`` from now on."""
    named = book.look_up([number])
    for entry in named.kept:
        with book.recording("edit", entry=entry.number):
            book.tx.entries.change_text(entry.id, text, book.now)
    return named


def append(book: Book, text: str, number: int | None = None) -> Named:
    """Adds a line to an entry, the latest without ``number``; ``kept`` is the entry as it was."""
    named = book.look_up([] if number is None else [number])
    for entry in named.kept:
        with book.recording("append", entry=entry.number):
            book.tx.entries.change_text(entry.id, f"{entry.text}\n{text}".lstrip("\n"), book.now)
    return named


def text_after_number(message: str, number: str) -> str:
    """What follows the number in ``edit 42 new text``, ``edit 42 to say new text`` and ``change 42 to new
    text``; may be empty.

    ``number`` is in digits, or as it stands in the message: ``forty two``.
    """
    words = r"\s+".join(map(re.escape, number.split()))
    found = re.search(rf"(?<!\w)0*{words}(?!\w){_INTRODUCTION}(?P<text>.*)", message, re.DOTALL)
    text = found["text"] if found else ""
    return re.sub(r"^to\s+", "", text) if re.match(r"\s*change\b", message, re.IGNORECASE) else text


def corrected_text(message: str) -> str:
    """What follows ``correct:``; may be empty."""
    found = _CORRECTED.fullmatch(message)
    return found["text"] if found else ""


def text_to_append(message: str) -> str:
    """What follows ``add:``, or the first word; may be empty."""
    found = _APPENDED.fullmatch(message)
    return found["text"].lstrip() if found else ""
