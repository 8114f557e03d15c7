"""How common English words are."""

import gzip
from functools import cache

import msgpack
import wordfreq

LEAST_ZIPF = 2.5
"""The least frequency that is known: three times in ten million words. Some 54,000 words are as common."""

_WORDS = wordfreq.DATA_PATH / "large_en.msgpack.gz"


def zipf_frequency(word: str) -> float:
    """Return the frequency of a word in lower case on the Zipf scale; 0 if it is less than the least.

    3 is once in a million words, 6 once in a thousand.
    """
    centibels = _centibels().get(word)
    return 0.0 if centibels is None else 9 - centibels / 100


@cache
def _centibels() -> dict[str, int]:
    """Return how many hundredths of a power of ten rarer than every word each common word is.

    ``wordfreq`` itself reads its whole list, of 321,000 words and 34 MB; those that matter take 8. The
    format is described at ``wordfreq.read_cBpack``: a header, then the words of each frequency, the most
    common first.

    Raises:
        ValueError: if the file has another format.
    """
    with gzip.open(_WORDS) as file:
        unpacker = msgpack.Unpacker(file, raw=False)
        lists = unpacker.read_array_header() - 1
        if unpacker.unpack() != {"format": "cB", "version": 1}:
            raise ValueError(f"wordfreq has changed its format: {_WORDS.name}")
        known = min(lists, round((9 - LEAST_ZIPF) * 100) + 1)
        return {word: centibels for centibels in range(known) for word in unpacker.unpack()}
