"""Several things put on a list at once: ``milk, eggs and bread``."""

import re

from scrapbook.book.book import Book
from scrapbook.book.gathering import Gathered
from scrapbook.book.saving import similar_topics

FEWEST, MOST_WORDS = 3, 5
"""Things that a list has, since two may well be one ("salt, and pepper"), and the words of each."""

_COMMA = re.compile(r"\s*,\s*")
_AND = re.compile(r"(?:and|&)\s+", re.IGNORECASE)
_LAST_TWO = re.compile(r"\s+(?:and|&)\s+", re.IGNORECASE)


def items(note: str) -> list[str]:
    """The things that a note lists, with commas between them; the note alone where it lists none."""
    *first, last = _COMMA.split(note.strip())
    ends_in_and = _AND.match(last)
    found = [*first, *([last[ends_in_and.end() :]] if ends_in_and else _LAST_TWO.split(last, 1))]
    is_list = len(found) >= FEWEST and all(1 <= len(item.split()) <= MOST_WORDS for item in found)
    return found if first and is_list else [note]


def put_on_list(book: Book, things: list[str], typed: str) -> Gathered:
    """Keeps each as an entry of a topic, undone as one."""
    similar = similar_topics(book, typed)
    with book.recording("save_several"):
        topic_id = book.topic_meant_or_new(typed).id
        added = [
            book.tx.entries.add(book.person.id, thing, topic_id, book.message_sid, book.now)
            for thing in things
        ]
        return Gathered(tuple(added), None, similar)
