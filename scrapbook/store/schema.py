"""Brings a database's tables up to date: the migrations, run without a configuration file.

Alembic is imported where it is used: a process that migrates nothing is 10 MB smaller without it.
"""

# ruff: noqa: PLC0415
from enum import Enum
from importlib import resources
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

SCRIPTS = "scrapbook.store:migrations"

MIGRATING = 7_265_317
"""Key of the lock that lets one process at a time migrate a PostgreSQL database; any number would do."""


class Standing(Enum):
    """Of a database's tables, seen from this release."""

    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"


def migrate(engine: Engine) -> None:
    """All or nothing, and harmless when there is nothing to do or another process is doing it, be it one of a
    newer release."""
    from alembic import command

    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATING})
        if standing(connection) is Standing.OLDER:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def standing(connection: Connection) -> Standing:
    """A revision that this release does not know is one of a release to come, or of a fork."""
    current, known = _current(connection), revisions()
    if current == known[-1]:
        return Standing.CURRENT
    return Standing.OLDER if current is None or current in known else Standing.NEWER


def revisions() -> tuple[str, ...]:
    """Those of this release, the latest last, by the names of their files: without Alembic."""
    versions = resources.files("scrapbook.store.migrations.versions")
    names = (file.name for file in versions.iterdir())
    return tuple(sorted(name[1:5] for name in names if name.startswith("v") and name.endswith(".py")))


def _current(connection: Connection) -> str | None:
    """The revision that the tables are of; None where there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    config.set_main_option("path_separator", "os")
    return config
