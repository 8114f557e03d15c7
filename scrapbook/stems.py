"""The stems of words: what ``run``, ``runs`` and ``running`` have in common."""

from functools import lru_cache
from typing import Any, cast

import Stemmer

from scrapbook.search import fold

LANGUAGE = "english"
"""Of the Snowball stemmers. Words of other languages keep their endings, or lose one that looks English."""


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Equal for words that differ in case, accents or an English ending. Never empty for a word."""
    # A stemmer may not be shared by threads.
    stemmer = cast(Any, Stemmer).Stemmer(LANGUAGE, 0)
    found = cast(str, stemmer.stemWord(fold(word)))
    # Snowball takes the s of "gpus" for a part of the word, as it is in "virus".
    return found[:-1] if len(found) > 3 and found.endswith("us") else found
