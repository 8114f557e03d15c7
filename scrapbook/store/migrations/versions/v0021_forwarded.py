"""Whether a message was forwarded."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "messages", sa.Column("is_forwarded", sa.Boolean, nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    raise NotImplementedError("A scrapbook is taken back to an older release from a backup.")
