"""How far apart two spellings are, for people who type in a hurry."""

import re
import unicodedata
from functools import lru_cache

import jellyfish
from rapidfuzz.distance import Postfix, Prefix

from scrapbook.search import fold

MAX_LENGTH = 48
"""Longer names are compared by their beginning: nobody tells topics apart by what comes later."""

_VOWELS = frozenset("aeiouy")
_SOUNDS_ALIKE = tuple(map(frozenset, ("ckqsx", "szc", "td", "pb", "fvp", "mn", "gj", "gk", "lr", "vw")))
_SILENT = frozenset("aeiouyhw")
_KEPT_MARKS = "+#"
_NOISE = frozenset({"a", "an", "the", "my", "our", "list", "lists", "note", "notes", "stuff", "topic"})


def words(name: str) -> tuple[str, ...]:
    """Without case, accents and punctuation; ``c++`` and ``c#`` keep their marks. May be empty."""
    folded = fold(name).replace("&", " and ").replace("'", "").replace("’", "")
    return tuple("".join(letter if _counts(letter) else " " for letter in folded).split())


def same_name_key(name: str) -> str:
    """Equal for names that are one and the same: neither case, nor accents, nor spaces matter."""
    return "".join(fold(name).split())


def core(name: str) -> tuple[str, ...]:
    """The words that tell it apart: ``my shopping list`` is about shopping. All where none would be left."""
    every = words(name)
    return tuple(word for word in every if word not in _NOISE) or every


def singular(word: str) -> str:
    """A guess for English nouns: ``batteries`` battery, ``boxes`` box, ``gpus`` gpu."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if re.search(r"(?:s|x|z|ch|sh)es$", word):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def sound(spelling: str) -> str:
    """The metaphone code: English sounds; empty for other scripts."""
    return jellyfish.metaphone(spelling[:MAX_LENGTH])


def cost(typed: str, meant: str) -> float:
    """What it takes to turn one spelling into the other, a share of the longer one (0 is the same).

    The optimal string alignment distance (Damerau, 1964), with slips that are common taken as smaller
    ones: a letter doubled or not, two neighbours swapped, one vowel for another, consonants that sound alike.
    """
    drops, adds = _gaps(typed), _gaps(meant)
    start = Prefix.similarity(typed, meant)
    end = Postfix.similarity(typed[start:], meant[start:])
    one, other = slice(start, len(typed) - end), slice(start, len(meant) - end)
    aligned = _alignment(typed[one], meant[other], drops[one], adds[other])
    return aligned / max(len(typed), len(meant), 1)


def is_affixed(one: str, other: str) -> bool:
    """One is the other with letters before or after it (``efficient``, ``inefficient``): often another word.

    A last letter may give way to the ending (``fantasy``, ``fantasies``). A letter that was merely doubled
    does not count.
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
    return letter in _KEPT_MARKS or unicodedata.category(letter)[0] in "LNM"


def _alignment(typed: str, meant: str, drops: list[float], adds: list[float]) -> float:
    before: list[float] = []
    row = [sum(adds[:end]) for end in range(len(meant) + 1)]
    for index, letter in enumerate(typed):
        last, row = row, [row[0] + drops[index]]
        for place, other in enumerate(meant):
            best = min(last[place + 1] + drops[index], row[place] + adds[place])
            best = min(best, last[place] + _swap(letter, other))
            if index and place and letter == meant[place - 1] and typed[index - 1] == other:
                best = min(best, before[place - 1] + 0.5)
            row.append(best)
        before = last
    return row[-1]


def _gaps(spelling: str) -> list[float]:
    return [_gap(spelling, place) for place in range(len(spelling))]


def _gap(spelling: str, place: int) -> float:
    letter = spelling[place]
    if letter in spelling[max(place - 1, 0) : place] + spelling[place + 1 : place + 2]:
        return 0.3
    return 0.6 if letter in _SILENT else 0.8


@lru_cache(maxsize=4096)
def _swap(letter: str, other: str) -> float:
    if letter == other:
        return 0.0
    if letter in _VOWELS and other in _VOWELS:
        return 0.5
    return 0.6 if any(letter in group and other in group for group in _SOUNDS_ALIKE) else 1.0
