"""Decides which keywords a misspelled word may stand for.

Precision comes first: an ordinary word ("lost", "fine", "mode") is never read as a misspelled keyword. How
ordinary a word is comes from the word frequencies of `wordfreq`, on the Zipf scale (3 is once in a million
words, 6 once in a thousand). Its word lists end in 2021, which is recent enough to tell English words from
typing errors.
"""

from functools import lru_cache
from typing import Collection, Dict, Optional

from rapidfuzz.distance import OSA
from wordfreq import zipf_frequency

ORDINARY_ZIPF = 2.9
MIN_MISSPELLABLE_LENGTH = 4


def allowed_edits(keyword: str) -> int:
    """Return how many letters may be left out, added, changed or swapped with a neighbour."""
    if len(keyword) < MIN_MISSPELLABLE_LENGTH:
        return 0
    return 1 if len(keyword) < 7 else 2


@lru_cache(maxsize=4096)
def is_ordinary(word: str) -> bool:
    """Return whether English texts use ``word`` (in lower case) about once in a million words or more."""
    return zipf_frequency(word, "en") >= ORDINARY_ZIPF


def distance(typed: str, keyword: str) -> Optional[int]:
    """Count the edits between two words in lower case.

    The distance is that of optimal string alignment. The first letters must agree, swapped or not.

    Returns:
        The number of edits; None if ``typed`` cannot stand for ``keyword``.
    """
    if typed == keyword:
        return 0
    edits = OSA.distance(typed, keyword, score_cutoff=allowed_edits(keyword))
    if edits > allowed_edits(keyword) or is_ordinary(typed):
        return None
    if typed[0] != keyword[0] and sorted(typed[:2]) != sorted(keyword[:2]):
        return None
    return int(edits)


def nearest(typed: str, keywords: Collection[str]) -> Dict[str, float]:
    """Return the nearest keywords and their similarity to ``typed`` (1.0 is the same word)."""
    if typed in keywords:
        return {typed: 1.0}
    if is_ordinary(typed):
        return {}
    edits = {keyword: distance(typed, keyword) for keyword in keywords}
    possible = {keyword: count for keyword, count in edits.items() if count is not None}
    fewest = min(possible.values(), default=0)
    return {word: 1 - count / len(word) for word, count in possible.items() if count == fewest}
