"""Which topic an untagged thought clearly belongs to, if it belongs to any.

Two things speak for a topic: that the thought says its name, and that it has words which the person's entries
under that topic hold and their other entries do not. Better silent than wrong: ``bench/suggesting.py``.
"""

import math
import statistics
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from wordfreq import zipf_frequency

from scrapbook import spelling
from scrapbook.book.book import Book
from scrapbook.book.reminding import REMINDERS
from scrapbook.stems import stem
from scrapbook.store import Entry, Shelf

Spread: TypeAlias = Mapping[int | None, int]
"""How many entries that hold a word are under which topic, by its id; None is for those under none."""

A_FEW = 3
"""Entries that a topic needs before their words say anything about it."""

TOLD_BY = 2
"""Things that have to speak for a topic; of words, only those that so many of its entries hold."""

LIST_WORDS = 2
"""A topic whose entries have mostly so few words is a list, of shopping for example."""

COMMON_NAME = 4.0
"""On the Zipf scale of ``wordfreq`` (3 is once in a million English words, 6 once in a thousand): a name from
here on is often said without meaning the topic, and is worth no more than another word."""

COMMON_WORD = 5.3
"""Words like "today" and "people" tell no topic from another."""

TELLING, LOUDEST, NAME = math.log(4), math.log(50), math.log(1000)
"""Logarithms of odds ratios: what a word has to say for a topic to count, which is also the most that it may
say against one; the most that it may say for one; and what a name says."""

CLEAR, LEAD = math.log(20), math.log(10)
"""Logarithms of the odds that a thought belongs to a topic, and of how much better the second best may be."""

MOST_READ, MOST_WORDS, MOST_HOLDING = 400, 20, 50
"""Bounds of the work for one thought, however large the scrapbook: of its first words, the rarest; of these,
the newest entries that hold them."""

PATIENCE = 3
_READ_OF_A_LIST = 20


@dataclass(frozen=True, slots=True)
class Case:
    """What speaks for a topic: ``odds`` is a logarithm, ``is_told`` whether enough different things do."""

    shelf: Shelf
    odds: float
    is_told: bool


def suggest(book: Book, entry: Entry) -> str | None:
    """The name of the topic that an entry without one clearly belongs to.

    To be called once for an entry: a topic that was passed over again and again is named ever more rarely.
    """
    best = _clearest(list(_cases(book, entry)))
    if best is None or _is_list(book, best.topic_id):
        return None
    return best.name if is_due(book.tx.suggestions.passed_over(best.topic_id)) else None


def is_due(passed_over: int) -> bool:
    """The first three times that there is reason to; then only the 4th, 8th, 16th ..."""
    return passed_over < PATIENCE or (passed_over & (passed_over + 1)) == 0


def weight(here: int, holding: int, entries: int, of_all: int) -> float:
    """How much a word speaks for a topic: the logarithm of an odds ratio, negative if it speaks against.

    ``here`` of the ``holding`` entries with the word are under the topic, to which ``entries`` out of
    ``of_all`` belong. Few entries say little: one more is taken for granted, spread as all entries are.
    """
    usual = _usual(entries, of_all)
    share = (here + usual) / (holding + 1)
    return max(-TELLING, min(LOUDEST, _log_odds(share) - _log_odds(usual)))


def _usual(entries: int, of_all: int) -> float:
    return (entries + 0.5) / (of_all + 1)


def _log_odds(share: float) -> float:
    return math.log(share / (1 - share))


def _cases(book: Book, entry: Entry) -> Iterator[Case]:
    shelves = [shelf for shelf in book.tx.suggestions.shelves(book.person.id) if not _is_reminders(shelf)]
    words = spelling.words(entry.text)[:MOST_READ]
    stems = tuple(map(stem, words))
    said = f" {' '.join(stems)} "
    named = {shelf.topic_id for shelf in shelves if _is_in(said, _stems_of(shelf.name))}
    if not named and all(shelf.entries < A_FEW for shelf in shelves):
        return
    spreads = _spreads(book, entry, dict(zip(stems, words, strict=True)))
    likely = named.union(*spreads.values())
    of_all = book.tx.entries.count(book.person.id)
    for shelf in shelves:
        if shelf.topic_id in likely:
            yield _case(shelf, spreads, of_all, is_named=shelf.topic_id in named)


def _spreads(book: Book, entry: Entry, typed: Mapping[str, str]) -> dict[str, Spread]:
    """By stem, for the rarest words that were ``typed``."""
    may_tell = [stem_ for stem_, word in typed.items() if _may_tell(word)]
    rarest = sorted(may_tell, key=lambda stem_: _frequency(typed[stem_]))[:MOST_WORDS]
    forms = book.tx.suggestions.forms(book.person.id, rarest)
    wanted = [{typed[stem_], *forms.get(stem_, ())} for stem_ in rarest]
    found = book.tx.suggestions.spreads(book.person.id, wanted, MOST_HOLDING, besides=entry.id)
    return dict(zip(rarest, found, strict=True))


def _case(shelf: Shelf, spreads: Mapping[str, Spread], of_all: int, *, is_named: bool) -> Case:
    name = _stems_of(shelf.name) if is_named else ()
    is_named = is_named and not _means_others(shelf, spreads.get(" ".join(name), {}))
    weights = list(_weights(shelf, spreads, of_all, besides=name))
    odds = sum(says for says, _ in weights)
    telling = sum(is_telling for _, is_telling in weights)
    if is_named and _frequency_of(shelf.name) < COMMON_NAME:
        return Case(shelf, odds + NAME, is_told=True)
    odds += _log_odds(_usual(shelf.entries, of_all)) + is_named * LOUDEST
    return Case(shelf, odds, is_told=telling + is_named >= TOLD_BY)


def _weights(
    shelf: Shelf, spreads: Mapping[str, Spread], of_all: int, besides: Collection[str]
) -> Iterator[tuple[float, bool]]:
    """What each word says, and whether that counts."""
    if shelf.entries < A_FEW:
        return
    for word, spread in spreads.items():
        if spread and word not in besides:
            here = spread.get(shelf.topic_id, 0)
            says = weight(here, sum(spread.values()), shelf.entries, of_all)
            yield says, here >= TOLD_BY and says >= TELLING


def _is_in(said: str, name: Sequence[str]) -> bool:
    return bool(name) and f" {' '.join(name)} " in said


def _is_reminders(shelf: Shelf) -> bool:
    return spelling.same_name_key(shelf.name) == REMINDERS


def _means_others(shelf: Shelf, spread: Spread) -> bool:
    """Whether the person says the name, of one word, mostly under other topics."""
    elsewhere = sum(count for topic_id, count in spread.items() if topic_id not in {None, shelf.topic_id})
    return elsewhere > max(1, 2 * spread.get(shelf.topic_id, 0))


def _clearest(cases: Sequence[Case]) -> Shelf | None:
    """The one for which enough speaks, and far more than for any other."""
    ranked = sorted(cases, key=lambda case: case.odds, reverse=True)
    if not ranked or not ranked[0].is_told or ranked[0].odds < CLEAR:
        return None
    has_lead = len(ranked) == 1 or ranked[0].odds - ranked[1].odds >= LEAD
    return ranked[0].shelf if has_lead else None


def _is_list(book: Book, topic_id: int) -> bool:
    newest = book.tx.entries.list(book.person.id, topic_id=topic_id, limit=_READ_OF_A_LIST)
    return statistics.median(len(entry.text.split()) for entry in newest) <= LIST_WORDS


def _may_tell(word: str) -> bool:
    return len(word) > 1 and not word.isdigit() and _frequency(word) < COMMON_WORD


@lru_cache(maxsize=4096)
def _stems_of(name: str) -> tuple[str, ...]:
    return tuple(map(stem, spelling.core(name)))


@lru_cache(maxsize=4096)
def _frequency_of(name: str) -> float:
    """On the Zipf scale, as if the words of a name came together by chance."""
    words = spelling.core(name)
    return sum(map(_frequency, words)) - 9 * (len(words) - 1)


@lru_cache(maxsize=65536)
def _frequency(word: str) -> float:
    """On the Zipf scale; 0 for words rarer than once in a million."""
    return zipf_frequency(word, "en", wordlist="small")
