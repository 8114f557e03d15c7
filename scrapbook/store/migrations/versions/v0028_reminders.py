"""Reminders that are said when they are due, and the hours in which nothing is said unasked."""

import sqlalchemy as sa
from alembic import op

from scrapbook.store.migrations.journaled_tables import journal

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "outbound_messages",
        sa.Column("in_template", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    _create_reminders()
    _create_said_reminders()
    _create_quiet_hours()
    journal("reminders", "quiet_hours")
    _keep_promises()


def _create_reminders() -> None:
    op.create_table(
        "reminders",
        sa.Column("id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("entry_id", _ID, nullable=False),
        *(sa.Column(name, _TIME, nullable=False) for name in ("occurs_at", "due_at", "wakes_at")),
        sa.Column("rule", sa.Text),
        sa.Column("timezone", sa.Text, nullable=False),
        sa.Column("has_time", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("held", sa.Text),
        _owner("reminders"),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name="fk_reminders_entry_id_entries", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reminders"),
        sa.UniqueConstraint("entry_id", name="uq_reminders_entry_id"),
        sa.CheckConstraint(
            "state IN ('waiting', 'paused', 'said', 'done')", name=op.f("ck_reminders_state_known")
        ),
        sa.CheckConstraint(
            "held IS NULL OR held IN ('quiet', 'limit', 'opted_out', 'no_way')",
            name=op.f("ck_reminders_held_known"),
        ),
        sqlite_autoincrement=True,
    )
    is_waiting = sa.text("state = 'waiting'")
    op.create_index(
        "ix_reminders_waiting",
        "reminders",
        ["wakes_at", "person_id"],
        sqlite_where=is_waiting,
        postgresql_where=is_waiting,
    )
    op.create_index("ix_reminders_of_person", "reminders", ["person_id", "state", "due_at"])


def _create_said_reminders() -> None:
    op.create_table(
        "said_reminders",
        sa.Column("reminder_id", _ID, nullable=False, autoincrement=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("outbound_id", _ID, nullable=False),
        sa.Column("said_at", _TIME, nullable=False),
        sa.Column("late_ms", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["reminder_id"],
            ["reminders.id"],
            name="fk_said_reminders_reminder_id_reminders",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["outbound_id"],
            ["outbound_messages.id"],
            name="fk_said_reminders_outbound_id_outbound_messages",
            ondelete="CASCADE",
        ),
        _owner("said_reminders"),
        sa.PrimaryKeyConstraint("reminder_id", "due_at", name="pk_said_reminders"),
    )
    op.create_index("ix_said_reminders_of_person", "said_reminders", ["person_id", "said_at"])
    op.create_index("ix_said_reminders_said_at", "said_reminders", ["said_at"])
    op.create_index("ix_said_reminders_outbound_id", "said_reminders", ["outbound_id"])


def _create_quiet_hours() -> None:
    op.create_table(
        "quiet_hours",
        sa.Column("id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("begins", _ID, nullable=False),
        sa.Column("ends", _ID, nullable=False),
        _owner("quiet_hours"),
        sa.PrimaryKeyConstraint("id", name="pk_quiet_hours"),
        sa.UniqueConstraint("person_id", name="uq_quiet_hours_person_id"),
        sa.CheckConstraint(
            "begins BETWEEN 0 AND 1439 AND ends BETWEEN 0 AND 1439", name=op.f("ck_quiet_hours_of_a_day")
        ),
        sqlite_autoincrement=True,
    )


def _owner(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["person_id"], ["people.id"], name=f"fk_{table}_person_id_people", ondelete="CASCADE"
    )


def _keep_promises() -> None:
    """Make reminders of the entries that are due in the future, as their senders asked for."""
    op.execute(
        """
        INSERT INTO reminders
            (person_id, entry_id, occurs_at, due_at, wakes_at, rule, timezone, has_time, state, held)
        SELECT entries.person_id, entries.id, due_at, due_at, due_at, NULL, people.timezone, true, 'waiting',
            NULL
        FROM entries JOIN people ON people.id = entries.person_id
        WHERE due_at > CURRENT_TIMESTAMP
        ORDER BY entries.id
        """
    )


def downgrade() -> None:
    raise NotImplementedError("A scrapbook is taken back to an older release from a backup.")
