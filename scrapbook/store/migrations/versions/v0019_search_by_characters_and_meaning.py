"""Terms of scripts without spaces and of emoji in the full-text indexes; vectors of entries.

The terms come before the text: of a text that is too long, the end is not indexed. ``character_terms`` is
NULL until the terms of an entry are read. The app does that for the entries of earlier releases, a batch at a
time.
"""

# ruff: noqa: S608 - made of constants
import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only in a column declared INTEGER.
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# The triggers of an entry whose text does not change must not read it.
_CHANGED = "text, topic_id, link_titles, character_terms"

POSTGRESQL = (
    """
    CREATE OR REPLACE FUNCTION scrapbook_index_entry() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO entry_words
            SELECT new.id, scrapbook_document(
                coalesce(new.character_terms, '') || new.text || ' ' || new.link_titles,
                (SELECT name FROM topics WHERE id = new.topic_id))
            ON CONFLICT (entry_id) DO UPDATE SET words = excluded.words;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE OR REPLACE FUNCTION scrapbook_index_topic() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE entry_words SET words = scrapbook_document(
            coalesce(entries.character_terms, '') || entries.text || ' ' || entries.link_titles, new.name)
            FROM entries WHERE entries.id = entry_words.entry_id
            AND entries.person_id = new.person_id AND entries.topic_id = new.id;
        RETURN NULL;
    END
    $$
    """,
    "DROP TRIGGER entries_indexed ON entries",
    """
    CREATE TRIGGER entries_indexed_added AFTER INSERT ON entries
        FOR EACH ROW EXECUTE FUNCTION scrapbook_index_entry()
    """,
    f"""
    CREATE TRIGGER entries_indexed_changed AFTER UPDATE OF {_CHANGED} ON entries
        FOR EACH ROW WHEN (
            old.text IS DISTINCT FROM new.text OR old.topic_id IS DISTINCT FROM new.topic_id
            OR old.link_titles IS DISTINCT FROM new.link_titles
            OR coalesce(old.character_terms, '') <> coalesce(new.character_terms, '')
        )
        EXECUTE FUNCTION scrapbook_index_entry()
    """,
)

_DOCUMENT = "substr(coalesce({row}.character_terms, '') || {row}.text || ' ' || {row}.link_titles, 1, 250000)"
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
    CREATE TRIGGER entries_indexed_changed AFTER UPDATE OF {_CHANGED} ON entries
        WHEN old.text IS NOT new.text OR old.topic_id IS NOT new.topic_id
            OR old.link_titles IS NOT new.link_titles
            OR coalesce(old.character_terms, '') <> coalesce(new.character_terms, '')
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
    op.add_column("entries", sa.Column("character_terms", sa.Text))
    op.create_index(
        "ix_entries_without_character_terms",
        "entries",
        ["id"],
        sqlite_where=sa.text("character_terms IS NULL"),
        postgresql_where=sa.text("character_terms IS NULL"),
    )
    for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
        connection.exec_driver_sql(statement)
    op.create_table(
        "entry_vectors",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("entry_id", NUMBER, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name="fk_entry_vectors_entry_id_entries", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_entry_vectors"),
        sa.UniqueConstraint("entry_id", name="uq_entry_vectors_entry_id"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    raise NotImplementedError("A scrapbook is taken back to an older release from a backup.")
