"""Corrects typing errors in the words of commands, for the classifier and the decision only.

A word is replaced by a word of commands that is one edit away if it is rare in English and the other is not.
A word that is not rare is replaced only if its neighbours support it: "hat did you say" is corrected because
"what did" is in the examples. What is saved of a text is never corrected.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Dict, FrozenSet, Iterable, List, Tuple

from rapidfuzz.distance import OSA
from wordfreq import zipf_frequency

from components.vocabulary import ABBREVIATIONS, SMALL_WORDS

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# Stands for the start and the end of a text in pairs of words.
EDGE = "^"
# Zipf scale: 3 is once in a million words, 6 once in a thousand.
RARE_BELOW = 3.3
MIN_ZIPF_GAIN = 1.2
# A word that fewer examples use is a topic or a note in them and not a word of commands.
_MIN_USES = 2


@dataclass(frozen=True)
class CorrectedText:
    """A text after correction.

    Attributes:
        text: the corrected text.
        shifts: pairs ``(at, shift)`` in ascending order. From offset ``at`` of ``text`` on, the offset in the
            original is ``offset + shift``. Both count characters.
    """

    text: str
    shifts: Tuple[Tuple[int, int], ...] = ()

    def original_offset(self, offset: int) -> int:
        """Return the offset in the original text; it is exact at the ends of words."""
        return offset + next((shift for at, shift in reversed(self.shifts) if at <= offset), 0)


@lru_cache(maxsize=16384)
def _zipf(word: str) -> float:
    return zipf_frequency(word, "en")


class SpellingCorrector:
    """Corrects texts with the words of commands and the pairs of words that follow one another in them."""

    def __init__(self, words: Iterable[str], pairs: Iterable[str]) -> None:
        """Create a corrector.

        Args:
            words: in lower case.
            pairs: two words with a space between them; ``EDGE`` stands for the end of a text.
        """
        self.words = frozenset(words)
        self.pairs = frozenset(pairs)
        self._by_length = _by_length(self.words)

    @classmethod
    def train(cls, texts: Iterable[str]) -> "SpellingCorrector":
        """Create a corrector from examples of commands."""
        examples = [[_normalized(word) for word in _WORD.findall(text)] for text in texts]
        uses = Counter(word for words in examples for word in words)
        common = {word for word, count in uses.items() if count >= _MIN_USES}
        pairs = {
            f"{a} {b}" for words in examples for a, b in zip([EDGE, *words], [*words, EDGE], strict=True)
        }
        return cls(common | SMALL_WORDS, pairs)

    def correct(self, text: str) -> CorrectedText:
        """Return the text with abbreviations spelled out and likely typing errors corrected."""
        found = list(_WORD.finditer(text))
        typed = [_normalized(match[0]) for match in found]
        pieces, shifts, end, length = [], [], 0, 0
        for match, word in zip(found, self._corrected_words(typed), strict=True):
            shown = match[0] if word == match[0].lower() else word
            pieces += [text[end : match.start()], shown]
            length += match.start() - end + len(shown)
            end = match.end()
            shifts.append((length, end - length))
        return CorrectedText("".join(pieces) + text[end:], tuple(shifts))

    def _corrected_words(self, typed: List[str]) -> List[str]:
        words: List[str] = []
        for index, word in enumerate(typed):
            before = words[-1] if words else EDGE
            after = typed[index + 1] if index + 1 < len(typed) else EDGE
            words.append(self._corrected_word(word, before, after))
        return words

    def _corrected_word(self, word: str, before: str, after: str) -> str:
        # An accent is no slip of a finger: "nìte" is not "note".
        if word in self.words or len(word) < 2 or not word.isascii():
            return word
        zipf = _zipf(word)
        likely = [
            (self._support(before, other, after), _zipf(other), other)
            for other in self._one_edit_away(word)
            if _zipf(other) - zipf >= MIN_ZIPF_GAIN
        ]
        support, _, other = max(likely, default=(0, 0.0, word))
        return other if support or (zipf < RARE_BELOW and len(word) > 2) else word

    def _support(self, before: str, word: str, after: str) -> int:
        """Return how many of the words beside it stand beside it in the examples, too."""
        beside = (f"{before} {word}" if before != EDGE else "", f"{word} {after}" if after != EDGE else "")
        return sum(pair in self.pairs for pair in beside)

    def _one_edit_away(self, word: str) -> List[str]:
        lengths = range(len(word) - 1, len(word) + 2)
        return [
            other
            for length in lengths
            for other in self._by_length.get(length, ())
            if OSA.distance(word, other, score_cutoff=1) == 1
        ]


def _normalized(word: str) -> str:
    word = word.lower().replace("’", "'")
    return ABBREVIATIONS.get(word, word)


def _by_length(words: FrozenSet[str]) -> Dict[int, List[str]]:
    lists: Dict[int, List[str]] = {}
    for word in sorted(words):
        lists.setdefault(len(word), []).append(word)
    return lists
