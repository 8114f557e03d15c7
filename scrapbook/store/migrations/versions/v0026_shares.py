"""Topics that anybody with an address can read."""

import sqlalchemy as sa
from alembic import op

from scrapbook.store.migrations.journaled_tables import journal

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "shares",
        sa.Column("id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("topic_id", _ID, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_shares_person_id_people", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topics.id"], name="fk_shares_topic_id_topics", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_shares"),
        sa.UniqueConstraint("topic_id", name="uq_shares_topic_id"),
        sa.UniqueConstraint("token", name="uq_shares_token"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_shares_person_id", "shares", ["person_id"])
    journal("shares")


def downgrade() -> None:
    raise NotImplementedError("A scrapbook is taken back to an older release from a backup.")
