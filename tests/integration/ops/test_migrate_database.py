"""A scrapbook goes from SQLite to PostgreSQL: all of it or nothing."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from dbos import DBOS, DBOSClient, EnqueueOptions, WorkflowHandle
from rich.console import Console
from sqlalchemy import Connection, create_engine, text

from scrapbook.app import QUEUES
from scrapbook.core.signing_in import create_link, use_link
from scrapbook.errors import DatabaseTooOld, MoveRefused, StoreError
from scrapbook.model.feeds import ParsedItem
from scrapbook.model.transcript import Transcript
from scrapbook.ops import migrate_database
from scrapbook.settings import Settings
from scrapbook.store import (
    Entry,
    EntryChange,
    Media,
    PageMetadata,
    PendingList,
    PendingQuestion,
    Person,
    Preview,
    QuietHours,
    Store,
    Transaction,
    TurnResult,
)
from scrapbook.store.imports import NewEntry
from scrapbook.store.tables import Base
from scrapbook.text.parsed_text import ParsedText
from scrapbook.workflows.engine import DOWNLOAD_MEDIA, MEDIA_QUEUE, WORKFLOWS_VERSION, launch
from tests.integration.conftest import NOW, new_postgresql, searched
from tests.support.installation import wait_until

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
    ann, ben, _ = people
    with store.transaction() as tx:
        topics = [tx.topics.list(person.id)[0].id for person in (ann, ben)]
        tx.topic_members.add(ann.id, topics[0], ben.id, topics[1], NOW)
        follow(tx, ann)


def use(tx: Transaction, person: Person) -> None:
    entries = [save(tx, person, n) for n in range(60)]
    with tx.changes.recording(person.id, None, "rename", {}, NOW):
        tx.topics.rename(tx.topics.list(person.id)[0].id, "Renamed")
    tx.changes.undo_latest(person.id, NOW)
    last = entries[-2]
    tx.entries.pin(last.id, NOW)
    page = Preview("https://example.org", "https://example.org/", PageMetadata(title="Öl"))
    tx.previews.record(last.id, page, NOW)
    memo = sound(person)
    tx.messages.record(
        message_id=f"MM{person.id}",
        person_id=person.id,
        from_="+15550100",
        to="+15550199",
        body="",
        received_at=NOW,
        media=[memo],
    )
    tx.files.mark_stored(memo.url, memo.content_type, "ab/cd", 12, NOW)
    tx.transcripts.record(memo.url, HEARD, NOW)
    [(_, encoded)] = [row for row in tx.vectors.without("a model", 100) if row[0] == last.id]
    assert tx.vectors.record("a model", last.id, encoded, b"\x00\x7f\xff")
    tx.file_texts.record(memo.url, "the words of a file", "", NOW)
    tx.shares.add(person.id, tx.topics.list(person.id)[0].id, f"token{person.id}", NOW)
    imported = tx.imports.begin(person.id, {"format": "memos"}, NOW)
    thought = ParsedText("from elsewhere")
    ids = tx.imports.add(imported, [NewEntry("memos:1", thought.text, thought.facts, None, NOW)], set())
    tx.imports.add_history(ids[0], [EntryChange("edit", NOW, None, {"text": "older"})])
    tx.export_links.add(person.id, f"export{person.id}", NOW)
    told = {
        "format": "Memos",
        "entries": 1,
        "files": 0,
        "first": [],
        "skipped": [["a", "b"]],
        "skipped_count": 1,
    }
    export = tx.uploaded_exports.add(person.id, "app", "memos.json", NOW, f"MM{person.id}")
    tx.uploaded_exports.set_state(export, "uploading", "read", preview={**told, "skipped_count": 1})
    tx.erasures.ask(person.id, "+15550100", "4821", NOW)
    tx.quiet_hours.set(person.id, QuietHours(60, 120))
    tx.calls.record(f"CA{person.id}", "+15550100", "+15550199", NOW)
    create_link(tx, person.id, NOW)
    use_link(tx, create_link(tx, person.id, NOW), "Firefox on Linux", NOW)
    tx.conversations.ask(person.id, PendingQuestion("delete", {"number": 1}, "sure", ("yes", "no"), NOW))
    tx.conversations.set_listing(person.id, PendingList("Topic", (1, 2)))
    tx.send_slots.reserve("+15550199", 1.5, NOW)
    tx.segment_usage.lock(NOW.date(), person.id)
    tx.segment_usage.add(NOW.date(), person.id, 3)
    tx.leases.claim(person.id, "app")
    tx.inbox.put(person.id, f"MM{person.id}", memo_result="speech")


def follow(tx: Transaction, person: Person) -> None:
    """A feed with an item, and words of which the person is told."""
    feed = tx.feeds.get_or_add("https://fire.example/incidents.xml", NOW)
    item = ParsedItem("1", "https://fire.example/1", "Glass Fire", "near Napa", NOW)
    tx.feeds.record_items(feed, [(item, ("id:1",))], NOW)
    tx.subscriptions.add(person.id, feed, feed.url, "fires", NOW)
    [subscription] = tx.subscriptions.of_person(person.id)
    tx.subscriptions.watch(subscription, "napa", NOW)
    tx.recurring.put(person.id, "prompts", "FREQ=DAILY;BYHOUR=21;BYMINUTE=0", NOW, has_time=True)
    tx.unasked.add(person.id, "feed-mention:1:1", "fires mentions napa", NOW)


def save(tx: Transaction, person: Person, n: int) -> Entry:
    """The n-th text with all that comes of it; every tenth is deleted right away."""
    sid, at, body = f"SM{person.id}-{n}", NOW + timedelta(minutes=n), TEXTS[n % len(TEXTS)]
    from_, to, name = person.addresses[0].value, "+15550199", f"Topic {n % 7}"
    tx.messages.record(message_id=sid, person_id=person.id, from_=from_, to=to, body=body, received_at=at)
    with tx.changes.recording(person.id, sid, "save", {"text": body}, at):
        topic = tx.topics.by_name(person.id, name) or tx.topics.add(person.id, name)
        media = [sound(person)] if n == 0 else []
        entry = tx.entries.add(person.id, ParsedText(body), topic.id, sid, at, media)
    if n % 10 == 9:
        with tx.changes.recording(person.id, sid, "delete", {"number": str(entry.number)}, at):
            tx.entries.trash(entry.id, at)
    tx.turn_results.record(sid, TurnResult("saved", {"number": str(entry.number)}))
    [reply] = tx.outbound_messages.record_reply(
        tx.messages.get(sid).person_id, sid, to, from_, [f"Saved {entry.number}."], [1], at
    )
    tx.outbound_messages.mark_sent(reply.id, f"SMreply{sid}", at)
    tx.messages.set_state(sid, "answered")
    if n == 0:
        tx.reminders.put(person.id, entry.id, at, "FREQ=DAILY", "Europe/London", has_time=True)
        [reminder] = tx.reminders.of_entries([entry.id])
        tx.reminders.record_said(reminder, reply.id, at)
    return entry


def sound(person: Person) -> Media:
    return Media(f"https://api.twilio.com/Media/ME{person.id}", "audio/ogg")


def moved(settings: Settings, url: str) -> None:
    migrate_database.move(settings, url, Console(quiet=True))


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
        entry = tx.entries.add(ann.id, ParsedText("a zebra"), None, None, NOW)
        assert entry.number == 62
        assert tx.entries.count(ann.id) == count + 1
        assert searched(tx, ann, "zebra") == [entry]
        assert len(searched(tx, ann, "decoraters", 100)) == 12
        assert tx.changes.undo_latest(ann.id, NOW) is not None


def test_words_and_names_of_any_length_go_along(settings: Settings, target: str) -> None:
    texts = {"word": "abcdefgh" * 7_500, "text": "so " * 90_000 + "needle", "nul": "be\0hind"}
    with closing(Store.open(settings.database_url)) as store, store.transaction() as tx:
        [ann] = [person for person in tx.people.list() if person.name == "Ann"]
        topic = tx.topics.add(ann.id, "".join(sha256(str(n).encode()).hexdigest() for n in range(100)))
        for body in texts.values():
            tx.entries.add(ann.id, ParsedText(body), topic.id, None, NOW)
    before = dump(settings.database_url)
    moved(settings, target)
    assert dump(target) == before
    for url in (settings.database_url, target):
        with closing(Store.open(url)) as store, store.transaction() as tx:
            assert len(searched(tx, ann, texts["word"])) == 1
            assert len(searched(tx, ann, topic.name)) == len(texts)


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
    client = DBOSClient(system_database_url=settings.dbos_database_url, application_name="scrapbook")
    waiting = EnqueueOptions(
        queue_name=MEDIA_QUEUE, workflow_name=DOWNLOAD_MEDIA, app_version=WORKFLOWS_VERSION
    )
    handle: WorkflowHandle[None] = client.enqueue(waiting, "SM9", 1, 0, False)
    try:
        with pytest.raises(MoveRefused, match="not finished"):
            moved(settings, target)
        client.delete_workflows([handle.workflow_id])
        moved(settings, target)
    finally:
        client.destroy()


@pytest.mark.parametrize(
    ("change", "error", "problem"),
    [
        ("DELETE FROM alembic_version", MoveRefused, "scrapbook migrate"),
        ("UPDATE alembic_version SET version_num = '0014'", DatabaseTooOld, "early version"),
    ],
)
def test_a_scrapbook_of_an_older_release_is_refused(
    settings: Settings, target: str, change: str, error: type[StoreError], problem: str
) -> None:
    engine = create_engine(settings.database_url)
    with engine.begin() as connection:
        connection.execute(text(change))
    engine.dispose()
    with pytest.raises(error, match=problem):
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
