"""Topics that several people share: who is a member of whose topic."""

import sqlalchemy as sa
from alembic import op

from scrapbook.store.migrations.journaled_tables import journal

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "topic_members",
        sa.Column("id", _ID, nullable=False),
        *(
            sa.Column(f"{name}_id", _ID, nullable=False)
            for name in ("person", "topic", "member", "member_topic")
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _reference("person_id", "people"),
        _reference("topic_id", "topics"),
        _reference("member_id", "people"),
        _reference("member_topic_id", "topics"),
        sa.PrimaryKeyConstraint("id", name="pk_topic_members"),
        sa.UniqueConstraint("topic_id", "member_id", name="uq_topic_members_topic_id_member_id"),
        sa.UniqueConstraint("member_topic_id", name="uq_topic_members_member_topic_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_topic_members_person_id", "topic_members", ["person_id"])
    op.create_index("ix_topic_members_member_id", "topic_members", ["member_id"])
    journal("topic_members")


def _reference(column: str, table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_topic_members_{column}_{table}"
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=name, ondelete="CASCADE")


def downgrade() -> None:
    raise NotImplementedError("A scrapbook is taken back to an older release from a backup.")
