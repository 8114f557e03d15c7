"""Links that sign a person in to the book, and the sessions that they open."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "sign_in_links",
        sa.Column("token_hash", sa.Text, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_sign_in_links_person_id_people", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sign_in_links"),
    )
    op.create_index("ix_sign_in_links_person_id", "sign_in_links", ["person_id"])
    op.create_index("ix_sign_in_links_expires_at", "sign_in_links", ["expires_at"])
    op.create_table(
        "book_sessions",
        sa.Column("id", _ID, nullable=False),
        sa.Column("token_hash", sa.Text, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("csrf", sa.Text, nullable=False),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("flash", sa.Text),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_book_sessions_person_id_people", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_book_sessions"),
        sa.UniqueConstraint("token_hash", name="uq_book_sessions_token_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_book_sessions_person_id", "book_sessions", ["person_id"])
    op.create_index("ix_book_sessions_expires_at", "book_sessions", ["expires_at"])


def downgrade() -> None:
    raise NotImplementedError("A scrapbook is taken back to an older release from a backup.")
