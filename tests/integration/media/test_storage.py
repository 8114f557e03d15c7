"""Files, kept under what they are made of."""

import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from scrapbook.errors import MediaMissing, MediaStoreError, SettingsError
from scrapbook.media.storage import CHUNK, MediaStore

CONTENT = b"OggS and what was said"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MediaStore]:
    yield MediaStore(str(tmp_path / "media") if request.param == "folder" else "memory://media")
    fsspec.filesystem("memory").store.clear()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "media"


def test_what_is_kept_is_found_again(store: MediaStore):
    key = store.save(CONTENT, "audio/ogg")
    assert key == f"{DIGEST[:2]}/{DIGEST}.ogg"
    assert store.read(key) == CONTENT
    assert store.keys() == [key]


def test_the_same_content_is_read_or_create(store: MediaStore):
    assert store.save(CONTENT, "audio/ogg") == store.save(CONTENT, "audio/ogg")
    assert len(store.keys()) == 1


def test_an_empty_file_is_a_file(store: MediaStore):
    assert store.read(store.save(b"", "application/octet-stream")) == b""


def test_what_is_deleted_is_gone_and_deleting_it_again_is_fine(store: MediaStore):
    key = store.save(CONTENT, "audio/ogg")
    store.delete(key)
    store.delete(key)
    assert store.keys() == []
    with pytest.raises(MediaMissing) as problem:
        store.read(key)
    assert problem.value.permanent


@pytest.mark.parametrize(
    "key", ["", "../secret.txt", "/etc/passwd", f"ab/../../{DIGEST}.ogg", f"{DIGEST}.ogg"]
)
def test_a_key_that_was_never_given_out_leads_nowhere(store: MediaStore, key: str):
    for work in (store.read, store.delete):
        with pytest.raises(MediaMissing):
            work(key)


def test_a_new_store_has_nothing(store: MediaStore):
    assert store.keys() == []


def test_what_another_process_keeps_is_seen(folder: Path):
    ours, theirs = MediaStore(str(folder)), MediaStore(f"file://{folder}")
    assert ours.keys() == []
    key = theirs.save(CONTENT, "audio/ogg")
    assert ours.keys() == [key]


def test_nobody_else_on_the_machine_can_look_into_the_folder(folder: Path):
    key = MediaStore(str(folder)).save(CONTENT, "audio/ogg")
    for path, mode in ((folder, 0o700), (folder / key[:2], 0o700), (folder / key, 0o600)):
        assert path.stat().st_mode & 0o777 == mode, path


def test_a_file_that_was_cut_off_is_written_anew(folder: Path):
    store = MediaStore(str(folder))
    key = store.save(CONTENT, "audio/ogg")
    (folder / key).write_bytes(CONTENT[:5])
    assert store.read(store.save(CONTENT, "audio/ogg")) == CONTENT


def test_a_write_that_fails_leaves_nothing_behind(folder: Path, monkeypatch: pytest.MonkeyPatch):
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    store = MediaStore(str(folder))
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(MediaStoreError) as problem:
        store.save(CONTENT, "audio/ogg")
    assert not problem.value.permanent
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_a_folder_that_was_taken_away_is_no_file_that_is_missing(folder: Path):
    store = MediaStore(str(folder))
    folder.rmdir()
    with pytest.raises(MediaStoreError) as problem:
        store.save(CONTENT, "audio/ogg")
    assert not problem.value.permanent


def test_a_draft_that_a_crash_left_is_not_taken_for_a_file(folder: Path):
    store = MediaStore(str(folder))
    key = store.save(CONTENT, "audio/ogg")
    (folder / key[:2] / ".0123456789abcdef.part").write_bytes(b"half")
    assert store.keys() == [key]


def test_many_may_keep_the_same_at_once(folder: Path):
    keys = set[str]()
    threads = [
        threading.Thread(target=lambda: keys.add(MediaStore(str(folder)).save(CONTENT * 10_000, "audio/ogg")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert MediaStore(str(folder)).keys() == list(keys)


def test_an_error_of_the_store_is_told_without_its_address(monkeypatch: pytest.MonkeyPatch):
    store = MediaStore("memory://media")

    def refuse(path: str) -> None:
        raise RuntimeError(f"denied: {path} with the password 1234")

    monkeypatch.setattr(store._files, "cat_file", refuse)
    with pytest.raises(MediaStoreError, match="RuntimeError") as problem:
        store.read(f"{DIGEST[:2]}/{DIGEST}.ogg")
    assert "1234" not in str(problem.value)
    assert not problem.value.permanent


def test_an_address_of_which_nothing_can_be_made_is_a_setting_to_mend(tmp_path: Path):
    (tmp_path / "file").touch()
    for url in ("nonsense://x", str(tmp_path / "file" / "media")):
        with pytest.raises(SettingsError, match="SCRAPBOOK_MEDIA_URL"):
            MediaStore(url)


def test_s3_is_one_of_its_places():
    pytest.importorskip("s3fs")
    assert type(MediaStore("s3://bucket/media")._files).__name__ == "S3FileSystem"


def test_a_variant_is_found_beside_its_original_and_is_no_file_of_its_own(store: MediaStore):
    key = store.save(CONTENT, "image/png")
    assert store.read_variant(key, "480.webp") is None
    store.save_variant(key, "480.webp", b"smaller")
    store.save_variant(key, "480.webp", b"small")
    assert store.read_variant(key, "480.webp") == b"small"
    assert store.keys() == [key]


def test_variants_go_with_their_original(store: MediaStore):
    key, other = store.save(CONTENT, "image/png"), store.save(CONTENT * 2, "image/png")
    for each in (key, other):
        store.save_variant(each, "480.webp", b"small")
    store.delete(key)
    assert store.read_variant(key, "480.webp") is None
    assert store.read_variant(other, "480.webp") == b"small"


def test_a_variant_that_outlived_its_original_is_deleted_later(store: MediaStore):
    key, other = store.save(CONTENT, "image/png"), store.save(CONTENT * 2, "image/png")
    store.delete(key)
    for each in (key, other):
        store.save_variant(each, "480.webp", b"small")
    assert store.delete_stray_variants() == 1
    assert store.delete_stray_variants() == 0
    assert store.read_variant(key, "480.webp") is None
    assert store.read_variant(other, "480.webp") == b"small"


@pytest.mark.parametrize("name", ["", "480", "../480.webp", "a/b.webp", ".webp", "480.webp/x"])
def test_a_variant_has_a_plain_name(store: MediaStore, name: str):
    key = store.save(CONTENT, "image/png")
    with pytest.raises(MediaMissing):
        store.save_variant(key, name, b"small")


def test_a_part_of_a_file_is_read_in_chunks(store: MediaStore):
    content = bytes(range(256)) * (CHUNK // 128)
    key = store.save(content, "audio/ogg")
    assert store.size(key) == len(content)
    read = list(store.chunks(key, 5, len(content) - 3))
    assert b"".join(read) == content[5:-3]
    assert max(len(chunk) for chunk in read) == CHUNK
    store.delete(key)
    with pytest.raises(MediaMissing):
        store.size(key)
    with pytest.raises(MediaMissing):
        list(store.chunks(key, 0, 1))
