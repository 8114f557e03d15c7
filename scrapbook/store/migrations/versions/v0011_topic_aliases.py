"""The names that topics had, which go on meaning them."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("topics", sa.Column("aliases", sa.Text, nullable=False, server_default=sa.text("'[]'")))


def downgrade() -> None:
    op.drop_column("topics", "aliases")
