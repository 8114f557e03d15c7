"""Several things in one message: each an entry of its own, takeaways with what they were taken from."""

from dataclasses import dataclass

from scrapbook.book.book import Book
from scrapbook.book.editing import add_line
from scrapbook.book.saving import similar_topics
from scrapbook.parts import Parts
from scrapbook.store import Entry
from scrapbook.thoughts import Thought


@dataclass(frozen=True, slots=True)
class Gathered:
    """``entries`` are new, in the order of the message; ``added_to`` is an earlier one, as it was.

    ``similar``: topics that may have been meant by the one that was named for all of them.
    """

    entries: tuple[Entry, ...]
    added_to: Entry | None
    similar: tuple[str, ...] = ()


def gather(book: Book, message: str) -> Gathered | None:
    """Keeps the parts of a message. None where it is one entry, a takeaway of nothing, or spoken."""
    parts, topic = _parts(message)
    latest = book.latest() if parts.before else None
    texts = parts.entries if latest else (*parts.before, *parts.entries)
    if book.place or (latest is None and len(texts) < 2):
        return None
    if latest and not texts:
        with book.recording("append", entry=latest.number):
            add_line(book, latest, "\n".join(parts.before))
        return Gathered((), latest)
    similar = similar_topics(book, topic) if topic else ()
    with book.recording("save_several"):
        if latest:
            add_line(book, latest, "\n".join(parts.before))
        return Gathered(tuple(_add(book, text, topic) for text in texts), latest, similar)


def _parts(message: str) -> tuple[Parts, str | None]:
    """With the topic that is named for all; takeaways alone go where what they are taken from is."""
    thought = Thought.of(message)
    parts = Parts.of(thought.text)
    return (parts, thought.topic) if parts and parts.entries else (Parts.of(message) or Parts(), None)


def _add(book: Book, text: str, topic: str | None) -> Entry:
    """A part may name a topic of its own."""
    thought = Thought.of(text)
    name = thought.topic or topic
    topic_id = book.topic_meant_or_new(name).id if name else None
    return book.tx.entries.add(book.person.id, thought.text, topic_id, book.message_sid, book.now)
