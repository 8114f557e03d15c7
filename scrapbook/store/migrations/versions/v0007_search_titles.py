"""What the pages behind an entry's links are called is searched with its text.

Nothing has to be indexed anew: no entry has such titles yet.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SQLITE_PUT_IN = """
    INSERT INTO entries_fts (rowid, text, topic)
        VALUES (new.id, {document}, (SELECT name FROM topics WHERE id = new.topic_id));
"""

# A row is taken out of the index by saying once more what was put in.
SQLITE_TAKE_OUT = """
    INSERT INTO entries_fts (entries_fts, rowid, text, topic)
        VALUES ('delete', old.id, {document}, (SELECT name FROM topics WHERE id = old.topic_id));
"""

SQLITE_TRIGGERS = {
    "entries_indexed_added": "AFTER INSERT ON entries BEGIN {put_in} END",
    "entries_indexed_removed": "AFTER DELETE ON entries BEGIN {take_out} END",
    "entries_indexed_changed": """
        AFTER UPDATE OF {columns} ON entries WHEN {changed} BEGIN {take_out} {put_in} END
    """,
    "topics_indexed_renamed": """
        AFTER UPDATE OF name ON topics WHEN old.name <> new.name BEGIN
            INSERT INTO entries_fts (entries_fts, rowid, text, topic)
                SELECT 'delete', id, {document}, old.name FROM entries
                WHERE person_id = new.person_id AND topic_id = new.id;
            INSERT INTO entries_fts (rowid, text, topic)
                SELECT id, {document}, new.name FROM entries
                WHERE person_id = new.person_id AND topic_id = new.id;
        END
    """,
}

SQLITE_VIEW = """
    CREATE VIEW entry_documents AS
        SELECT entries.id AS id, {document} AS text, topics.name AS topic
        FROM entries LEFT JOIN topics ON topics.id = entries.topic_id
"""

POSTGRESQL = (
    """
    CREATE OR REPLACE FUNCTION scrapbook_index_entry() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO entry_words
            SELECT new.id, scrapbook_document({document_of_new},
                (SELECT name FROM topics WHERE id = new.topic_id))
            ON CONFLICT (entry_id) DO UPDATE SET words = excluded.words;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE OR REPLACE FUNCTION scrapbook_index_topic() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE entry_words SET words = scrapbook_document({document}, new.name) FROM entries
            WHERE entries.id = entry_words.entry_id
            AND entries.person_id = new.person_id AND entries.topic_id = new.id;
        RETURN NULL;
    END
    $$
    """,
    "DROP TRIGGER entries_indexed ON entries",
    """
    CREATE TRIGGER entries_indexed AFTER INSERT OR UPDATE OF {columns} ON entries
        FOR EACH ROW EXECUTE FUNCTION scrapbook_index_entry()
    """,
)


def upgrade() -> None:
    _index("text", "topic_id", "link_titles")


def downgrade() -> None:
    op.execute("UPDATE entries SET link_titles = ''")  # or the index would be told to forget other words
    _index("text", "topic_id")


def _index(*columns: str) -> None:
    """Has the index follow these columns of the entries."""
    statements = _sqlite(columns) if op.get_context().dialect.name == "sqlite" else _postgresql(columns)
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)


def _sqlite(columns: tuple[str, ...]) -> list[str]:
    parts = {
        "columns": ", ".join(columns),
        "changed": " OR ".join(f"old.{column} IS NOT new.{column}" for column in columns),
        "document": _document("entries", columns),
        "put_in": SQLITE_PUT_IN.format(document=_document("new", columns)),
        "take_out": SQLITE_TAKE_OUT.format(document=_document("old", columns)),
    }
    drops = [f"DROP TRIGGER {name}" for name in SQLITE_TRIGGERS]
    view = ["DROP VIEW entry_documents", SQLITE_VIEW.format(**parts)]
    return (
        drops
        + view
        + [f"CREATE TRIGGER {name} {body.format(**parts)}" for name, body in SQLITE_TRIGGERS.items()]
    )


def _postgresql(columns: tuple[str, ...]) -> list[str]:
    parts = {
        "columns": ", ".join(columns),
        "document": _document("entries", columns),
        "document_of_new": _document("new", columns),
    }
    return [statement.format(**parts) for statement in POSTGRESQL]


def _document(row: str, columns: tuple[str, ...]) -> str:
    """The words of the entry itself, as SQL of both databases."""
    texts = [f"{row}.{column}" for column in columns if column != "topic_id"]
    return " || ' ' || ".join(texts)
