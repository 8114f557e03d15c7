"""On PostgreSQL, the action server's role changes rows of the scrapbook, and can do nothing else."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from dbos import DBOS
from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.exc import ProgrammingError

from actions import action
from scrapbook.errors import SettingsError
from scrapbook.store import Store
from scrapbook.text.parsed_text import ParsedText
from tests.integration.conftest import new_postgresql

PASSWORD = "of the role"


@pytest.fixture
def role(postgresql: Engine) -> Iterator[str]:
    """A name for a role. Roles are the server's, so the test's database must be gone first."""
    name = f"actions_{uuid4().hex}"
    yield name
    with postgresql.connect() as connection:
        connection.exec_driver_sql(f"DROP ROLE IF EXISTS {name}")


@pytest.fixture(scope="module")
def template(postgresql: Engine, postgresql_template: str) -> Iterator[str]:
    """The name of a database with the scrapbook's tables and DBOS's."""
    urls = new_postgresql(postgresql, postgresql_template)
    url = next(urls)
    DBOS.migrate(url)
    yield str(make_url(url).database)
    next(urls, None)


@pytest.fixture
def database(role: str, postgresql: Engine, template: str) -> Iterator[str]:
    yield from new_postgresql(postgresql, template)


def url_of(database: str, role: str | None, password: str | None = PASSWORD) -> str:
    parsed = make_url(database)
    return parsed._replace(username=role, password=password).render_as_string(hide_password=False)


def grant(database: str, url: str) -> None:
    owner = Store.open(database)
    try:
        owner.grant_actions_role(url)
    finally:
        owner.close()


@pytest.fixture
def granted(database: str, role: str) -> Iterator[Engine]:
    """A connection as the role."""
    grant(database, url_of(database, role))
    engine = create_engine(url_of(database, role), isolation_level="AUTOCOMMIT")
    yield engine
    engine.dispose()


def names(database: Engine, query: str) -> list[str]:
    with database.connect() as connection:
        return [name for (name,) in connection.exec_driver_sql(query)]


def refused(database: Engine, statement: str) -> bool:
    with database.connect() as connection:
        try:
            connection.exec_driver_sql(statement)
        except ProgrammingError as error:
            return getattr(error.orig, "sqlstate", "") == "42501"  # insufficient_privilege
    return False


TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = '{}'"
FUNCTIONS = "SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = 'dbos'::regnamespace"


def test_it_cannot_read_or_write_the_schema_of_dbos(granted: Engine) -> None:
    tables = names(granted, TABLES.format("dbos"))
    assert "workflow_status" in tables
    for table in tables:
        for statement in (
            f'SELECT FROM dbos."{table}"',
            f'INSERT INTO dbos."{table}" DEFAULT VALUES',
            f'DELETE FROM dbos."{table}"',
            f'TRUNCATE dbos."{table}"',
            f'DROP TABLE dbos."{table}"',
            f'ALTER TABLE dbos."{table}" ADD COLUMN evil text',
            f'CREATE TRIGGER evil AFTER INSERT ON dbos."{table}" EXECUTE FUNCTION tsvector_update_trigger()',
        ):
            assert refused(granted, statement), statement
    assert refused(granted, "UPDATE dbos.workflow_status SET status = 'ENQUEUED'")
    assert refused(granted, "CREATE TABLE dbos.evil (id integer)")
    assert refused(granted, "CREATE FUNCTION dbos.evil() RETURNS integer LANGUAGE sql AS 'SELECT 1'")
    functions = names(granted, FUNCTIONS)
    assert functions
    for function in functions:
        assert refused(granted, f"SELECT dbos.{function}()"), function


def test_it_cannot_change_what_tables_there_are(granted: Engine) -> None:
    for table in names(granted, TABLES.format("public")):
        for statement in (
            f'TRUNCATE "{table}"',
            f'DROP TABLE "{table}"',
            f'ALTER TABLE "{table}" ADD COLUMN evil text',
            f'CREATE TRIGGER evil AFTER INSERT ON "{table}" EXECUTE FUNCTION tsvector_update_trigger()',
        ):
            assert refused(granted, statement), statement
    for statement in (
        "UPDATE alembic_version SET version_num = '9999'",
        "DELETE FROM alembic_version",
        "CREATE TABLE evil (id integer)",
        "CREATE FUNCTION evil() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA evil",
        "CREATE ROLE evil SUPERUSER",
        "COPY people TO PROGRAM 'cat'",
        "SELECT pg_read_file('/etc/passwd')",
    ):
        assert refused(granted, statement), statement


def test_it_reads_and_writes_the_scrapbook(granted: Engine) -> None:
    store = Store.open(granted.url.render_as_string(hide_password=False))
    with store.transaction() as tx:
        ann = tx.people.add("Ann", ["+15550100"])
        topic = tx.topics.add(ann.id, "Python")
        tx.entries.add(ann.id, ParsedText("decorators"), topic.id, None, datetime.now(UTC))
    assert store.size() > 0
    assert store.schema_is_current()
    store.close()


def test_tables_of_a_later_release_are_granted_too(granted: Engine, database: str) -> None:
    owner = create_engine(database, isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE later (id bigserial, text text)")
    owner.dispose()
    assert not refused(granted, "INSERT INTO later (text) VALUES ('x')")


def test_its_password_is_stored_hashed_and_follows_the_setting(
    granted: Engine, database: str, role: str, postgresql: Engine
) -> None:
    query = f"SELECT rolpassword FROM pg_authid WHERE rolname = '{role}'"
    [first] = names(postgresql, query)
    assert first.startswith("SCRAM-SHA-256$")
    grant(database, url_of(database, role, "another"))
    assert names(postgresql, query) != [first]


@pytest.mark.parametrize(
    "might",
    [
        "ALTER ROLE {role} SUPERUSER",
        "ALTER ROLE {role} CREATEROLE",
        "GRANT pg_write_all_data TO {role}",
        "GRANT USAGE ON SCHEMA dbos TO {role}",
        "GRANT CREATE ON SCHEMA public TO {role}",
        "GRANT CREATE ON DATABASE {database} TO {role}",
    ],
)
def test_a_role_that_may_more_is_refused_and_stays_as_it_is(
    database: str, role: str, postgresql: Engine, might: str
) -> None:
    owner = create_engine(database, isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {role} LOGIN")
        connection.exec_driver_sql(might.format(role=role, database=make_url(database).database))
    owner.dispose()
    with pytest.raises(SettingsError, match="more in PostgreSQL"):
        grant(database, url_of(database, role))
    assert names(postgresql, f"SELECT rolpassword FROM pg_authid WHERE rolname = '{role}'") == [None]


def test_an_owner_who_may_create_no_role_is_told_so(database: str, role: str, postgresql: Engine) -> None:
    owner = f"owner_{role}"
    with postgresql.connect() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {owner} LOGIN")
    with pytest.raises(SettingsError, match="as an administrator"):
        grant(url_of(database, owner, None), url_of(database, role))
    with postgresql.connect() as connection:
        connection.exec_driver_sql(f"DROP ROLE {owner}")


def test_a_url_that_names_no_such_role_is_refused(database: str, role: str, sqlite_url: str) -> None:
    elsewhere = make_url(url_of(database, role)).set(database="other").render_as_string(hide_password=False)
    for url in (elsewhere, url_of(database, role, None), url_of(database, None), database, sqlite_url, "x"):
        with pytest.raises(SettingsError, match="SCRAPBOOK_ACTIONS_DATABASE_URL must"):
            grant(database, url)
    with pytest.raises(SettingsError, match="leave it out"):
        grant(sqlite_url, url_of(database, role))


def test_one_that_an_administrator_has_created_is_granted_its_rights(
    database: str, role: str, postgresql: Engine
) -> None:
    """Also where everybody may create tables, as before PostgreSQL 15."""
    owner = create_engine(database, isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {role} LOGIN")
        connection.exec_driver_sql("GRANT CREATE ON SCHEMA public TO PUBLIC")
    owner.dispose()
    grant(database, url_of(database, role))
    as_role = create_engine(url_of(database, role), isolation_level="AUTOCOMMIT")
    assert refused(as_role, "CREATE TABLE evil (id integer)")
    assert not refused(as_role, "DELETE FROM entries")
    as_role.dispose()


def test_migrate_grants_it_and_the_action_server_needs_no_other(
    database: str, role: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCRAPBOOK_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SCRAPBOOK_ACTIONS_DATABASE_URL", url_of(database, role))
    owners = {**os.environ, "SCRAPBOOK_DATABASE_URL": database}
    subprocess.run([sys.executable, "-m", "scrapbook", "migrate"], env=owners, check=True)
    action.close()
    with action.store().transaction() as tx:
        tx.people.add("Ann", ["+15550100"])
    action.close()
