"""The spelling index: the words of each person, as they spell them."""

from collections.abc import Sequence
from itertools import islice

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import ColumnElement, bindparam, delete, func, select
from sqlalchemy.orm import InstrumentedAttribute

from scrapbook import spelling
from scrapbook.search import Index, Word, fold, may_be_misspelled, vocabulary
from scrapbook.stems import stem
from scrapbook.store.prepared import Prepared, insert_or_ignore
from scrapbook.store.tables import TopicRow, WordRow
from scrapbook.store.unit_of_work import UnitOfWork

__all__ = ["Words", "row_of", "vocabulary"]

MOST_ALIKE = 20
"""More words than these hardly share a stem."""

MOST_MEANT = 3
"""Words that a misspelled one is taken for, at most."""

LONG = 8
"""Letters of a word in which two slips may have been made; in a shorter one, one."""

EDGE = 2
"""Letters at the beginning or the end of a word that two slips must have left as they are."""

_LAST = "\U0010ffff"

_LEARN = Prepared(
    lambda dialect: insert_or_ignore(dialect, WordRow, "person_id", "word", "key", "backwards", "stem")
)

_ALIKE = Prepared(
    lambda _: (
        select(WordRow.word)
        .where(WordRow.person_id == bindparam("person_id"), WordRow.stem == bindparam("stem"))
        .limit(MOST_ALIKE)
    )
)


class Words:
    """Of one transaction. Words stay until ``forget_unused``, also when the texts change that held them."""

    def __init__(self, work: UnitOfWork, index: Index) -> None:
        self._work = work
        self._index = index

    def learn(self, person_id: int, text: str) -> None:
        """To be called with each text and name before it may be searched for."""
        # In order, so that no two transactions wait for one another.
        _LEARN.many(self._work.connection, [row_of(person_id, word) for word in sorted(vocabulary(text))])

    def alike(self, person_id: int, word: str) -> tuple[str, ...]:
        """The words with the same stem."""
        alike = _ALIKE.rows(self._work.connection, person_id=person_id, stem=stem(word))
        return tuple(other for (other,) in alike)

    def meant_by(self, person_id: int, typed: str) -> tuple[str, ...]:
        """The words that ``typed`` may be a slip of, likeliest first: those spelled most alike, as far as
        entries hold them. None when ``typed`` is too short, or not a word of letters."""
        key = fold(typed)
        if not may_be_misspelled(key):
            return ()
        near = self._nearest(person_id, key)
        alive = (word for word in near if self._index.holds(person_id, Word(word)))
        return tuple(islice(alive, MOST_MEANT))

    def forget_unused(self, person_id: int, after: str, count: int) -> str | None:
        """Looks at the next ``count`` words behind ``after``, and drops those that no entry, trash included,
        and no topic holds. The last word looked at; None at the end."""
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
        """Those at the least distance within bounds, the cheapest slip first."""
        # One slip leaves the first half as it is, or the last; two leave so few letters that words sharing
        # them are many, and are looked at only if need be.
        near = self._within(person_id, key, slips=1, edge=(len(key) - 1) // 2)
        if not near and len(key) >= LONG:
            near = self._within(person_id, key, slips=2, edge=EDGE)
        least = min((distance for distance, _, _ in near), default=0)
        return [word for distance, _, word in sorted(near) if distance == least]

    def _within(self, person_id: int, key: str, slips: int, edge: int) -> list[tuple[int, float, str]]:
        """Distance, cost and word of those within ``slips`` that share ``edge`` letters at either end."""
        words = self._sharing_an_edge(person_id, key, slips, edge)
        keys = [key_ for _, key_ in words]
        near = process.extract(key, keys, scorer=OSA.distance, score_cutoff=slips, limit=None)
        return [(distance, spelling.cost(key, key_), words[place][0]) for key_, distance, place in near]

    def _sharing_an_edge(self, person_id: int, key: str, slips: int, edge: int) -> list[tuple[str, str]]:
        """Words, and their keys, of about that length that begin or end like ``key``."""
        found: dict[str, str] = {}
        for column, start, way in ((WordRow.key, key, 1), (WordRow.backwards, key[::-1], -1)):
            length = func.length(column).between(len(key) - slips, len(key) + slips)
            where = (WordRow.person_id == person_id) & _begins(column, start[:edge]) & length
            # Nothing but what the index holds: to look up each row as well would take twice as long.
            for word, spelled in self._work.session.execute(select(WordRow.word, column).where(where)):
                found[word] = spelled[::way]
        return list(found.items())


def row_of(person_id: int, word: str) -> dict[str, object]:
    """The row of a word of ``vocabulary``."""
    key = fold(word)
    return {"person_id": person_id, "word": word, "key": key, "backwards": key[::-1], "stem": stem(word)}


def _begins(column: InstrumentedAttribute[str], start: str) -> ColumnElement[bool]:
    return (column >= start) & (column < start + _LAST)
