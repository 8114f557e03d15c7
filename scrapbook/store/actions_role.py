"""The role with which the action server connects to PostgreSQL: it can change rows of the scrapbook, no more.

The action server works on what people text. Whoever took it over could otherwise write DBOS's schema, which
says what the app runs, change tables, or begin another schema of that name.
"""

from typing import Any, LiteralString

import psycopg
from psycopg import Cursor, sql
from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError

from scrapbook.errors import SettingsError

SETTING = "SCRAPBOOK_ACTIONS_DATABASE_URL"

DBOS_SCHEMA = "dbos"

POSTGRESQL_PORT = 5432

# Before PostgreSQL 15 everybody had it.
_RIGHT_OF_NOBODY = ("REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC",)

_RIGHTS = (
    "GRANT USAGE ON SCHEMA {schema} TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
    "REVOKE INSERT, UPDATE, DELETE ON {schema}.alembic_version FROM {role}",
    # Of the tables that a later migration creates. They are this user's, and so are these defaults.
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE, SELECT ON SEQUENCES TO {role}",
)

_MAY_MORE = """
    SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
        OR EXISTS (SELECT FROM pg_auth_members WHERE member = role.oid)
        OR has_database_privilege(role.oid, current_database(), 'CREATE')
        OR EXISTS (
            SELECT FROM pg_namespace AS schema WHERE has_schema_privilege(role.oid, schema.oid, 'CREATE')
            OR (nspname = %s AND has_schema_privilege(role.oid, schema.oid, 'USAGE'))
        )
    FROM pg_roles AS role WHERE rolname = %s
"""


def grant(connection: Connection, url: str) -> None:
    """Create the role of that URL, or set its password, and grant it what it needs. Safe to repeat.

    Args:
        connection: of the tables' owner, in a transaction, with the tables migrated.
        url: of the same database, as that role.

    Raises:
        SettingsError: the URL is not that of another role in the same database, the owner may not create it,
            or it may do more than change rows of the scrapbook.
    """
    ours, theirs = connection.engine.url, _parsed(url)
    if ours.get_backend_name() != "postgresql":
        raise SettingsError(f"{SETTING} is for a scrapbook on PostgreSQL: leave it out")
    if _database(theirs) != _database(ours):
        raise SettingsError(f"{SETTING} must name the database of SCRAPBOOK_DATABASE_URL")
    role, password = theirs.username, theirs.password
    if not role or not password or role == ours.username:
        raise SettingsError(f"{SETTING} must name a role of its own, with a password")
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # pyright: ignore[reportAssignmentType]
    verifier = driver.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    with driver.cursor() as cursor:
        _run(cursor, _RIGHT_OF_NOBODY, role)
        if _exists(cursor, role):
            _refuse_mighty(cursor, role)  # before its password is changed
            _change_password(cursor, role, verifier)
        else:
            _create(cursor, role, verifier)
        _run(cursor, _RIGHTS, role)
        _refuse_mighty(cursor, role)


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError:
        # The URL may contain a password, so the error is not chained.
        raise SettingsError(
            f"{SETTING} must be a URL: postgresql+psycopg://role:password@host/database"
        ) from None


def _database(url: URL) -> tuple[object, ...]:
    return url.drivername, url.query.get("host", url.host), url.port or POSTGRESQL_PORT, url.database


def _exists(cursor: Cursor[Any], role: str) -> bool:
    return cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is not None


def _create(cursor: Cursor[Any], role: str, verifier: str) -> None:
    """Create the role.

    Args:
        verifier: what PostgreSQL stores of a password, so that the password is in none of its logs.
    """
    statement = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
    try:
        cursor.execute(statement.format(sql.Identifier(role), sql.Literal(verifier)))
    except psycopg.errors.InsufficientPrivilege:
        raise SettingsError(
            f"The role {role} is not there, and the one of SCRAPBOOK_DATABASE_URL may not create it: "
            "create it as an administrator, and try again"
        ) from None


def _change_password(cursor: Cursor[Any], role: str, verifier: str) -> None:
    """Give the role that password, unless an administrator has created it, who then sets it."""
    cursor.execute("SAVEPOINT password")
    statement = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}")
    try:
        cursor.execute(statement.format(sql.Identifier(role), sql.Literal(verifier)))
    except psycopg.errors.InsufficientPrivilege:
        cursor.execute("ROLLBACK TO SAVEPOINT password")


def _run(cursor: Cursor[Any], statements: tuple[LiteralString, ...], role: str) -> None:
    [schema] = cursor.execute("SELECT current_schema()").fetchone() or [None]
    names = {"schema": sql.Identifier(str(schema)), "role": sql.Identifier(role)}
    for statement in statements:
        cursor.execute(sql.SQL(statement).format(**names))


def _refuse_mighty(cursor: Cursor[Any], role: str) -> None:
    """Raise SettingsError if the role may do more than change rows of the scrapbook."""
    if cursor.execute(_MAY_MORE, (DBOS_SCHEMA, role)).fetchone() != (False,):
        raise SettingsError(
            f"The role {role} may do more in PostgreSQL than the action server needs: "
            f"name one in {SETTING} that does not exist yet"
        )
