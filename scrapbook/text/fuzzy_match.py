"""Match a typed name with topics, however it is spelled.

Every topic gets a similarity: the mean of the optimal string alignment and Jaro-Winkler similarities of the
spellings, and of the optimal string alignment similarity of the metaphone codes. The most similar topics are
then compared by ``spelling.edit_cost``. A common word is a slip only if hardly anything is wrong with it.

The limits were set by eye on a few hundred misspellings of single English words collected from people, and
checked with the meant topic taken out of the list. Other languages, and topics of several words, were tried
by example only.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from itertools import chain
from typing import TypeVar

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from scrapbook.text import spelling
from scrapbook.text.stemming import stem
from scrapbook.text.word_frequency import zipf_frequency

SURE_COST = 0.16
"""The highest edit cost of a sure match. From 0.20 on, words are taken for others (computer, compiler)."""

RIVAL_DISTANCE = 2
RIVAL_MARGIN = 0.5
"""A match is not sure if another topic is at most so many letters away from what was typed, and costs at
most so much more, in letters; then all that are similar are offered."""

OWN_WORD = 2.5
"""The Zipf frequency from which on a word stands for itself. Likeness cannot distinguish a slip from an
ordinary word, frequency can: of real misspellings nine in ten are rarer, of ordinary words one in ten."""

OWN_WORD_LETTERS = 1.3
OWN_WORD_LETTERS_BY_ZIPF = 0.1
"""A topic is offered for a word that stands for itself if at most so many letters are wrong, less so many for
each step of its Zipf frequency: common misspellings, such as ``recieve``, are words of the lists, too."""

OFFER_SIMILARITY = 0.66
"""The least similarity at which a topic is offered. At 0.60 twice as many words that mean no topic are asked
about; at 0.70 one topic in forty is missed."""

NEAR_SIMILARITY = 0.6
"""The least similarity at which a topic is named as near: at 0.56 ``cooking`` is near ``shopping``."""

MAX_CANDIDATES = 5
MAX_NEAREST = 3
_SHORTLIST = 12
_WORTH_A_LOOK = 0.3
_WEIGHED = 5
_WEIGHED_SIMILARITY = 0.6
_CONTAINED = 0.75
_BY_LETTER = (OSA.normalized_similarity, JaroWinkler.normalized_similarity)


T = TypeVar("T")


class MatchOutcome(StrEnum):
    """How clear it is which topic is meant."""

    EXACT = "exact"
    SURE = "sure"
    AMBIGUOUS = "torn"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Match:
    """The result of matching a name.

    Attributes:
        topic: the topic that is meant; set if the outcome is exact or sure.
        candidates: best first. If the outcome is ambiguous, those to ask about (at most 5); if it is none,
            the nearest ones (at most 3), which are no guess at what was meant.
    """

    outcome: MatchOutcome
    topic: str | None
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Name:
    """A name in the forms in which it is compared.

    Attributes:
        name: the name of the topic, also if this is an alias of it.
        normalized: equal for names that are one and the same.
        key: the significant words, without spaces.
        ordered: the same words, sorted.
        loose: the same words, in the singular and sorted.
        words: the significant words.
        phonetic: the metaphone code of the key.
        initials: the first letters of the words; empty if there is only one.
        stem: the stems of the words, sorted.
        frequency: of its rarest word, on the Zipf scale.
    """

    name: str
    normalized: str
    key: str
    ordered: str
    loose: str
    words: frozenset[str]
    phonetic: str
    initials: str
    stem: str
    frequency: float


@dataclass(frozen=True, slots=True)
class _Scored:
    similarity: float
    name: _Name


class Matcher:
    """Topics, prepared to be matched with many names.

    Args:
        topics: their names. Of those that differ only in case and the like, the first counts.
        aliases: pairs of an alias and the name of its topic.
        proper: whether they are names of people or places. Any word may be a slip for one of these.
    """

    def __init__(
        self, topics: Iterable[str], aliases: Iterable[tuple[str, str]] = (), *, proper: bool = False
    ) -> None:
        self._proper = proper
        self._by_normalized: dict[str, _Name] = {}
        renamed = (replace(_name(alias), name=topic) for alias, topic in aliases)
        for name in chain(map(_name, topics), renamed):
            self._by_normalized.setdefault(name.normalized, name)
        self._names = list(self._by_normalized.values())
        self._by_key = _grouped((key, name) for name in self._names for key in {name.key, name.loose})
        self._by_stem = _grouped((name.stem, name) for name in self._names)
        self._by_initials = _grouped((name.initials, name) for name in self._names if name.initials)
        self._by_word = _grouped((word, name) for name in self._names for word in name.words)
        self._keys = [name.key for name in self._names]
        self._ordered = [name.ordered for name in self._names]
        self._phonetics = [name.phonetic for name in self._names]

    def match(self, typed: str) -> Match:
        """Match a typed name with the topics."""
        wanted = _name(typed)
        if wanted.normalized in self._by_normalized:
            return _settled(MatchOutcome.EXACT, self._by_normalized[wanted.normalized])
        alike = self._alike(wanted)
        if len(alike) == 1:
            return _settled(MatchOutcome.SURE, alike[0])
        ranked = self._ranked(wanted, alike)
        if alike:
            return _similar(ranked)
        if not self._proper and wanted.frequency >= OWN_WORD:
            return self._match_own_word(wanted, ranked)
        sure = _sure(wanted, ranked)
        return _settled(MatchOutcome.SURE, sure) if sure else _similar(ranked)

    def _match_own_word(self, wanted: _Name, ranked: Sequence[_Scored]) -> Match:
        """Match a word that stands for itself: with a topic of the same stem, else with hardly any other."""
        same = _first_of_each(self._by_stem.get(wanted.stem, []), lambda name: name.name)
        if len(same) == 1:
            return _settled(MatchOutcome.SURE, same[0])
        letters = OWN_WORD_LETTERS - OWN_WORD_LETTERS_BY_ZIPF * wanted.frequency
        offered = [score for score in ranked if _is_related(wanted, score.name, letters)]
        return _offered(offered) if offered else _nearest(ranked)

    def _alike(self, wanted: _Name) -> list[_Name]:
        """Return the names that differ only in number, punctuation, order of words, or words like ``list``.

        If there are none, return those of which the initials were typed.
        """
        if not wanted.key:
            return []
        found = self._by_key.get(wanted.key, []) + self._by_key.get(wanted.loose, [])
        found = found or self._by_initials.get(wanted.key, [])
        return _first_of_each(found, lambda name: name.name)

    def _ranked(self, wanted: _Name, alike: Sequence[_Name]) -> list[_Scored]:
        scored = [_Scored(_similarity_of(wanted, name), name) for name in self._shortlist(wanted)]
        scored.sort(key=lambda score: (-score.similarity, score.name.name))
        ranked = [_Scored(1.0, name) for name in alike] + scored
        return _first_of_each(ranked, lambda score: score.name.name)

    def _shortlist(self, wanted: _Name) -> list[_Name]:
        near = [name for scorer in _BY_LETTER for name in self._nearest(wanted.key, self._keys, scorer)]
        near += self._nearest(wanted.phonetic, self._phonetics, OSA.normalized_similarity)
        if len(wanted.words) > 1:
            near += self._nearest(wanted.ordered, self._ordered, OSA.normalized_similarity)
        sharing = (name for word in wanted.words for name in self._by_word.get(word, ()))
        return list(dict.fromkeys([*near, *(name for name in sharing if _is_part(wanted, name))]))

    def _nearest(self, query: str, choices: list[str], scorer: Callable[..., float]) -> list[_Name]:
        if not query:
            return []
        found = process.extract(query, choices, scorer=scorer, limit=_SHORTLIST, score_cutoff=_WORTH_A_LOOK)
        return [self._names[index] for _, _, index in found]


def match(
    typed: str, topics: Iterable[str], aliases: Iterable[tuple[str, str]] = (), *, proper: bool = False
) -> Match:
    """Match a typed name with topics, as a ``Matcher`` does; the latest matchers are cached."""
    return _prepared(tuple(topics), tuple(aliases), proper).match(typed)


@lru_cache(maxsize=64)
def _prepared(topics: tuple[str, ...], aliases: tuple[tuple[str, str], ...], proper: bool) -> Matcher:
    return Matcher(topics, aliases, proper=proper)


def _grouped(pairs: Iterable[tuple[str, _Name]]) -> dict[str, list[_Name]]:
    groups: dict[str, list[_Name]] = {}
    for key, name in pairs:
        groups.setdefault(key, []).append(name)
    return groups


@lru_cache(maxsize=8192)
def _name(name: str) -> _Name:
    core = spelling.significant_words(name)
    key = "".join(core)[: spelling.MAX_LENGTH]
    return _Name(
        name=name,
        normalized=spelling.normalized_name(name),
        key=key,
        ordered="".join(sorted(core))[: spelling.MAX_LENGTH],
        loose="".join(sorted(map(spelling.singular, core))),
        words=frozenset(core),
        phonetic=spelling.phonetic_key(key),
        initials="".join(word[0] for word in core) if len(core) > 1 else "",
        stem=" ".join(sorted(map(stem, core))),
        frequency=min(map(zipf_frequency, core), default=0.0),
    )


def _first_of_each(found: Iterable[T], topic: Callable[[T], str]) -> list[T]:
    first: dict[str, T] = {}
    for one in found:
        first.setdefault(topic(one), one)
    return list(first.values())


def _settled(outcome: MatchOutcome, name: _Name) -> Match:
    return Match(outcome, name.name, (name.name,))


def _similarity_of(wanted: _Name, name: _Name) -> float:
    """Return the similarity of two names, from 0 to 1."""
    contained = _CONTAINED if _is_part(wanted, name) else 0.0
    return max(contained, _token_similarity(wanted, name), _reordered(wanted, name))


def _token_similarity(wanted: _Name, name: _Name) -> float:
    parts = [scorer(wanted.key, name.key) for scorer in _BY_LETTER]
    if wanted.phonetic and name.phonetic:
        parts.append(OSA.normalized_similarity(wanted.phonetic, name.phonetic))
    return sum(parts) / len(parts)


def _reordered(wanted: _Name, name: _Name) -> float:
    if len(wanted.words) < 2 or len(name.words) < 2:
        return 0.0
    return OSA.normalized_similarity(wanted.ordered, name.ordered)


def _is_part(wanted: _Name, name: _Name) -> bool:
    return len(wanted.words) != len(name.words) and (wanted.words <= name.words or name.words <= wanted.words)


def _is_related(wanted: _Name, name: _Name, letters: float) -> bool:
    """Return whether a name is the wanted one with other words beside it, another ending, or few slips."""
    if wanted.stem == name.stem or _is_part(wanted, name):
        return True
    return _is_within_reach(wanted, name) and _letters(wanted, name) <= letters


def _similar(ranked: Sequence[_Scored]) -> Match:
    offered = [score for score in ranked if score.similarity >= OFFER_SIMILARITY]
    return _offered(offered) if offered else _nearest(ranked)


def _offered(ranked: Sequence[_Scored]) -> Match:
    return Match(MatchOutcome.AMBIGUOUS, None, tuple(score.name.name for score in ranked[:MAX_CANDIDATES]))


def _nearest(ranked: Sequence[_Scored]) -> Match:
    near = tuple(score.name.name for score in ranked if score.similarity >= NEAR_SIMILARITY)
    return Match(MatchOutcome.NONE, None, near[:MAX_NEAREST])


def _sure(wanted: _Name, ranked: Sequence[_Scored]) -> _Name | None:
    likely = [score.name for score in ranked[:_WEIGHED] if score.similarity >= _WEIGHED_SIMILARITY]
    weighed = sorted(((_cost(wanted, name), name) for name in likely), key=lambda one: (one[0], one[1].name))
    if not weighed or weighed[0][0] > SURE_COST or not _may_be_sure(wanted, weighed[0][1]):
        return None
    best = weighed[0][1]
    letters = _letters(wanted, best) + RIVAL_MARGIN
    rivals = (name for _, name in weighed[1:] if _is_within_reach(wanted, name))
    return None if any(_letters(wanted, name) <= letters for name in rivals) else best


def _is_within_reach(wanted: _Name, name: _Name) -> bool:
    return OSA.distance(wanted.key, name.key, score_cutoff=RIVAL_DISTANCE) <= RIVAL_DISTANCE


def _cost(wanted: _Name, name: _Name) -> float:
    """Return the lower of the edit costs of the words as typed and of the words sorted.

    It is 1 if the lengths differ too much.
    """
    if abs(len(wanted.key) - len(name.key)) > max(3, len(wanted.key) // 2):
        return 1.0
    straight = spelling.edit_cost(wanted.key, name.key)
    if len(wanted.words) < 2 or len(name.words) < 2:
        return straight
    return min(straight, spelling.edit_cost(wanted.ordered, name.ordered))


def _letters(wanted: _Name, name: _Name) -> float:
    """Return how many letters are wrong: a slip that is common counts as a part of one."""
    return _cost(wanted, name) * max(len(wanted.key), len(name.key), 1)


def _may_be_sure(wanted: _Name, name: _Name) -> bool:
    """Return whether a match may be sure: it begins alike, and neither name is the other with an affix.

    People rarely get the first letter wrong, and a word with another ending is often another word.
    """
    starts_alike = wanted.key[:1] == name.key[:1] or wanted.key[:2] == name.key[1::-1]
    reordered = len(wanted.words) > 1 and wanted.ordered[:1] == name.ordered[:1]
    return (starts_alike or reordered) and not spelling.is_affixed(wanted.key, name.key)
