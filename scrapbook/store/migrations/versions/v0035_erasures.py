"""The wish of a person to have everything of theirs erased, and exports that they upload."""

import sqlalchemy as sa
from alembic import op

from scrapbook.store.column_types import Json

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("person_id", _ID, autoincrement=False, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_id", sa.Text, nullable=True),
        sa.Column("files", Json, nullable=True),
        sa.Column("message_ids", Json, nullable=True),
        sa.PrimaryKeyConstraint("person_id", name="pk_erasures"),
    )
    op.create_table(
        "uploaded_exports",
        sa.Column("id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("worker", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("count", _ID, server_default=sa.text("0"), nullable=False),
        sa.Column("preview", Json, nullable=True),
        sa.Column("result", Json, nullable=True),
        sa.Column("problem", sa.Text, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('uploading', 'reading', 'read', 'wanted', 'imported', 'failed')",
            name=op.f("ck_uploaded_exports_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_uploaded_exports_person_id_people", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_uploaded_exports"),
        sa.UniqueConstraint("person_id", name="uq_uploaded_exports_person_id"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    raise NotImplementedError("A scrapbook is taken back to an older release from a backup.")
