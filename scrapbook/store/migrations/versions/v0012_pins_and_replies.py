"""Entries that come first in their topic, and which message a message replies to."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

IS_PINNED = sa.text("pinned_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("entries", sa.Column("pinned_at", sa.DateTime(timezone=True)))
    op.create_index(
        "ix_entries_pinned",
        "entries",
        ["person_id", "topic_id"],
        sqlite_where=IS_PINNED,
        postgresql_where=IS_PINNED,
    )
    op.add_column("messages", sa.Column("replied_to", sa.Text))
    op.create_index("ix_replies_twilio_sid", "replies", ["twilio_sid"])


def downgrade() -> None:
    op.drop_index("ix_replies_twilio_sid", "replies")
    op.drop_column("messages", "replied_to")
    op.drop_index("ix_entries_pinned", "entries")
    op.drop_column("entries", "pinned_at")
