"""Full-text search as each database does it. Triggers keep both indexes; see the migrations."""

from collections.abc import Mapping, Sequence
from functools import cache

from sqlalchemy import text

from scrapbook.search import EVERYTHING, Index, Query, Scope, Word
from scrapbook.store.prepared import Prepared
from scrapbook.store.scopes import times, with_times, within
from scrapbook.store.unit_of_work import UnitOfWork

RANKED = 1000
"""A word in more entries than these tells little: it must be there, but only the rarer ones are weighed, and
where all are common, the newest entries come first. So a search hardly gets slower as the scrapbook grows."""

INDEXED_BEGINNINGS = 4
"""Letters of the longest beginnings that FTS5 keeps an index of (its option ``prefix``)."""

MOST_BEGUN = 100
"""Terms with one beginning that are asked for by name; where there are more, FTS5 collects them."""


def _fixed(sql: str) -> Prepared:
    return Prepared(lambda _: text(sql))


_THEIRS = "entries.person_id = :person_id AND entries.deleted_at IS NULL"

# bm25() is lower for better; a word in the topic's name counts twice as much as one in the text.
_SQLITE_RANKED = """
    SELECT id FROM (
        SELECT entries.id, entries.created_at, entries.number, bm25(entries_fts, 1.0, 2.0) AS score
        FROM entries_fts CROSS JOIN entries ON entries.id = entries_fts.rowid
        WHERE entries_fts MATCH :weighed AND {theirs}
    ) ORDER BY score, created_at DESC, number DESC LIMIT :limit
"""

_SQLITE_NEWEST = """
    SELECT id FROM (
        SELECT entries.id, entries.created_at, entries.number
        FROM entries_fts CROSS JOIN entries ON entries.id = entries_fts.rowid
        WHERE entries_fts MATCH :words AND {theirs}
        ORDER BY entries_fts.rowid DESC LIMIT :ranked
    ) ORDER BY created_at DESC, number DESC LIMIT :limit
"""

# The plus keeps SQLite from searching anew for each row.
_SQLITE_WITH_COMMON = (
    " AND +entries_fts.rowid IN (SELECT rowid FROM entries_fts WHERE entries_fts MATCH :words)"
)

_SQLITE_COUNT = _fixed("""
    SELECT count(*) FROM (SELECT 1 FROM entries_fts WHERE entries_fts MATCH :words LIMIT :most)
""")

# From each term to the next. entries_fts_terms has a row for each place where a term stands, term after term.
_SQLITE_BEGUN = _fixed("""
    WITH RECURSIVE begun (term) AS (
        SELECT (SELECT term FROM entries_fts_terms WHERE term >= :start LIMIT 1)
        UNION ALL
        SELECT (SELECT term FROM entries_fts_terms WHERE term >= begun.term || char(1) LIMIT 1)
        FROM begun WHERE begun.term < :end
    )
    SELECT term FROM begun WHERE term < :end LIMIT :most
""")

_SQLITE_HOLDS = _fixed("""
    SELECT 1 FROM entries_fts CROSS JOIN entries ON entries.id = entries_fts.rowid
    WHERE entries_fts MATCH :words AND entries.person_id = :person_id
        AND (:with_trash OR entries.deleted_at IS NULL)
    LIMIT 1
""")

# Deleted rows leave their words in the index until its parts are merged.
_SQLITE_MERGE = text("INSERT INTO entries_fts (entries_fts) VALUES ('optimize')")

# 1: the longer the text, the less a word in it counts. OFFSET keeps PostgreSQL from going through all entries
# for the sake of a word that a few thousand hold.
_POSTGRESQL_FIND = """
    SELECT id FROM (
        SELECT entry.id, entry.created_at, entry.number, entry_words.words
        FROM entry_words CROSS JOIN LATERAL (
            SELECT entries.id, entries.created_at, entries.number FROM entries
            WHERE entries.id = entry_words.entry_id AND {theirs} OFFSET 0
        ) AS entry
        WHERE entry_words.words @@ scrapbook_query(:words)
        ORDER BY entry_words.entry_id DESC LIMIT :ranked
    ) AS candidates
    ORDER BY ts_rank(words, scrapbook_query(:words), 1) DESC, created_at DESC, number DESC LIMIT :limit
"""

_POSTGRESQL_HOLDS = _fixed("""
    SELECT 1 FROM entry_words JOIN entries ON entries.id = entry_words.entry_id
    WHERE entry_words.words @@ scrapbook_query(:words) AND entries.person_id = :person_id
        AND (:with_trash OR entries.deleted_at IS NULL)
    LIMIT 1
""")


class SqliteIndex:
    """FTS5, ranked by BM25. The tokenizer folds case and diacritics."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def find(self, person_id: int, query: Query, limit: int, scope: Scope = EVERYTHING) -> Sequence[int]:
        if not query.words:
            return ()
        spelled_out = {word: _fts5(self._spelled_out(word)) for word in query.words}
        weighed = [_fts5(word) for word, words in spelled_out.items() if self._is_rare(words)]
        values: dict[str, object] = {"person_id": person_id, "limit": limit}
        all_words = {"words": " AND ".join(spelled_out.values())}
        if not weighed:
            newest = {**values, **all_words, "ranked": RANKED}
            return _ids(self._work, _SQLITE_NEWEST, _THEIRS, scope, newest)
        values["weighed"] = " AND ".join(weighed)
        if len(weighed) == len(spelled_out):
            return _ids(self._work, _SQLITE_RANKED, _THEIRS, scope, values)
        with_common = _THEIRS + _SQLITE_WITH_COMMON
        return _ids(self._work, _SQLITE_RANKED, with_common, scope, {**values, **all_words})

    def holds(self, person_id: int, word: Word, *, with_trash: bool = False) -> bool:
        words = _fts5(self._spelled_out(word))
        return _holds(self._work, _SQLITE_HOLDS, person_id, words, with_trash=with_trash)

    def forget_deleted(self) -> None:
        self._work.session.execute(_SQLITE_MERGE)

    def _spelled_out(self, word: Word) -> Word:
        """What is the same, but found at once, however many entries hold it: FTS5 collects all that begin
        so before it gives the first, unless the beginning is short enough for its index."""
        if not word.prefix or len(word.text) <= INDEXED_BEGINNINGS or not word.text.isascii():
            return word
        values = {"start": word.text, "end": word.text + "\U0010ffff", "most": MOST_BEGUN + 1}
        begun = [term for (term,) in _SQLITE_BEGUN.rows(self._work.connection, **values)]
        return word if len(begun) > MOST_BEGUN else Word(word.text, others=(*begun, *word.others))

    def _is_rare(self, words: str) -> bool:
        """Not of one person's entries but of all: that is what counting and weighing costs."""
        [[count]] = _SQLITE_COUNT.rows(self._work.connection, words=words, most=RANKED + 1)
        return count <= RANKED


class PostgresIndex:
    """``tsvector`` in the "simple" configuration, which knows no language, ranked by ``ts_rank``."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    def find(self, person_id: int, query: Query, limit: int, scope: Scope = EVERYTHING) -> Sequence[int]:
        words = " & ".join(_tsquery(word) for word in query.words)
        values = {"words": words, "person_id": person_id, "ranked": RANKED, "limit": limit}
        return _ids(self._work, _POSTGRESQL_FIND, _THEIRS, scope, values) if words else ()

    def holds(self, person_id: int, word: Word, *, with_trash: bool = False) -> bool:
        return _holds(self._work, _POSTGRESQL_HOLDS, person_id, _tsquery(word), with_trash=with_trash)

    def forget_deleted(self) -> None:
        """Nothing to do: the words are in a row of their own, which goes with the entry's."""


def index_of(work: UnitOfWork) -> Index:
    return SqliteIndex(work) if work.dialect == "sqlite" else PostgresIndex(work)


def _ids(
    work: UnitOfWork, find: str, theirs: str, scope: Scope, values: Mapping[str, object]
) -> Sequence[int]:
    at = times(scope)
    finding = _finding(find.format(theirs=theirs + within(scope)), tuple(at))
    return [row_id for (row_id,) in finding.rows(work.connection, **values, **at)]


@cache
def _finding(sql: str, named: tuple[str, ...]) -> Prepared:
    return Prepared(lambda _: with_times(sql, named))


def _holds(work: UnitOfWork, holds: Prepared, person_id: int, words: str, *, with_trash: bool) -> bool:
    values = {"words": words, "person_id": person_id, "with_trash": with_trash}
    return holds.one(work.connection, **values) is not None


def _fts5(word: Word) -> str:
    """Quoted, so that nothing in it is an operator: https://www.sqlite.org/fts5.html#full_text_query_syntax"""
    start = f'"{word.text}"{" *" if word.prefix else ""}'
    others = (f'"{other}"' for other in word.others)
    return f"({' OR '.join((start, *others))})"


def _tsquery(word: Word) -> str:
    """Quoted likewise; words hold neither quotes nor backslashes."""
    start = f"'{word.text}'{':*' if word.prefix else ''}"
    others = (f"'{other}'" for other in word.others)
    return f"({' | '.join((start, *others))})"
