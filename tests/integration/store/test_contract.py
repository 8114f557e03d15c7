"""The store as a whole: migrations, transactions, errors, connections."""

import os
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, create_engine, inspect
from sqlalchemy.exc import SQLAlchemyError

from scrapbook.errors import (
    AddressTaken,
    DatabaseTooOld,
    NotFound,
    ScrapbookError,
    StoreError,
    StoreUnavailable,
)
from scrapbook.store import Person, Store, TurnResult, engine, schema
from scrapbook.store.tables import Base
from scrapbook.text.parsed_text import ParsedText
from tests.integration.conftest import NOW, searched

REPLACED = Path(__file__).with_name("replaced_migrations.sql")

SECRET = "the cellar key is under the geranium"


def is_not_an_index(name: str | None, type_: str, _parents: object) -> bool:
    return not (type_ == "table" and name and name.startswith(("entries_fts", "entry_words")))


def test_the_revisions_are_those_that_alembic_knows():
    config = Config()
    config.set_main_option("script_location", schema.SCRIPTS)
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    known = [script.revision for script in scripts.walk_revisions()]
    assert list(schema.revisions()) == known[::-1]


def differences(url: str) -> list[Any]:
    """Return the differences between the models and the tables of a database."""
    database = create_engine(url)
    with database.connect() as connection:
        options = {"include_name": is_not_an_index, "compare_type": True, "compare_server_default": True}
        found = compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata)
    database.dispose()
    return found


def test_the_models_are_what_the_migrations_make(url: str):
    assert differences(url) == []


def test_the_constraints_have_the_names_that_the_models_give_them(url: str):
    database = create_engine(url)
    for table in Base.metadata.sorted_tables:
        found = {check["name"] for check in inspect(database).get_check_constraints(table.name)}
        named = {check.name for check in table.constraints if str(check.name).startswith("ck_")}
        assert found == named
    database.dispose()


def test_a_database_without_tables_is_not_current_until_migrated(blank_url: str):
    store = Store.open(blank_url)
    assert not store.schema_is_current()
    store.migrate()
    assert store.schema_is_current()
    store.migrate()
    store.close()


def test_several_processes_may_migrate_at_once(blank_url: str):
    stores = [Store.open(blank_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(Store.migrate, stores))
    assert all(store.schema_is_current() for store in stores)
    for store in stores:
        store.close()


def test_a_migration_waits_for_one_that_takes_longer_than_a_transaction_may_wait(
    blank_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(engine, "LOCK_TIMEOUT", 0.2)
    first, second = Store.open(blank_url), Store.open(blank_url)
    with ThreadPoolExecutor(1) as pool:
        with first._engine.execution_options(lock_timeout=1).begin() as connection:
            if first.writes_side_by_side:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({schema.MIGRATION_LOCK})")
            waiting = pool.submit(second.migrate)
            assert wait([waiting], timeout=0.6).not_done
        waiting.result(30)
    assert first.schema_is_current()
    first.close()
    second.close()


@pytest.fixture
def replaced_path(tmp_path: Path) -> Path:
    """Return the path of a database made by the migrations that revision 0015 replaced."""
    path = tmp_path / "replaced.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(REPLACED.read_text())
    return path


def test_a_database_of_the_migrations_that_were_replaced_keeps_its_entries(replaced_path: Path):
    store = Store.open(f"sqlite:///{replaced_path}")
    store.migrate()
    assert store.schema_is_current()
    assert differences(f"sqlite:///{replaced_path}") == []
    with store.transaction() as tx:
        ada = tx.people.by_address("+15550100")
        assert ada is not None
        assert [entry.text for entry in searched(tx, ada, "orchids")] == ["water them on Sundays"]
        assert [entry.text for entry in searched(tx, ada, "less")] == ['"Less is more" - Mies']
        assert tx.entries.add(ada.id, ParsedText("a third"), None, None, NOW).number == 3
        assert tx.entries.count(ada.id) == 3
    store.close()


def test_the_first_revision_makes_what_the_migrations_made_that_it_replaces(
    replaced_path: Path, tmp_path: Path
):
    database = create_engine(f"sqlite:///{tmp_path}/first.db")
    with database.begin() as connection:
        config = schema._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0015")
    database.dispose()
    assert sqlite_schema(tmp_path / "first.db") == sqlite_schema(replaced_path)


def sqlite_schema(path: Path) -> dict[str, list[str]]:
    """Return the schema of a database, independent of the order of creation and of line breaks in its SQL."""
    database = create_engine(f"sqlite:///{path}")
    inspector = inspect(database)
    found = {
        table: sorted(
            [
                str(inspector.get_columns(table)),
                str(inspector.get_pk_constraint(table)),
                str(inspector.get_table_options(table)),
                *map(str, inspector.get_foreign_keys(table)),
                *map(str, inspector.get_unique_constraints(table)),
                *map(str, inspector.get_check_constraints(table)),
            ]
        )
        for table in inspector.get_table_names()
    }
    with database.connect() as connection:
        others = "SELECT name, sql FROM sqlite_master WHERE type <> 'table' OR sql LIKE 'CREATE VIRTUAL%'"
        for name, sql in connection.exec_driver_sql(others):
            found[name] = ["".join((sql or "").split())]
    database.dispose()
    return found


def test_a_database_of_an_early_version_is_refused_and_left_as_it_is(url: str):
    store = Store.open(url)
    with store.transaction() as tx:
        ann = tx.people.add("Ann", ["+15550100"])
        tx.entries.add(ann.id, ParsedText("a thought"), None, None, NOW)
    make_early(url)
    before = everything(url)
    for use in (store.migrate, store.schema_is_current, store.refuse_newer_schema):
        with pytest.raises(DatabaseTooOld) as refused:
            use()
        assert str(refused.value) == (
            "This scrapbook was made by an early version, which this one cannot read: "
            "install the last version that could, start it once, and install this one again."
        )
        assert refused.value.permanent
    assert everything(url) == before
    store.close()


def make_early(url: str) -> None:
    """Turn a database into one of revision 0014, which had no leases."""
    database = create_engine(url)
    with database.begin() as connection:
        for table in ("leases", "workers"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0014'")
    database.dispose()


def everything(url: str) -> dict[str, list[str]]:
    """Return the rows of all tables by the name of the table."""
    database = create_engine(url)
    found = MetaData()
    found.reflect(database)
    with database.connect() as connection:
        rows = {
            name: sorted(map(str, connection.execute(table.select()).all()))
            for name, table in found.tables.items()
            if is_not_an_index(name, "table", None)
        }
    database.dispose()
    return rows


def test_a_migration_that_fails_leaves_nothing_behind(blank_url: str):
    database = create_engine(blank_url)
    with database.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE row_images (id int)")
    store = Store.open(blank_url)
    with pytest.raises(StoreError):
        store.migrate()
    assert inspect(database).get_table_names() == ["row_images"]
    store.close()
    database.dispose()


def test_a_transaction_that_fails_is_rolled_back(store: Store, ann: Person):
    with pytest.raises(ZeroDivisionError), store.transaction() as tx:  # noqa: PT012
        tx.entries.add(ann.id, ParsedText("lost"), None, None, NOW)
        1 / 0  # noqa: B018
    with store.transaction(read_only=True) as tx:
        assert tx.entries.list(ann.id) == []
        assert tx.entries.count(ann.id) == 0


def test_a_transaction_that_only_reads_cannot_write(store: Store, ann: Person):
    with pytest.raises(StoreError), store.transaction(read_only=True) as tx:
        tx.people.rename(ann.id, "Anna")
    with store.transaction() as tx:
        tx.people.rename(ann.id, "Anna")
        assert tx.people.get(ann.id).name == "Anna"


def test_reading_waits_for_nobody(store: Store, ann: Person):
    with store.transaction() as writing:
        writing.people.rename(ann.id, "Anna")
        with store.transaction(read_only=True) as reading:
            assert reading.people.get(ann.id).name == "Ann"


def test_what_one_transaction_wrote_the_next_reads(store: Store, ann: Person):
    for number in range(1, 4):
        with store.transaction() as tx:
            tx.entries.add(ann.id, ParsedText(f"thought {number}"), None, None, NOW)
        with store.transaction(read_only=True) as tx:
            assert tx.entries.count(ann.id) == number


def test_times_come_back_in_utc(store: Store, ann: Person):
    there = datetime(2026, 7, 1, 0, 30, 0, 123456, tzinfo=timezone(timedelta(hours=9)))
    with store.transaction() as tx:
        stored = tx.entries.add(ann.id, ParsedText("x"), None, None, there).created_at
    assert stored == there
    assert stored.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(store: Store, ann: Person):
    with pytest.raises(StoreError, match="without a time zone") as refused, store.transaction() as tx:
        tx.entries.add(ann.id, ParsedText("x"), None, None, datetime(2026, 3, 14))  # noqa: DTZ001
    assert refused.value.permanent


def test_text_that_a_database_cannot_store_is_replaced_by_the_nearest_that_it_can(store: Store, ann: Person):
    with store.transaction() as tx:
        entry = tx.entries.add(ann.id, ParsedText("a\0b\ud800c\ud83c\udf89d\r\n"), None, None, NOW)
        with tx.changes.recording(ann.id, None, "edit", {"was": "\0\udfff"}, NOW):
            tx.entries.change_text(entry.id, ParsedText("new"), NOW)
        change = tx.changes.undo_latest(ann.id, NOW)
    assert entry.text == "a\ufffdb\ufffdc\U0001f389d\r\n"
    assert change is not None
    assert change.arguments == {"was": "\0\ufffd"}


def violations(store: Store, ann: Person) -> list[Callable[[], None]]:
    """Return functions that violate a constraint of the database."""

    def two_results_of_a_turn() -> None:
        with store.transaction() as tx:
            result = TurnResult("utter_saved", {"text": SECRET})
            tx.messages.record(
                message_id="SM9", person_id=ann.id, from_="+15550100", to="+1", body=SECRET, received_at=NOW
            )
            tx.turn_results.record("SM9", result)
            tx.turn_results.record("SM9", result)

    def message_of_nobody() -> None:
        with store.transaction() as tx:
            tx.messages.record(
                message_id="SM8", person_id=404, from_="+15550199", to="+1", body=SECRET, received_at=NOW
            )

    def topic_of_nobody() -> None:
        with store.transaction() as tx:
            tx.topics.add(404, SECRET)

    def entry_under_no_topic() -> None:
        with store.transaction() as tx:
            tx.entries.add(ann.id, ParsedText(SECRET), 404, None, NOW)

    def unknown_state() -> None:
        with store.transaction() as tx:
            tx.messages.record(
                message_id="SM7", person_id=ann.id, from_="+1", to="+1", body=SECRET, received_at=NOW
            )
            tx.messages.set_state("SM7", SECRET)

    return [two_results_of_a_turn, message_of_nobody, topic_of_nobody, entry_under_no_topic, unknown_state]


def test_errors_of_the_driver_are_translated_and_quote_nothing_that_was_written(store: Store, ann: Person):
    for violate in violations(store, ann):
        with pytest.raises(StoreError) as refused:
            violate()
        assert refused.value.permanent
        assert SECRET not in str(refused.value)
        assert "+1555" not in str(refused.value)
        assert refused.value.__cause__ is None
        assert refused.value.__suppress_context__
        assert not isinstance(refused.value, SQLAlchemyError)


def test_an_error_that_is_wrapped_still_shows_where_it_came_from(store: Store):
    with pytest.raises(StoreError) as refused, store.transaction() as tx:
        tx.topics.add(404, "gpu")
    assert any(frame.path.name == "topics.py" for frame in refused.traceback)


def test_a_database_without_tables_fails_as_a_store(blank_url: str):
    store = Store.open(blank_url)
    with pytest.raises(StoreError) as failed, store.transaction() as tx:
        tx.people.list()
    assert failed.value.permanent
    store.close()


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////nowhere/at/all/scrapbook.db",
        "postgresql+psycopg://nobody:geranium@127.0.0.1:1/scrapbook",
    ],
)
def test_a_database_out_of_reach_may_be_tried_again(url: str):
    store = Store.open(url)
    with pytest.raises(StoreUnavailable) as failed, store.transaction() as tx:
        tx.people.list()
    assert not failed.value.permanent
    assert "geranium" not in str(failed.value)
    with pytest.raises(StoreUnavailable):
        store.schema_is_current()
    with pytest.raises(StoreUnavailable):
        store.migrate()
    store.close()


@pytest.mark.parametrize("url", ["", "mysql://u:geranium@h/d", "sqlite://", "sqlite:///:memory:", "a b c"])
def test_a_database_that_is_not_supported_is_refused(url: str):
    with pytest.raises(StoreError) as refused:
        Store.open(url)
    assert "geranium" not in str(refused.value)


def test_a_locked_database_may_be_tried_again(sqlite_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(engine, "LOCK_TIMEOUT", 0.05)
    store = Store.open(sqlite_url)
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable) as failed, store.transaction() as tx:
        tx.people.add("Ann", ["+15550100"])
    assert not failed.value.permanent
    other.execute("ROLLBACK")
    other.close()
    with store.transaction() as tx:
        tx.people.add("Ann", ["+15550100"])
    store.close()


def test_a_row_locked_by_another_transaction_may_be_tried_again(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(engine, "LOCK_TIMEOUT", 0.05)
    store = Store.open(postgresql_url)
    with store.transaction() as tx:
        ann = tx.people.add("Ann", ["+15550100"])
    with store.transaction() as holding:
        holding.people.rename(ann.id, "Anna")
        with pytest.raises(StoreUnavailable), store.transaction() as tx:
            tx.people.rename(ann.id, "Anne")
    store.close()


def test_a_full_database_may_be_tried_again(sqlite_url: str):
    store = Store.open(sqlite_url)
    with store.transaction() as tx:
        ann = tx.people.add("Ann", ["+15550100"])
        pages = tx._work.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    limit = f"PRAGMA max_page_count = {pages}"
    with pytest.raises(StoreUnavailable) as failed, store.transaction() as tx:  # noqa: PT012
        tx._work.connection.exec_driver_sql(limit)
        for _ in range(100):
            tx.entries.add(ann.id, ParsedText("a long thought " * 1000), None, None, NOW)
    assert not failed.value.permanent
    with store.transaction(read_only=True) as tx:
        assert tx.entries.list(ann.id) == []
    store.close()


def test_a_server_that_cuts_the_connection_may_be_tried_again(postgresql_url: str):
    store = Store.open(postgresql_url)
    other = create_engine(postgresql_url)
    with pytest.raises(StoreUnavailable), store.transaction() as tx:  # noqa: PT012
        tx.people.list()
        with other.connect() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        tx.people.list()
    other.dispose()
    with store.transaction() as tx:
        assert tx.people.list() == []
    store.close()


def test_entries_saved_at_once_get_numbers_of_their_own(store: Store, ann: Person):
    start = threading.Barrier(8)

    def save(worker: int) -> list[int]:
        start.wait()
        numbers = []
        for _ in range(5):
            with store.transaction() as tx:
                numbers.append(tx.entries.add(ann.id, ParsedText(f"from {worker}"), None, None, NOW).number)
        return numbers

    with ThreadPoolExecutor(8) as pool:
        numbers = [number for given in pool.map(save, range(8)) for number in given]
    assert sorted(numbers) == list(range(1, 41))


def test_a_process_that_forks_leaves_the_connections_to_its_parent(store: Store, ann: Person):
    with store.transaction(read_only=True) as tx:
        tx.people.list()
    child = os.fork()
    if child == 0:
        # Nothing may reach the test runner from here.
        try:
            with store.transaction() as tx:
                tx.people.rename(ann.id, "Anna")
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    with store.transaction() as tx:
        assert tx.people.get(ann.id).name == "Anna"


def test_a_store_that_was_closed_can_be_used_again(store: Store, ann: Person):
    store.close()
    with store.transaction() as tx:
        assert tx.people.get(ann.id) == ann


def test_only_the_store_knows_the_database_library():
    root = Path(__file__).parents[3]
    for source in [*root.glob("scrapbook/**/*.py"), *root.glob("actions/**/*.py")]:
        if "store" not in source.relative_to(root).parts:
            assert "sqlalchemy" not in source.read_text(), source


def test_its_own_errors_are_of_the_app():
    for error in (StoreError, StoreUnavailable, NotFound, AddressTaken):
        assert issubclass(error, ScrapbookError)


def test_nobody_else_on_the_machine_can_read_the_database(tmp_path: Path):
    before = os.umask(0o022)
    try:
        store = Store.open(f"sqlite:///{tmp_path}/scrapbook.db")
        store.migrate()
        with store.transaction() as tx:
            tx.people.add("Ann", ["+15550100"])
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
        store.close()
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(["scrapbook.db", "scrapbook.db-wal", "scrapbook.db-shm"], 0o600)


def test_a_database_file_that_is_there_keeps_its_mode_and_content(sqlite_url: str, tmp_path: Path):
    file = tmp_path / "scrapbook.db"
    file.chmod(0o640)
    store = Store.open(sqlite_url)
    assert store.schema_is_current()
    store.close()
    assert file.stat().st_mode & 0o777 == 0o640
