"""Replies become outbound messages, each of a person; the columns get the names of all channels."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
IS_TO_BE_SENT = sa.text("state IN ('recorded', 'sending') AND not_before IS NULL")

COLUMNS = [
    ("messages", "sid", "message_id"),
    ("message_media", "message_sid", "message_id"),
    ("inbox", "message_sid", "message_id"),
    ("inbox", "round", "attempt"),
    ("inbox", "heard", "memo_result"),
    ("entries", "message_sid", "message_id"),
    ("changes", "message_sid", "message_id"),
    ("outcomes", "message_sid", "message_id"),
    ("spending", "told_by", "reported_by"),
]
"""Table, old name, new name."""

CONSTRAINTS = [
    ("messages", "uq_messages_sid", "uq_messages_message_id"),
    ("message_media", "fk_message_media_message_sid_messages", "fk_message_media_message_id_messages"),
    ("inbox", "fk_inbox_message_sid_messages", "fk_inbox_message_id_messages"),
    ("inbox", "uq_inbox_message_sid_round", "uq_inbox_message_id_attempt"),
    ("entries", "fk_entries_message_sid_messages", "fk_entries_message_id_messages"),
    ("changes", "fk_changes_message_sid_messages", "fk_changes_message_id_messages"),
    ("outcomes", "fk_outcomes_message_sid_messages", "fk_outcomes_message_id_messages"),
]

IS_AN_ADDRESS = "value LIKE '+%' OR value LIKE 'whatsapp:+%'"
IS_AN_ADDRESS_OF_ANY_KIND = "value LIKE '+%' OR value LIKE '_%:_%'"


def upgrade() -> None:
    for table, old, new in COLUMNS:
        op.alter_column(table, old, new_column_name=new)
    for table in ("entries", "changes"):
        op.drop_index(f"ix_{table}_message_sid", table)
        op.create_index(f"ix_{table}_message_id", table, ["message_id"])
    if op.get_bind().dialect.name == "sqlite":
        _rename_in_sqlite_schema()
    else:
        for table, old, new in CONSTRAINTS:
            op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {old} TO {new}")
        op.execute(
            "ALTER TABLE addresses DROP CONSTRAINT ck_addresses_value_is_an_address,"
            " ADD CONSTRAINT ck_addresses_value_is_an_address CHECK"
            f" ({IS_AN_ADDRESS_OF_ANY_KIND.replace(':', chr(92) + ':')})"  # else a parameter
        )
    # JSON as compact text: within a string a quote is escaped, so that only the name of a key matches.
    for table, column in (("row_images", "before"), ("conversations", "question")):
        op.execute(
            f"UPDATE {table} SET {column} = replace({column}, '\"message_sid\":', '\"message_id\":')"  # noqa: S608
            f" WHERE {column} LIKE '%\"message_sid\":%'"
        )
    _create_outbound_messages()
    _copy_replies()
    op.drop_table("replies")


def _rename_in_sqlite_schema() -> None:
    """Change what only names or checks, as https://www.sqlite.org/lang_altertable.html says in section 7: no
    content on the disk depends on it."""
    replaced = [*CONSTRAINTS, ("addresses", IS_AN_ADDRESS, IS_AN_ADDRESS_OF_ANY_KIND)]
    connection = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    for table, old, new in replaced:
        connection.execute(
            sa.text(
                "UPDATE sqlite_schema SET sql = replace(sql, :old, :new)"
                " WHERE type = 'table' AND name = :table"
            ),
            {"old": old, "new": new, "table": table},
        )
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")


def _create_outbound_messages() -> None:
    op.create_table(
        "outbound_messages",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("in_reply_to", sa.Text),
        sa.Column("dedup_key", sa.Text),
        sa.Column("attempt", NUMBER, nullable=False),
        sa.Column("part", NUMBER, nullable=False),
        sa.Column("from_address", sa.Text, nullable=False),
        sa.Column("to_address", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("segments", NUMBER, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("provider_id", sa.Text),
        sa.Column("delivery_status", sa.Text),
        sa.Column("delivery_status_at", TIME),
        sa.Column("error_code", NUMBER),
        sa.Column("failure_reason", sa.Text),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("sent_at", TIME),
        sa.Column("media_key", sa.Text),
        sa.Column("counted_on", sa.Date),
        sa.Column("not_before", TIME),
        sa.Column("is_exempt", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("id", name="pk_outbound_messages"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_outbound_messages_person_id_people", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["in_reply_to"],
            ["messages.message_id"],
            name="fk_outbound_messages_in_reply_to_messages",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint(
            "in_reply_to", "attempt", "part", name="uq_outbound_messages_in_reply_to_attempt_part"
        ),
        sa.UniqueConstraint("dedup_key", name="uq_outbound_messages_dedup_key"),
        sa.CheckConstraint(
            "state IN ('recorded', 'sending', 'sent', 'failed')",
            name=op.f("ck_outbound_messages_state_known"),
        ),
        sa.CheckConstraint("segments >= 0", name=op.f("ck_outbound_messages_segments_not_negative")),
        sa.CheckConstraint(
            "(in_reply_to IS NULL) = (dedup_key IS NOT NULL)",
            name=op.f("ck_outbound_messages_reply_or_named"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbound_messages_provider_id", "outbound_messages", ["provider_id"])
    for name, columns, condition in (
        ("undelivered", ["id"], sa.text("state <> 'sent'")),
        ("held", ["to_address", "id"], sa.text("not_before IS NOT NULL")),
        ("outbox", ["person_id", "id"], IS_TO_BE_SENT),
    ):
        op.create_index(
            f"ix_outbound_messages_{name}",
            "outbound_messages",
            columns,
            sqlite_where=condition,
            postgresql_where=condition,
        )


def _copy_replies() -> None:
    """Copy every reply, under the number that it has: Twilio reports its delivery by that."""
    op.execute(
        """
        INSERT INTO outbound_messages (
            id, person_id, in_reply_to, attempt, part, from_address, to_address, body, segments, state,
            provider_id, delivery_status, delivery_status_at, error_code, failure_reason, created_at, sent_at,
            media_key, counted_on, not_before
        )
        SELECT
            replies.id, messages.person_id, message_sid, round, ordinal, replies.from_address,
            replies.to_address, replies.body, segments, replies.state, twilio_sid,
            CASE delivery_status WHEN 'scheduled' THEN 'accepted' ELSE delivery_status END,
            delivery_status_at, error_code, error, replies.created_at, sent_at, media_key, counted_on,
            held_until
        FROM replies JOIN messages ON messages.message_id = replies.message_sid
        ORDER BY replies.id
        """
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "SELECT setval(pg_get_serial_sequence('outbound_messages', 'id'), max(id)) FROM outbound_messages"
            " HAVING max(id) IS NOT NULL"
        )


def downgrade() -> None:
    raise NotImplementedError("A scrapbook is taken back to an older release from a backup.")
