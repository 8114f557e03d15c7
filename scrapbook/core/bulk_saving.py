"""Save several entries from one message: its quotes and links."""

from dataclasses import dataclass

from scrapbook.core.book import Book
from scrapbook.core.editing import add_line
from scrapbook.core.saving import similar_topics
from scrapbook.store import Entry
from scrapbook.text.parsed_message import ParsedMessage


@dataclass(frozen=True, slots=True)
class SavedParts:
    """What was saved of a message.

    Attributes:
        entries: the new entries, in the order of the message.
        added_to: the earlier entry that got the takeaways, as it was before.
        similar: topics that may have been meant by the one that was named for all entries.
        present: items that were not saved, because they are on the list already.
    """

    entries: tuple[Entry, ...]
    added_to: Entry | None
    similar: tuple[str, ...] = ()
    present: tuple[Entry, ...] = ()


def save_parts(book: Book, message: ParsedMessage) -> SavedParts | None:
    """Save the parts of a message: each as an entry, its leading takeaways to the entry before.

    Returns None if the message is a single entry, a takeaway with no entry before it, or a memo.
    """
    if book.replaces:
        return None
    parts = message.parts
    latest = book.latest() if parts.takeaways and not book.answers_no_entry else None
    latest = None if latest and latest.writer else latest
    texts = parts.entries if latest else (*parts.takeaways, *parts.entries)
    if latest is None and len(texts) < 2:
        return None
    if latest and not texts:
        with book.recording("append", entry=latest.number):
            add_line(book, latest, "\n".join(parts.takeaways))
        return SavedParts((), latest)
    similar = similar_topics(book, parts.topic) if parts.topic else ()
    with book.recording("save_several"):
        if latest:
            add_line(book, latest, "\n".join(parts.takeaways))
        return SavedParts(tuple(_add(book, text, parts.topic) for text in texts), latest, similar)


def _add(book: Book, text: str, topic: str | None) -> Entry:
    """Save one part, under the topic that it names itself, else under ``topic``."""
    thought = ParsedMessage.of(text, book.has_topic).thought
    name = thought.topic or topic
    topic_id = book.topic_meant_or_new(name).id if name else None
    return book.tx.entries.add(book.person.id, thought.text, topic_id, book.message_id, book.now)
