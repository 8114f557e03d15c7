"""Brings a database's tables up to date: the migrations, run without a configuration file."""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from scrapbook.errors import DatabaseTooNew

SCRIPTS = "scrapbook.store:migrations"

MIGRATING = 7_265_317
"""Key of the lock that lets one process at a time migrate a PostgreSQL database; any number would do."""


def migrate(engine: Engine) -> None:
    """All or nothing, and harmless when there is nothing to do or another process is doing it."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATING})
        config = _config()
        config.attributes["connection"] = connection
        if not _known(connection):
            raise DatabaseTooNew
        command.upgrade(config, "head")


def _known(connection: Connection) -> bool:
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    return set(MigrationContext.configure(connection).get_current_heads()) <= known


def is_current(connection: Connection) -> bool:
    """DatabaseTooNew when it is of a newer release, which no migration of this one leads to."""
    if not _known(connection):
        raise DatabaseTooNew
    heads = ScriptDirectory.from_config(_config()).get_heads()
    return set(MigrationContext.configure(connection).get_current_heads()) == set(heads)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    config.set_main_option("path_separator", "os")
    return config
