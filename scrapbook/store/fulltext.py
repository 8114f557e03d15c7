"""Full-text search of SQLite and of PostgreSQL. Triggers update both indexes; see the migrations."""

import json
from collections.abc import Mapping, Sequence
from functools import cache

from sqlalchemy import text

from scrapbook.store.entry_filters import times, with_times, within
from scrapbook.store.prepared import Prepared
from scrapbook.store.unit_of_work import UnitOfWork
from scrapbook.text.query import EVERYTHING, Index, Query, Scope, Word

RANKED = 1000
"""A word is common if more entries than these contain it. An entry must contain it, but is ranked by the
rarer words only. If all words are common, the newest entries come first. So a search hardly gets slower as
the scrapbook grows."""

INDEXED_BEGINNINGS = 4
"""Letters of the longest prefixes that FTS5 has an index of (its option ``prefix``)."""

MOST_BEGUN = 100
"""Terms with a prefix that are put into a query one by one; if there are more, FTS5 collects them."""


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

# The plus prevents SQLite from searching again for each row.
_SQLITE_WITH_COMMON = (
    " AND +entries_fts.rowid IN (SELECT rowid FROM entries_fts WHERE entries_fts MATCH :words)"
)

_SQLITE_COUNT = _fixed("""
    SELECT count(*) FROM (SELECT 1 FROM entries_fts WHERE entries_fts MATCH :words LIMIT :most)
""")

# From each term to the next: entries_fts_terms has a row for each occurrence of a term, sorted by term.
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

_SQLITE_NEWEST_WITH = """
    SELECT entries.id FROM entries_fts CROSS JOIN entries ON entries.id = entries_fts.rowid
    WHERE entries_fts MATCH :words AND {theirs} ORDER BY entries_fts.rowid DESC LIMIT :limit
"""

_SQLITE_AMONG = _fixed("""
    SELECT rowid FROM entries_fts
    WHERE entries_fts MATCH :words AND +rowid IN (SELECT value FROM json_each(:ids))
""")

_SQLITE_LENGTHS = _fixed("""
    SELECT id, length(text) FROM entries WHERE id IN (SELECT value FROM json_each(:ids))
""")

_SQLITE_WITHIN = """
    SELECT entries.id FROM entries WHERE entries.id IN (SELECT value FROM json_each(:ids)) AND {theirs}
"""

# Deleted rows leave their words in the index until its parts are merged.
_SQLITE_MERGE = text("INSERT INTO entries_fts (entries_fts) VALUES ('optimize')")

# 1: the longer the text, the less a word in it counts. OFFSET prevents PostgreSQL from scanning all entries
# for a word that a few thousand contain.
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

_POSTGRESQL_NEWEST_WITH = """
    SELECT entry_words.entry_id FROM entry_words CROSS JOIN LATERAL (
        SELECT 1 FROM entries WHERE entries.id = entry_words.entry_id AND {theirs} OFFSET 0
    ) AS entry
    WHERE entry_words.words @@ scrapbook_query(:words) ORDER BY entry_words.entry_id DESC LIMIT :limit
"""

_POSTGRESQL_AMONG = _fixed("""
    SELECT entry_id FROM entry_words
    WHERE entry_id = ANY (CAST(:ids AS bigint[])) AND words @@ scrapbook_query(:words)
""")

_POSTGRESQL_LENGTHS = _fixed("""
    SELECT id, length(text) FROM entries WHERE id = ANY (CAST(:ids AS bigint[]))
""")

_POSTGRESQL_WITHIN = """
    SELECT entries.id FROM entries WHERE entries.id = ANY (CAST(:ids AS bigint[])) AND {theirs}
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

    def newest_with(self, person_id: int, word: Word, limit: int, scope: Scope = EVERYTHING) -> Sequence[int]:
        values = {"words": _fts5(self._spelled_out(word)), "person_id": person_id, "limit": limit}
        return _ids(self._work, _SQLITE_NEWEST_WITH, _THEIRS, scope, values)

    def among(self, ids: Sequence[int], word: Word) -> Sequence[int]:
        values = {"words": _fts5(self._spelled_out(word)), "ids": json.dumps(ids)}
        return [id_ for (id_,) in _SQLITE_AMONG.rows(self._work.connection, **values)]

    def within(self, person_id: int, ids: Sequence[int], scope: Scope) -> Sequence[int]:
        # The plus keeps SQLite from scanning all entries of the person.
        theirs = _THEIRS.replace("entries.person_id", "+entries.person_id", 1)
        values = {"person_id": person_id, "ids": json.dumps(ids)}
        return _ids(self._work, _SQLITE_WITHIN, theirs, scope, values)

    def lengths(self, ids: Sequence[int]) -> dict[int, int]:
        return dict(_SQLITE_LENGTHS.rows(self._work.connection, ids=json.dumps(ids)))

    def forget_deleted(self) -> None:
        self._work.session.execute(_SQLITE_MERGE)

    def _spelled_out(self, word: Word) -> Word:
        """Return an equal word whose prefix is replaced by the terms that begin so.

        FTS5 collects all entries with a prefix before it returns the first, unless the prefix is short enough
        for its index.
        """
        if not word.prefix or len(word.text) <= INDEXED_BEGINNINGS or not word.text.isascii():
            return word
        values = {"start": word.text, "end": word.text + "\U0010ffff", "most": MOST_BEGUN + 1}
        begun = [term for (term,) in _SQLITE_BEGUN.rows(self._work.connection, **values)]
        return word if len(begun) > MOST_BEGUN else Word(word.text, others=(*begun, *word.others))

    def _is_rare(self, words: str) -> bool:
        """Return whether few of all people's entries contain the words: that is what ranking costs."""
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

    def newest_with(self, person_id: int, word: Word, limit: int, scope: Scope = EVERYTHING) -> Sequence[int]:
        values = {"words": _tsquery(word), "person_id": person_id, "limit": limit}
        return _ids(self._work, _POSTGRESQL_NEWEST_WITH, _THEIRS, scope, values)

    def among(self, ids: Sequence[int], word: Word) -> Sequence[int]:
        values = {"words": _tsquery(word), "ids": _array(ids)}
        return [id_ for (id_,) in _POSTGRESQL_AMONG.rows(self._work.connection, **values)]

    def within(self, person_id: int, ids: Sequence[int], scope: Scope) -> Sequence[int]:
        values = {"person_id": person_id, "ids": _array(ids)}
        return _ids(self._work, _POSTGRESQL_WITHIN, _THEIRS, scope, values)

    def lengths(self, ids: Sequence[int]) -> dict[int, int]:
        return dict(_POSTGRESQL_LENGTHS.rows(self._work.connection, ids=_array(ids)))

    def forget_deleted(self) -> None:
        """Do nothing: the words are in a row of their own, which is removed with the entry's."""


def index_of(work: UnitOfWork) -> Index:
    """Return the full-text index of the transaction's database."""
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


def _array(ids: Sequence[int]) -> str:
    """Return the ids as PostgreSQL writes an array: one parameter, however many they are."""
    return "{" + ",".join(map(str, ids)) + "}"


def _tsquery(word: Word) -> str:
    """Return a term of a tsquery, quoted; words contain neither quotes nor backslashes.

    A word of marks alone is left out: folded, nothing is left of it, which PostgreSQL takes for an error.
    """
    start = f"'{word.text}'{':*' if word.prefix else ''}"
    others = (f"'{other}'" for other in word.others if any(map(str.isalnum, other)))
    return f"({' | '.join((start, *others))})"
