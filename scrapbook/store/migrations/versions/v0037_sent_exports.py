"""With which message an export came, and whether what is to be said unasked answers something."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("uploaded_exports", sa.Column("message_id", sa.Text, nullable=True))
    op.add_column(
        "unasked_messages",
        sa.Column("is_answer", sa.Boolean, server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("A scrapbook is taken back to an older release from a backup.")
