"""Search entries that hold any of the words, ranked by how telling the words are that they hold."""

from collections.abc import Sequence
from dataclasses import dataclass

from scrapbook.store.spelling_index import Words
from scrapbook.text.character_pairs import is_unspaced
from scrapbook.text.query import EVERYTHING, Index, Query, Scope, Word, fold
from scrapbook.text.relevance import FUNCTION_WORDS, Hit, rank, rarity
from scrapbook.text.word_frequency import LEAST_ZIPF, zipf_frequency

READ = 1000
"""Entries of one word that are read: the latest. Of those of a more common word the rest is found only if
they hold a rarer one, too."""

RANKED = 200
"""Entries that are ranked by their length, too: those with the most telling words."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """What was found, best first.

    Attributes:
        words: the words by which it was found, folded.
    """

    hits: tuple[Hit, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Term:
    """A word of the query with all that counts as the word, and the latest entries that hold any of it."""

    word: Word
    weight: float
    ids: Sequence[int]


class AnyWordSearch:
    """Searches with the full-text index of the database, and the spelling index.

    The ranking is done here and not by the database: ``ts_rank`` of PostgreSQL does not know how rare a word
    is, and FTS5 counts the entries of all people. So both databases answer alike.
    """

    def __init__(self, index: Index, words: Words) -> None:
        self._index = index
        self._words = words

    def find(
        self,
        person_id: int,
        query: Query,
        entries: int,
        scope: Scope = EVERYTHING,
        also: Sequence[int] = (),
    ) -> Nearest:
        """Return the entries that hold any of the words; none if they all are function words.

        Args:
            entries: how many entries the person has.
            also: entries of the scope that are looked at, too, whatever else there is.
        """
        words = [word for word in query.in_pairs().with_signs().words if word.text not in FUNCTION_WORDS]
        terms = [self._term(person_id, word, entries, scope) for word in words]
        held: dict[int, set[int]] = {}
        for index, term in enumerate(terms):
            for id_ in term.ids:
                held.setdefault(id_, set()).add(index)
        weights = [term.weight for term in terms]
        most_telling = sorted(held, key=lambda id_: (-sum(weights[index] for index in held[id_]), -id_))
        found = {id_: held.get(id_, set[int]()) for id_ in (*most_telling[:RANKED], *also)}
        for index, term in enumerate(terms):
            if len(term.ids) == READ:
                for id_ in self._index.among(list(found), term.word):
                    found[id_].add(index)
        found = {id_: words for id_, words in found.items() if words}
        hits = rank(found, weights, self._index.lengths(list(found)) if found else {})
        spellings = [spelling for term in terms for spelling in _spellings(term)]
        typed = [fold(word.text) for word in query.words if is_unspaced(word.text)]
        return Nearest(tuple(hits), tuple(dict.fromkeys((*spellings, *typed, *query.shown))))

    def _term(self, person_id: int, word: Word, entries: int, scope: Scope) -> _Term:
        counted = Word(word.text, word.prefix, self._words.alike(person_id, word.text))
        ids = self._index.newest_with(person_id, counted, READ, scope)
        if not ids and (meant := self._meant_by(person_id, word)):
            counted = Word(meant, others=self._words.alike(person_id, meant))
            ids = self._index.newest_with(person_id, counted, READ, scope)
        return _Term(counted, word.weight * rarity(counted.text, len(ids), entries), ids)

    def _meant_by(self, person_id: int, word: Word) -> str | None:
        """Return the word of the person that a misspelled one means. A common word is no slip of another."""
        if zipf_frequency(word.text) >= LEAST_ZIPF or self._index.holds(person_id, word):
            return None
        return next(iter(self._words.meant_by(person_id, word.text)), None)


def _spellings(term: _Term) -> Sequence[str]:
    return [fold(spelling) for spelling in (term.word.text, *term.word.others)] if term.ids else []
