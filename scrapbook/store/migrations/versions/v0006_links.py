"""What the pages behind the links of entries are called, and what else they say of themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SAID = ("url", "final_url", "title", "description", "site", "image", "canonical", "language", "failure")


def upgrade() -> None:
    op.add_column("entries", sa.Column("link_titles", sa.Text, nullable=False, server_default=sa.text("''")))
    op.create_table(
        "entry_links",
        sa.Column("entry_id", NUMBER, nullable=False),
        sa.Column("ordinal", NUMBER, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in SAID),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name="fk_entry_links_entry_id_entries", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("entry_id", "ordinal", name="pk_entry_links"),
    )


def downgrade() -> None:
    op.drop_table("entry_links")
    op.drop_column("entries", "link_titles")
