"""How a message was read, beside the result of its turn."""

import sqlalchemy as sa
from alembic import op

from scrapbook.store.column_types import Json

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outcomes", sa.Column("evidence", Json))


def downgrade() -> None:
    raise NotImplementedError("A scrapbook is taken back to an older release from a backup.")
