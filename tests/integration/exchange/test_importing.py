"""An import saves what is new, once, as one change; killed, it goes on."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scrapbook.core import undo
from scrapbook.core.book import Book
from scrapbook.exchange import importing
from scrapbook.exchange.importing import Importer, ImportResult
from scrapbook.exchange.sources import ExportUnreadable
from scrapbook.media.storage import MediaStore
from scrapbook.store import Entry, Person, Store
from scrapbook.text.parsed_text import ParsedText
from scrapbook.text.query import Query
from tests.unit.exchange.exports import JPEG, written

NOW = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "PAUSE_SECONDS", 0)


@pytest.fixture
def importer(store: Store, media_store: MediaStore, ann: Person) -> Importer:
    return Importer(store, media_store, ann.id)


def memos(count: int, **changes: str) -> dict[str, Any]:
    """Notes 1 to ``count``; some with another text than the first ten of them have anyway."""
    return {
        "memos": [
            {
                "name": f"memos/{number}",
                "createTime": f"2024-03-02T07:15:{number % 60:02}Z",
                "visibility": "PRIVATE",
                "content": changes.get(f"memo{number}", f"Thought number{number} about oars #boats"),
            }
            for number in range(1, count + 1)
        ]
    }


def imported(importer: Importer, path: Path) -> ImportResult:
    return importer.run(path, None, lambda _: None)


def entries(store: Store, person: Person) -> list[Entry]:
    return store.read(lambda tx: tx.entries.list(person.id))


def test_what_is_imported_is_there_with_its_time_topic_number_and_files(
    importer: Importer, store: Store, media_store: MediaStore, ann: Person, tmp_path: Path
) -> None:
    note = "---\ntags: [boat, craft]\ncreated: 2024-03-02T07:15:30Z\n---\nTwo oars ![[oar.jpg]]"
    vault = written(tmp_path / "vault", {".obsidian/app.json": "{}", "Oars.md": note, "oar.jpg": JPEG})
    result = imported(importer, vault)
    assert (result.added, result.files, result.skipped) == (1, 1, [])
    [entry] = entries(store, ann)
    assert entry.text == "Oars\n\nTwo oars ![[oar.jpg]]\n\n#craft"
    assert (entry.number, entry.topic) == (1, "boat")
    assert entry.created_at == datetime(2024, 3, 2, 7, 15, 30, tzinfo=UTC)
    [file] = entry.media
    assert media_store.read(file.key or "") == JPEG


def test_what_is_imported_is_found_also_misspelled(
    importer: Importer, store: Store, ann: Person, tmp_path: Path
) -> None:
    imported(importer, written(tmp_path, {"memos.json": memos(3, memo2="A harbour in the evening")}))
    with store.transaction(read_only=True) as tx:
        for typed in ("harbour", "harbuor"):
            assert len(tx.entries.find(ann.id, Query.parse(typed), 5).found) == 1, typed


def test_a_quotation_is_one_whatever_its_words(
    importer: Importer, store: Store, ann: Person, tmp_path: Path
) -> None:
    when = "Added on Saturday, 2 March 2024 07:15:30"
    clipping = f"Walks (Ellison, Mara)\n- Your Highlight on page 3 | {when}\n\nSlow."
    imported(importer, written(tmp_path, {"clips.txt": f"{clipping}\n==========\n"}))
    assert store.read(lambda tx: tx.entries.authors(ann.id)) == ["Ellison, Mara"]


def test_nothing_comes_twice(importer: Importer, store: Store, ann: Person, tmp_path: Path) -> None:
    path = written(tmp_path, {"memos.json": memos(30)})
    assert imported(importer, path).added == 30
    again = imported(importer, path)
    assert (again.added, again.known) == (0, 30)
    path.write_text(json.dumps(memos(40)))
    assert imported(importer, path).added == 10
    assert len(entries(store, ann)) == 40


def test_parts_in_any_order_come_to_the_same(
    importer: Importer, store: Store, ann: Person, ben: Person, media_store: MediaStore, tmp_path: Path
) -> None:
    first = written(tmp_path, {"a.json": {"memos": memos(20)["memos"][:12]}})
    second = written(tmp_path, {"b.json": {"memos": memos(20)["memos"][8:]}})
    for path in (first, second):
        imported(importer, path)
    for path in (second, first):
        imported(Importer(store, media_store, ben.id), path)
    assert sorted(e.text for e in entries(store, ann)) == sorted(e.text for e in entries(store, ben))
    assert len(entries(store, ann)) == 20


def test_an_entry_that_has_grown_there_is_brought_up_to_date(
    importer: Importer, store: Store, ann: Person, tmp_path: Path
) -> None:
    path = written(tmp_path, {"memos.json": memos(1, memo1="One oar\nAsh")})
    imported(importer, path)
    path.write_text(json.dumps(memos(1, memo1="One oar\nAsh\nBought in March")))
    assert imported(importer, path).updated == 1
    assert [entry.text for entry in entries(store, ann)] == ["One oar\nAsh\nBought in March"]
    assert imported(importer, path).updated == 0


def test_a_page_is_one_entry_whichever_service_tells_of_it(
    importer: Importer, store: Store, ann: Person, tmp_path: Path
) -> None:
    pocket = "title,url,time_added,tags,status\nOars,https://example.org/o,1709363730,boat,unread\n"
    pin = {"href": "https://example.org/o/", "description": "Oars", "extended": "of ash", "tags": "boat"}
    imported(importer, written(tmp_path, {"pocket.csv": pocket}))
    assert imported(importer, written(tmp_path, {"pins.json": [pin]})).updated == 1
    assert [entry.text for entry in entries(store, ann)] == ["Oars\nhttps://example.org/o/\n\nof ash"]
    renamed = imported(importer, written(tmp_path, {"other.json": [{**pin, "description": "Sculls"}]}))
    assert [one.why for one in renamed.skipped] == [
        "It was imported before with other words. The entry here stays as it is."
    ]
    assert len(entries(store, ann)) == 1


def test_a_note_that_a_reader_adds_later_comes_to_its_highlight(
    importer: Importer, store: Store, ann: Person, tmp_path: Path
) -> None:
    def clipping(kind: str, words: str) -> str:
        when = "Added on Saturday, 2 March 2024 07:15:30"
        return f"Walks (Ellison, Mara)\n- Your {kind} on Location 22 | {when}\n\n{words}\n==========\n"

    path = written(tmp_path, {"clips.txt": clipping("Highlight", "Slow down.")})
    imported(importer, path)
    path.write_text(path.read_text() + clipping("Note", "yes"))
    assert imported(importer, path).updated == 1
    [entry] = entries(store, ann)
    assert entry.text == "“Slow down.”\n— Ellison, Mara, Walks, location 22\n\nyes"


def test_an_entry_that_was_changed_here_stays_as_it_is(
    importer: Importer, store: Store, ann: Person, tmp_path: Path
) -> None:
    path = written(tmp_path, {"memos.json": memos(1, memo1="One oar")})
    imported(importer, path)
    [entry] = entries(store, ann)
    store.write(lambda tx: tx.entries.change_text(entry.id, ParsedText("Mine"), NOW))
    path.write_text(json.dumps(memos(1, memo1="One oar\nAnd a rope")))
    result = imported(importer, path)
    assert (result.updated, result.skipped_count) == (0, 1)
    assert [entry.text for entry in entries(store, ann)] == ["Mine"]


def test_what_was_deleted_here_does_not_come_back(
    importer: Importer, store: Store, ann: Person, tmp_path: Path
) -> None:
    path = written(tmp_path, {"memos.json": memos(3)})
    imported(importer, path)
    first = entries(store, ann)[0]
    store.write(lambda tx: tx.entries.trash(first.id, NOW))
    assert imported(importer, path).added == 0
    assert len(entries(store, ann)) == 2


def test_one_undo_takes_all_of_it_back_and_then_it_can_be_imported_again(
    importer: Importer, store: Store, ann: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 7)
    path = written(tmp_path, {"memos.json": memos(30)})
    imported(importer, path)
    reply = store.write(lambda tx: undo.undo(Book(tx, ann, "", NOW)))
    assert (reply.response, reply.arguments) == ("utter_undid_import", {"count": "30"})
    assert entries(store, ann) == []
    assert store.read(lambda tx: tx.topics.by_name(ann.id, "boats")) is None
    assert imported(importer, path).added == 30


def trashed(store: Store, person: Person) -> int:
    return store.read(lambda tx: tx.erasures.holdings(person.id)).trashed


def test_what_an_undo_has_taken_back_comes_again_as_it_was(
    importer: Importer, store: Store, ann: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 7)
    path = written(tmp_path, {"memos.json": memos(20)})
    imported(importer, path)
    first = [(entry.id, entry.number, entry.text, entry.topic) for entry in entries(store, ann)]
    for _ in range(2):
        undone = store.write(lambda tx: undo.undo(Book(tx, ann, "", NOW)))
        assert undone.arguments == {"count": "20"}
        assert entries(store, ann) == []
        result = imported(importer, path)
        assert (result.added, result.known) == (20, 0)
        assert [(e.id, e.number, e.text, e.topic) for e in entries(store, ann)] == first
        assert store.read(lambda tx: tx.entries.count(ann.id)) == 20
        assert trashed(store, ann) == 0
    assert imported(importer, path).known == 20


def test_what_comes_again_has_grown_meanwhile(
    importer: Importer, store: Store, ann: Person, tmp_path: Path
) -> None:
    path = written(tmp_path, {"memos.json": memos(1, memo1="One oar")})
    imported(importer, path)
    store.write(lambda tx: undo.undo(Book(tx, ann, "", NOW)))
    path.write_text(json.dumps(memos(1, memo1="One oar\nBought in March")))
    result = imported(importer, path)
    assert (result.added, result.updated, result.known) == (1, 0, 0)
    assert [entry.text for entry in entries(store, ann)] == ["One oar\nBought in March"]
    store.write(lambda tx: undo.undo(Book(tx, ann, "", NOW)))
    assert entries(store, ann) == []


def test_what_has_left_the_trash_comes_again_as_new(
    importer: Importer, store: Store, ann: Person, tmp_path: Path
) -> None:
    path = written(tmp_path, {"memos.json": memos(3)})
    imported(importer, path)
    gone = [entry.id for entry in entries(store, ann)]
    store.write(lambda tx: undo.undo(Book(tx, ann, "", NOW)))
    store.write(lambda tx: [tx.entries.erase(entry_id) for entry_id in gone])
    assert imported(importer, path).added == 3
    assert imported(importer, path).added == 0
    assert [entry.number for entry in entries(store, ann)] == [6, 5, 4]


def test_an_import_of_nothing_new_leaves_nothing_to_undo(
    importer: Importer, store: Store, ann: Person, tmp_path: Path
) -> None:
    path = written(tmp_path, {"memos.json": memos(3)})
    imported(importer, path)
    imported(importer, path)
    store.write(lambda tx: undo.undo(Book(tx, ann, "", NOW)))
    assert store.write(lambda tx: undo.undo(Book(tx, ann, "", NOW))).response == "utter_nothing_to_undo"


def test_nobody_else_sees_it(
    importer: Importer, store: Store, ben: Person, tmp_path: Path, media_store: MediaStore
) -> None:
    path = written(tmp_path, {"memos.json": memos(3)})
    imported(importer, path)
    assert entries(store, ben) == []
    assert imported(Importer(store, media_store, ben.id), path).added == 3


def test_a_file_that_is_cut_gives_what_is_before_the_cut(
    importer: Importer, store: Store, ann: Person, tmp_path: Path
) -> None:
    whole = json.dumps(memos(10))
    path = written(tmp_path, {"memos.json": whole[: len(whole) * 2 // 3]})
    result = imported(importer, path)
    assert 0 < result.added < 10
    assert [one.why for one in result.skipped] == ["memos.json is broken or cut short."]
    path.write_text(whole)
    assert imported(importer, path).added + result.added == 10


def test_what_is_of_no_format_is_refused_and_nothing_is_written(
    importer: Importer, store: Store, ann: Person, tmp_path: Path
) -> None:
    with pytest.raises(ExportUnreadable, match="of no known format"):
        imported(importer, written(tmp_path, {"a.txt": "only words"}))
    assert entries(store, ann) == []


KILLED = """
import sys, pathlib
from scrapbook.exchange import importing
from scrapbook.media.storage import MediaStore
from scrapbook.store import Store
importing.BATCH = 20
importing.PAUSE_SECONDS = 0
url, media, person, path = sys.argv[1:]
def pause(read):
    print(read, flush=True)
    if read >= 60:
        sys.stdin.read()
importing.Importer(Store.open(url), MediaStore(media), int(person)).run(pathlib.Path(path), None, pause)
"""


def test_killed_in_the_middle_it_goes_on_and_is_one_change(
    importer: Importer, store: Store, url: str, ann: Person, tmp_path: Path
) -> None:
    path = written(tmp_path, {"memos.json": memos(200)})
    arguments = [url, str(tmp_path / "media"), str(ann.id), str(path)]
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert "60\n" in iter(process.stdout.readline, "")
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert len(entries(store, ann)) == 60
    result = imported(importer, path)
    assert (result.added, result.known) == (200, 0)  # of the whole import, as one undo takes all of it back
    assert store.write(lambda tx: undo.undo(Book(tx, ann, "", NOW))).arguments == {"count": "200"}
    assert entries(store, ann) == []
