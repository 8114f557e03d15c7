"""The tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only in a column declared INTEGER.
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _opt_outs()
    _people()
    _senders()
    _addresses()
    _conversations()
    _messages()
    _topics()
    _changes()
    _entries()
    _message_media()
    _outcomes()
    _replies()
    _entry_media()
    _row_images()


def downgrade() -> None:
    op.drop_table("row_images")
    op.drop_table("entry_media")
    op.drop_table("replies")
    op.drop_table("outcomes")
    op.drop_table("message_media")
    op.drop_table("entries")
    op.drop_table("changes")
    op.drop_table("topics")
    op.drop_table("messages")
    op.drop_table("conversations")
    op.drop_table("addresses")
    op.drop_table("senders")
    op.drop_table("people")
    op.drop_table("opt_outs")


def _opt_outs() -> None:
    op.create_table(
        "opt_outs",
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("address", name="pk_opt_outs"),
    )


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("timezone", sa.Text, nullable=False),
        sa.Column("next_number", NUMBER, server_default=sa.text("1"), nullable=False),
        sa.Column("entry_count", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("next_number > 0", name=op.f("ck_people_next_number_positive")),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sqlite_autoincrement=True,
    )


def _senders() -> None:
    op.create_table(
        "senders",
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("free_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("address", name="pk_senders"),
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


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("person_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("question", sa.Text, nullable=True),
        sa.Column("asked_at", MOMENT, nullable=True),
        sa.Column("listing", sa.Text, nullable=True),
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
        sa.Column("problem", sa.Text, nullable=True),
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
    op.create_index(
        "ix_messages_unfinished",
        "messages",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state <> 'answered'"),
        postgresql_where=sa.text("state <> 'answered'"),
    )


def _topics() -> None:
    op.create_table(
        "topics",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("entry_count", NUMBER, server_default=sa.text("0"), nullable=False),
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
        sa.Column("message_sid", sa.Text, nullable=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("arguments", sa.Text, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["message_sid"],
            ["messages.sid"],
            name="fk_changes_message_sid_messages",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_changes_person_id_people", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_changes"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_changes_message_sid", "changes", ["message_sid"])
    op.create_index("ix_changes_person_id", "changes", ["person_id"])
    op.create_index(
        "ix_changes_to_undo",
        "changes",
        ["person_id", "id"],
        unique=False,
        sqlite_where=sa.text("undone_at IS NULL"),
        postgresql_where=sa.text("undone_at IS NULL"),
    )


def _entries() -> None:
    op.create_table(
        "entries",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("topic_id", NUMBER, nullable=True),
        sa.Column("message_sid", sa.Text, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("edited_at", MOMENT, nullable=True),
        sa.Column("deleted_at", MOMENT, nullable=True),
        sa.CheckConstraint("number > 0", name=op.f("ck_entries_number_positive")),
        sa.ForeignKeyConstraint(
            ["message_sid"],
            ["messages.sid"],
            name="fk_entries_message_sid_messages",
            ondelete="SET NULL",
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
    op.create_index("ix_entries_message_sid", "entries", ["message_sid"])
    op.create_index(
        "ix_entries_newest",
        "entries",
        ["person_id", "created_at", "number"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("ix_entries_of_topic", "entries", ["person_id", "topic_id", "created_at", "number"])
    op.create_index(
        "ix_entries_trash",
        "entries",
        ["deleted_at"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NOT NULL"),
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )


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


def _outcomes() -> None:
    op.create_table(
        "outcomes",
        sa.Column("message_sid", sa.Text, nullable=False),
        sa.Column("response", sa.Text, nullable=False),
        sa.Column("arguments", sa.Text, nullable=True),
        sa.ForeignKeyConstraint(
            ["message_sid"],
            ["messages.sid"],
            name="fk_outcomes_message_sid_messages",
            ondelete="CASCADE",
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
        sa.Column("twilio_sid", sa.Text, nullable=True),
        sa.Column("delivery_status", sa.Text, nullable=True),
        sa.Column("delivery_status_at", MOMENT, nullable=True),
        sa.Column("error_code", NUMBER, nullable=True),
        sa.Column("error", sa.Text, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "state IN ('recorded', 'sending', 'sent', 'failed')", name=op.f("ck_replies_state_known")
        ),
        sa.CheckConstraint("segments >= 0", name=op.f("ck_replies_segments_not_negative")),
        sa.ForeignKeyConstraint(
            ["message_sid"],
            ["messages.sid"],
            name="fk_replies_message_sid_messages",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_replies"),
        sa.UniqueConstraint("message_sid", "round", "ordinal", name="uq_replies_message_sid_round_ordinal"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_replies_undelivered",
        "replies",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state <> 'sent'"),
        postgresql_where=sa.text("state <> 'sent'"),
    )


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


def _row_images() -> None:
    op.create_table(
        "row_images",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("change_id", NUMBER, nullable=False),
        sa.Column("table_name", sa.Text, nullable=False),
        sa.Column("row_id", NUMBER, nullable=False),
        sa.Column("before", sa.Text, nullable=True),
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
