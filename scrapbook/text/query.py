"""Search queries as words, and what words are. Knows no database."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, Protocol, Self, TypeVar

from scrapbook.text.character_pairs import emoji, emoji_term, is_unspaced, query_terms
from scrapbook.text.entry_facts import EntryKind

T = TypeVar("T")

MAX_WORDS = 32
"""Words of a query that are looked for; those after them are ignored."""

MAX_PAIRS = 64
"""Words and pairs of characters of a query that are looked for."""

MAX_WORD_LENGTH = 64
"""Characters by which words are told apart. In an index and in a query a longer word stands for all that
begin so: PostgreSQL indexes no word of more than 2,046 bytes, SQLite 32 KB of each."""

MAX_INDEXED = 250_000
"""Characters of an entry, the titles of its links included, that an index holds the words of: those of a memo
of four hours. PostgreSQL stores up to 1 MB of an entry's words: so many characters of four bytes.

Both databases have these two limits in their triggers; see the migrations."""

SHORTEST_CORRECTED = 4
"""Letters of the shortest word that may be corrected."""

STOP_WORDS = frozenset(
    """
    a about all an and any are as at be been but by did do does for from had has have he her his i in is it
    its list lists me my note notes of on one or our said saved she so some something stuff that the their
    them then there they thing things this to topic us was we were what when where which who why with you your
    """.split()  # noqa: SIM905 - as many literals would take seventy lines
)


def fold(text: str) -> str:
    """Return the text without case, diacritics and compatibility forms: ``cafe`` for ``Ｃafé``."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in decomposed if not "\u0300" <= sign <= "\u036f").casefold()


def vocabulary(text: str) -> frozenset[str]:
    """Return the words of a text that go into a spelling index, in lower case: those of letters only."""
    return frozenset(word for word in _words(text) if len(word) < MAX_WORD_LENGTH and _is_spelled(word))


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the indexes at which the words of a text begin and end."""
    return (run.span() for run in re.finditer("x+", text.translate(_WORD_CHARACTERS)))


def may_be_misspelled(word: str) -> bool:
    """Return whether a word may be a slip. Short words are too similar to each other; numbers never are."""
    return len(word) >= SHORTEST_CORRECTED and _is_spelled(word)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a query, in lower case. Case and diacritics make no difference to what it finds.

    Attributes:
        prefix: whether words that only begin with ``text`` are found too.
        others: words that are found as well.
        weight: by which the rarity of the word is multiplied, where any word of a query is enough.
    """

    text: str
    prefix: bool = False
    others: tuple[str, ...] = ()
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Query:
    """Words that an entry must all contain, in any order. A query without words finds nothing.

    Attributes:
        signs: the emoji, as they are indexed; an entry with the words that has them, too, comes first.
        shown: the emoji as they are typed.
    """

    words: tuple[Word, ...]
    signs: tuple[Word, ...] = ()
    shown: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the query for any typed text. Letters, digits and their marks make words."""
        words = dict.fromkeys(_words(text))
        signs = emoji(text)[:MAX_WORDS]
        return cls(
            tuple(Word(word, prefix=len(word) == MAX_WORD_LENGTH) for word in list(words)[:MAX_WORDS]),
            tuple(Word(emoji_term(sign)) for sign in signs),
            tuple(signs),
        )

    def without_stop_words(self) -> Self:
        """Return the query without stop words; the same query if it has no other words."""
        telling = tuple(word for word in self.words if word.text not in STOP_WORDS)
        return replace(self, words=telling or self.words)

    def in_pairs(self) -> Self:
        """Return the query that finds words of scripts without spaces wherever they stand, by their pairs."""
        parts = [part for word in self.words for part in _in_pairs(word)]
        return replace(self, words=tuple(parts[:MAX_PAIRS]))

    def with_signs(self) -> Self:
        """Return the query for entries that have its emoji, too."""
        return type(self)(self.words + self.signs)

    def without_signs(self) -> Self:
        """Return the query of its words alone."""
        return type(self)(self.words)


@dataclass(frozen=True, slots=True)
class Scope:
    """What is searched: entries of that kind, made at ``since`` or later and before ``until`` (aware).

    None does not narrow the search.
    """

    kind: EntryKind | None = None
    since: datetime | None = None
    until: datetime | None = None


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class Correction:
    """A typed word that no entry contains, and a word that was looked for instead."""

    typed: str
    meant: str


@dataclass(frozen=True, slots=True)
class SearchResult(Generic[T]):
    """What was found, best first.

    Attributes:
        words: the words by which it was found, folded; an entry may contain longer ones that begin so.
        corrections: the typed words that were replaced.
    """

    found: tuple[T, ...]
    words: tuple[str, ...] = ()
    corrections: tuple[Correction, ...] = ()


class Index(Protocol):
    """A full-text index of entries and the names of their topics, which the database updates by itself."""

    def find(self, person_id: int, query: Query, limit: int, scope: Scope = EVERYTHING) -> Sequence[int]:
        """Return the ids of the person's entries that contain every word, without the trash.

        The best come first; of equals the newest.
        """
        ...

    def holds(self, person_id: int, word: Word, *, with_trash: bool = False) -> bool:
        """Return whether any entry of the person contains the word."""
        ...

    def newest_with(self, person_id: int, word: Word, limit: int, scope: Scope = EVERYTHING) -> Sequence[int]:
        """Return the ids of the person's entries that contain the word, the latest added first.

        Those in the trash are left out.
        """
        ...

    def among(self, ids: Sequence[int], word: Word) -> Sequence[int]:
        """Return those of the entries that contain the word."""
        ...

    def within(self, person_id: int, ids: Sequence[int], scope: Scope) -> Sequence[int]:
        """Return those that are the person's, in the scope and not in the trash, in any order."""
        ...

    def lengths(self, ids: Sequence[int]) -> dict[int, int]:
        """Return how many characters the text of each entry has, by its id."""
        ...

    def forget_deleted(self) -> None:
        """Remove what the index may still hold of the words of deleted rows."""
        ...


def _words(text: str) -> list[str]:
    text = unicodedata.normalize("NFC", text)
    words = (text[start:end].lower()[:MAX_WORD_LENGTH] for start, end in spans(text))
    return [word for word in words if any(map(str.isalnum, word))]


def _in_pairs(word: Word) -> Iterable[Word]:
    if not is_unspaced(word.text):
        return (word,)
    return (Word(term, prefix=is_beginning) for term, is_beginning in query_terms(word.text))


class _WordCharacters(dict[int, str]):
    """A table for ``str.translate``: x for a character that belongs to a word, a space for any other.

    That is many times as fast as to ask for the category of each. It is filled as texts come.
    """

    def __missing__(self, sign: int) -> str:
        mark = self[sign] = "x" if unicodedata.category(chr(sign))[0] in "LNM" else " "
        return mark


_WORD_CHARACTERS = _WordCharacters()


def _is_spelled(word: str) -> bool:
    if len(word) < 2:
        return False
    return word.isalpha() or all(unicodedata.category(letter)[0] in "LM" for letter in word)
