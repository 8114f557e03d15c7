"""The app works on what is uploaded: after a kill it goes on, and an error holds up nobody else."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scrapbook.core import Book
from scrapbook.exchange import importing
from scrapbook.exchange.importing import Importer
from scrapbook.media.storage import MediaStore
from scrapbook.store import Person, Store, UploadedExport
from scrapbook.workflows.importing import ImportRunner
from tests.integration.conftest import NOW
from tests.integration.exchange.test_importing import memos
from tests.support.installation import wait_until
from tests.unit.exchange.exports import written

DAY = timedelta(days=1)


@pytest.fixture
def store_url(url: str) -> str:
    """On both databases."""
    return url


@pytest.fixture
def runner(store: Store, media_store: MediaStore, tmp_path: Path) -> ImportRunner:
    return ImportRunner(store, media_store, tmp_path / "uploads", "test")


def uploaded(
    store: Store, person: Person, folder: Path, count: int, at: datetime | None = None, worker: str = "test"
) -> int:
    """Upload an export, as the page does."""
    with store.transaction() as tx:
        id_ = tx.uploaded_exports.add(person.id, worker, "memos.json", at or datetime.now(UTC))
        tx.uploaded_exports.set_state(id_, "uploading", "reading")
    written(folder / str(id_), {"memos.json": memos(count)})
    return id_


def found(store: Store, person: Person) -> UploadedExport:
    one = store.read(lambda tx: tx.uploaded_exports.of_person(person.id))
    assert one is not None
    return one


def press(store: Store, id_: int) -> None:
    assert store.write(lambda tx: tx.uploaded_exports.set_state(id_, "read", "wanted"))


def press_read(runner: ImportRunner, store: Store, person: Person, folder: Path) -> None:
    """Upload 200 entries, have them looked at, and press the button."""
    id_ = uploaded(store, person, folder / "uploads", 200)
    runner.work()
    press(store, id_)


def count(store: Store, person: Person) -> int:
    return store.read(lambda tx: tx.entries.count(person.id))


KILLED = """
import sys, pathlib
from scrapbook.exchange import importing
from scrapbook.media.storage import MediaStore
from scrapbook.store import Store
from scrapbook.workflows.importing import ImportRunner
importing.BATCH = 20
class Paused(ImportRunner):
    def _count(self, uploaded, count):
        super()._count(uploaded, count)
        print(count, flush=True)
        if count >= int(most):
            sys.stdin.read()
url, media, folder, most = sys.argv[1:]
Paused(Store.open(url), MediaStore(media), pathlib.Path(folder), "test").work()
"""


@pytest.mark.parametrize("most", [60, 200])
def test_killed_in_the_middle_it_goes_on_and_is_undone_as_one(
    runner: ImportRunner, store: Store, url: str, ann: Person, tmp_path: Path, most: int
) -> None:
    press_read(runner, store, ann, tmp_path)
    arguments = [url, str(tmp_path / "media"), str(tmp_path / "uploads"), str(most)]
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert f"{most}\n" in iter(process.stdout.readline, "")
    assert (found(store, ann).state, found(store, ann).count) == ("wanted", most)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert count(store, ann) == most
    runner.work()
    assert found(store, ann).state == "imported"
    assert (found(store, ann).result["added"], found(store, ann).result["known"]) == (200, 0)
    assert count(store, ann) == 200
    with store.transaction() as tx:
        assert Book(tx, ann, "", NOW).undo()
    assert count(store, ann) == 0


def test_the_thread_works_when_it_is_woken_and_ends(
    runner: ImportRunner, store: Store, ann: Person, tmp_path: Path
) -> None:
    runner.start()
    uploaded(store, ann, tmp_path / "uploads", 3)
    runner.wake()
    wait_until(lambda: found(store, ann).state == "read", 60, lambda: found(store, ann).state)
    runner.stop()
    assert found(store, ann).preview["entries"] == 3


def test_one_that_cannot_be_read_holds_up_nobody(
    runner: ImportRunner, store: Store, ann: Person, ben: Person, tmp_path: Path
) -> None:
    id_ = uploaded(store, ann, tmp_path / "uploads", 3)
    (tmp_path / "uploads" / str(id_) / "memos.json").write_bytes(b"\xff\xfe\x00")
    uploaded(store, ben, tmp_path / "uploads", 3)
    runner.work()
    assert (found(store, ann).state, found(store, ben).state) == ("failed", "read")


def test_what_another_app_has_taken_is_left_to_it(
    runner: ImportRunner, store: Store, ann: Person, tmp_path: Path
) -> None:
    uploaded(store, ann, tmp_path / "elsewhere", 3, worker="another")
    runner.work()
    assert found(store, ann).state == "reading"


def test_it_is_forgotten_with_its_file(
    runner: ImportRunner, store: Store, ann: Person, tmp_path: Path
) -> None:
    id_ = uploaded(store, ann, tmp_path / "uploads", 3, at=NOW)
    with store.transaction() as tx:
        assert tx.uploaded_exports.forget(NOW + DAY) == 0  # it is still to be read
    runner.work()
    with store.transaction() as tx:
        assert tx.uploaded_exports.forget(NOW) == 0
        assert tx.uploaded_exports.forget(NOW + DAY) == 1
    runner.work()
    assert not (tmp_path / "uploads" / str(id_)).exists()


def test_one_that_is_left_meanwhile_is_not_read_to_its_end(
    runner: ImportRunner, store: Store, ann: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 20)
    id_ = uploaded(store, ann, tmp_path / "uploads", 200)
    runner.work()
    press(store, id_)
    told = runner._count

    def leave(one: UploadedExport, read: int) -> None:
        store.write(lambda tx: tx.uploaded_exports.remove(id_, ann.id))
        told(one, read)

    monkeypatch.setattr(runner, "_count", leave)
    runner.work()
    assert count(store, ann) == 20


def test_one_whose_person_is_erased_while_its_files_are_stored_saves_nothing(
    runner: ImportRunner, store: Store, ann: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    press_read(runner, store, ann, tmp_path)
    read = Importer._save

    def save(self: Importer, *arguments: object) -> None:
        store.write(lambda tx: tx.erasures.begin_everything(ann.id, NOW))
        while store.write(lambda tx: tx.erasures.erase_part(ann.id, "")):
            pass
        read(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Importer, "_save", save)
    runner.work()
    assert count(store, ann) == 0


def test_undone_meanwhile_it_ends_and_can_be_imported_again(
    runner: ImportRunner, store: Store, ann: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 20)
    press_read(runner, store, ann, tmp_path)
    told = runner._count

    def undo(one: UploadedExport, read: int) -> None:
        told(one, read)
        if read == 60:
            with store.transaction() as tx:
                assert Book(tx, ann, "", NOW).undo()

    monkeypatch.setattr(runner, "_count", undo)
    runner.work()
    assert count(store, ann) == 0
    assert store.read(lambda tx: tx.uploaded_exports.of_person(ann.id)) is None
    monkeypatch.undo()
    press_read(runner, store, ann, tmp_path)
    runner.work()
    assert count(store, ann) == 200
