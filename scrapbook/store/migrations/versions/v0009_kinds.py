"""What an entry's text tells of itself is kept beside it, and when its owner wants to be reminded of it."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from scrapbook.store.migrations.told_0009 import told

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BATCH = 1000
MOMENT = sa.DateTime(timezone=True)
FACTS = ("is_quote", "has_link", "is_location")
INDEXES = {
    "quotes": ("is_quote", ("created_at", "number")),
    "links": ("has_link", ("created_at", "number")),
    "locations": ("is_location", ("created_at", "number")),
    "authors": ("author IS NOT NULL", ("author",)),
}

ENTRIES = sa.table(
    "entries",
    sa.column("id", sa.BigInteger),
    sa.column("text", sa.Text),
    *(sa.column(name, sa.Boolean) for name in FACTS),
    sa.column("author", sa.Text),
)


def upgrade() -> None:
    for name in FACTS:
        op.add_column("entries", sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("entries", sa.Column("author", sa.Text))
    op.add_column("entries", sa.Column("due_at", MOMENT))
    _fill()
    for name, (condition, columns) in INDEXES.items():
        where = sa.text(f"{condition} AND deleted_at IS NULL")
        op.create_index(
            f"ix_entries_{name}",
            "entries",
            ["person_id", *columns],
            sqlite_where=where,
            postgresql_where=where,
        )


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(f"ix_entries_{name}", "entries")
    for name in (*FACTS, "author", "due_at"):
        op.drop_column("entries", name)


def _fill() -> None:
    of_entry = sa.update(ENTRIES).where(ENTRIES.c.id == sa.bindparam("of"))
    for texts in _batches():
        facts = ({"of": entry_id, **told(text)} for entry_id, text in texts)
        if rows := [row for row in facts if any(row[name] for name in FACTS)]:
            op.get_bind().execute(of_entry, rows)


def _batches() -> Iterator[list[tuple[int, str]]]:
    """One after the other, so that no reading is open while there is writing."""
    last = 0
    while True:
        batch = sa.select(ENTRIES.c.id, ENTRIES.c.text).where(ENTRIES.c.id > last)
        rows = [
            (row.id, row.text) for row in op.get_bind().execute(batch.order_by(ENTRIES.c.id).limit(BATCH))
        ]
        if not rows:
            return
        yield rows
        last = rows[-1][0]
