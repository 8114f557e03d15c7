"""The words of files, and what belongs to one Live Photo."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "file_texts",
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("failure", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["url"], ["media_files.url"], name="fk_file_texts_url_media_files", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("url", name="pk_file_texts"),
    )
    op.add_column("media_files", sa.Column("live_photo_id", sa.Text))


def downgrade() -> None:
    raise NotImplementedError("A scrapbook is taken back to an older release from a backup.")
