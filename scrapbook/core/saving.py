"""Save thoughts as entries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from scrapbook.core.book import Book, ReplacedEntry
from scrapbook.core.recurring import JOURNAL
from scrapbook.store import Entry, Media
from scrapbook.text.fuzzy_match import MatchOutcome
from scrapbook.text.parsed_message import ParsedMessage, ParsedThought
from scrapbook.text.parsed_text import ParsedText
from scrapbook.text.topic_markers import is_blank


@dataclass(frozen=True, slots=True)
class Saved:
    """A new entry. ``similar``: topics that may have been meant by the one that was added for the entry."""

    entry: Entry
    similar: tuple[str, ...] = ()


def save(book: Book, message: ParsedMessage, media: Sequence[Media] = ()) -> Saved | None:
    """Save a message under the topic that it names, if any. Returns None if there is nothing to save."""
    thought = _thought(book, message)
    return save_text(book, thought.text, thought.topic, media)


def save_answer(
    book: Book, message: ParsedMessage, question: str | None, media: Sequence[Media] = ()
) -> Saved | None:
    """Save the answer to a prompt under the journal, with the question as its first line.

    Returns None if nothing was asked, or if the message names a topic of its own.
    """
    thought = _thought(book, message)
    if not question or thought.topic is not None or is_blank(thought.text.text):
        return None
    return save_text(book, ParsedText(f"{question}\n{thought.text.text}"), JOURNAL, media)


def is_filed_thought(book: Book, message: ParsedMessage) -> bool:
    """Return whether the message is a memo that names its topic and goes on. Of a text the commands tell."""
    return book.replaces is not None and _thought(book, message).topic is not None


def save_text(
    book: Book,
    text: ParsedText,
    topic: str | None,
    media: Sequence[Media] = (),
    due_at: datetime | None = None,
) -> Saved | None:
    """Save a text to the letter, under the topic of that name or of one that is surely a slip of it.

    If it is not clear which topic is meant, a new one is added, and ``similar`` names those that may be.
    Returns None if the text is blank and there are no media.
    """
    if is_blank(text.text) and not media:
        return None
    if topic is None:
        return Saved(_add(book, text, None, media, due_at))
    similar = similar_topics(book, topic)
    return Saved(_add(book, text, topic, media, due_at), similar)


def similar_topics(book: Book, topic: str) -> tuple[str, ...]:
    """Return the topics that may be meant by a name, best first; none if it is clear which is, or none is."""
    found = book.match_topic(topic)
    return found.candidates if found.outcome is MatchOutcome.AMBIGUOUS else ()


def _add(
    book: Book, text: ParsedText, topic: str | None, media: Sequence[Media], due_at: datetime | None
) -> Entry:
    replaced = book.replaces or ReplacedEntry(None, book.now, tuple(media))
    with book.recording("save"):
        topic_id = book.topic_meant_or_new(topic).id if topic else None
        return book.tx.entries.add(
            book.person.id,
            text,
            topic_id,
            book.message_id or None,
            replaced.created_at,
            replaced.media,
            number=replaced.number,
            due_at=due_at,
        )


def _thought(book: Book, message: ParsedMessage) -> ParsedThought:
    if book.replaces is None:
        return message.thought
    return message.spoken_thought(name for topic in book.topics() for name in (topic.name, *topic.aliases))
