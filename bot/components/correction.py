"""Typing errors in the words that commands are made of, set right where the meaning is looked for.

A word is corrected to one that commands use, one slip of the finger away, if it is rare in English and the
other is not. A word that is not rare needs its neighbours to speak for it: "hat did you say" has "what did"
in the examples. What is kept of a text is never corrected.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Dict, FrozenSet, Iterable, List, Tuple

from rapidfuzz.distance import OSA
from wordfreq import zipf_frequency

from components.vocabulary import ABBREVIATIONS, GREETING, REPEATING, SMALL_WORDS, THANKING

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
EDGE = "^"
# On the Zipf scale (3 is once in a million words, 6 once in a thousand)
RARE_BELOW = 3.3
RARER_BY = 1.2
# A word of the examples is one of commands, and not of what they are about, from so many uses on.
_FEWEST_USES = 2


@dataclass(frozen=True)
class Corrected:
    """``text`` with its words set right, and where they stood: ``(at, shift)``, ``at`` an offset into
    ``text`` from which on ``offset + shift`` is the offset in the text that was typed.
    """

    text: str
    shifts: Tuple[Tuple[int, int], ...] = ()

    def typed_at(self, offset: int) -> int:
        """The offset in the text that was typed. Exact at the ends of words."""
        return offset + next((shift for at, shift in reversed(self.shifts) if at <= offset), 0)


@lru_cache(maxsize=16384)
def _frequency(word: str) -> float:
    return zipf_frequency(word, "en")


class Corrector:
    """Knows the ``words`` of commands, in lower case, and the ``pairs`` of them that follow one another."""

    def __init__(self, words: Iterable[str], pairs: Iterable[str]) -> None:
        """``pairs`` are words with a space between; the ends of a text are ``EDGE``."""
        self.words = frozenset(words)
        self.pairs = frozenset(pairs)
        self._by_length = _by_length(self.words)

    @classmethod
    def learn(cls, texts: Iterable[str]) -> "Corrector":
        """From examples of commands."""
        spoken = [[_plain(word) for word in _WORD.findall(text)] for text in texts]
        uses = Counter(word for words in spoken for word in words)
        common = {word for word, count in uses.items() if count >= _FEWEST_USES}
        pairs = {f"{a} {b}" for words in spoken for a, b in zip([EDGE, *words], [*words, EDGE], strict=True)}
        return cls(common | SMALL_WORDS | REPEATING | THANKING | GREETING, pairs)

    def corrected(self, text: str) -> Corrected:
        """The text with the words that look like slips of the finger set right."""
        found = list(_WORD.finditer(text))
        typed = [_plain(match[0]) for match in found]
        pieces, shifts, end, length = [], [], 0, 0
        for match, word in zip(found, self._corrected_words(typed), strict=True):
            shown = match[0] if word == match[0].lower() else word
            pieces += [text[end : match.start()], shown]
            length += match.start() - end + len(shown)
            end = match.end()
            shifts.append((length, end - length))
        return Corrected("".join(pieces) + text[end:], tuple(shifts))

    def _corrected_words(self, typed: List[str]) -> List[str]:
        words: List[str] = []
        for at, word in enumerate(typed):
            before = words[-1] if words else EDGE
            behind = typed[at + 1] if at + 1 < len(typed) else EDGE
            words.append(self._corrected_word(word, before, behind))
        return words

    def _corrected_word(self, word: str, before: str, behind: str) -> str:
        if word in self.words or len(word) < 2:
            return word
        rarity = _frequency(word)
        likely = [
            (self._support(before, other, behind), _frequency(other), other)
            for other in self._neighbours(word)
            if _frequency(other) - rarity >= RARER_BY
        ]
        support, _, other = max(likely, default=(0, 0.0, word))
        return other if support or (rarity < RARE_BELOW and len(word) > 2) else word

    def _support(self, before: str, word: str, behind: str) -> int:
        return (f"{before} {word}" in self.pairs) + (f"{word} {behind}" in self.pairs)

    def _neighbours(self, word: str) -> List[str]:
        lengths = range(len(word) - 1, len(word) + 2)
        return [
            other
            for length in lengths
            for other in self._by_length.get(length, ())
            if OSA.distance(word, other, score_cutoff=1) == 1
        ]


def _plain(word: str) -> str:
    word = word.lower().replace("’", "'")
    return ABBREVIATIONS.get(word, word)


def _by_length(words: FrozenSet[str]) -> Dict[int, List[str]]:
    lists: Dict[int, List[str]] = {}
    for word in sorted(words):
        lists.setdefault(len(word), []).append(word)
    return lists
