"""Keeping thoughts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from scrapbook.book.book import Book, Place
from scrapbook.matching import Outcome
from scrapbook.store import Entry, Media
from scrapbook.thoughts import Thought, is_blank


@dataclass(frozen=True, slots=True)
class Saved:
    """``similar``: topics that may have been meant by a topic which had to be made for the entry."""

    entry: Entry
    similar: tuple[str, ...] = ()


def save(book: Book, message: str, media: Sequence[Media] = ()) -> Saved | None:
    """Keeps a message where it says it belongs. None when there is nothing to keep."""
    thought = _thought(book, message)
    return keep(book, thought.text, thought.topic, media)


def is_filed_thought(book: Book, spoken: str) -> bool:
    """Whether a memo names its topic and goes on; of a text the commands tell."""
    return book.place is not None and _thought(book, spoken).topic is not None


def keep(
    book: Book, text: str, topic: str | None, media: Sequence[Media] = (), due_at: datetime | None = None
) -> Saved | None:
    """A topic spelled almost like one that exists is that one; where that is doubtful it is a new one,
    and ``similar`` names those it may be."""
    if is_blank(text) and not media:
        return None
    if topic is None:
        return Saved(_add(book, text, None, media, due_at))
    similar = similar_topics(book, topic)
    return Saved(_add(book, text, topic, media, due_at), similar)


def similar_topics(book: Book, topic: str) -> tuple[str, ...]:
    """Those that may be meant by one that is none of them."""
    found = book.match_topic(topic)
    return found.candidates if found.outcome is Outcome.TORN else ()


def _add(book: Book, text: str, topic: str | None, media: Sequence[Media], due_at: datetime | None) -> Entry:
    place = book.place or Place(None, book.now, tuple(media))
    with book.recording("save"):
        topic_id = book.topic_meant_or_new(topic).id if topic else None
        return book.tx.entries.add(
            book.person.id,
            text,
            topic_id,
            book.message_sid,
            place.created_at,
            place.media,
            number=place.number,
            due_at=due_at,
        )


def _thought(book: Book, message: str) -> Thought:
    if book.place is None:
        return Thought.of(message)
    names = [name for topic in book.topics() for name in (topic.name, *topic.aliases)]
    return Thought.spoken(message, names)
