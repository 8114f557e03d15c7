"""Whether a person wants nothing said unasked, at any hour."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "quiet_hours", sa.Column("is_stopped", sa.Boolean, server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    raise NotImplementedError("A scrapbook is taken back to an older release from a backup.")
