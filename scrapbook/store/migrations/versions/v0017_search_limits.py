"""The full-text indexes of both databases have the same limits: of a word, and of an entry's text.

A word counts by its first 64 characters, an entry by its first 250,000. SQLite needs no limit of words: a
query for a long word looks there for what begins like it. PostgreSQL ignores words of more than 2 KB, and
refuses an entry whose different words have more than 1 MB. With these limits they have 1,000,000 bytes at
most, and those of its topic's name 40,000.

The key of a topic, by which names are compared, has 400 characters: PostgreSQL indexes no value of more than
2,704 bytes. The undo journal has keys, too.
"""

# ruff: noqa: S608 - made of constants
import json

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

POSTGRESQL = (
    # Folding puts a space between words. It may make a text longer, so it is cut again.
    """
    CREATE OR REPLACE FUNCTION scrapbook_words(document text) RETURNS tsvector LANGUAGE sql IMMUTABLE AS $$
        SELECT to_tsvector('simple', left(
            regexp_replace(scrapbook_fold(left(document, 250000), ''), '([^ ]{64})[^ ]+', '\\1', 'g'),
            250000))
    $$
    """,
    """
    CREATE OR REPLACE FUNCTION scrapbook_query(words text) RETURNS tsquery LANGUAGE sql IMMUTABLE AS $$
        SELECT to_tsquery('simple', regexp_replace(
            scrapbook_fold(words, $kept$'()|&:*$kept$),
            $long$([^ '()|&:*]{64})[^ '()|&:*]+$long$, '\\1', 'g'))
    $$
    """,
    """
    CREATE OR REPLACE FUNCTION scrapbook_document(entry text, topic text)
    RETURNS tsvector LANGUAGE sql IMMUTABLE AS $$
        SELECT setweight(scrapbook_words(left(coalesce(topic, ''), 10000)), 'A') || scrapbook_words(entry)
    $$
    """,
    # The entries whose words were cut off or left out.
    """
    UPDATE entry_words SET words = scrapbook_document(
        entries.text || ' ' || entries.link_titles,
        (SELECT name FROM topics WHERE topics.id = entries.topic_id))
    FROM entries WHERE entries.id = entry_words.entry_id
        AND (length(entries.text || entries.link_titles) > 99000
            OR entries.text || ' ' || entries.link_titles ~ '[[:alnum:]]{64}')
    """,
)

_DOCUMENT = "substr({row}.text || ' ' || {row}.link_titles, 1, 250000)"
_NEW, _OLD, _OF_ENTRY = (_DOCUMENT.format(row=row) for row in ("new", "old", "entries"))

_PUT_IN = f"""
    INSERT INTO entries_fts (rowid, text, topic)
        VALUES (new.id, {_NEW}, (SELECT name FROM topics WHERE id = new.topic_id));
"""
_TAKE_OUT = f"""
    INSERT INTO entries_fts (entries_fts, rowid, text, topic)
        VALUES ('delete', old.id, {_OLD}, (SELECT name FROM topics WHERE id = old.topic_id));
"""

SQLITE = (
    # FTS5 removes words by the text that they were in: first all of it, then the beginning is put in.
    """
    INSERT INTO entries_fts (entries_fts, rowid, text, topic)
        SELECT 'delete', id, text, topic FROM entry_documents WHERE length(text) > 250000
    """,
    """
    INSERT INTO entries_fts (rowid, text, topic)
        SELECT id, substr(text, 1, 250000), topic FROM entry_documents WHERE length(text) > 250000
    """,
    "DROP VIEW entry_documents",
    f"""
    CREATE VIEW entry_documents AS
        SELECT entries.id AS id, {_OF_ENTRY} AS text, topics.name AS topic
        FROM entries LEFT JOIN topics ON topics.id = entries.topic_id
    """,
    *(
        f"DROP TRIGGER {name}"
        for name in (
            "entries_indexed_added",
            "entries_indexed_removed",
            "entries_indexed_changed",
            "topics_indexed_renamed",
        )
    ),
    f"CREATE TRIGGER entries_indexed_added AFTER INSERT ON entries BEGIN {_PUT_IN} END",
    f"CREATE TRIGGER entries_indexed_removed AFTER DELETE ON entries BEGIN {_TAKE_OUT} END",
    f"""
    CREATE TRIGGER entries_indexed_changed AFTER UPDATE OF text, topic_id, link_titles ON entries
        WHEN old.text IS NOT new.text OR old.topic_id IS NOT new.topic_id
            OR old.link_titles IS NOT new.link_titles
    BEGIN {_TAKE_OUT} {_PUT_IN} END
    """,
    f"""
    CREATE TRIGGER topics_indexed_renamed AFTER UPDATE OF name ON topics WHEN old.name <> new.name BEGIN
        INSERT INTO entries_fts (entries_fts, rowid, text, topic)
            SELECT 'delete', id, {_OF_ENTRY}, old.name FROM entries
            WHERE person_id = new.person_id AND topic_id = new.id;
        INSERT INTO entries_fts (rowid, text, topic)
            SELECT id, {_OF_ENTRY}, new.name FROM entries
            WHERE person_id = new.person_id AND topic_id = new.id;
    END
    """,
)


def upgrade() -> None:
    connection = op.get_bind()
    for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
        connection.exec_driver_sql(statement)
    _shorten_keys(connection)


def _shorten_keys(connection: sa.Connection) -> None:
    long = connection.exec_driver_sql(
        "SELECT id, person_id, substr(key, 1, 400) FROM topics WHERE length(key) > 400 ORDER BY id"
    ).all()
    for id_, person_id, key in long:
        taken = connection.execute(
            sa.text("SELECT 1 FROM topics WHERE person_id = :person_id AND key = :key"),
            {"person_id": person_id, "key": key},
        ).first()
        # Two names that begin alike: no name has a space in its key.
        connection.execute(
            sa.text("UPDATE topics SET key = :key WHERE id = :id"),
            {"id": id_, "key": f"{key[:370]} {id_}" if taken else key},
        )
    snapshots = connection.exec_driver_sql(
        "SELECT id, before FROM row_images WHERE table_name = 'topics' AND length(before) > 400"
    ).all()
    for id_, before in snapshots:
        columns = json.loads(before)
        if len(columns.get("key", "")) > 400:
            columns["key"] = columns["key"][:400]
            written = json.dumps(columns, ensure_ascii=False, separators=(",", ":"))
            connection.execute(
                sa.text("UPDATE row_images SET before = :before WHERE id = :id"),
                {"id": id_, "before": written},
            )


def downgrade() -> None:
    raise NotImplementedError("A scrapbook is taken back to an older release from a backup.")
