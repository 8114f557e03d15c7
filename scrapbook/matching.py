"""Which topic somebody means, however it is typed: surely, perhaps, or none.

Every topic gets a likeness: the mean of the optimal string alignment and Jaro-Winkler similarities and of
the alignment of how both sound (metaphone). The likeliest are then weighed by ``spelling.cost``.

The limits were set by eye on a few hundred misspellings of single English words collected from people, and
checked with the meant topic taken out of the list. They are worth no more than that: other languages, and
topics of several words, were tried by example only.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from itertools import chain
from typing import TypeVar

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from scrapbook import spelling

SURE_COST = 0.16
"""At most this share of the name is wrong. From 0.20 on, words are taken for others (computer, compiler)."""

SURE_LEAD = 1.8
SURE_MARGIN = 0.06
"""The second best must cost so many times as much, and so much more: else both are offered."""

OFFER_LIKENESS = 0.66
"""At 0.60 twice as many words that mean no topic are asked about; at 0.70 one topic in forty is missed."""

NEAR_LIKENESS = 0.6
"""What is less like it is not worth naming: at 0.56 ``cooking`` is near ``shopping``."""

MAX_CANDIDATES = 5
MAX_NEAREST = 3
_SHORTLIST = 12
_WORTH_A_LOOK = 0.3
_WEIGHED = 5
_WEIGHED_LIKENESS = 0.6
_CONTAINED = 0.75
_BY_LETTER = (OSA.normalized_similarity, JaroWinkler.normalized_similarity)


T = TypeVar("T")


class Outcome(StrEnum):
    EXACT = "exact"
    SURE = "sure"
    TORN = "torn"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Match:
    """``topic`` is set when exact or sure. ``candidates``, best first: what to ask about when torn (at most
    5); when none, those that come near (at most 3), which are no guess at what was meant."""

    outcome: Outcome
    topic: str | None
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Name:
    """``name`` is the topic's own; ``key`` is what is compared; ``ordered`` has its words sorted, ``loose``
    sorted and in the singular."""

    name: str
    same: str
    key: str
    ordered: str
    loose: str
    words: frozenset[str]
    sound: str
    initials: str


@dataclass(frozen=True, slots=True)
class _Scored:
    likeness: float
    name: _Name


class Matcher:
    """Topics prepared for many queries. Of names that differ in case and the like only, the first counts.

    ``aliases``, pairs of another name and its topic's, are matched as names are; the answer is the topic.
    """

    def __init__(self, topics: Iterable[str], aliases: Iterable[tuple[str, str]] = ()) -> None:
        self._same: dict[str, _Name] = {}
        renamed = (replace(_name(alias), name=topic) for alias, topic in aliases)
        for name in chain(map(_name, topics), renamed):
            self._same.setdefault(name.same, name)
        self._names = list(self._same.values())
        self._by_key = _grouped((key, name) for name in self._names for key in {name.key, name.loose})
        self._by_initials = _grouped((name.initials, name) for name in self._names if name.initials)
        self._by_word = _grouped((word, name) for name in self._names for word in name.words)
        self._keys = [name.key for name in self._names]
        self._ordered = [name.ordered for name in self._names]
        self._sounds = [name.sound for name in self._names]

    def match(self, typed: str) -> Match:
        wanted = _name(typed)
        if wanted.same in self._same:
            return _settled(Outcome.EXACT, self._same[wanted.same])
        alike = self._alike(wanted)
        if len(alike) == 1:
            return _settled(Outcome.SURE, alike[0])
        ranked = self._ranked(wanted, alike)
        sure = None if alike else _sure(wanted, ranked)
        return _settled(Outcome.SURE, sure) if sure else _offered(ranked)

    def _alike(self, wanted: _Name) -> list[_Name]:
        """Those that differ in number, punctuation, the order of words, or words like ``list`` only; else
        those of which just the initials were typed."""
        if not wanted.key:
            return []
        found = self._by_key.get(wanted.key, []) + self._by_key.get(wanted.loose, [])
        found = found or self._by_initials.get(wanted.key, [])
        return _first_of_each(found, lambda name: name.name)

    def _ranked(self, wanted: _Name, alike: Sequence[_Name]) -> list[_Scored]:
        scored = [_Scored(_likeness(wanted, name), name) for name in self._shortlist(wanted)]
        scored.sort(key=lambda score: (-score.likeness, score.name.name))
        ranked = [_Scored(1.0, name) for name in alike] + scored
        return _first_of_each(ranked, lambda score: score.name.name)

    def _shortlist(self, wanted: _Name) -> list[_Name]:
        near = [name for scorer in _BY_LETTER for name in self._nearest(wanted.key, self._keys, scorer)]
        near += self._nearest(wanted.sound, self._sounds, OSA.normalized_similarity)
        if len(wanted.words) > 1:
            near += self._nearest(wanted.ordered, self._ordered, OSA.normalized_similarity)
        sharing = (name for word in wanted.words for name in self._by_word.get(word, ()))
        return list(dict.fromkeys([*near, *(name for name in sharing if _is_part(wanted, name))]))

    def _nearest(self, query: str, choices: list[str], scorer: Callable[..., float]) -> list[_Name]:
        if not query:
            return []
        found = process.extract(query, choices, scorer=scorer, limit=_SHORTLIST, score_cutoff=_WORTH_A_LOOK)
        return [self._names[index] for _, _, index in found]


def match(typed: str, topics: Iterable[str], aliases: Iterable[tuple[str, str]] = ()) -> Match:
    return _prepared(tuple(topics), tuple(aliases)).match(typed)


@lru_cache(maxsize=64)
def _prepared(topics: tuple[str, ...], aliases: tuple[tuple[str, str], ...]) -> Matcher:
    return Matcher(topics, aliases)


def _grouped(pairs: Iterable[tuple[str, _Name]]) -> dict[str, list[_Name]]:
    groups: dict[str, list[_Name]] = {}
    for key, name in pairs:
        groups.setdefault(key, []).append(name)
    return groups


@lru_cache(maxsize=8192)
def _name(name: str) -> _Name:
    core = spelling.core(name)
    key = "".join(core)[: spelling.MAX_LENGTH]
    return _Name(
        name=name,
        same=spelling.same_name_key(name),
        key=key,
        ordered="".join(sorted(core))[: spelling.MAX_LENGTH],
        loose="".join(sorted(map(spelling.singular, core))),
        words=frozenset(core),
        sound=spelling.sound(key),
        initials="".join(word[0] for word in core) if len(core) > 1 else "",
    )


def _first_of_each(found: Iterable[T], topic: Callable[[T], str]) -> list[T]:
    first: dict[str, T] = {}
    for one in found:
        first.setdefault(topic(one), one)
    return list(first.values())


def _settled(outcome: Outcome, name: _Name) -> Match:
    return Match(outcome, name.name, (name.name,))


def _likeness(wanted: _Name, name: _Name) -> float:
    """From 0 to 1."""
    contained = _CONTAINED if _is_part(wanted, name) else 0.0
    return max(contained, _similarity(wanted, name), _reordered(wanted, name))


def _similarity(wanted: _Name, name: _Name) -> float:
    parts = [scorer(wanted.key, name.key) for scorer in _BY_LETTER]
    if wanted.sound and name.sound:
        parts.append(OSA.normalized_similarity(wanted.sound, name.sound))
    return sum(parts) / len(parts)


def _reordered(wanted: _Name, name: _Name) -> float:
    if len(wanted.words) < 2 or len(name.words) < 2:
        return 0.0
    return OSA.normalized_similarity(wanted.ordered, name.ordered)


def _is_part(wanted: _Name, name: _Name) -> bool:
    return len(wanted.words) != len(name.words) and (wanted.words <= name.words or name.words <= wanted.words)


def _offered(ranked: Sequence[_Scored]) -> Match:
    offered = tuple(score.name.name for score in ranked if score.likeness >= OFFER_LIKENESS)
    if offered:
        return Match(Outcome.TORN, None, offered[:MAX_CANDIDATES])
    near = tuple(score.name.name for score in ranked if score.likeness >= NEAR_LIKENESS)
    return Match(Outcome.NONE, None, near[:MAX_NEAREST])


def _sure(wanted: _Name, ranked: Sequence[_Scored]) -> _Name | None:
    likely = [score.name for score in ranked[:_WEIGHED] if score.likeness >= _WEIGHED_LIKENESS]
    weighed = sorted((_cost(wanted, name), name.name, name) for name in likely)
    if not weighed or not _may_be_sure(wanted, weighed[0][2]):
        return None
    best, second = weighed[0][0], weighed[1][0] if len(weighed) > 1 else 1.0
    is_clear = second >= best * SURE_LEAD and second - best >= SURE_MARGIN
    return weighed[0][2] if best <= SURE_COST and is_clear else None


def _cost(wanted: _Name, name: _Name) -> float:
    """Of the words in the order typed or sorted, whichever is nearer; 1 where the lengths rule it out."""
    if abs(len(wanted.key) - len(name.key)) > max(3, len(wanted.key) // 2):
        return 1.0
    straight = spelling.cost(wanted.key, name.key)
    if len(wanted.words) < 2 or len(name.words) < 2:
        return straight
    return min(straight, spelling.cost(wanted.ordered, name.ordered))


def _may_be_sure(wanted: _Name, name: _Name) -> bool:
    """People rarely get the first letter wrong, and a word with another ending is often another word."""
    starts_alike = wanted.key[:1] == name.key[:1] or wanted.key[:2] == name.key[1::-1]
    reordered = len(wanted.words) > 1 and wanted.ordered[:1] == name.ordered[:1]
    return (starts_alike or reordered) and not spelling.is_affixed(wanted.key, name.key)
