"""Finding entries without the exact words: by another form of a word, its beginning, or its spelling."""

from collections.abc import Sequence

from scrapbook.search import EVERYTHING, Correction, Hits, Index, Query, Scope, Word, fold
from scrapbook.store.words import Words


class Searching:
    def __init__(self, index: Index, words: Words) -> None:
        self._index = index
        self._words = words

    def find(self, person_id: int, query: Query, limit: int, scope: Scope = EVERYTHING) -> Hits[int]:
        """Ids of entries that hold every word, else of those that hold every telling one; best first."""
        hits = self._find(person_id, query, limit, scope)
        telling = query.telling()
        return hits if hits.found or telling == query else self._find(person_id, telling, limit, scope)

    def _find(self, person_id: int, query: Query, limit: int, scope: Scope) -> Hits[int]:
        """Those that hold the words as typed come before those that hold them in other forms."""
        wider = Query(tuple(self._widened(person_id, word) for word in query.words))
        if found := self._ranked(person_id, (query, wider), limit, scope):
            return Hits(found, _found_by(wider))
        return self._find_corrected(person_id, wider, limit, scope)

    def _find_corrected(self, person_id: int, query: Query, limit: int, scope: Scope) -> Hits[int]:
        meant = {word: self._meant_by(person_id, word) for word in query.words}
        if not any(meant.values()):
            return Hits(())
        likeliest = Query(tuple(self._replaced(person_id, word, meant[word][:1]) for word in query.words))
        likely = Query(tuple(self._replaced(person_id, word, meant[word]) for word in query.words))
        found = self._ranked(person_id, (likeliest, likely), limit, scope)
        corrections = tuple(Correction(word.text, other) for word in meant for other in meant[word])
        return Hits(found, _found_by(likely), corrections)

    def _ranked(self, person_id: int, queries: Sequence[Query], limit: int, scope: Scope) -> tuple[int, ...]:
        """What the first query finds, then what only the others find."""
        found: dict[int, None] = {}
        for query in dict.fromkeys(queries):
            if len(found) < limit:
                found |= dict.fromkeys(self._index.find(person_id, query, limit, scope))
        return tuple(found)[:limit]

    def _widened(self, person_id: int, word: Word) -> Word:
        return Word(word.text, prefix=len(word.text) > 1, others=self._words.alike(person_id, word.text))

    def _meant_by(self, person_id: int, word: Word) -> tuple[str, ...]:
        """Nothing where the word itself is found."""
        return () if self._index.holds(person_id, word) else self._words.meant_by(person_id, word.text)

    def _replaced(self, person_id: int, word: Word, meant: Sequence[str]) -> Word:
        if not meant:
            return word
        best, *rest = meant
        return Word(best, prefix=True, others=(*rest, *self._words.alike(person_id, best)))


def _found_by(query: Query) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fold(text) for word in query.words for text in (word.text, *word.others)))
