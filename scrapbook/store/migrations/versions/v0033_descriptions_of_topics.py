"""A few words of a person about a topic, which stand on its page."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("topics", sa.Column("description", sa.Text, server_default=sa.text("''"), nullable=False))


def downgrade() -> None:
    raise NotImplementedError("A scrapbook is taken back to an older release from a backup.")
