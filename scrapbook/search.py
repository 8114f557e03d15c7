"""What somebody looks for, as words: pure, knows no database."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol, Self

MAX_WORDS = 32
"""Enough for any question; a longer text is searched by its first words."""

MAX_WORD_LENGTH = 64


def fold(text: str) -> str:
    """Without case and diacritics, in compatibility form: ``Ｃafé`` and ``CAFE`` become ``cafe``."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in decomposed if not "\u0300" <= sign <= "\u036f").casefold()


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a query, in lower case; case and diacritics make no difference to what it finds.

    It stands for every word that starts with ``text`` (``prefix``) or is ``text``, and for ``singular``,
    which is set when ``text`` looks like an English plural.
    """

    text: str
    prefix: bool
    singular: str | None = None

    @classmethod
    def of(cls, text: str) -> Self:
        return cls(text, prefix=len(text) > 1, singular=_singular(text))


@dataclass(frozen=True, slots=True)
class Query:
    """Words that must all be found, in any order. No words: nothing is found."""

    words: tuple[Word, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Accepts whatever was typed: everything but letters, digits and their marks separates words."""
        words = dict.fromkeys(_words(text))
        return cls(tuple(Word.of(word) for word in list(words)[:MAX_WORDS]))


class Index(Protocol):
    """A full-text index over entries and the names of their topics, kept by the database itself."""

    def find(self, person_id: int, query: Query, limit: int) -> Sequence[int]:
        """Ids of the person's entries that hold every word: best first, of equals the newest, no trash."""
        ...

    def forget_deleted(self) -> None:
        """Drops what an index may still hold of the words of rows that are gone."""
        ...


def _words(text: str) -> list[str]:
    runs = groupby(unicodedata.normalize("NFC", text), key=_belongs_to_word)
    words = ("".join(letters).lower()[:MAX_WORD_LENGTH] for belongs, letters in runs if belongs)
    return [word for word in words if any(map(str.isalnum, word))]


def _belongs_to_word(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LNM"


def _singular(word: str) -> str | None:
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return None
