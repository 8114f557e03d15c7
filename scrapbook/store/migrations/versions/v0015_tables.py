"""The first revision: all tables, the triggers that count entries, and the full-text index.

It has the id of the last revision that it replaces, so a database at that revision needs no migration.
Do not change it: add a revision to change the tables.
"""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = None
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only in a column declared INTEGER.
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
# PostgreSQL finds a word by its beginning only in an index that is sorted by code point.
BYTE_ORDERED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

# Counting a million rows takes too long for a number that every receipt needs. The trash is not counted.
SQLITE_COUNTS = (
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

POSTGRESQL_COUNTS = (
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

# FTS5 keeps no copy of the texts: a row is taken out by passing the same words again that were put in.
_PUT_IN = """
    INSERT INTO entries_fts (rowid, text, topic)
        VALUES (
            new.id, new.text || ' ' || new.link_titles, (SELECT name FROM topics WHERE id = new.topic_id)
        );
"""
_TAKE_OUT = """
    INSERT INTO entries_fts (entries_fts, rowid, text, topic)
        VALUES (
            'delete', old.id, old.text || ' ' || old.link_titles,
            (SELECT name FROM topics WHERE id = old.topic_id)
        );
"""

SQLITE_FULL_TEXT = (
    """
    CREATE VIEW entry_documents AS
        SELECT entries.id AS id, entries.text || ' ' || entries.link_titles AS text, topics.name AS topic
        FROM entries LEFT JOIN topics ON topics.id = entries.topic_id
    """,
    """
    CREATE VIRTUAL TABLE entries_fts USING fts5 (
        text, topic, content = 'entry_documents', content_rowid = 'id',
        tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3 4'
    )
    """,
    # A view of the index, which takes no room: the terms in their order, to be looked up by their beginning.
    # PostgreSQL looks beginnings up by itself.
    "CREATE VIRTUAL TABLE entries_fts_terms USING fts5vocab (entries_fts, instance)",
    f"CREATE TRIGGER entries_indexed_added AFTER INSERT ON entries BEGIN {_PUT_IN} END",
    f"CREATE TRIGGER entries_indexed_removed AFTER DELETE ON entries BEGIN {_TAKE_OUT} END",
    f"""
    CREATE TRIGGER entries_indexed_changed AFTER UPDATE OF text, topic_id, link_titles ON entries
        WHEN old.text IS NOT new.text OR old.topic_id IS NOT new.topic_id
            OR old.link_titles IS NOT new.link_titles
    BEGIN {_TAKE_OUT} {_PUT_IN} END
    """,
    """
    CREATE TRIGGER topics_indexed_renamed AFTER UPDATE OF name ON topics WHEN old.name <> new.name BEGIN
        INSERT INTO entries_fts (entries_fts, rowid, text, topic)
            SELECT 'delete', id, entries.text || ' ' || entries.link_titles, old.name FROM entries
            WHERE person_id = new.person_id AND topic_id = new.id;
        INSERT INTO entries_fts (rowid, text, topic)
            SELECT id, entries.text || ' ' || entries.link_titles, new.name FROM entries
            WHERE person_id = new.person_id AND topic_id = new.id;
    END
    """,
)

# Splits as FTS5 does: without this, PostgreSQL would take "and/or", addresses and hyphened words as one.
POSTGRESQL_FOLD = """
    CREATE FUNCTION scrapbook_fold(document text, kept text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
        SELECT regexp_replace(regexp_replace(
            lower(normalize(document, NFKD) COLLATE "{collation}"),
            '[\\u0300-\\u036f]', '', 'g'), '[^[:alnum:]' || kept || ']+', ' ', 'g')
    $$
"""

POSTGRESQL_FULL_TEXT = (
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
            SELECT new.id, scrapbook_document(new.text || ' ' || new.link_titles,
                (SELECT name FROM topics WHERE id = new.topic_id))
            ON CONFLICT (entry_id) DO UPDATE SET words = excluded.words;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE FUNCTION scrapbook_index_topic() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE entry_words
            SET words = scrapbook_document(entries.text || ' ' || entries.link_titles, new.name) FROM entries
            WHERE entries.id = entry_words.entry_id
            AND entries.person_id = new.person_id AND entries.topic_id = new.id;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE TRIGGER entries_indexed AFTER INSERT OR UPDATE OF text, topic_id, link_titles ON entries
        FOR EACH ROW EXECUTE FUNCTION scrapbook_index_entry()
    """,
    """
    CREATE TRIGGER topics_indexed AFTER UPDATE OF name ON topics
        FOR EACH ROW WHEN (old.name <> new.name) EXECUTE FUNCTION scrapbook_index_topic()
    """,
)


def upgrade() -> None:
    _people()
    _addresses()
    _opt_outs()
    _conversations()
    _messages()
    _message_media()
    _inbox()
    _leases()
    _workers()
    _outcomes()
    _replies()
    _senders()
    _spending()
    _topics()
    _changes()
    _row_images()
    _entries()
    _entry_media()
    _entry_links()
    _words()
    _media_files()
    _transcripts()
    _calls()
    if op.get_context().dialect.name == "sqlite":
        _run((*SQLITE_COUNTS, *SQLITE_FULL_TEXT))
    else:
        fold = POSTGRESQL_FOLD.format(collation=_collation())
        _run((*POSTGRESQL_COUNTS, fold, *POSTGRESQL_FULL_TEXT))


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("timezone", sa.Text, nullable=False),
        sa.Column("next_number", NUMBER, server_default=sa.text("1"), nullable=False),
        sa.Column("entry_count", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("arrivals", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("next_number > 0", name=op.f("ck_people_next_number_positive")),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sqlite_autoincrement=True,
    )


def _addresses() -> None:
    op.create_table(
        "addresses",
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.CheckConstraint(
            "value LIKE '+%' OR value LIKE 'whatsapp:+%'", name=op.f("ck_addresses_value_is_an_address")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_addresses_person_id_people", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("value", name="pk_addresses"),
    )
    op.create_index("ix_addresses_person_id", "addresses", ["person_id"])


def _opt_outs() -> None:
    op.create_table(
        "opt_outs",
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("address", name="pk_opt_outs"),
    )


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("person_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("question", sa.Text),
        sa.Column("asked_at", MOMENT),
        sa.Column("listing", sa.Text),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_conversations_person_id_people", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name="pk_conversations"),
    )


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("sid", sa.Text, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("from_address", sa.Text, nullable=False),
        sa.Column("to_address", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("problem", sa.Text),
        sa.Column("is_memo", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("replied_to", sa.Text),
        sa.CheckConstraint(
            "state IN ('received', 'answered', 'failed')", name=op.f("ck_messages_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_messages_person_id_people", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("sid", name="uq_messages_sid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_messages_person_id_id", "messages", ["person_id", "id"])
    _index_where("state <> 'answered'", "ix_messages_unfinished", "messages", ["id"])


def _message_media() -> None:
    op.create_table(
        "message_media",
        sa.Column("message_sid", sa.Text, nullable=False),
        sa.Column("ordinal", NUMBER, autoincrement=False, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("content_type", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["message_sid"],
            ["messages.sid"],
            name="fk_message_media_message_sid_messages",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("message_sid", "ordinal", name="pk_message_media"),
    )


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("message_sid", sa.Text, nullable=False),
        sa.Column("round", NUMBER, nullable=False),
        sa.Column("heard", sa.Text),
        sa.ForeignKeyConstraint(
            ["message_sid"], ["messages.sid"], name="fk_inbox_message_sid_messages", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_inbox_person_id_people", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("message_sid", "round", name="uq_inbox_message_sid_round"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inbox_person_id_id", "inbox", ["person_id", "id"])


def _leases() -> None:
    op.create_table(
        "leases",
        sa.Column("person_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("worker", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_leases_person_id_people", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name="pk_leases"),
    )
    op.create_index("ix_leases_worker", "leases", ["worker"])


def _workers() -> None:
    op.create_table(
        "workers",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_workers"),
    )


def _outcomes() -> None:
    op.create_table(
        "outcomes",
        sa.Column("message_sid", sa.Text, nullable=False),
        sa.Column("response", sa.Text, nullable=False),
        sa.Column("arguments", sa.Text),
        sa.ForeignKeyConstraint(
            ["message_sid"], ["messages.sid"], name="fk_outcomes_message_sid_messages", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_sid", name="pk_outcomes"),
    )


def _replies() -> None:
    op.create_table(
        "replies",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("message_sid", sa.Text, nullable=False),
        sa.Column("round", NUMBER, nullable=False),
        sa.Column("ordinal", NUMBER, nullable=False),
        sa.Column("from_address", sa.Text, nullable=False),
        sa.Column("to_address", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("segments", NUMBER, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("twilio_sid", sa.Text),
        sa.Column("delivery_status", sa.Text),
        sa.Column("delivery_status_at", MOMENT),
        sa.Column("error_code", NUMBER),
        sa.Column("error", sa.Text),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT),
        sa.Column("media_key", sa.Text),
        sa.Column("counted_on", sa.Date),
        sa.Column("held_until", MOMENT),
        sa.CheckConstraint(
            "state IN ('recorded', 'sending', 'sent', 'failed')", name=op.f("ck_replies_state_known")
        ),
        sa.CheckConstraint("segments >= 0", name=op.f("ck_replies_segments_not_negative")),
        sa.ForeignKeyConstraint(
            ["message_sid"], ["messages.sid"], name="fk_replies_message_sid_messages", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_replies"),
        sa.UniqueConstraint("message_sid", "round", "ordinal", name="uq_replies_message_sid_round_ordinal"),
        sqlite_autoincrement=True,
    )
    _index_where("held_until IS NOT NULL", "ix_replies_held", "replies", ["to_address", "id"])
    _index_where(
        "state IN ('recorded', 'sending') AND held_until IS NULL",
        "ix_replies_outbox",
        "replies",
        ["message_sid"],
    )
    op.create_index("ix_replies_twilio_sid", "replies", ["twilio_sid"])
    _index_where("state <> 'sent'", "ix_replies_undelivered", "replies", ["id"])


def _senders() -> None:
    op.create_table(
        "senders",
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("free_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("address", name="pk_senders"),
    )


def _spending() -> None:
    op.create_table(
        "spending",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("account", NUMBER, autoincrement=False, nullable=False),
        sa.Column("segments", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("told_by", NUMBER),
        sa.PrimaryKeyConstraint("day", "account", name="pk_spending"),
    )


def _topics() -> None:
    op.create_table(
        "topics",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("entry_count", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("passed_over", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("aliases", sa.Text, server_default=sa.text("'[]'"), nullable=False),
        sa.CheckConstraint("key <> ''", name=op.f("ck_topics_key_not_empty")),
        sa.CheckConstraint("name <> ''", name=op.f("ck_topics_name_not_empty")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_topics_person_id_people", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_topics"),
        sa.UniqueConstraint("id", "person_id", name="uq_topics_id_person_id"),
        sa.UniqueConstraint("person_id", "key", name="uq_topics_person_id_key"),
        sqlite_autoincrement=True,
    )


def _changes() -> None:
    op.create_table(
        "changes",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("message_sid", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("arguments", sa.Text, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("undone_at", MOMENT),
        sa.ForeignKeyConstraint(
            ["message_sid"], ["messages.sid"], name="fk_changes_message_sid_messages", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_changes_person_id_people", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_changes"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_changes_message_sid", "changes", ["message_sid"])
    op.create_index("ix_changes_person_id", "changes", ["person_id"])
    _index_where("undone_at IS NULL", "ix_changes_to_undo", "changes", ["person_id", "id"])


def _row_images() -> None:
    op.create_table(
        "row_images",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("change_id", NUMBER, nullable=False),
        sa.Column("table_name", sa.Text, nullable=False),
        sa.Column("row_id", NUMBER, nullable=False),
        sa.Column("before", sa.Text),
        sa.CheckConstraint(
            "table_name IN ('entries', 'topics')", name=op.f("ck_row_images_table_name_known")
        ),
        sa.ForeignKeyConstraint(
            ["change_id"], ["changes.id"], name="fk_row_images_change_id_changes", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_row_images"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_row_images_change_id", "row_images", ["change_id"])
    op.create_index("ix_row_images_row", "row_images", ["row_id", "table_name"])


def _entries() -> None:
    op.create_table(
        "entries",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("topic_id", NUMBER),
        sa.Column("message_sid", sa.Text),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("edited_at", MOMENT),
        sa.Column("deleted_at", MOMENT),
        sa.Column("link_titles", sa.Text, server_default=sa.text("''"), nullable=False),
        sa.Column("is_quote", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("has_link", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("is_location", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("author", sa.Text),
        sa.Column("due_at", MOMENT),
        sa.Column("pinned_at", MOMENT),
        sa.CheckConstraint("number > 0", name=op.f("ck_entries_number_positive")),
        sa.ForeignKeyConstraint(
            ["message_sid"], ["messages.sid"], name="fk_entries_message_sid_messages", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_entries_person_id_people"),
        sa.ForeignKeyConstraint(
            ["topic_id", "person_id"],
            ["topics.id", "topics.person_id"],
            name="fk_entries_topic_id_person_id_topics",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_entries"),
        sa.UniqueConstraint("person_id", "number", name="uq_entries_person_id_number"),
        sqlite_autoincrement=True,
    )
    _index_where(
        "author IS NOT NULL AND deleted_at IS NULL", "ix_entries_authors", "entries", ["person_id", "author"]
    )
    _index_where(
        "has_link AND deleted_at IS NULL",
        "ix_entries_links",
        "entries",
        ["person_id", "created_at", "number"],
    )
    _index_where(
        "is_location AND deleted_at IS NULL",
        "ix_entries_locations",
        "entries",
        ["person_id", "created_at", "number"],
    )
    op.create_index("ix_entries_message_sid", "entries", ["message_sid"])
    _index_where("deleted_at IS NULL", "ix_entries_newest", "entries", ["person_id", "created_at", "number"])
    op.create_index("ix_entries_of_topic", "entries", ["person_id", "topic_id", "created_at", "number"])
    _index_where("pinned_at IS NOT NULL", "ix_entries_pinned", "entries", ["person_id", "topic_id"])
    _index_where(
        "is_quote AND deleted_at IS NULL",
        "ix_entries_quotes",
        "entries",
        ["person_id", "created_at", "number"],
    )
    _index_where("deleted_at IS NOT NULL", "ix_entries_trash", "entries", ["deleted_at"])


def _entry_media() -> None:
    op.create_table(
        "entry_media",
        sa.Column("entry_id", NUMBER, nullable=False),
        sa.Column("ordinal", NUMBER, autoincrement=False, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("content_type", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name="fk_entry_media_entry_id_entries", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("entry_id", "ordinal", name="pk_entry_media"),
    )
    op.create_index("ix_entry_media_url", "entry_media", ["url"])


def _entry_links() -> None:
    op.create_table(
        "entry_links",
        sa.Column("entry_id", NUMBER, nullable=False),
        sa.Column("ordinal", NUMBER, autoincrement=False, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("final_url", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("image", sa.Text, nullable=False),
        sa.Column("canonical", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("failure", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name="fk_entry_links_entry_id_entries", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("entry_id", "ordinal", name="pk_entry_links"),
    )


def _words() -> None:
    op.create_table(
        "words",
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("word", sa.Text, nullable=False),
        sa.Column("key", BYTE_ORDERED, nullable=False),
        sa.Column("backwards", BYTE_ORDERED, nullable=False),
        sa.Column("stem", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_words_person_id_people", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "word", name="pk_words"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_words_backwards", "words", ["person_id", "backwards"])
    op.create_index("ix_words_key", "words", ["person_id", "key"])
    op.create_index("ix_words_stem", "words", ["person_id", "stem"])


def _media_files() -> None:
    op.create_table(
        "media_files",
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("content_type", sa.Text),
        sa.Column("key", sa.Text),
        sa.Column("size", NUMBER),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "(state = 'kept') = (key IS NOT NULL)", name=op.f("ck_media_files_kept_has_a_key")
        ),
        sa.CheckConstraint("state IN ('kept', 'missing')", name=op.f("ck_media_files_state_known")),
        sa.PrimaryKeyConstraint("url", name="pk_media_files"),
    )
    op.create_index("ix_media_files_key", "media_files", ["key"])


def _transcripts() -> None:
    op.create_table(
        "transcripts",
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("transcript", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["url"], ["media_files.url"], name="fk_transcripts_url_media_files", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("url", name="pk_transcripts"),
    )


def _calls() -> None:
    op.create_table(
        "calls",
        sa.Column("sid", sa.Text, nullable=False),
        sa.Column("from_address", sa.Text, nullable=False),
        sa.Column("to_address", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("sid", name="pk_calls"),
    )
    op.create_index("ix_calls_at", "calls", ["at"])


def _index_where(condition: str, name: str, table: str, columns: list[str]) -> None:
    """Create an index of the rows for which the condition holds."""
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def _run(statements: Iterable[str]) -> None:
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)


def _collation() -> str:
    """Return a collation that knows the letters of all alphabets, where there is one.

    The database's own may be "C", which knows those of English alone.
    """
    known = op.get_bind().scalars(sa.text("SELECT collname FROM pg_collation")).all()
    return next((name for name in ("und-x-icu", "pg_c_utf8", "C.utf8") if name in known), "default")
