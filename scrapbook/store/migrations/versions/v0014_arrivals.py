"""How many messages of each person's have arrived, which is the order in which they are answered.

What is queued at the upgrade has lower numbers: until now all people's messages were counted together.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("people", sa.Column("arrivals", NUMBER, nullable=False, server_default=sa.text("0")))
    # A message was numbered up to three times: a memo, what is missing of it, what was heard in it.
    op.execute("UPDATE people SET arrivals = 3 * (SELECT coalesce(max(id), 0) FROM messages)")


def downgrade() -> None:
    op.drop_column("people", "arrivals")
