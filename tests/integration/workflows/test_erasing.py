"""After an erasure no byte of the person is in a database or a file, whenever the app was killed."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import suppress
from pathlib import Path

import pytest
from dbos import DBOS, SetWorkflowID
from sqlalchemy import create_engine, inspect, text

from scrapbook.app import QUEUES
from scrapbook.exchange.mirror import MirrorFolder
from scrapbook.media.storage import MediaStore
from scrapbook.settings import Settings
from scrapbook.store import Store, sqlite_file
from scrapbook.workflows.engine import changes_of, launch
from scrapbook.workflows.erasing import Eraser, finish_erasures
from tests.integration.conftest import NOW
from tests.support.installation import wait_until
from tests.support.message_paths import LoopRunning, loop_running
from tests.support.personal_rows import fill, key_of

ANN, BEN = "geranium", "cactus"
ADDRESS = "+15550001"


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    return request.param


@DBOS.workflow()
def downloads(message_id: str) -> str:
    return f"downloaded what came with {message_id}"


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """With a row of Ann's and of Ben's in each table, a file and a workflow of each."""
    store = Store.open(settings.database_url)
    store.migrate()
    files = MediaStore(settings.media_url)
    with store.transaction() as tx:
        for number, mark in enumerate((ANN, BEN), 1):
            fill(tx._work.connection, number, mark)
            files.put_back(key_of(mark), f"picture of {mark}".encode())
            files.save_variant(key_of(mark), "w320.webp", f"small picture of {mark}".encode())
        if store.writes_side_by_side:
            tx._work.connection.execute(text("SELECT setval(pg_get_serial_sequence('messages', 'id'), 10)"))
            tx._work.connection.execute(
                text("SELECT setval(pg_get_serial_sequence('outbound_messages', 'id'), 10)")
            )
    launch(settings, QUEUES)
    for number, mark in enumerate((ANN, BEN), 1):
        message_id = f"{mark} in messages.message_id"
        for workflow_id in (f"collect-{message_id}.0", f"preview-{changes_of(number)}.7"):
            with SetWorkflowID(workflow_id):
                downloads(message_id)
    DBOS.destroy()
    yield store
    store.close()


def erase_rows(store: Store) -> None:
    """What the transaction does that records the receipt."""
    with store.transaction() as tx:
        tx.messages.record(
            message_id="SM-confirms",
            person_id=1,
            from_=ADDRESS,
            to="+15550199",
            body="forget 4821",
            received_at=NOW,
        )
        tx.erasures.ask(1, ADDRESS, "4821", NOW)
        tx.erasures.confirm(1, "SM-confirms")
        tx.outbound_messages.record_reply(
            1, "SM-confirms", "+15550199", ADDRESS, ["Erased."], [1], NOW, 1, [None], "recorded"
        )
        tx.messages.set_state("SM-confirms", "answered")
        tx.erasures.erase(1, "SM-confirms")


def send_receipt(store: Store) -> None:
    with store.transaction() as tx:
        [receipt] = tx.outbox.of_person(1)
        tx.outbox.mark_sent(receipt.id, "SM-receipt", NOW)


def left_in_files(folder: Path, words: str) -> set[str]:
    """The files that hold the words, or have them in their name."""
    forms = [words.encode(), words.encode("utf-16-le")]
    return {
        path.name
        for path in folder.rglob("*")
        if path.is_file() and (words in str(path.name) or any(form in path.read_bytes() for form in forms))
    }


def left_in_tables(settings: Settings, words: str) -> set[str]:
    """The tables that hold the words, in every schema."""
    found: set[str] = set()
    for url in {settings.database_url, settings.dbos_database_url}:
        engine = create_engine(url)
        with engine.connect() as connection:
            known = inspect(connection)
            schemas = [name for name in known.get_schema_names() if name != "information_schema"]
            for schema in schemas:
                for table in known.get_table_names(schema):
                    rows = connection.execute(text(f'SELECT * FROM "{schema}"."{table}"')).all()
                    found |= {f"{schema}.{table}"} if words in repr(rows) else set()
        engine.dispose()
    return found


def test_no_byte_is_left_in_a_table_or_a_file(settings: Settings, store: Store) -> None:
    files = MediaStore(settings.media_url)
    before = left_in_tables(settings, ANN)
    assert len(before) > 25
    assert any("workflow_status" in name for name in before)
    assert {f"{key_of(ANN)[3:]}", "w320.webp"} <= left_in_files(settings.data_dir, ANN)
    erase_rows(store)
    assert finish_erasures(settings, store, files) == 1
    assert left_in_files(Path(settings.media_url), ANN) == set()
    send_receipt(store)
    assert finish_erasures(settings, store, files) == 0
    for words in (ANN, ADDRESS, "SM-confirms", "SM-receipt"):
        assert left_in_tables(settings, words) == set()
        assert left_in_files(settings.data_dir, words) == set()
    assert len(left_in_tables(settings, BEN)) > 25
    assert files.read(key_of(BEN)) == b"picture of cactus"
    assert files.read_variant(key_of(BEN), "w320.webp") is not None


def test_it_goes_on_wherever_it_was_interrupted(settings: Settings, store: Store) -> None:
    files = MediaStore(settings.media_url)
    erase_rows(store)
    files.delete(key_of(ANN))  # ended here
    assert finish_erasures(settings, store, files) == 1
    assert finish_erasures(settings, store, files) == 1
    send_receipt(store)
    with store.transaction() as tx:  # and here, before the log was emptied
        [erasure] = tx.erasures.unfinished()
        assert tx.erasures.finish(erasure)
    assert finish_erasures(settings, store, files) == 0
    assert left_in_tables(settings, ANN) == set()


def test_a_person_whom_the_settings_allow_may_text_again(
    settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCRAPBOOK_ALLOWED_NUMBERS", ADDRESS)
    erase_rows(store)
    send_receipt(store)
    finish_erasures(Settings.load(), store, MediaStore(settings.media_url))
    with store.transaction(read_only=True) as tx:
        person = tx.people.by_address(ADDRESS)
        assert person is not None
        assert (person.name, tx.entries.count(person.id)) == (ADDRESS, 0)


def test_the_folder_in_the_mirror_goes_with_its_name(
    settings: Settings, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mirror").mkdir()
    for person in store.read(lambda tx: tx.people.list()):
        mirrored = MirrorFolder.of_person(tmp_path / "mirror", person)
        mirrored.write("No topic/1 A thought.md", person.name.encode(), compares=False)
    monkeypatch.setenv("SCRAPBOOK_MIRROR_DIR", str(tmp_path / "mirror"))
    erase_rows(store)
    finish_erasures(Settings.load(), store, MediaStore(settings.media_url))
    assert left_in_files(tmp_path / "mirror", ANN) == set()
    [left] = (tmp_path / "mirror").iterdir()
    assert BEN in left.name


@pytest.fixture
def loop() -> Iterator[LoopRunning]:
    with loop_running() as loop:
        yield loop


def test_the_app_finishes_what_it_finds(settings: Settings, store: Store, loop: LoopRunning) -> None:
    erase_rows(store)
    running = loop.begin(Eraser(settings, store, MediaStore(settings.media_url)).run())
    send_receipt(store)
    wait_until(
        lambda: store.read(lambda tx: tx.people.by_address(ADDRESS)) is None,
        60,
        lambda: "the person is there",
    )
    running.cancel()
    with suppress(CancelledError):
        running.result(60)
    loop.wait(asyncio.sleep(0))


def test_the_log_of_a_database_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert sqlite_file.empty_log(tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()
