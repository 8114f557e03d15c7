"""What is to be said unasked and waits, and how much was said unasked on a day."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "unasked_messages",
        sa.Column("id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("dedup_key", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("left_at", _AT, nullable=False),
        sa.Column("wakes_at", _AT, nullable=False),
        sa.Column("held", sa.Text),
        sa.CheckConstraint(
            "held IS NULL OR held IN ('quiet', 'limit', 'opted_out', 'no_way')",
            name=op.f("ck_unasked_messages_held_known"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_unasked_messages_person_id_people", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_unasked_messages"),
        sa.UniqueConstraint("dedup_key", name="uq_unasked_messages_dedup_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_unasked_messages_wakes_at", "unasked_messages", ["wakes_at"])
    op.create_index("ix_unasked_messages_of_person", "unasked_messages", ["person_id", "id"])
    unasked = sa.text("in_reply_to IS NULL")
    op.create_index(
        "ix_outbound_messages_unasked",
        "outbound_messages",
        ["person_id", "created_at"],
        sqlite_where=unasked,
        postgresql_where=unasked,
    )


def downgrade() -> None:
    raise NotImplementedError("A scrapbook is taken back to an older release from a backup.")
