"""What people have said to them again and again: prompts, this day in other years, what the week held."""

import sqlalchemy as sa
from alembic import op

from scrapbook.store.migrations.journaled_tables import journal

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "recurring_messages",
        sa.Column("id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("has_time", sa.Boolean, nullable=False),
        sa.Column("occurs_at", _AT, nullable=False),
        sa.Column("wakes_at", _AT, nullable=False),
        sa.Column("held", sa.Text),
        sa.Column("question", sa.Text),
        sa.Column("asked_at", _AT),
        sa.CheckConstraint(
            "kind IN ('prompts', 'on_this_day', 'round_ups')",
            name=op.f("ck_recurring_messages_kind_known"),
        ),
        sa.CheckConstraint(
            "held IS NULL OR held IN ('quiet', 'limit', 'opted_out', 'no_way')",
            name=op.f("ck_recurring_messages_held_known"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_recurring_messages_person_id_people", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_recurring_messages"),
        sa.UniqueConstraint("person_id", "kind", name="uq_recurring_messages_person_id_kind"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_recurring_messages_wakes_at", "recurring_messages", ["wakes_at"])
    journal("recurring_messages")


def downgrade() -> None:
    raise NotImplementedError("A scrapbook is taken back to an older release from a backup.")
