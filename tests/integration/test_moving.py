"""A scrapbook goes from SQLite to PostgreSQL: all of it or nothing."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from dbos import DBOS, DBOSClient, EnqueueOptions, WorkflowHandle
from rich.console import Console
from sqlalchemy import Connection, create_engine, text

from scrapbook import moving
from scrapbook.app import QUEUES
from scrapbook.engine import JOURNEY_VERSION, launch
from scrapbook.errors import MoveRefused
from scrapbook.settings import Settings
from scrapbook.store import (
    Entry,
    Listing,
    Media,
    Outcome,
    Page,
    Person,
    Preview,
    Question,
    Store,
    Transaction,
)
from scrapbook.store.tables import Base
from scrapbook.twilio.incoming import Incoming
from scrapbook.voice.transcript import Transcript
from tests.e2e.house import wait_until
from tests.integration.conftest import NOW, new_postgresql, searched

HEARD = Transcript("Hear, hear", "en", 0.98, 2.5, 2.1, -0.25, (), "small")
TEXTS = (
    "decorators are just functions",
    "Ünïcödé, emoji 🦜 and\ttabs\nand lines",
    "a “quote” -- somebody",
    "fewer, larger kernels beat many small ones",
    "",
)


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """A scrapbook on SQLite that people have used."""
    path = tmp_path_factory.mktemp("used") / "scrapbook.db"
    shutil.copy(sqlite_template, path)
    with closing(Store.open(f"sqlite:///{path}")) as store:
        fill(store)
    return path


@pytest.fixture
def settings(tmp_path: Path, used: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("SCRAPBOOK_DATA_DIR", str(tmp_path))
    shutil.copy(used, tmp_path / "scrapbook.db")
    return Settings.load()


@pytest.fixture
def target(request: pytest.FixtureRequest) -> Iterator[str]:
    """Of a PostgreSQL database without tables."""
    yield from new_postgresql(request.getfixturevalue("postgresql"))


def fill(store: Store) -> None:
    """Something in every table, entries that were changed, trashed and taken back among it."""
    with store.transaction() as tx:
        people = [tx.people.add(name, [f"+155501{n:02}"]) for n, name in enumerate(("Ann", "Ben", "Zoë"))]
        tx.people.set_opt_out("+15550102", NOW)
        tx.people.remove(tx.people.add("Gone", ["+15550103"]).id)
    for person in people:
        with store.transaction() as tx:
            use(tx, person)


def use(tx: Transaction, person: Person) -> None:
    entries = [save(tx, person, n) for n in range(60)]
    with tx.changes.recording(person.id, None, "rename", {}, NOW):
        tx.topics.rename(tx.topics.list(person.id)[0].id, "Renamed")
    tx.changes.undo_latest(person.id, NOW)
    last = entries[-2]
    tx.entries.pin(last.id, NOW)
    page = Preview("https://example.org", "https://example.org/", Page(title="Öl"))
    tx.previews.record(last.id, page, NOW)
    memo = sound(person)
    tx.messages.record(
        sid=f"MM{person.id}",
        person_id=person.id,
        from_="+15550100",
        to="+15550199",
        body="",
        received_at=NOW,
        media=[memo],
    )
    tx.files.kept(memo.url, memo.content_type, "ab/cd", 12, NOW)
    tx.transcripts.record(memo.url, HEARD, NOW)
    tx.calls.record(f"CA{person.id}", "+15550100", "+15550199", NOW)
    tx.conversations.ask(person.id, Question("delete", {"number": 1}, "sure", ("yes", "no"), NOW))
    tx.conversations.set_listing(person.id, Listing("Topic", (1, 2)))
    tx.senders.reserve("+15550199", 1.5, NOW)
    tx.spending.lock(NOW.date(), person.id)
    tx.spending.add(NOW.date(), person.id, 3)
    tx.leases.claim(person.id, "app")
    tx.inbox.put(person.id, f"MM{person.id}", heard="speech")


def save(tx: Transaction, person: Person, n: int) -> Entry:
    """The n-th text with all that comes of it; every tenth is deleted right away."""
    sid, at, body = f"SM{person.id}-{n}", NOW + timedelta(minutes=n), TEXTS[n % len(TEXTS)]
    from_, to, name = person.addresses[0].value, "+15550199", f"Topic {n % 7}"
    tx.messages.record(sid=sid, person_id=person.id, from_=from_, to=to, body=body, received_at=at)
    with tx.changes.recording(person.id, sid, "save", {"text": body}, at):
        topic = tx.topics.by_name(person.id, name) or tx.topics.add(person.id, name)
        media = [sound(person)] if n == 0 else []
        entry = tx.entries.add(person.id, body, topic.id, sid, at, media)
    if n % 10 == 9:
        with tx.changes.recording(person.id, sid, "delete", {"number": str(entry.number)}, at):
            tx.entries.trash(entry.id, at)
    tx.outcomes.record(sid, Outcome("saved", {"number": str(entry.number)}))
    [reply] = tx.replies.record(sid, to, from_, [f"Saved {entry.number}."], [1], at)
    tx.replies.mark_sent(reply.id, f"SMreply{sid}", at)
    tx.messages.set_state(sid, "answered")
    return entry


def sound(person: Person) -> Media:
    return Media(f"https://api.twilio.com/Media/ME{person.id}", "audio/ogg")


def moved(settings: Settings, url: str) -> None:
    moving.move(settings, url, Console(quiet=True))


def test_everything_there_is_goes_along(settings: Settings, target: str) -> None:
    before = dump(settings.database_url)
    empty = {name for name, rows in before.items() if not rows}
    assert empty == {"workers"}  # there are none on SQLite
    moved(settings, target)
    assert dump(target) == before
    assert dump(settings.database_url) == before


def test_it_goes_on_where_it_was(settings: Settings, target: str) -> None:
    """Numbers, counts, search, spelling and undo."""
    moved(settings, target)
    with closing(Store.open(target)) as store, store.transaction() as tx:
        ann = tx.people.by_address("+15550100")
        assert ann is not None
        assert tx.people.add("New", ["+15550111"]).id == 5  # the fourth was removed
        count = tx.entries.count(ann.id)
        entry = tx.entries.add(ann.id, "a zebra", None, None, NOW)
        assert entry.number == 61
        assert tx.entries.count(ann.id) == count + 1
        assert searched(tx, ann, "zebra") == [entry]
        assert len(searched(tx, ann, "decoraters", 100)) == 12
        assert tx.changes.undo_latest(ann.id, NOW) is not None


def test_a_move_that_is_killed_leaves_nothing_and_can_be_made_again(settings: Settings, target: str) -> None:
    before = dump(settings.database_url)
    with closing(Store.open(target)) as store:
        store.migrate()
    engine = create_engine(target)
    with engine.connect() as held:
        stop_at_calls(held)
        process = subprocess.Popen([sys.executable, "-m", "scrapbook", "migrate-to", target])
        try:
            wait_until(lambda: somebody_waits(held), 60, lambda: "the move never came to the calls")
        finally:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        held.execute(text("SELECT pg_advisory_unlock_all()"))
        held.execute(text("DROP TRIGGER stop ON calls"))
        held.commit()
    engine.dispose()
    assert not any(dump(target).values())
    moved(settings, target)
    assert dump(target) == before


def stop_at_calls(connection: Connection) -> None:
    """Whoever writes a call has to wait for this connection."""
    connection.execute(text("SELECT pg_advisory_lock(1)"))
    connection.execute(
        text("""
            CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN PERFORM pg_advisory_xact_lock(1); RETURN new; END $$
        """)
    )
    connection.execute(
        text("CREATE TRIGGER stop BEFORE INSERT ON calls FOR EACH ROW EXECUTE FUNCTION stop()")
    )
    connection.commit()


def somebody_waits(connection: Connection) -> bool:
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    return bool(connection.execute(waiting).scalar_one())


def test_a_database_that_holds_something_is_refused(settings: Settings, target: str) -> None:
    with closing(Store.open(target)) as store:
        store.migrate()
        with store.transaction() as tx:
            tx.people.add("Somebody", ["+15550142"])
    before = dump(target)
    with pytest.raises(MoveRefused, match="not empty"):
        moved(settings, target)
    assert dump(target) == before


def test_a_scrapbook_that_is_in_use_is_refused(settings: Settings, target: str) -> None:
    with closing(Store.open(settings.database_url)) as running:
        assert running.schema_is_current()
        with pytest.raises(MoveRefused, match="stop it"):
            moved(settings, target)
    moved(settings, target)


def test_a_scrapbook_with_messages_under_way_is_refused(settings: Settings, target: str) -> None:
    launch(settings, QUEUES)
    DBOS.destroy()
    incoming = Incoming("SM9", "+15550100", "+15550199", "a thought", NOW)
    client = DBOSClient(system_database_url=settings.journey_database_url, application_name="scrapbook")
    waiting = EnqueueOptions(
        queue_name="messages", workflow_name="Journey.answer", app_version=JOURNEY_VERSION
    )
    handle: WorkflowHandle[None] = client.enqueue(waiting, incoming.to_dict(), 1)
    try:
        with pytest.raises(MoveRefused, match="not finished"):
            moved(settings, target)
        client.delete_workflows([handle.workflow_id])
        moved(settings, target)
    finally:
        client.destroy()


def test_a_scrapbook_of_an_older_release_is_refused(settings: Settings, target: str) -> None:
    engine = create_engine(settings.database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    engine.dispose()
    with pytest.raises(MoveRefused, match="scrapbook migrate"):
        moved(settings, target)


@pytest.mark.parametrize("url", ["sqlite:////tmp/other.db", "postgresql://host/scrapbook", "nonsense"])
def test_only_postgresql_is_moved_to(settings: Settings, url: str) -> None:
    with pytest.raises(MoveRefused, match="must be a PostgreSQL"):
        moved(settings, url)


def test_only_sqlite_is_moved_from(settings: Settings, target: str) -> None:
    with pytest.raises(MoveRefused, match="not on SQLite"):
        moved(settings.model_copy(update={"database_url": target}), target)


def dump(url: str) -> dict[str, list[str]]:
    """Every row, by table."""
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = {
            table.name: sorted(map(repr, connection.execute(table.select()).all()))
            for table in Base.metadata.sorted_tables
        }
    engine.dispose()
    return rows
