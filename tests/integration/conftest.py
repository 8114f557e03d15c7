"""A store for each test, on both databases."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine, event, make_url

from scrapbook.store import Entry, Person, Store, Transaction, prepared
from scrapbook.store.prepared import Cursor, on_cursor
from scrapbook.text.query import Query
from tests.support.browser import browser  # noqa: F401 - a fixture
from tests.support.local_twilio import (  # noqa: F401 - fixtures
    app_url,
    config,
    handset,
    link_to,
    media_store,
    quiet,
    receiver,
    sender,
    twilio_url,
    until,
)
from tests.support.postgresql import postgresql_running

NOW = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)
DATABASES = ("sqlite", "postgresql")


def searched(tx: Transaction, person: Person, query: str, limit: int = 10) -> list[Entry]:
    """The entries that hold the words, best first."""
    return tx.entries.by_ids(person.id, tx.entries.find(person.id, Query.parse(query), limit).found)


@contextmanager
def statements_run(tx: Transaction) -> Iterator[list[str]]:
    """Those that are run inside, prepared ones and others."""
    run: list[str] = []

    def note(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        run.append(sql)

    def noted(connection: Connection, use: Callable[[Cursor], object]) -> Cursor:
        run.append("prepared")
        return on_cursor(connection, use)

    event.listen(tx._work.connection, "before_cursor_execute", note)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prepared, "on_cursor", noted)
        yield run
    event.remove(tx._work.connection, "before_cursor_execute", note)


def migrated(url: str) -> None:
    store = Store.open(url)
    store.migrate()
    store.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "scrapbook.db"
    migrated(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Engine]:
    """The server's own database, out of which those of the tests are made."""
    with postgresql_running() as engine:
        yield engine


@pytest.fixture(scope="session")
def postgresql_template(postgresql: Engine) -> str:
    with postgresql.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE template")
    url = postgresql.url.set(database="template").render_as_string(hide_password=False)
    migrated(url)
    store = Store.open(url)
    store.grant_actions_role(as_actions_role(url))
    store.close()
    return "template"


def as_actions_role(url: str) -> str:
    """The URL of a migrated database as the action server's role on PostgreSQL."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return url
    return parsed.set(username="scrapbook_actions", password="test").render_as_string(hide_password=False)


def new_postgresql(server: Engine, template: str = "template1") -> Iterator[str]:
    name = f"test_{uuid4().hex}"
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield server.url.set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    shutil.copy(sqlite_template, tmp_path / "scrapbook.db")
    return f"sqlite:///{tmp_path}/scrapbook.db"


@pytest.fixture
def postgresql_url(postgresql: Engine, postgresql_template: str) -> Iterator[str]:
    yield from new_postgresql(postgresql, postgresql_template)


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest) -> str:
    """Of a migrated, empty database."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture(params=DATABASES)
def blank_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/blank.db"
    else:
        yield from new_postgresql(request.getfixturevalue("postgresql"))


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    store = Store.open(url)
    yield store
    store.close()


@pytest.fixture
def ann(store: Store) -> Person:
    with store.transaction() as tx:
        return tx.people.add("Ann", ["+15550100", "whatsapp:+15550100"])


@pytest.fixture
def ben(store: Store) -> Person:
    with store.transaction() as tx:
        return tx.people.add("Ben", ["+15550101"])
