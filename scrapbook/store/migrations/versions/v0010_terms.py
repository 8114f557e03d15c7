"""The terms of SQLite's full-text index in their order, to be looked up by how they begin.

A view of the index, which takes no room. PostgreSQL looks beginnings up by itself.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE entries_fts_terms USING fts5vocab (entries_fts, instance)")


def downgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        op.execute("DROP TABLE entries_fts_terms")
