"""Triggers that count people's and topics' entries, the trash left out.

Counting a million rows takes too long for what is asked with every message.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQLITE = (
    """
    CREATE TRIGGER entries_counted_added AFTER INSERT ON entries WHEN new.deleted_at IS NULL BEGIN
        UPDATE people SET entry_count = entry_count + 1 WHERE id = new.person_id;
        UPDATE topics SET entry_count = entry_count + 1 WHERE id = new.topic_id;
    END
    """,
    """
    CREATE TRIGGER entries_counted_removed AFTER DELETE ON entries WHEN old.deleted_at IS NULL BEGIN
        UPDATE people SET entry_count = entry_count - 1 WHERE id = old.person_id;
        UPDATE topics SET entry_count = entry_count - 1 WHERE id = old.topic_id;
    END
    """,
    """
    CREATE TRIGGER entries_counted_moved AFTER UPDATE OF topic_id, deleted_at ON entries BEGIN
        UPDATE people SET entry_count = entry_count + (new.deleted_at IS NULL) - (old.deleted_at IS NULL)
            WHERE id = new.person_id AND (new.deleted_at IS NULL) <> (old.deleted_at IS NULL);
        UPDATE topics SET entry_count = entry_count - 1 WHERE id = old.topic_id AND old.deleted_at IS NULL;
        UPDATE topics SET entry_count = entry_count + 1 WHERE id = new.topic_id AND new.deleted_at IS NULL;
    END
    """,
)

POSTGRESQL = (
    """
    CREATE FUNCTION scrapbook_count(whose bigint, which bigint, difference int)
    RETURNS void LANGUAGE sql AS $$
        UPDATE people SET entry_count = entry_count + difference WHERE id = whose;
        UPDATE topics SET entry_count = entry_count + difference WHERE id = which;
    $$
    """,
    """
    CREATE FUNCTION scrapbook_count_entry() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'INSERT' AND old.deleted_at IS NULL THEN
            PERFORM scrapbook_count(old.person_id, old.topic_id, -1);
        END IF;
        IF TG_OP <> 'DELETE' AND new.deleted_at IS NULL THEN
            PERFORM scrapbook_count(new.person_id, new.topic_id, 1);
        END IF;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE TRIGGER entries_counted AFTER INSERT OR DELETE OR UPDATE OF topic_id, deleted_at ON entries
        FOR EACH ROW EXECUTE FUNCTION scrapbook_count_entry()
    """,
)


def upgrade() -> None:
    for statement in SQLITE if op.get_context().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        for name in ("added", "removed", "moved"):
            op.execute(f"DROP TRIGGER entries_counted_{name}")
    else:
        op.execute("DROP TRIGGER entries_counted ON entries")
        op.execute("DROP FUNCTION scrapbook_count_entry, scrapbook_count")
