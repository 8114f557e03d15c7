"""Links to exports, and what happened to imported entries where they come from."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "imported_changes",
        sa.Column("id", _ID, nullable=False),
        sa.Column("entry_id", _ID, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("undone_at", _TIME, nullable=True),
        sa.Column("before", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name="fk_imported_changes_entry_id_entries", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_imported_changes"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_imported_changes_entry_id", "imported_changes", ["entry_id"])
    op.create_index("ix_imported_changes_made_at", "imported_changes", ["made_at"])
    op.create_table(
        "export_links",
        sa.Column("token_hash", sa.Text, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_export_links_person_id_people", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_export_links"),
    )
    op.create_index("ix_export_links_person_id", "export_links", ["person_id"])
    op.create_index("ix_export_links_expires_at", "export_links", ["expires_at"])


def downgrade() -> None:
    raise NotImplementedError("A scrapbook is taken back to an older release from a backup.")
