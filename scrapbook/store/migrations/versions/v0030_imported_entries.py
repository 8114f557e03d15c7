"""What was imported from elsewhere, so that nothing comes twice."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0028"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "imported_entries",
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("entry_id", _ID, nullable=True),
        sa.Column("text_digest", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_imported_entries_person_id_people", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name="fk_imported_entries_entry_id_entries", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("person_id", "key", name="pk_imported_entries"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_imported_entries_entry_id", "imported_entries", ["entry_id"])


def downgrade() -> None:
    raise NotImplementedError("A scrapbook is taken back to an older release from a backup.")
