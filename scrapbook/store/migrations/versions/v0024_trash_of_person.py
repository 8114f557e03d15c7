"""Find the trash of a person, and of a topic, in the order in which it was deleted."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_TRASH = sa.text("deleted_at IS NOT NULL")


def upgrade() -> None:
    for name, columns in (
        ("ix_entries_trash_of_person", ["person_id", "deleted_at", "number"]),
        ("ix_entries_trash_of_topic", ["person_id", "topic_id", "deleted_at", "number"]),
    ):
        op.create_index(name, "entries", columns, sqlite_where=_TRASH, postgresql_where=_TRASH)


def downgrade() -> None:
    raise NotImplementedError("A scrapbook is taken back to an older release from a backup.")
