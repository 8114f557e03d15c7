"""A backup holds what was there, and a damaged one is not restored."""

import gzip
import json
import os
import shutil
import sqlite3
import stat
import tarfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import fsspec
import pytest
from dbos import DBOS, DBOSClient, EnqueueOptions
from fsspec.implementations.memory import MemoryFileSystem

from scrapbook.app import QUEUES
from scrapbook.core import signing_in
from scrapbook.errors import DatabaseTooOld, MediaStoreError, SettingsError, StoreError
from scrapbook.media.storage import MediaStore
from scrapbook.ops import backup, restore
from scrapbook.ops.backup import BackupDamaged, BackupFailed
from scrapbook.settings import Settings
from scrapbook.store import Store
from scrapbook.workflows.engine import (
    DOWNLOAD_MEDIA,
    MEDIA_QUEUE,
    WORKFLOWS_CLASS,
    WORKFLOWS_INSTANCE,
    WORKFLOWS_VERSION,
    launch,
)
from scrapbook.workflows.unfinished import open_unfinished
from tests.support.backups import PICTURE, fill, quietly


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
    """Of a scrapbook with an answered message, a reply being sent, a message in the inbox, and a memo that
    DBOS is about to download."""
    settings = settings_of(tmp_path / "installation", monkeypatch)
    settings.make_data_dir()
    shutil.copy(engine_template, settings.data_dir)
    enqueue(settings, "SM3", fill(settings))
    return settings


def fail(*_: object, **__: object) -> None:
    raise OSError("there is no room")


def settings_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("SCRAPBOOK_DATA_DIR", str(folder))
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "a-secret-token")
    return Settings.load()


def enqueue(settings: Settings, sid: str, person_id: int) -> None:
    client = DBOSClient(system_database_url=settings.dbos_database_url, application_name="scrapbook")
    options = EnqueueOptions(
        queue_name=MEDIA_QUEUE,
        workflow_name=DOWNLOAD_MEDIA,
        class_name=WORKFLOWS_CLASS,
        instance_name=WORKFLOWS_INSTANCE,
        workflow_id=f"collect-{sid}",
        app_version=WORKFLOWS_VERSION,
    )
    client.enqueue(options, sid, person_id, 0, True)
    client.destroy()


def test_what_was_backed_up_is_there_again(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, manifest = backup.make(settings, tmp_path, quietly)
    assert archive.name.startswith("scrapbook-")
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert manifest.counts["scrapbook.db"]["messages"] == 4
    restore.restore(archive, tmp_path / "again", quietly)
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
    restore.restore(archive, tmp_path / "again", quietly, there)
    assert MediaStore(there).read(kept) == PICTURE
    assert not (tmp_path / "again" / "media").exists()
    again, manifest = backup.make(
        settings_of(tmp_path / "again", monkeypatch), tmp_path / "2.tar.gz", quietly
    )
    assert manifest.media == 1
    restore.restore(again, tmp_path / "third", quietly)
    assert MediaStore(str(tmp_path / "third" / "media")).read(kept) == PICTURE
    fsspec.filesystem("memory").store.clear()


def test_nothing_is_made_where_pictures_cannot_be_put_back(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, _ = backup.make(settings, tmp_path / "one.tar.gz", quietly)
    with monkeypatch.context() as full:
        full.setattr(MemoryFileSystem, "pipe_file", fail)
        with pytest.raises(MediaStoreError):
            restore.restore(archive, tmp_path / "again", quietly, "memory://full")
    assert not (tmp_path / "again").exists()
    restore.restore(archive, tmp_path / "again", quietly, "memory://full")
    fsspec.filesystem("memory").store.clear()


def test_what_was_under_way_is_in_the_inbox_and_does_not_go_on_by_itself(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, _ = backup.make(settings, tmp_path / "one.tar.gz", quietly)
    restored = restore.restore(archive, tmp_path / "again", quietly)
    assert restored.unfinished == 3
    with open_unfinished(settings_of(tmp_path / "again", monkeypatch)) as inbox:
        found = {one.message_id: one.state for one in inbox.unfinished()}
        assert found == {"SM2": "unsent", "SM3": "failed", "SM4": "failed"}
        for sid in ("SM2", "SM3", "SM4"):
            inbox.retry(sid)
        found = {one.message_id: one.state for one in inbox.unfinished()}
        assert found == {"SM2": "sending", "SM3": "waiting", "SM4": "working"}


def test_a_restored_scrapbook_has_nobody_signed_in(settings: Settings, tmp_path: Path) -> None:
    """Whoever made the backup may know the tokens."""
    now = datetime.now(UTC)
    with closing(Store.open(settings.database_url)) as store, store.transaction() as tx:
        [person, *_] = tx.people.list()
        link = signing_in.create_link(tx, person.id, now)
        used = signing_in.create_link(tx, person.id, now)
        opened = signing_in.use_link(tx, used, "", now)
        assert opened
    path, _ = backup.make(settings, tmp_path / "backup", quietly)
    restore.restore(path, tmp_path / "restored", quietly)
    with (
        closing(Store.open(f"sqlite:///{tmp_path}/restored/scrapbook.db")) as store,
        store.transaction(read_only=True) as tx,
    ):
        assert not signing_in.link_is_open(tx, link, now)
        assert signing_in.session_of(tx, opened.token, now) is None


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
        restore.restore(archive, settings.data_dir, quietly)


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
        restore.restore(archive, tmp_path / "again", quietly)
    assert not (tmp_path / "again").exists()


def test_a_backup_that_was_cut_short_is_refused(settings: Settings, tmp_path: Path) -> None:
    archive, _ = backup.make(settings, tmp_path / "one.tar.gz", quietly)
    os.truncate(archive, archive.stat().st_size // 2)
    with pytest.raises(BackupDamaged):
        restore.restore(archive, tmp_path / "again", quietly)


def test_a_file_that_would_be_written_elsewhere_is_refused(tmp_path: Path) -> None:
    unknown_sender = tmp_path / "evil.tar.gz"
    with tarfile.open(unknown_sender, "w:gz") as tar:
        (tmp_path / "x").write_text("x")
        tar.add(tmp_path / "x", "../outside")
    with pytest.raises(BackupDamaged):
        restore.restore(unknown_sender, tmp_path / "again", quietly)
    assert not (tmp_path / "outside").exists()


def test_a_backup_of_a_newer_release_is_refused(settings: Settings, tmp_path: Path) -> None:
    with closing(sqlite3.connect(settings.data_dir / "scrapbook.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    archive, _ = backup.make(settings, tmp_path / "one.tar.gz", quietly)
    with pytest.raises(StoreError, match="newer"):
        restore.restore(archive, tmp_path / "again", quietly)


def test_a_backup_of_an_early_version_is_refused(settings: Settings, tmp_path: Path) -> None:
    with closing(sqlite3.connect(settings.data_dir / "scrapbook.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '0014'")
        database.commit()
    archive, _ = backup.make(settings, tmp_path / "one.tar.gz", quietly)
    with pytest.raises(DatabaseTooOld, match="early version"):
        restore.restore(archive, tmp_path / "again", quietly)
    assert not (tmp_path / "again").exists()


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
    assert set(manifest["checksums"]) >= {"scrapbook.db", "phone-account.json", "settings.json"}
