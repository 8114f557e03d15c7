"""How large pictures are, or why they cannot be shown."""

import sqlalchemy as sa
from alembic import op

from scrapbook.store.column_types import Id

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("media_files", sa.Column("width", Id))
    op.add_column("media_files", sa.Column("height", Id))
    op.add_column("media_files", sa.Column("picture_problem", sa.Text))


def downgrade() -> None:
    raise NotImplementedError("A scrapbook is taken back to an older release from a backup.")
