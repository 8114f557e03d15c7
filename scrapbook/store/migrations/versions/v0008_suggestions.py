"""How often a topic was suggested in vain."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("topics", sa.Column("passed_over", NUMBER, nullable=False, server_default=sa.text("0")))


def downgrade() -> None:
    op.drop_column("topics", "passed_over")
