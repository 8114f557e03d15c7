"""Which earlier message a message belongs to."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outcomes", sa.Column("continues", sa.Text))


def downgrade() -> None:
    raise NotImplementedError("A scrapbook is taken back to an older release from a backup.")
