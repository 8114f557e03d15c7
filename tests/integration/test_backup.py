"""A backup holds what was there, and a damaged one is not restored."""

import gzip
import json
import os
import shutil
import sqlite3
import stat
import tarfile
from contextlib import closing
from pathlib import Path

import fsspec
import pytest
from dbos import DBOS, DBOSClient, EnqueueOptions
from fsspec.implementations.memory import MemoryFileSystem

from scrapbook import backup, restoring
from scrapbook.app import QUEUES
from scrapbook.backup import BackupDamaged, BackupFailed
from scrapbook.engine import JOURNEY_VERSION, launch
from scrapbook.errors import MediaStoreError, SettingsError, StoreError
from scrapbook.media import MediaStore
from scrapbook.settings import Settings
from scrapbook.store import Store
from scrapbook.twilio.incoming import Incoming
from scrapbook.unfinished import opened
from tests.integration.conftest import NOW

PICTURE = b"\x89PNG a picture"


def quietly(*_: object) -> None:
    pass


@pytest.fixture(scope="module")
def engine_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The engine's database as it makes it, with nothing in it."""
    folder = tmp_path_factory.mktemp("engine")
    with pytest.MonkeyPatch.context() as patch:
        launch(settings_of(folder, patch), QUEUES)
    DBOS.destroy()
    return folder / "journey.db"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine_template: Path) -> Settings:
    """Of a house with an answered message, one whose reply is on its way, one in the inbox, and one that an
    older release left in the engine."""
    settings = settings_of(tmp_path / "house", monkeypatch)
    settings.make_data_dir()
    shutil.copy(engine_template, settings.data_dir)
    store = Store.open(settings.database_url)
    store.migrate()
    with store.transaction() as tx:
        ada = tx.people.add("Ada", ["+15550100"])
        for sid in ("SM1", "SM2"):
            tx.messages.record(
                sid=sid, person_id=ada.id, from_="+15550100", to="+15550199", body="hi", received_at=NOW
            )
            tx.messages.set_state(sid, "answered")
        for sid in ("SM1", "SM2"):
            [reply] = tx.replies.record(sid, "+15550199", "+15550100", ["Saved 1."], [1], NOW)
            if sid == "SM1":
                tx.replies.mark_sent(reply.id, "SMout", NOW)
            else:
                tx.replies.mark_sending(reply.id)
        tx.entries.add(ada.id, "a thought", None, "SM1", NOW)
        tx.leases.claim(ada.id, settings.executor_id)
        tx.inbox.accept(
            sid="SM4", person_id=ada.id, from_="+15550100", to="+15550199", body="waits", received_at=NOW
        )
    store.close()
    enqueue(settings, "SM3", ada.id)
    MediaStore(settings.media_url).keep(PICTURE, "image/png")
    (settings.data_dir / "phone-account.json").write_text("{}")
    return settings


def fail(*_: object, **__: object) -> None:
    raise OSError("there is no room")


def settings_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("SCRAPBOOK_DATA_DIR", str(folder))
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "a-secret-token")
    return Settings.load()


def enqueue(settings: Settings, sid: str, person_id: int) -> None:
    client = DBOSClient(system_database_url=settings.journey_database_url, application_name="scrapbook")
    incoming = Incoming(sid, "+15550100", "+15550199", "under way", NOW).to_dict()
    options = EnqueueOptions(
        queue_name="messages",
        workflow_name="Journey.answer",
        class_name="Journey",
        instance_name="journey",
        workflow_id=sid,
        app_version=JOURNEY_VERSION,
        queue_partition_key=str(person_id),
    )
    client.enqueue(options, incoming, person_id)
    client.destroy()


def test_what_was_backed_up_is_there_again(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, manifest = backup.make(settings, tmp_path, quietly)
    assert archive.name.startswith("scrapbook-")
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert manifest.counts["scrapbook.db"]["messages"] == 3
    restoring.restore(archive, tmp_path / "again", quietly)
    again = settings_of(tmp_path / "again", monkeypatch)
    [key] = MediaStore(again.media_url).keys()
    assert MediaStore(again.media_url).read(key) == PICTURE
    store = Store.open(again.database_url)
    with store.transaction(read_only=True) as tx:
        ada = tx.people.by_address("+15550100")
        assert ada is not None
        assert tx.entries.by_number(ada.id, 1).text == "a thought"
    store.close()
    assert stat.S_IMODE((tmp_path / "again").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "place", ["memory://elsewhere", "{}/elsewhere", "file://{}/elsewhere", "{}/again/pictures"]
)
def test_pictures_are_restored_to_where_they_are_looked_for(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """From wherever they were, too."""
    [kept] = MediaStore(settings.media_url).keys()
    monkeypatch.setenv("SCRAPBOOK_MEDIA_URL", place.format(tmp_path))
    there = settings_of(tmp_path / "again", monkeypatch).media_url
    archive, _ = backup.make(settings, tmp_path / "one.tar.gz", quietly)
    restoring.restore(archive, tmp_path / "again", quietly, there)
    assert MediaStore(there).read(kept) == PICTURE
    assert not (tmp_path / "again" / "media").exists()
    again, manifest = backup.make(
        settings_of(tmp_path / "again", monkeypatch), tmp_path / "2.tar.gz", quietly
    )
    assert manifest.media == 1
    restoring.restore(again, tmp_path / "third", quietly)
    assert MediaStore(str(tmp_path / "third" / "media")).read(kept) == PICTURE
    fsspec.filesystem("memory").store.clear()


def test_nothing_is_made_where_pictures_cannot_be_put_back(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, _ = backup.make(settings, tmp_path / "one.tar.gz", quietly)
    with monkeypatch.context() as full:
        full.setattr(MemoryFileSystem, "pipe_file", fail)
        with pytest.raises(MediaStoreError):
            restoring.restore(archive, tmp_path / "again", quietly, "memory://full")
    assert not (tmp_path / "again").exists()
    restoring.restore(archive, tmp_path / "again", quietly, "memory://full")
    fsspec.filesystem("memory").store.clear()


def test_what_was_under_way_is_in_the_inbox_and_does_not_go_on_by_itself(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, _ = backup.make(settings, tmp_path / "one.tar.gz", quietly)
    restored = restoring.restore(archive, tmp_path / "again", quietly)
    assert restored.unfinished == 3
    with opened(settings_of(tmp_path / "again", monkeypatch)) as inbox:
        found = {one.message_sid: one.state for one in inbox.unfinished()}
        assert found == {"SM2": "unsent", "SM3": "failed", "SM4": "failed"}
        for sid in ("SM2", "SM3", "SM4"):
            inbox.retry(sid)
        found = {one.message_sid: one.state for one in inbox.unfinished()}
        assert found == {"SM2": "sending", "SM3": "working", "SM4": "waiting"}


def test_it_holds_no_secret_of_the_settings(settings: Settings, tmp_path: Path) -> None:
    archive, _ = backup.make(settings, tmp_path / "one.tar.gz", quietly)
    content = gzip.decompress(archive.read_bytes())
    assert b"SCRAPBOOK_DATA_DIR" in content
    assert b"a-secret-token" not in content


def test_it_overwrites_nothing(settings: Settings, tmp_path: Path) -> None:
    archive, _ = backup.make(settings, tmp_path / "one.tar.gz", quietly)
    before = archive.read_bytes()
    with pytest.raises(BackupFailed, match="is there already"):
        backup.make(settings, archive, quietly)
    assert archive.read_bytes() == before
    with pytest.raises(SettingsError, match="not empty"):
        restoring.restore(archive, settings.data_dir, quietly)


def test_a_backup_that_fails_leaves_nothing_behind(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (settings.data_dir / "scrapbook.db").write_bytes(b"no database" * 1000)
    with pytest.raises(Exception, match=r"scrapbook\.db"):
        backup.make(settings, folder, quietly)
    assert not list(folder.iterdir())


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_a_damaged_backup_is_refused_and_nothing_is_made(
    settings: Settings, tmp_path: Path, place: float
) -> None:
    archive, _ = backup.make(settings, tmp_path / "one.tar.gz", quietly)
    content = bytearray(archive.read_bytes())
    content[int(len(content) * place)] ^= 0xFF
    archive.write_bytes(content)
    with pytest.raises(BackupDamaged):
        restoring.restore(archive, tmp_path / "again", quietly)
    assert not (tmp_path / "again").exists()


def test_a_backup_that_was_cut_short_is_refused(settings: Settings, tmp_path: Path) -> None:
    archive, _ = backup.make(settings, tmp_path / "one.tar.gz", quietly)
    os.truncate(archive, archive.stat().st_size // 2)
    with pytest.raises(BackupDamaged):
        restoring.restore(archive, tmp_path / "again", quietly)


def test_a_file_that_would_be_written_elsewhere_is_refused(tmp_path: Path) -> None:
    stranger = tmp_path / "evil.tar.gz"
    with tarfile.open(stranger, "w:gz") as tar:
        (tmp_path / "x").write_text("x")
        tar.add(tmp_path / "x", "../outside")
    with pytest.raises(BackupDamaged):
        restoring.restore(stranger, tmp_path / "again", quietly)
    assert not (tmp_path / "outside").exists()


def test_a_backup_of_a_newer_release_is_refused(settings: Settings, tmp_path: Path) -> None:
    with closing(sqlite3.connect(settings.data_dir / "scrapbook.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    archive, _ = backup.make(settings, tmp_path / "one.tar.gz", quietly)
    with pytest.raises(StoreError, match="newer"):
        restoring.restore(archive, tmp_path / "again", quietly)


def test_on_postgresql_it_names_the_program_that_does_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCRAPBOOK_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    with pytest.raises(SettingsError, match="pg_dump"):
        backup.make(settings_of(tmp_path, monkeypatch), tmp_path, quietly)


def test_the_manifest_says_what_is_in_it(settings: Settings, tmp_path: Path) -> None:
    archive, _ = backup.make(settings, tmp_path / "one.tar.gz", quietly)
    with tarfile.open(archive) as tar:
        manifest = json.load(tar.extractfile("manifest.json"))
    assert manifest["counts"]["scrapbook.db"]["entries"] == 1
    assert set(manifest["checksums"]) >= {"journey.db", "scrapbook.db", "phone-account.json", "settings.json"}
