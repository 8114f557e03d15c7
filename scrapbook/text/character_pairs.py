"""Terms for a full-text index of scripts without spaces between words, and of emoji.

Databases split texts at spaces, so of "今日は寒い日" they know the beginning only. Such a run of letters is
indexed by its pairs of neighbours, as Lucene's CJKBigramFilter does it. Korean has spaces, but particles
behind its words, and compounds, so it is indexed so, too. An emoji is a term of its own, without its skin
tone.

A term is written in letters that both databases take for one word, and that nobody types.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final

import regex

MAX_TERMS = 10_000
"""Different terms of a text that are indexed; those after them are not."""

_MARK: Final = "\ua66e"
"""A letter of one Slavonic manuscript of the 15th century, with which every term begins."""

_DIGITS: Final = "abcdefghijklmnopqrstuvwxyz234567"

_UNSPACED: Final = (
    r"[[\p{scx=Hani}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Bopo}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}"
    r"\p{scx=Mymr}\p{scx=Tibt}]&&[\p{L}\p{M}\p{N}]]"
)
_RUN = regex.compile(rf"(?V1)(?P<run>{_UNSPACED}+)|[\p{{L}}\p{{M}}\p{{N}}--{_UNSPACED}]+")
_ANY = regex.compile(rf"(?V1){_UNSPACED}")
_EMOJI = regex.compile(r"\p{Regional_Indicator}{2}|[\p{Extended_Pictographic}\p{So}]")


def terms(text: str) -> list[str]:
    """Return the terms of a text that is saved, each once."""
    if text.isascii():
        return []
    found: dict[str, None] = dict.fromkeys(map(_term, emoji(text)))
    for word in _mixed_words(text):
        found |= dict.fromkeys(_terms_of(word))
    return list(found)[:MAX_TERMS]


def emoji(text: str) -> list[str]:
    """Return the emoji and other pictographs of a text in order, each once.

    Those that are joined into one come one by one; skin tones and variation selectors are left out.
    """
    if text.isascii():
        return []
    return list(dict.fromkeys(sign for sign in _EMOJI.findall(text) if not _is_skin_tone(sign)))


def is_unspaced(word: str) -> bool:
    """Return whether a word has letters of a script without spaces."""
    return not word.isascii() and _ANY.search(word) is not None


def emoji_term(sign: str) -> str:
    """Return the term of one of ``emoji``."""
    return _term(sign)


def query_terms(word: str) -> list[tuple[str, bool]]:
    """Return the terms that a text has which contains a word; and for each whether its beginning is enough.

    Args:
        word: one for which ``is_unspaced`` holds.
    """
    found: dict[tuple[str, bool], None] = {}
    for run, is_run in _pieces(word):
        if not is_run:
            found[run, True] = None
        elif len(run) == 1:
            found[_term(run), True] = None
        else:
            found |= dict.fromkeys((_term(first + second), False) for first, second in pairwise(run))
    return list(found)


def _mixed_words(text: str) -> Iterator[str]:
    """Yield the runs of letters with at least one of a script without spaces."""
    for word in regex.findall(r"[\p{L}\p{M}\p{N}]+", text):
        if is_unspaced(word):
            yield word


def _terms_of(word: str) -> Iterator[str]:
    pieces = list(_pieces(word))
    for piece, is_run in pieces:
        if is_run:
            yield from (_term(first + second) for first, second in pairwise(piece))
            yield _term(piece[-1])  # the others are beginnings of pairs
        elif len(pieces) > 1:
            yield piece


def _pieces(word: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a word, and whether each is written without spaces."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", word).casefold())
    for found in _RUN.finditer(folded):
        yield found.group(), found.group("run") is not None


@lru_cache(maxsize=8192)
def _letters(sign: str) -> str:
    code = ord(sign)
    return "".join(_DIGITS[code >> shift & 31] for shift in (15, 10, 5, 0))


def _term(signs: str) -> str:
    return _MARK + "".join(map(_letters, signs))


def _is_skin_tone(sign: str) -> bool:
    return "\U0001f3fb" <= sign <= "\U0001f3ff"
