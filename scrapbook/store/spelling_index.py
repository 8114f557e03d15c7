"""The spelling index: the words of each person, as they are spelled."""

from collections.abc import Iterable, Sequence
from itertools import islice

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import ColumnElement, bindparam, delete, func, select
from sqlalchemy.orm import InstrumentedAttribute

from scrapbook.store.prepared import Prepared, insert_or_ignore
from scrapbook.store.tables import TopicRow, WordRow
from scrapbook.store.unit_of_work import UnitOfWork
from scrapbook.text import spelling
from scrapbook.text.query import Index, Word, fold, may_be_misspelled, vocabulary
from scrapbook.text.stemming import stem

__all__ = ["Words", "row_of", "vocabulary"]

MAX_SAME_STEM = 20
"""Words with one stem that are looked for at most."""

MAX_MEANT = 3
"""Words that a misspelled one may mean, at most."""

LONG = 8
"""Letters of a word that may have two slips; a shorter one may have one."""

EDGE = 2
"""Letters at the beginning or the end of a word with two slips that must be right."""

_LAST = "\U0010ffff"

_INDEX_WORDS = Prepared(
    lambda dialect: insert_or_ignore(dialect, WordRow, "person_id", "word", "key", "backwards", "stem")
)

_SAME_STEM = Prepared(
    lambda _: (
        select(WordRow.word)
        .where(WordRow.person_id == bindparam("person_id"), WordRow.stem == bindparam("stem"))
        .limit(MAX_SAME_STEM)
    )
)


class Words:
    """The spelling index, within one transaction.

    A word stays until ``forget_unused`` removes it, even if the texts that contained it have changed.
    """

    def __init__(self, work: UnitOfWork, index: Index) -> None:
        self._work = work
        self._index = index

    def index_words(self, person_id: int, text: str) -> None:
        """Add the words of a text or name. To be called before it may be searched for."""
        # Sorted, so that no two transactions wait for each other.
        _INDEX_WORDS.many(
            self._work.connection, [row_of(person_id, word) for word in sorted(vocabulary(text))]
        )

    def index_new_words(self, person_id: int, texts: Iterable[str], written: set[str]) -> None:
        """Add the words of texts but those that are known to be there, and add these to ``written``."""
        new = {word for text in texts for word in vocabulary(text)} - written
        _INDEX_WORDS.many(self._work.connection, [row_of(person_id, word) for word in sorted(new)])
        written |= new

    def alike(self, person_id: int, word: str) -> tuple[str, ...]:
        """Return the person's words with the same stem."""
        alike = _SAME_STEM.rows(self._work.connection, person_id=person_id, stem=stem(word))
        return tuple(other for (other,) in alike)

    def meant_by(self, person_id: int, typed: str) -> tuple[str, ...]:
        """Return the words that ``typed`` may be a slip of, likeliest first: the most similar in entries.

        There are none if ``typed`` is too short, or not a word of letters.
        """
        key = fold(typed)
        if not may_be_misspelled(key):
            return ()
        near = self._nearest(person_id, key)
        alive = (word for word in near if self._index.holds(person_id, Word(word)))
        return tuple(islice(alive, MAX_MEANT))

    def forget_unused(self, person_id: int, after: str, count: int) -> str | None:
        """Remove those of the next ``count`` words after ``after`` that are in no entry and no topic's name.

        Entries in the trash count. Returns the last word that was looked at; None at the end.
        """
        theirs = (WordRow.person_id == person_id) & (WordRow.word > after)
        words = self._work.session.scalars(
            select(WordRow.word).where(theirs).order_by(WordRow.word).limit(count)
        )
        looked_at = words.all()
        unused = self._unused(person_id, looked_at)
        gone = (WordRow.person_id == person_id) & WordRow.word.in_(unused)
        self._work.session.execute(delete(WordRow).where(gone))
        return looked_at[-1] if looked_at else None

    def _unused(self, person_id: int, words: Sequence[str]) -> list[str]:
        names = self._work.session.scalars(select(TopicRow.name).where(TopicRow.person_id == person_id))
        of_topics = {word for name in names for word in vocabulary(name)}
        return [word for word in words if word not in of_topics and not self._is_held(person_id, word)]

    def _is_held(self, person_id: int, word: str) -> bool:
        return self._index.holds(person_id, Word(word), with_trash=True)

    def _nearest(self, person_id: int, key: str) -> list[str]:
        """Return the words at the least distance, those of the lowest edit cost first."""
        # One slip leaves the first or the last half of a word right. Two leave so few letters that many words
        # share them, which are looked at only if there are no others.
        near = self._within(person_id, key, slips=1, edge=(len(key) - 1) // 2)
        if not near and len(key) >= LONG:
            near = self._within(person_id, key, slips=2, edge=EDGE)
        least = min((distance for distance, _, _ in near), default=0)
        return [word for distance, _, word in sorted(near) if distance == least]

    def _within(self, person_id: int, key: str, slips: int, edge: int) -> list[tuple[int, float, str]]:
        """Return distance, edit cost and word of the words within so many slips that share an edge.

        Args:
            edge: how many letters at the beginning or the end are the same.
        """
        words = self._sharing_an_edge(person_id, key, slips, edge)
        keys = [key_ for _, key_ in words]
        near = process.extract(key, keys, scorer=OSA.distance, score_cutoff=slips, limit=None)
        return [(distance, spelling.edit_cost(key, key_), words[index][0]) for key_, distance, index in near]

    def _sharing_an_edge(self, person_id: int, key: str, slips: int, edge: int) -> list[tuple[str, str]]:
        """Return the words, with their keys, of about that length that begin or end like ``key``."""
        found: dict[str, str] = {}
        for column, start, step in ((WordRow.key, key, 1), (WordRow.backwards, key[::-1], -1)):
            length = func.length(column).between(len(key) - slips, len(key) + slips)
            where = (WordRow.person_id == person_id) & _begins(column, start[:edge]) & length
            # Only columns that the index has: reading the rows as well would take twice as long.
            for word, spelled in self._work.session.execute(select(WordRow.word, column).where(where)):
                found[word] = spelled[::step]
        return list(found.items())


def row_of(person_id: int, word: str) -> dict[str, object]:
    """Return the row of a word of ``vocabulary``."""
    key = fold(word)
    return {"person_id": person_id, "word": word, "key": key, "backwards": key[::-1], "stem": stem(word)}


def _begins(column: InstrumentedAttribute[str], start: str) -> ColumnElement[bool]:
    return (column >= start) & (column < start + _LAST)
