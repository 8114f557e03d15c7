"""Whether a typed word is a keyword, however misspelled.

Precision goes first: a word that people use for its own sake ("lost", "fine", "mode") is never taken for a
misspelling. How ordinary a word is comes from the word frequencies of `wordfreq`, on the Zipf scale (3 is
once in a million words, 6 once in a thousand). Its lists are frozen at 2021, which is no drawback for
telling English words from typing errors.
"""

from functools import lru_cache
from typing import Dict, Iterable, Optional

from rapidfuzz.distance import OSA
from wordfreq import zipf_frequency

ORDINARY_FROM = 2.9
SHORTEST_MISSPELLABLE = 4


def allowed_edits(keyword: str) -> int:
    """How many letters may be left out, added, changed or swapped with a neighbour."""
    if len(keyword) < SHORTEST_MISSPELLABLE:
        return 0
    return 1 if len(keyword) < 7 else 2


@lru_cache(maxsize=4096)
def is_ordinary(word: str) -> bool:
    """Whether English texts use this word (``word`` in lower case) at least once in a million words or so."""
    return zipf_frequency(word, "en") >= ORDINARY_FROM


def distance(typed: str, keyword: str) -> Optional[int]:
    """Edits between the two (both lower case), or None when ``typed`` cannot be meant for ``keyword``."""
    if typed == keyword:
        return 0
    edits = OSA.distance(typed, keyword, score_cutoff=allowed_edits(keyword))
    if edits > allowed_edits(keyword) or is_ordinary(typed):
        return None
    if typed[0] != keyword[0] and sorted(typed[:2]) != sorted(keyword[:2]):
        return None
    return int(edits)


def nearest(typed: str, keywords: Iterable[str]) -> Dict[str, float]:
    """The keywords that the word may be meant for, with their similarity (1.0 is the very word).

    A keyword that is further away than another one is left out.
    """
    edits = {keyword: distance(typed, keyword) for keyword in keywords}
    possible = {keyword: count for keyword, count in edits.items() if count is not None}
    fewest = min(possible.values(), default=0)
    return {word: 1 - count / len(word) for word, count in possible.items() if count == fewest}
