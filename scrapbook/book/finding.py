"""Finding entries again."""

from scrapbook import spelling
from scrapbook.book.book import Book, NoTopic, Torn
from scrapbook.book.pages import MOST_LISTED, Page, first_page
from scrapbook.matching import Outcome
from scrapbook.search import Query
from scrapbook.store import Entry, Topic


def find(book: Book, wanted: str, *, words_only: bool = False) -> Page | Torn | NoTopic:
    """The entries of the topic ``wanted``, else those that hold its words.

    When torn between topics, the last option is ``wanted`` itself if its words are found too: to be
    called with ``words_only``, which leaves topics out.
    """
    found = book.match_topic(wanted, with_empty=False)
    if found.topic and not words_only:
        return _of_topic(book, found.topic)
    hits = _search(book, wanted)
    if found.outcome is Outcome.TORN and not words_only:
        return Torn(wanted, (*found.candidates, wanted) if hits else found.candidates)
    return first_page(book, wanted, hits) if hits else NoTopic(wanted, found.candidates)


def topics(book: Book) -> list[Topic]:
    """Those that hold entries, the most recently used first."""
    return [topic for topic in book.topics() if topic.entry_count]


def _of_topic(book: Book, name: str) -> Page | NoTopic:
    topic = book.topic(name)
    entries = book.tx.entries.list(book.person.id, topic_id=topic.id, limit=MOST_LISTED) if topic else []
    return first_page(book, name, entries) if entries else NoTopic(name, ())


def _search(book: Book, wanted: str) -> list[Entry]:
    """By all of its words, else by those that tell it apart."""
    for words in (wanted, " ".join(spelling.core(wanted))):
        if hits := book.tx.entries.search(book.person.id, Query.parse(words), MOST_LISTED):
            return hits
    return []
