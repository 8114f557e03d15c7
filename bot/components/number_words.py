"""Numbers that are written as words: transcripts of speech have "delete number forty two"."""

import re

from text_to_num import alpha2digit

WORD = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    "seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand"
)
# At most so many words make up a number, and nothing is read in two ways, so that a search stays linear.
WORDS = rf"(?:{WORD})\b(?:(?:\s+and)?[\s-]+(?:{WORD})\b){{0,7}}"

_JOINED = re.compile(r"\b(hundred|thousand)\s+and\b", re.IGNORECASE)


def in_digits(words: str) -> str:
    """Numbers in words as digits: "forty two and seven" becomes "42 and 7". Digits stay as they are."""
    if words.isdigit():
        return words
    return alpha2digit(_JOINED.sub(r"\1", words), "en", ordinal_threshold=0)
