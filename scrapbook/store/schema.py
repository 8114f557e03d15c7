"""Migrate a database: create its tables, or bring them up to date.

Alembic is imported where it is used: a process that migrates nothing is 10 MB smaller without it.
"""

# ruff: noqa: PLC0415
from enum import Enum
from importlib import resources
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from scrapbook.errors import DatabaseTooOld
from scrapbook.store.engine import LOCK_TIMEOUT

if TYPE_CHECKING:
    from alembic.config import Config

SCRIPTS = "scrapbook.store:migrations"

MIGRATION_LOCK = 7_265_317
"""Key of the lock that lets one process at a time migrate a PostgreSQL database; any number would do."""

MIGRATION_TIMEOUT = 120
"""Seconds to wait for another process that migrates."""


class SchemaState(Enum):
    """How a database's tables compare with those of this release."""

    OLDER = "older"
    """They must be migrated, or do not exist yet."""
    CURRENT = "current"
    NEWER = "newer"


def migrate(engine: Engine) -> None:
    """Run the migrations that the database lacks, all or none of them.

    Several processes may call it at once. A database of a newer release stays as it is.

    Raises:
        DatabaseTooOld: no migration leads from the database's tables to those of this release.
    """
    from alembic import command

    with engine.execution_options(lock_timeout=MIGRATION_TIMEOUT).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SET LOCAL lock_timeout = '{MIGRATION_TIMEOUT}s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}s'"))
        if schema_state(connection) is SchemaState.OLDER:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def create_at(engine: Engine, revision: str) -> None:
    """Create the tables of a revision that this release knows in an empty database."""
    from alembic import command

    with engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def schema_state(connection: Connection) -> SchemaState:
    """Return how the database's tables compare with those of this release.

    Raises:
        DatabaseTooOld: they are at a revision before the first that this release knows.
    """
    current, known = _current(connection), revisions()
    if current is None:
        return SchemaState.OLDER
    if current < known[0]:
        raise DatabaseTooOld
    if current == known[-1]:
        return SchemaState.CURRENT
    # A revision that this release does not know is one of a newer release, or of a fork.
    return SchemaState.OLDER if current in known else SchemaState.NEWER


def revisions() -> tuple[str, ...]:
    """Return the revisions of this release, the latest last: read from file names, without Alembic."""
    versions = resources.files("scrapbook.store.migrations.versions")
    names = (file.name for file in versions.iterdir())
    return tuple(sorted(name[1:5] for name in names if name.startswith("v") and name.endswith(".py")))


def has_tables(connection: Connection) -> bool:
    """Return whether there are tables of a scrapbook."""
    return inspect(connection).has_table("alembic_version")


def _current(connection: Connection) -> str | None:
    """Return the revision of the tables; None where there are none."""
    if not has_tables(connection):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    config.set_main_option("path_separator", "os")
    return config
