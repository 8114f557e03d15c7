"""Files of pictures and sounds, transcripts, and calls."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("messages", sa.Column("is_memo", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("replies", sa.Column("media_key", sa.Text, nullable=True))
    _media_files()
    _transcripts()
    _calls()
    op.create_index("ix_entry_media_url", "entry_media", ["url"])


def downgrade() -> None:
    op.drop_index("ix_entry_media_url", "entry_media")
    op.drop_table("calls")
    op.drop_table("transcripts")
    op.drop_table("media_files")
    op.drop_column("replies", "media_key")
    op.drop_column("messages", "is_memo")


def _media_files() -> None:
    op.create_table(
        "media_files",
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("content_type", sa.Text, nullable=True),
        sa.Column("key", sa.Text, nullable=True),
        sa.Column("size", NUMBER, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("state IN ('kept', 'missing')", name=op.f("ck_media_files_state_known")),
        sa.CheckConstraint(
            "(state = 'kept') = (key IS NOT NULL)", name=op.f("ck_media_files_kept_has_a_key")
        ),
        sa.PrimaryKeyConstraint("url", name="pk_media_files"),
    )
    op.create_index("ix_media_files_key", "media_files", ["key"])


def _transcripts() -> None:
    op.create_table(
        "transcripts",
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("transcript", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["url"], ["media_files.url"], name="fk_transcripts_url_media_files", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("url", name="pk_transcripts"),
    )


def _calls() -> None:
    op.create_table(
        "calls",
        sa.Column("sid", sa.Text, nullable=False),
        sa.Column("from_address", sa.Text, nullable=False),
        sa.Column("to_address", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("sid", name="pk_calls"),
    )
    op.create_index("ix_calls_at", "calls", ["at"])
