"""Find the topics that have to do with one: their entries share telling words with its newest entries."""

from collections import Counter
from collections.abc import Sequence

from scrapbook.core.book import Book
from scrapbook.core.topic_suggestions import TELLING, may_tell, weight
from scrapbook.store import Entry, Topic
from scrapbook.text import spelling
from scrapbook.text.stemming import stem
from scrapbook.text.word_frequency import zipf_frequency

MAX_RELATED = 5
"""Topics that are named at most."""

MAX_READ, MAX_WORDS, MAX_HOLDING = 20, 12, 50
"""Bounds of the work, however large the scrapbook: the entries whose words are read, the words that are
looked up, and the newest entries with a word that are counted."""

MAX_WORDS_OF_ENTRY = 100

LEAST_SHARED = 2
"""Words that two topics share at least."""


def related_topics(book: Book, topic: Topic, entries: Sequence[Entry]) -> list[Topic]:
    """Return the topics with entries that share the most telling words with these entries, the nearest first.

    Args:
        entries: of the topic, the newest first.
    """
    words = _telling(entries)
    forms = book.tx.suggestions.forms(book.person.id, words)
    wanted = [{word, *forms.get(stem_, ())} for stem_, word in words.items()]
    spreads = book.tx.suggestions.spreads(book.person.id, wanted, MAX_HOLDING, besides=0)
    elsewhere = [{id_: count for id_, count in spread.items() if id_ != topic.id} for spread in spreads]
    of_all = book.tx.entries.count(book.person.id) - topic.entry_count
    nearness: dict[int, float] = {}
    for other in book.topics():
        if other.id == topic.id or not other.entry_count:
            continue
        shared = [
            weight(spread[other.id], sum(spread.values()), other.entry_count, of_all)
            for spread in elsewhere
            if other.id in spread
        ]
        if len(shared) >= LEAST_SHARED and sum(shared) >= TELLING:
            nearness[other.id] = sum(shared)
    by_id = {other.id: other for other in book.topics()}
    return [by_id[id_] for id_ in sorted(nearness, key=lambda id_: -nearness[id_])[:MAX_RELATED]]


def _telling(entries: Sequence[Entry]) -> dict[str, str]:
    """Return the words of entries that tell one topic from another, by stem: the most frequent in them first.

    Of words in equally many entries, the one that is rarer in English comes first.
    """
    holding: Counter[str] = Counter()
    typed: dict[str, str] = {}
    for entry in entries[:MAX_READ]:
        words = {
            stem(word): word for word in spelling.words(entry.text)[:MAX_WORDS_OF_ENTRY] if may_tell(word)
        }
        typed |= words
        holding.update(words.keys())
    ordered = sorted(holding, key=lambda stem_: (-holding[stem_], zipf_frequency(typed[stem_])))
    return {stem_: typed[stem_] for stem_ in ordered[:MAX_WORDS]}
