"""The full-text index over entries and the names of their topics: FTS5 on SQLite, tsvector on PostgreSQL.

Both hold the trash too; who searches leaves it out.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# The index keeps no copy of the texts, so a row is taken out of it by saying once more what was put in.
_TAKE_OUT = """
    INSERT INTO entries_fts (entries_fts, rowid, text, topic)
        VALUES ('delete', old.id, old.text, (SELECT name FROM topics WHERE id = old.topic_id));
"""
_PUT_IN = """
    INSERT INTO entries_fts (rowid, text, topic)
        VALUES (new.id, new.text, (SELECT name FROM topics WHERE id = new.topic_id));
"""

SQLITE = (
    """
    CREATE VIEW entry_documents AS
        SELECT entries.id AS id, entries.text AS text, topics.name AS topic
        FROM entries LEFT JOIN topics ON topics.id = entries.topic_id
    """,
    """
    CREATE VIRTUAL TABLE entries_fts USING fts5 (
        text, topic, content = 'entry_documents', content_rowid = 'id',
        tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3 4'
    )
    """,
    f"CREATE TRIGGER entries_indexed_added AFTER INSERT ON entries BEGIN {_PUT_IN} END",
    f"CREATE TRIGGER entries_indexed_removed AFTER DELETE ON entries BEGIN {_TAKE_OUT} END",
    f"""
    CREATE TRIGGER entries_indexed_changed AFTER UPDATE OF text, topic_id ON entries
        WHEN old.text <> new.text OR old.topic_id IS NOT new.topic_id
    BEGIN {_TAKE_OUT} {_PUT_IN} END
    """,
    """
    CREATE TRIGGER topics_indexed_renamed AFTER UPDATE OF name ON topics WHEN old.name <> new.name BEGIN
        INSERT INTO entries_fts (entries_fts, rowid, text, topic)
            SELECT 'delete', id, text, old.name FROM entries
            WHERE person_id = new.person_id AND topic_id = new.id;
        INSERT INTO entries_fts (rowid, text, topic)
            SELECT id, text, new.name FROM entries
            WHERE person_id = new.person_id AND topic_id = new.id;
    END
    """,
)

# Splits as FTS5 does: without this, PostgreSQL would take "and/or", addresses and hyphened words as one.
_FOLD = """
    CREATE FUNCTION scrapbook_fold(document text, kept text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
        SELECT regexp_replace(regexp_replace(
            lower(normalize(document, NFKD) COLLATE "{collation}"),
            '[\\u0300-\\u036f]', '', 'g'), '[^[:alnum:]' || kept || ']+', ' ', 'g')
    $$
"""

POSTGRESQL = (
    # The length is limited because a tsvector's is, to 1 MB.
    """
    CREATE FUNCTION scrapbook_words(document text) RETURNS tsvector LANGUAGE sql IMMUTABLE AS $$
        SELECT to_tsvector('simple', scrapbook_fold(left(document, 100000), ''))
    $$
    """,
    # Takes quoted words with the operators of to_tsquery.
    """
    CREATE FUNCTION scrapbook_query(words text) RETURNS tsquery LANGUAGE sql IMMUTABLE AS $$
        SELECT to_tsquery('simple', scrapbook_fold(words, $kept$'()|&:*$kept$))
    $$
    """,
    """
    CREATE TABLE entry_words (
        entry_id bigint PRIMARY KEY REFERENCES entries ON DELETE CASCADE,
        words tsvector NOT NULL
    )
    """,
    "CREATE INDEX entry_words_words ON entry_words USING gin (words)",
    """
    CREATE FUNCTION scrapbook_document(entry text, topic text) RETURNS tsvector LANGUAGE sql IMMUTABLE AS $$
        SELECT setweight(scrapbook_words(coalesce(topic, '')), 'A') || scrapbook_words(entry)
    $$
    """,
    """
    CREATE FUNCTION scrapbook_index_entry() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO entry_words
            SELECT new.id, scrapbook_document(new.text, (SELECT name FROM topics WHERE id = new.topic_id))
            ON CONFLICT (entry_id) DO UPDATE SET words = excluded.words;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE FUNCTION scrapbook_index_topic() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE entry_words SET words = scrapbook_document(entries.text, new.name) FROM entries
            WHERE entries.id = entry_words.entry_id
            AND entries.person_id = new.person_id AND entries.topic_id = new.id;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE TRIGGER entries_indexed AFTER INSERT OR UPDATE OF text, topic_id ON entries
        FOR EACH ROW EXECUTE FUNCTION scrapbook_index_entry()
    """,
    """
    CREATE TRIGGER topics_indexed AFTER UPDATE OF name ON topics
        FOR EACH ROW WHEN (old.name <> new.name) EXECUTE FUNCTION scrapbook_index_topic()
    """,
)


def upgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        statements = SQLITE
    else:
        statements = (_FOLD.format(collation=_collation()), *POSTGRESQL)
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)


def _collation() -> str:
    """One that knows the letters of all alphabets, where there is one: the database's own may be "C"."""
    known = op.get_bind().scalars(sa.text("SELECT collname FROM pg_collation")).all()
    return next((name for name in ("und-x-icu", "pg_c_utf8", "C.utf8") if name in known), "default")


def downgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        for name in ("entries_indexed_added", "entries_indexed_removed", "entries_indexed_changed"):
            op.execute(f"DROP TRIGGER {name}")
        op.execute("DROP TRIGGER topics_indexed_renamed")
        op.execute("DROP TABLE entries_fts")
        op.execute("DROP VIEW entry_documents")
    else:
        op.execute("DROP TRIGGER topics_indexed ON topics")
        op.execute("DROP TRIGGER entries_indexed ON entries")
        op.execute("DROP FUNCTION scrapbook_index_topic, scrapbook_index_entry, scrapbook_document")
        op.execute("DROP FUNCTION scrapbook_query, scrapbook_words, scrapbook_fold")
        op.execute("DROP TABLE entry_words")
