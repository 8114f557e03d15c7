"""Let undo keep snapshots of further tables: ``row_images`` checks the names of those that it takes."""

import re

import sqlalchemy as sa
from alembic import op

_CHECK = "ck_row_images_table_name_known"


def journal(*tables: str) -> None:
    """Add tables to those whose rows undo keeps snapshots of. For a migration."""
    added = "".join(f", '{table}'" for table in tables)
    if op.get_bind().dialect.name == "sqlite":
        _extend_check_in_sqlite_schema(added)
        return
    definition = sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name")
    [check] = op.get_bind().execute(definition, {"name": _CHECK}).one()
    known = ", ".join(f"'{table}'" for table in re.findall(r"'(\w+)'", check))
    op.execute(
        f"ALTER TABLE row_images DROP CONSTRAINT {_CHECK},"
        f" ADD CONSTRAINT {_CHECK} CHECK (table_name IN ({known}{added}))"
    )


def _extend_check_in_sqlite_schema(added: str) -> None:
    """Change what only checks: no content on the disk depends on it.

    https://www.sqlite.org/lang_altertable.html says so in section 7.
    """
    connection = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    [schema] = connection.exec_driver_sql(
        "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = 'row_images'"
    ).one()
    extended = re.sub(r"(table_name IN \([^)]*)\)", rf"\g<1>{added})", schema, count=1)
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.execute(
        sa.text("UPDATE sqlite_schema SET sql = :sql WHERE type = 'table' AND name = 'row_images'"),
        {"sql": extended},
    )
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
