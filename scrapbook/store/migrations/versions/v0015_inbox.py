"""What waits to be answered, and which app works for whom; the outbox is found by an index of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IS_TO_BE_SENT = sa.text("state IN ('recorded', 'sending') AND held_until IS NULL")


def upgrade() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("message_sid", sa.Text, nullable=False),
        sa.Column("round", NUMBER, nullable=False),
        sa.Column("heard", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_inbox_person_id_people", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["message_sid"], ["messages.sid"], name="fk_inbox_message_sid_messages", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("message_sid", "round", name="uq_inbox_message_sid_round"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inbox_person_id_id", "inbox", ["person_id", "id"])
    op.create_table(
        "leases",
        sa.Column("person_id", NUMBER, nullable=False, autoincrement=False),
        sa.Column("worker", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_leases"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_leases_person_id_people", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_leases_worker", "leases", ["worker"])
    op.create_table(
        "workers",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_workers"),
    )
    op.create_index(
        "ix_replies_outbox",
        "replies",
        ["message_sid"],
        sqlite_where=IS_TO_BE_SENT,
        postgresql_where=IS_TO_BE_SENT,
    )


def downgrade() -> None:
    op.drop_index("ix_replies_outbox", "replies")
    op.drop_table("workers")
    op.drop_table("leases")
    op.drop_table("inbox")
