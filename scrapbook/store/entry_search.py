"""Search entries by words, other forms of them, their beginnings, and corrected spellings."""

from collections.abc import Sequence
from dataclasses import replace

from scrapbook.store.spelling_index import Words
from scrapbook.text.query import EVERYTHING, Correction, Index, Query, Scope, SearchResult, Word, fold


class EntrySearch:
    """Searches with the full-text index of the database, and the spelling index."""

    def __init__(self, index: Index, words: Words) -> None:
        self._index = index
        self._words = words

    def find(self, person_id: int, query: Query, limit: int, scope: Scope = EVERYTHING) -> SearchResult[int]:
        """Return the ids of the entries that contain every word, best first.

        If there are none, stop words are left out.
        """
        if not query.words:
            found = self._ranked(person_id, (query.with_signs(),), limit, scope)
            return SearchResult(found, query.shown)
        hits = self._find(person_id, query, limit, scope)
        telling = query.without_stop_words()
        return hits if hits.found or telling == query else self._find(person_id, telling, limit, scope)

    def _find(self, person_id: int, query: Query, limit: int, scope: Scope) -> SearchResult[int]:
        """Return the entries with the words as typed before those with other forms of them.

        Words in the middle of a run of letters come last. Entries with the emoji come before those without.
        """
        wider = replace(query, words=tuple(self._widened(person_id, word) for word in query.words))
        ways = (query, wider, wider.in_pairs())
        in_order = (*(way.with_signs() for way in ways), *(way.without_signs() for way in ways))
        if found := self._ranked(person_id, in_order, limit, scope):
            return SearchResult(found, (*_found_by(wider), *query.shown))
        return self._find_corrected(person_id, wider, limit, scope)

    def _find_corrected(self, person_id: int, query: Query, limit: int, scope: Scope) -> SearchResult[int]:
        meant = {word: self._meant_by(person_id, word) for word in query.words}
        if not any(meant.values()):
            return SearchResult(())
        likeliest = Query(tuple(self._replaced(person_id, word, meant[word][:1]) for word in query.words))
        likely = Query(tuple(self._replaced(person_id, word, meant[word]) for word in query.words))
        found = self._ranked(person_id, (likeliest, likely), limit, scope)
        corrections = tuple(Correction(word.text, other) for word in meant for other in meant[word])
        return SearchResult(found, _found_by(likely), corrections)

    def _ranked(self, person_id: int, queries: Sequence[Query], limit: int, scope: Scope) -> tuple[int, ...]:
        """Return what the first query finds, then what only the others find."""
        found: dict[int, None] = {}
        for query in dict.fromkeys(queries):
            if len(found) < limit:
                found |= dict.fromkeys(self._index.find(person_id, query, limit, scope))
        return tuple(found)[:limit]

    def _widened(self, person_id: int, word: Word) -> Word:
        return Word(word.text, prefix=len(word.text) > 1, others=self._words.alike(person_id, word.text))

    def _meant_by(self, person_id: int, word: Word) -> tuple[str, ...]:
        """Return the words that a misspelled one may mean; none if an entry contains the word itself."""
        return () if self._index.holds(person_id, word) else self._words.meant_by(person_id, word.text)

    def _replaced(self, person_id: int, word: Word, meant: Sequence[str]) -> Word:
        if not meant:
            return word
        best, *rest = meant
        return Word(best, prefix=True, others=(*rest, *self._words.alike(person_id, best)))


def _found_by(query: Query) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fold(text) for word in query.words for text in (word.text, *word.others)))
