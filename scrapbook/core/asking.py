"""Answer a question from the person's own entries, if one of them answers it well."""

from collections.abc import Sequence
from dataclasses import replace

from scrapbook.core.book import Book
from scrapbook.core.paging import FoundBy, ListPage, first_page_of_ids
from scrapbook.store import Entry
from scrapbook.text.query import Query, Word
from scrapbook.text.questions import Question, is_question
from scrapbook.text.relevance import FUNCTION_WORDS

LEAST_COVERAGE = 0.56
"""An entry answers a question well if it holds this share of its words, each weighted by how rare it is.

Measured on the first half of ``bench/questions``: ``docs/asking.md``.
"""

WEIGHT_OF_WANTED, WEIGHT_OF_SUBJECT = 0.5, 2.0
"""How much words count: the one for what is asked for, which an answer may have or not ("password"), and
those after "about". The first is measured like the share."""

_SAYING = frozenset(
    """
    ever mention mentioned mentions noted record recorded save saves say says tell tells texted told write
    writes wrote
    """.split()  # noqa: SIM905 - as many literals would take more lines
)
"""What everybody does who is quoted, or who keeps a scrapbook: it does not tell one entry from another.
``relevance.FUNCTION_WORDS`` has some more of them."""

ALL_WORDS = 0.99
"""The share that is held by an entry with all of the words."""

ANY_WORD = 0.01
"""The share that is held by an entry with any of the words."""

SHARE_OF_BEST = 0.8
"""An answer is shown beside the best one if it holds so much of what that holds."""

MOST_ANSWERS = 3

READ = 20
"""Entries that are read to find those which do not ask something themselves."""


def ask(book: Book, question: Question, least: float = LEAST_COVERAGE) -> ListPage | None:
    """Return the entries that answer the question well, best first; None if none does.

    An entry that asks something itself is no answer, however many of the words it holds.

    Args:
        least: the share of the words that the best answer must hold, above 0 and at most 1.
    """
    nearest = book.tx.entries.nearest(book.person.id, _query(question))
    hits = sorted(nearest.hits[:READ], key=lambda hit: -hit.coverage)
    well = {hit.id: hit.coverage for hit in hits if hit.coverage >= min(least, LEAST_COVERAGE)}
    answers = [entry for entry in book.tx.entries.by_ids(book.person.id, list(well)) if _states(entry)]
    if not answers or not _is_telling(question):
        return None
    best = well[answers[0].id]
    if best < least:
        return None
    ids = [entry.id for entry in answers if well[entry.id] >= SHARE_OF_BEST * best][:MOST_ANSWERS]
    return first_page_of_ids(book, question.words, ids, nearest.words, found_by=FoundBy.QUESTION)


def telling_words(question: Question) -> Sequence[str]:
    """Return the words that say what the question is about, in lower case."""
    words = (word.text for word in Query.parse(question.words).words)
    return [word for word in words if word not in FUNCTION_WORDS | _SAYING]


def _query(question: Question) -> Query:
    words = (word for word in Query.parse(question.words).words if word.text not in _SAYING)
    return Query(tuple(replace(word, weight=_weight(question, word)) for word in words))


def _weight(question: Question, word: Word) -> float:
    if word.text == question.wanted:
        return WEIGHT_OF_WANTED
    return WEIGHT_OF_SUBJECT if word.text in question.about else 1.0


def _is_telling(question: Question) -> bool:
    """Return whether the words say what is meant: one word about "it" does not."""
    return not question.is_of_it or len(telling_words(question)) > 1


def _states(entry: Entry) -> bool:
    return bool(entry.media) or not is_question(entry.text)
