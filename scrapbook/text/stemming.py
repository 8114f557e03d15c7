"""Reduce words to their stems, which ``run``, ``runs`` and ``running`` have in common."""

from functools import lru_cache
from typing import Any, cast

import Stemmer

from scrapbook.text.query import fold

LANGUAGE = "english"
"""The Snowball stemmer. Words of other languages keep their endings, or lose one that looks English."""


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return the stem, equal for words that differ in case, accents or an English ending; never empty."""
    # Threads must not share a stemmer.
    stemmer = cast(Any, Stemmer).Stemmer(LANGUAGE, 0)
    found = cast(str, stemmer.stemWord(fold(word)))
    # Snowball treats the s of "gpus" as a part of the word, as in "virus".
    return found[:-1] if len(found) > 3 and found.endswith("us") else found
