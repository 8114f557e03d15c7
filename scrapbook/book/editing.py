"""Changing what an entry says."""

import re
from collections.abc import Sequence
from itertools import takewhile

from scrapbook.book.book import Book, Named
from scrapbook.book.reminding import due_at, is_reminder
from scrapbook.spelling import words
from scrapbook.stems import stem
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
_BESIDE_A_NUMBER = 3
"""Words behind a number that what is counted is among: ``5 more long pages``."""
_NOT_COUNTED = frozenset(
    """
    a an the my your his her its our their this that these those i you he she we they it me him us them is are
    was were be been am do does did have has had will would can could should must may might not no and or but
    if when while so because to at in on for from with by about into than then as
    """.split()  # noqa: SIM905 - as many literals would take sixty lines
)
_PLURALS = frozenset({"people", "men", "women", "children", "feet", "teeth", "mice"})
_CLAUSE = re.compile(r"[^,.:;!?\"“”()\n]*")
_GOES_ON_COUNTING = re.compile(r"of\b|(?:or|and|to|-)\s*\d", re.IGNORECASE)


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
    found = re.search(rf"(?<!\w)0*{_spaced(number)}(?!\w){_INTRODUCTION}(?P<text>.*)", message, re.DOTALL)
    text = found["text"] if found else ""
    return re.sub(r"^to\s+", "", text) if re.match(r"\s*change\b", message, re.IGNORECASE) else text


def may_count(message: str, number: str, before: str) -> bool:
    """Whether the number may say how many, as in ``edit 5 pages of the thesis``.

    Not so behind "note" or the like, before a mark, nor where the entry (``before``) says what would be
    counted.
    """
    found = re.search(
        rf"(?P<named>#|\b(?:note|entry|number|thought|memo)\s+)?(?<!\w)0*{_spaced(number)}(?!\w)"
        rf"(?P<mark>{_INTRODUCTION})(?P<text>.*)",
        message,
        re.DOTALL | re.IGNORECASE,
    )
    if found is None or found["named"] or found["mark"].strip() or number.strip("0") == "1":
        return False
    if _GOES_ON_COUNTING.match(found["text"]):
        return True
    said = set(map(stem, words(before)))
    return any(_is_plural(word) and stem(word) not in said for word in _may_be_counted(found["text"]))


def _may_be_counted(text: str) -> list[str]:
    """The first few words, up to one that tells that nothing is counted."""
    clause = _CLAUSE.match(text)
    first = words(clause[0])[:_BESIDE_A_NUMBER] if clause else ()
    return list(takewhile(lambda word: word not in _NOT_COUNTED, first))


def _is_plural(word: str) -> bool:
    return word in _PLURALS or (len(word) > 3 and word[-1] == "s" and word[-2] not in "sui")


def _spaced(number: str) -> str:
    return r"\s+".join(map(re.escape, number.split()))


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
