"""Compare spellings: words, normalized names, phonetic keys and edit costs."""

import re
import unicodedata
from functools import lru_cache

import jellyfish
from rapidfuzz.distance import Postfix, Prefix

from scrapbook.text.query import fold

MAX_LENGTH = 48
"""Characters of a name that are compared: topics do not differ only in what comes later."""

_VOWELS = frozenset("aeiouy")
_SIMILAR_CONSONANTS = tuple(map(frozenset, ("ckqsx", "szc", "td", "pb", "fvp", "mn", "gj", "gk", "lr", "vw")))
_SILENT = frozenset("aeiouyhw")
_NAME_MARKS = "+#"
_NOISE = frozenset({"a", "an", "the", "my", "our", "list", "lists", "note", "notes", "stuff", "topic"})


def words(name: str) -> tuple[str, ...]:
    """Return the words of a name without case, accents and punctuation; none if it has only punctuation.

    ``c++`` and ``c#`` keep their marks.
    """
    folded = fold(name).replace("&", " and ").replace("'", "").replace("’", "")
    return tuple("".join(letter if _counts(letter) else " " for letter in folded).split())


def normalized_name(name: str) -> str:
    """Return a form that is equal for names that differ only in case, accents and spaces."""
    return "".join(fold(name).split())


def significant_words(name: str) -> tuple[str, ...]:
    """Return the words that tell a name apart, ``shopping`` of ``my shopping list``; else all of them."""
    every = words(name)
    return tuple(word for word in every if word not in _NOISE) or every


def singular(word: str) -> str:
    """Guess the singular of an English noun: ``batteries`` is battery, ``boxes`` box, ``gpus`` gpu."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if re.search(r"(?:s|x|z|ch|sh)es$", word):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def phonetic_key(spelling: str) -> str:
    """Return the metaphone code of a spelling, made for English; empty for other scripts."""
    return jellyfish.metaphone(spelling[:MAX_LENGTH])


def edit_cost(typed: str, meant: str) -> float:
    """Return the cost of turning one spelling into the other, divided by the longer length; 0 if equal.

    It is the optimal string alignment distance (Damerau, 1964), in which common slips cost less: a letter
    doubled or not, two neighbours swapped, one vowel for another, consonants that sound alike.
    """
    drops, adds = _gaps(typed), _gaps(meant)
    start = Prefix.similarity(typed, meant)
    end = Postfix.similarity(typed[start:], meant[start:])
    one, other = slice(start, len(typed) - end), slice(start, len(meant) - end)
    aligned = _alignment(typed[one], meant[other], drops[one], adds[other])
    return aligned / max(len(typed), len(meant), 1)


def is_affixed(one: str, other: str) -> bool:
    """Return whether one word is the other with a prefix or ending, as ``efficient`` and ``inefficient`` are.

    The ending may replace a last letter (``fantasy``, ``fantasies``). A doubled letter is no ending.
    """
    short, long = sorted((one, other), key=len)
    if _undoubled(short) == _undoubled(long):
        return False
    return long.endswith(short) or (len(short) < len(long) and _stem_is_shared(short, long))


def _stem_is_shared(short: str, long: str) -> bool:
    return long.startswith(short) or (
        len(short) > 3 and long.startswith(short[:-1]) and long[-1] != short[-1]
    )


def _undoubled(spelling: str) -> str:
    return re.sub(r"(.)\1+", r"\1", spelling)


def _counts(letter: str) -> bool:
    return letter in _NAME_MARKS or unicodedata.category(letter)[0] in "LNM"


def _alignment(typed: str, meant: str, drops: list[float], adds: list[float]) -> float:
    before: list[float] = []
    row = [sum(adds[:end]) for end in range(len(meant) + 1)]
    for row_index, letter in enumerate(typed):
        last, row = row, [row[0] + drops[row_index]]
        for index, other in enumerate(meant):
            best = min(last[index + 1] + drops[row_index], row[index] + adds[index])
            best = min(best, last[index] + _swap(letter, other))
            if row_index and index and letter == meant[index - 1] and typed[row_index - 1] == other:
                best = min(best, before[index - 1] + 0.5)
            row.append(best)
        before = last
    return row[-1]


def _gaps(spelling: str) -> list[float]:
    return [_gap(spelling, index) for index in range(len(spelling))]


def _gap(spelling: str, index: int) -> float:
    letter = spelling[index]
    if letter in spelling[max(index - 1, 0) : index] + spelling[index + 1 : index + 2]:
        return 0.3
    return 0.6 if letter in _SILENT else 0.8


@lru_cache(maxsize=4096)
def _swap(letter: str, other: str) -> float:
    if letter == other:
        return 0.0
    if letter in _VOWELS and other in _VOWELS:
        return 0.5
    return 0.6 if any(letter in group and other in group for group in _SIMILAR_CONSONANTS) else 1.0
