"""Full-text search as each database does it. Triggers keep both indexes; see the migrations."""

from collections.abc import Sequence

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from scrapbook.search import Index, Query, Word
from scrapbook.store.statements import dialect_of

RANKED = 2000
"""A word in more entries than these tells little: the newest of them are ranked, so that the time a search
takes does not grow with the scrapbook (of 100,000 entries with the word: 18 ms instead of 194)."""

# bm25() is lower for better; a word in the topic's name counts twice as much as one in the text.
_SQLITE_FIND = text("""
    SELECT id FROM (
        SELECT entries.id, entries.created_at, entries.number, bm25(entries_fts, 1.0, 2.0) AS score
        FROM entries_fts CROSS JOIN entries ON entries.id = entries_fts.rowid
        WHERE entries_fts MATCH :words AND entries.person_id = :person_id AND entries.deleted_at IS NULL
        ORDER BY entries_fts.rowid DESC LIMIT :ranked
    ) ORDER BY score, created_at DESC, number DESC LIMIT :limit
""")

# Deleted rows leave their words in the index until its parts are merged.
_SQLITE_MERGE = text("INSERT INTO entries_fts (entries_fts) VALUES ('optimize')")

# 1: the longer the text, the less a word in it counts.
_POSTGRESQL_FIND = text("""
    SELECT id FROM (
        SELECT entries.id, entries.created_at, entries.number, entry_words.words
        FROM entry_words JOIN entries ON entries.id = entry_words.entry_id
        WHERE entry_words.words @@ scrapbook_query(:words)
            AND entries.person_id = :person_id AND entries.deleted_at IS NULL
        ORDER BY entries.id DESC LIMIT :ranked
    ) AS candidates
    ORDER BY ts_rank(words, scrapbook_query(:words), 1) DESC, created_at DESC, number DESC LIMIT :limit
""")


class SqliteIndex:
    """FTS5, ranked by BM25. The tokenizer folds case and diacritics."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, person_id: int, query: Query, limit: int) -> Sequence[int]:
        words = " AND ".join(_fts5(word) for word in query.words)
        return _ids(self._session, _SQLITE_FIND, words, person_id, limit) if words else ()

    def forget_deleted(self) -> None:
        self._session.execute(_SQLITE_MERGE)


class PostgresIndex:
    """``tsvector`` in the "simple" configuration, which knows no language, ranked by ``ts_rank``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, person_id: int, query: Query, limit: int) -> Sequence[int]:
        words = " & ".join(_tsquery(word) for word in query.words)
        return _ids(self._session, _POSTGRESQL_FIND, words, person_id, limit) if words else ()

    def forget_deleted(self) -> None:
        """Nothing to do: the words are in a row of their own, which goes with the entry's."""


def index_of(session: Session) -> Index:
    return SqliteIndex(session) if dialect_of(session) == "sqlite" else PostgresIndex(session)


def _ids(session: Session, find: TextClause, words: str, person_id: int, limit: int) -> Sequence[int]:
    values = {"words": words, "person_id": person_id, "ranked": RANKED, "limit": limit}
    found = session.execute(find, values)
    return [int(row_id) for row_id in found.scalars()]


def _fts5(word: Word) -> str:
    """Quoted, so that nothing in it is an operator: https://www.sqlite.org/fts5.html#full_text_query_syntax"""
    start = f'"{word.text}"{" *" if word.prefix else ""}'
    return f'({start} OR "{word.singular}")' if word.singular else start


def _tsquery(word: Word) -> str:
    """Quoted likewise; words hold neither quotes nor backslashes."""
    start = f"'{word.text}'{':*' if word.prefix else ''}"
    return f"({start} | '{word.singular}')" if word.singular else start
