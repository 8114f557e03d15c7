"""Find words in short texts, however they are written, and the words of texts that misspelled ones mean."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from scrapbook.text.character_pairs import is_unspaced
from scrapbook.text.fuzzy_match import Matcher, MatchOutcome
from scrapbook.text.query import STOP_WORDS, fold
from scrapbook.text.stemming import stem

_WORD = re.compile(r"\w+(?:['’]\w+)?")

COMPARED = 40
"""Words of texts that are compared with a misspelled one: those that begin and look most like it."""

WORTH_A_LOOK = 0.6
"""The Jaro-Winkler similarity of a word that is compared."""


@dataclass(frozen=True, slots=True)
class MeantWords:
    """What is meant by typed words.

    Attributes:
        words: the words of the texts, in place of those typed; None if one of them means none.
        options: the words that may be meant, if it is not clear which.
    """

    words: tuple[str, ...] | None
    options: tuple[tuple[str, ...], ...] = ()


def words_of(text: str) -> list[str]:
    """Return the words that a person asks for, folded; without "the" and the like beside others."""
    every = [fold(word) for word in _WORD.findall(text)]
    return [word for word in every if word not in STOP_WORDS] or every


def mentions(text: str, words: Collection[str]) -> bool:
    """Return whether a text has all of these folded words, in any case, number and order."""
    there = {stem(word) for word in _WORD.findall(text)}
    folded = fold(text)
    return bool(words) and all(
        stem(word) in there or (is_unspaced(word) and word in folded) for word in words
    )


def meant_words(typed: str, texts: Iterable[str]) -> MeantWords:
    """Return which words of the texts are meant by what was typed, however it is spelled.

    Words are compared as names of places and people are. One that is not clear is never guessed.
    """
    vocabulary = _vocabulary(texts)
    meant: list[str] = []
    for word in words_of(typed):
        if stem(word) in vocabulary:
            meant.append(word)
            continue
        spelled = sorted(vocabulary.values())
        near = process.extract(
            word, spelled, scorer=JaroWinkler.normalized_similarity, limit=COMPARED, score_cutoff=WORTH_A_LOOK
        )
        found = Matcher((name for name, _, _ in near), proper=True).match(word)
        if found.topic:
            meant.append(found.topic)
        elif found.outcome is MatchOutcome.AMBIGUOUS:
            rest = [fold(other) for other in words_of(typed)]
            options = (tuple(option if one == word else one for one in rest) for option in found.candidates)
            return MeantWords(None, tuple(options))
        else:
            return MeantWords(None)
    return MeantWords(tuple(meant) or None)


def _vocabulary(texts: Iterable[str]) -> Mapping[str, str]:
    """Return the words of the texts, folded, by their stems."""
    every = {word for text in texts for word in _WORD.findall(fold(text))}
    return {stem(word): word for word in sorted(every)}
