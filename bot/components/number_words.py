"""Numbers written as words, as transcripts of speech have them: "delete number forty two"."""

import re

from text_to_num import alpha2digit

WORD = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    "seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand"
)
# At most eight words, and only one way to match them, so that a search takes linear time.
WORDS = rf"(?:{WORD})\b(?:(?:\s+and)?[\s-]+(?:{WORD})\b){{0,7}}"

_JOINED = re.compile(r"\b(hundred|thousand)\s+and\b", re.IGNORECASE)


def in_digits(words: str) -> str:
    """Write numbers as digits: "forty two and seven" becomes "42 and 7". Digits stay as they are."""
    if words.isdigit():
        return words
    return alpha2digit(_JOINED.sub(r"\1", words), "en", ordinal_threshold=0)
