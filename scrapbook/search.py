"""What somebody looks for, as words: pure, knows no database."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, Self, TypeVar

from scrapbook.kinds import Kind

T = TypeVar("T")

MAX_WORDS = 32
"""Enough for any question; a longer text is searched by its first words."""

MAX_WORD_LENGTH = 64

SHORTEST_CORRECTED = 4
"""Letters of a word that may be taken for a misspelled one."""

_LITTLE = frozenset(
    """
    a about all an and any are as at be been but by did do does for from had has have he her his i in is it
    its list lists me my note notes of on one or our said saved she so some something stuff that the their
    them then there they thing things this to topic us was we were what when where which who why with you your
    """.split()  # noqa: SIM905 - as many literals would take seventy lines
)


def fold(text: str) -> str:
    """Without case and diacritics, in compatibility form: ``Ｃafé`` and ``CAFE`` become ``cafe``."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in decomposed if not "\u0300" <= sign <= "\u036f").casefold()


def vocabulary(text: str) -> frozenset[str]:
    """The words that a spelling index keeps of a text, in lower case: those of letters alone."""
    return frozenset(word for word in _words(text) if len(word) < MAX_WORD_LENGTH and _is_spelled(word))


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Where its words begin and end."""
    return (run.span() for run in re.finditer("x+", text.translate(_WORD_SIGNS)))


def may_be_misspelled(word: str) -> bool:
    """Short words lie too close to each other, and a number is not a slip of another one."""
    return len(word) >= SHORTEST_CORRECTED and _is_spelled(word)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a query, in lower case; case and diacritics make no difference to what it finds.

    It stands for every word that is ``text``, or starts with it (``prefix``), and for each of ``others``.
    """

    text: str
    prefix: bool = False
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """Words that must all be found, in any order. No words: nothing is found."""

    words: tuple[Word, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Accepts whatever was typed: everything but letters, digits and their marks separates words."""
        words = dict.fromkeys(_words(text))
        return cls(tuple(Word(word) for word in list(words)[:MAX_WORDS]))

    def telling(self) -> Self:
        """Without the words that tell little; all of them where no other would be left."""
        return type(self)(tuple(word for word in self.words if word.text not in _LITTLE) or self.words)


@dataclass(frozen=True, slots=True)
class Scope:
    """What is searched: entries of that kind, made at ``since`` or later and before ``until`` (aware)."""

    kind: Kind | None = None
    since: datetime | None = None
    until: datetime | None = None


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class Correction:
    typed: str
    meant: str


@dataclass(frozen=True, slots=True)
class Hits(Generic[T]):
    """What was found, best first.

    ``words`` are those it was found by, folded; an entry may hold longer ones that begin so. ``corrections``
    are the words typed that nothing holds, with what was looked for in their place.
    """

    found: tuple[T, ...]
    words: tuple[str, ...] = ()
    corrections: tuple[Correction, ...] = ()


class Index(Protocol):
    """A full-text index over entries and the names of their topics, kept by the database itself."""

    def find(self, person_id: int, query: Query, limit: int, scope: Scope = EVERYTHING) -> Sequence[int]:
        """Ids of the person's entries that hold every word: best first, of equals the newest, no trash."""
        ...

    def holds(self, person_id: int, word: Word, *, with_trash: bool = False) -> bool:
        """Whether any entry of the person does."""
        ...

    def forget_deleted(self) -> None:
        """Drops what an index may still hold of the words of rows that are gone."""
        ...


def _words(text: str) -> list[str]:
    text = unicodedata.normalize("NFC", text)
    words = (text[start:end].lower()[:MAX_WORD_LENGTH] for start, end in spans(text))
    return [word for word in words if any(map(str.isalnum, word))]


class _WordSigns(dict[int, str]):
    """For ``str.translate``, which is many times as fast as to ask about each sign: an x for one that belongs
    to a word. Filled as texts come."""

    def __missing__(self, sign: int) -> str:
        mark = self[sign] = "x" if unicodedata.category(chr(sign))[0] in "LNM" else " "
        return mark


_WORD_SIGNS = _WordSigns()


def _is_spelled(word: str) -> bool:
    if len(word) < 2:
        return False
    return word.isalpha() or all(unicodedata.category(letter)[0] in "LM" for letter in word)
