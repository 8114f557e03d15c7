"""What was sent each day, on whose account, and which replies wait for the next."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IS_HELD = sa.text("held_until IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "spending",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("account", NUMBER, nullable=False, autoincrement=False),
        sa.Column("segments", NUMBER, nullable=False, server_default=sa.text("0")),
        sa.Column("told_by", NUMBER),
        sa.PrimaryKeyConstraint("day", "account", name="pk_spending"),
    )
    op.add_column("replies", sa.Column("counted_on", sa.Date))
    op.add_column("replies", sa.Column("held_until", sa.DateTime(timezone=True)))
    op.create_index(
        "ix_replies_held",
        "replies",
        ["to_address", "id"],
        sqlite_where=IS_HELD,
        postgresql_where=IS_HELD,
    )


def downgrade() -> None:
    op.drop_index("ix_replies_held", "replies")
    op.drop_column("replies", "held_until")
    op.drop_column("replies", "counted_on")
    op.drop_table("spending")
