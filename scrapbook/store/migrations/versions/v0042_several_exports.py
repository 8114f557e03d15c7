"""Several exports of a person: a file that is sent waits until it is known whether it is one."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_STATES = "state IN ('uploading', 'reading', 'read', 'wanted', 'imported', 'failed')"


def upgrade() -> None:
    # SQLite has to copy the table, and forgets the check.
    check = sa.CheckConstraint(_STATES, name=op.f("ck_uploaded_exports_state_known"))
    with op.batch_alter_table(
        "uploaded_exports", table_args=(check,), table_kwargs={"sqlite_autoincrement": True}
    ) as table:
        table.drop_constraint("uq_uploaded_exports_person_id", type_="unique")
        table.create_index("ix_uploaded_exports_person_id", ["person_id"])


def downgrade() -> None:
    raise NotImplementedError("A scrapbook is taken back to an older release from a backup.")
