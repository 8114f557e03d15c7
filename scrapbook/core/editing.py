"""Change the texts of entries, and read the new text off a message."""

import re
from collections.abc import Sequence
from itertools import takewhile

from scrapbook.core.book import Book, EntryLookup
from scrapbook.core.reminders import is_reminder, read_again, remind_also
from scrapbook.store import Entry
from scrapbook.text.parsed_text import ParsedText
from scrapbook.text.spelling import words
from scrapbook.text.stemming import stem

_APPENDED = re.compile(r"\s*(?:[^:\n]{1,30}:|\S+(?=\s))(?P<text>.*)", re.DOTALL)
_CORRECTED = re.compile(r".{0,30}?\b(?:c|oc)\w*\s*[:,]\s*(?P<text>.*)", re.DOTALL | re.IGNORECASE)
_EDITED = re.compile(
    r"\s*(?:edit(?:\s+(?:it|that|this))?|change\s+(?:it|that|this)|make\s+(?:it|that))(?:\s+to\b)?\s*[:,]?\s*"
    r"(?P<text>.*)",
    re.DOTALL | re.IGNORECASE,
)
_SAYING = re.compile(
    r"\A(?:so\s+(?:that\s+)?it\s+(?:says|reads)|(?:to|should|must)\s+(?:say|read|be)|say|read|with|as|to)"
    r"(?:\s*[:,]\s*|\s+)",
    re.IGNORECASE,
)
_SAYS = r"(?:to say|so (?:that )?it (?:says|reads)|should (?:say|read|be))\b:?"
_INTRODUCTION = rf"\s*(?:[:,]|-(?=\s)|{_SAYS})?\s*"
_BESIDE_A_NUMBER = 3
"""How many words after a number may name what it counts: ``5 more long pages``."""
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


def edit(book: Book, number: int, text: str) -> EntryLookup:
    """Replace the text of an entry. Returns the entry as it was before."""
    named = book.look_up([number])
    rewrite(book, named.saved, text)
    return named


def rewrite(book: Book, entries: Sequence[Entry], text: str) -> None:
    """Replace the texts of entries; a reminder is due when its new text says."""
    parsed = ParsedText(text)
    for entry in entries:
        with book.recording("edit", entry=entry.number):
            book.tx.entries.change_text(entry.id, parsed, book.now)
            if is_reminder(entry):
                read_again(book, entry, text)


def append(book: Book, numbers: list[int], text: str) -> EntryLookup:
    """Add a line to entries; without numbers to the latest one. Returns the entries as they were before."""
    named = book.look_up(numbers)
    for entry in named.saved:
        with book.recording("append", entry=entry.number):
            add_line(book, entry, text)
    return named


def add_line(book: Book, entry: Entry, text: str) -> None:
    """Add a line to an entry; a reminder is due when the line says, if it does.

    To be called while recording.
    """
    longer = ParsedText(f"{entry.text}\n{text}".lstrip("\n"))
    book.tx.entries.change_text(entry.id, longer, book.now)
    if is_reminder(entry):
        remind_also(book, entry, text)


def fill_in(book: Book, entry: Entry, words: str, parse: type[ParsedText] = ParsedText) -> Entry:
    """Add words that came with an entry to its text, and return the entry: a transcript, or those of a file.

    It is undone together with the entry, unless the entry was changed in between.

    Args:
        parse: ``UnparsedText`` to look for nothing in the text.
    """
    text = parse(f"{entry.text}\n{words}".strip("\n"))
    if entry.deleted_at is None and book.tx.changes.touched(entry.id):
        with book.recording("append", entry=entry.number):
            book.tx.entries.change_text(entry.id, text, book.now)
    else:
        book.tx.entries.change_text(entry.id, text, book.now)
    return book.tx.entries.get(entry.id)


def text_after_number(message: str, number: str) -> str:
    """Return the new text in ``edit 42 new text`` and ``change 42 to new text``; it may be empty.

    Args:
        number: the number in digits, or as it is written in the message: ``forty two``.
    """
    found = re.search(rf"(?<!\w)0*{_spaced(number)}(?!\w){_INTRODUCTION}(?P<text>.*)", message, re.DOTALL)
    text = found["text"] if found else ""
    return re.sub(r"^to\s+", "", text) if re.match(r"\s*change\b", message, re.IGNORECASE) else text


def new_text(message: str) -> str:
    """Return the new text in ``edit: new text`` and ``change it to new text``; it may be empty."""
    found = _EDITED.fullmatch(message)
    return found["text"] if found else ""


def may_count(message: str, number: str, before: str) -> bool:
    """Return whether the number may be a count, as in ``edit 5 pages of the thesis``.

    It is none after "note" or the like, before a punctuation mark, or if the entry names what it would count.

    Args:
        number: as for ``text_after_number``.
        before: the text of the entry of that number.
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
    """Return the first few words, up to the first that can stand neither before nor for a counted thing."""
    clause = _CLAUSE.match(text)
    first = words(clause[0])[:_BESIDE_A_NUMBER] if clause else ()
    return list(takewhile(lambda word: word not in _NOT_COUNTED, first))


def _is_plural(word: str) -> bool:
    return word in _PLURALS or (len(word) > 3 and word[-1] == "s" and word[-2] not in "sui")


def _spaced(number: str) -> str:
    """Return a pattern for the number with any white space between its words."""
    return r"\s+".join(map(re.escape, number.split()))


def without_saying(text: str) -> str:
    """Return the text without its introduction, such as ``to say``, ``so that it reads``, ``should be``."""
    return _SAYING.sub("", text, count=1)


def corrected_text(message: str) -> str:
    """Return the text after ``correct:``; it may be empty."""
    found = _CORRECTED.fullmatch(message)
    return found["text"] if found else ""


def text_to_append(message: str) -> str:
    """Return the text after ``add:``, or after the first word; it may be empty."""
    found = _APPENDED.fullmatch(message)
    return found["text"].lstrip() if found else ""
