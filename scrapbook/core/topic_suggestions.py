"""Suggest the topic that an entry without one clearly belongs to, if there is one.

There are two kinds of evidence for a topic: its name is in the text, and words of the text are in the
person's entries under that topic and not in their other entries. No suggestion is better than a wrong one;
the limits were set with ``bench/suggesting.py``.
"""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from scrapbook.core.book import Book
from scrapbook.core.lists import has_short_entries
from scrapbook.core.reminders import REMINDERS
from scrapbook.store import Entry, TopicStats
from scrapbook.text import spelling
from scrapbook.text.stemming import stem
from scrapbook.text.word_frequency import zipf_frequency

Spread: TypeAlias = Mapping[int | None, int]
"""The number of entries that contain a word, by the id of their topic; None is for those without a topic."""

MIN_ENTRIES = 3
"""Entries that a topic needs before their words count as evidence."""

MIN_EVIDENCE = 2
"""Pieces of evidence that a topic needs; a word is one only if so many of the topic's entries contain it."""

COMMON_NAME = 4.0
"""A name that is at least so frequent is often said without meaning the topic, and is no better evidence
than another word. On the Zipf scale of ``wordfreq``: 3 is once in a million English words, 6 once in a
thousand."""

COMMON_WORD = 5.3
"""Words that are at least so frequent, such as "today" and "people", are no evidence. On the Zipf scale."""

TELLING, LOUDEST, NAME = math.log(4), math.log(50), math.log(1000)
"""Natural logarithms of odds ratios: the least that a word must say for a topic to be evidence, which is also
the most that it may say against one; the most that it may say for one; and what a name says."""

CLEAR, LEAD = math.log(20), math.log(10)
"""Natural logarithms of the odds that the best topic must have, and of its lead over the second best."""

MAX_WORDS_READ, MAX_WORDS, MAX_ENTRIES = 400, 20, 50
"""Bounds of the work for one entry, however large the scrapbook: the words of the entry that are read, the
rarest of them that are looked up, and the newest entries with a word that are counted."""

BACKOFF_AFTER = 3
"""A topic is suggested so many times before it is suggested more rarely."""


@dataclass(frozen=True, slots=True)
class Case:
    """The evidence for a topic.

    Attributes:
        odds: the natural logarithm of the odds that the entry belongs to it.
        is_clear: whether there is enough evidence of different kinds.
    """

    topic: TopicStats
    odds: float
    is_clear: bool


def suggest(book: Book, entry: Entry) -> str | None:
    """Return the name of the topic that an entry without one clearly belongs to. None if there is none.

    To be called once for an entry: each call counts as a suggestion, and a topic whose suggestions are not
    taken up is suggested more and more rarely.
    """
    best = _clearest(list(_cases(book, entry)))
    if best is None or has_short_entries(book, best.topic_id):
        return None
    return best.name if is_due(book.tx.suggestions.times_skipped(best.topic_id)) else None


def is_due(times_skipped: int) -> bool:
    """Return whether to suggest a topic: the first three times, then the 4th, 8th, 16th time and so on."""
    return times_skipped < BACKOFF_AFTER or (times_skipped & (times_skipped + 1)) == 0


def weight(here: int, holding: int, entries: int, of_all: int) -> float:
    """Return how much a word speaks for a topic: the logarithm of an odds ratio, negative if against.

    To give less weight to few entries, one more is counted that is spread over the topics as all entries are.

    Args:
        here: the entries under the topic that contain the word.
        holding: all entries that contain the word.
        entries: the entries under the topic.
        of_all: all entries of the person.
    """
    usual = _usual(entries, of_all)
    share = (here + usual) / (holding + 1)
    return max(-TELLING, min(LOUDEST, _log_odds(share) - _log_odds(usual)))


def _usual(entries: int, of_all: int) -> float:
    return (entries + 0.5) / (of_all + 1)


def _log_odds(share: float) -> float:
    return math.log(share / (1 - share))


def _cases(book: Book, entry: Entry) -> Iterator[Case]:
    topics = [topic for topic in book.tx.suggestions.topic_stats(book.person.id) if not _is_reminders(topic)]
    words = spelling.words(entry.text)[:MAX_WORDS_READ]
    stems = tuple(map(stem, words))
    said = f" {' '.join(stems)} "
    named = {topic.topic_id for topic in topics if _is_in(said, _stems_of(topic.name))}
    if not named and all(topic.entries < MIN_ENTRIES for topic in topics):
        return
    spreads = _spreads(book, entry, dict(zip(stems, words, strict=True)))
    likely = named.union(*spreads.values())
    of_all = book.tx.entries.count(book.person.id)
    for topic in topics:
        if topic.topic_id in likely:
            yield _case(topic, spreads, of_all, is_named=topic.topic_id in named)


def _spreads(book: Book, entry: Entry, typed: Mapping[str, str]) -> dict[str, Spread]:
    """Return the spread of the rarest words, by stem.

    Args:
        typed: the words of the entry, by stem.
    """
    telling = [stem_ for stem_, word in typed.items() if may_tell(word)]
    rarest = sorted(telling, key=lambda stem_: zipf_frequency(typed[stem_]))[:MAX_WORDS]
    forms = book.tx.suggestions.forms(book.person.id, rarest)
    wanted = [{typed[stem_], *forms.get(stem_, ())} for stem_ in rarest]
    found = book.tx.suggestions.spreads(book.person.id, wanted, MAX_ENTRIES, besides=entry.id)
    return dict(zip(rarest, found, strict=True))


def _case(topic: TopicStats, spreads: Mapping[str, Spread], of_all: int, *, is_named: bool) -> Case:
    name = _stems_of(topic.name) if is_named else ()
    is_named = is_named and not _means_others(topic, spreads.get(" ".join(name), {}))
    weights = list(_weights(topic, spreads, of_all, besides=name))
    odds = sum(says for says, _ in weights)
    telling = sum(is_telling for _, is_telling in weights)
    if is_named and _frequency_of(topic.name) < COMMON_NAME:
        return Case(topic, odds + NAME, is_clear=True)
    odds += _log_odds(_usual(topic.entries, of_all)) + is_named * LOUDEST
    return Case(topic, odds, is_clear=telling + is_named >= MIN_EVIDENCE)


def _weights(
    topic: TopicStats, spreads: Mapping[str, Spread], of_all: int, besides: Collection[str]
) -> Iterator[tuple[float, bool]]:
    """Yield what each word says for the topic, and whether it is evidence."""
    if topic.entries < MIN_ENTRIES:
        return
    for word, spread in spreads.items():
        if spread and word not in besides:
            here = spread.get(topic.topic_id, 0)
            says = weight(here, sum(spread.values()), topic.entries, of_all)
            yield says, here >= MIN_EVIDENCE and says >= TELLING


def _is_in(said: str, name: Sequence[str]) -> bool:
    return bool(name) and f" {' '.join(name)} " in said


def _is_reminders(topic: TopicStats) -> bool:
    return spelling.normalized_name(topic.name) == REMINDERS


def _means_others(topic: TopicStats, spread: Spread) -> bool:
    """Return whether the name, of one word, is mostly in entries under other topics."""
    elsewhere = sum(count for topic_id, count in spread.items() if topic_id not in {None, topic.topic_id})
    return elsewhere > max(1, 2 * spread.get(topic.topic_id, 0))


def _clearest(cases: Sequence[Case]) -> TopicStats | None:
    """Return the topic with enough evidence, and far more than any other."""
    ranked = sorted(cases, key=lambda case: case.odds, reverse=True)
    if not ranked or not ranked[0].is_clear or ranked[0].odds < CLEAR:
        return None
    has_lead = len(ranked) == 1 or ranked[0].odds - ranked[1].odds >= LEAD
    return ranked[0].topic if has_lead else None


def may_tell(word: str) -> bool:
    """Return whether a word is rare enough to tell one topic from another."""
    return len(word) > 1 and not word.isdigit() and zipf_frequency(word) < COMMON_WORD


@lru_cache(maxsize=4096)
def _stems_of(name: str) -> tuple[str, ...]:
    return tuple(map(stem, spelling.significant_words(name)))


@lru_cache(maxsize=4096)
def _frequency_of(name: str) -> float:
    """Return the frequency of a name on the Zipf scale, as if its words came together by chance."""
    words = spelling.significant_words(name)
    return sum(map(zipf_frequency, words)) - 9 * (len(words) - 1)
