"""The mirror follows what is saved, and touches no file but its own."""

import shutil
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest

from scrapbook.core.book import Book
from scrapbook.exchange.mirror import Mirror, MirrorFolder, check_mirror, left_out
from scrapbook.media.storage import MediaStore
from scrapbook.store import Person, Store, Transaction
from scrapbook.text.parsed_text import ParsedText
from scrapbook.workflows.mirroring import MirrorKeeper
from tests.integration.exchange.sample_scrapbook import NOW, OGG, fill, save, stored


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mirror"


@pytest.fixture
def keeper(store: Store, media_store: MediaStore, folder: Path) -> MirrorKeeper:
    return MirrorKeeper(store, Mirror(store, media_store, folder))


@pytest.fixture
def restarted(store: Store, media_store: MediaStore, folder: Path) -> MirrorKeeper:
    """What a later start has."""
    return MirrorKeeper(store, Mirror(store, media_store, folder))


def look(keeper: MirrorKeeper) -> None:
    keeper.rests_until.clear()
    anyio.run(keeper.look)


def notes(folder: Path) -> dict[str, str]:
    """What was written, without what the mirror keeps for itself."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {
        name: path.read_bytes().decode("utf-8", "replace")
        for name, path in sorted(found.items())
        if ".scrapbook-mirror" not in name
    }


def test_all_of_it_is_there_with_files_beside_the_notes(
    keeper: MirrorKeeper, store: Store, media_store: MediaStore, ann: Person, folder: Path
) -> None:
    fill(store, media_store, ann)
    look(keeper)
    found = notes(folder)
    assert set(found) == {
        "Ann/Boats a b/1 Oars of spruce.md",
        "Ann/Boats a b/3 Two oars, heard wrongly.md",
        "Ann/Boats a b/3-1.ogg",
        "Ann/No topic/5 ---.md",
        "Ann/Topics/Boats a b.md",
        "Ann/Topics/_CON.md",
        "Ann/Topics/boats a b 2.md",
        "Ann/Trash/4 “Slow down.”.md",
        "Ann/Trash/4-1.jpg",
        "Ann/Trash/4-2.ogg",
    }
    assert found["Ann/Boats a b/3-1.ogg"].encode() == OGG
    assert {path.stat().st_mode & 0o77 for path in folder.rglob("*") if path.is_file()} == {0}


def test_each_change_is_followed_by_that_of_its_files_alone(
    keeper: MirrorKeeper, store: Store, media_store: MediaStore, ann: Person, folder: Path
) -> None:
    first = store.write(lambda tx: save(tx, ann, "First", None))
    store.write(lambda tx: [save(tx, ann, f"Note {n}", None) for n in range(80)])
    look(keeper)
    untouched = folder / "Ann/No topic/2 Note 0.md"
    written_at = untouched.stat().st_mtime_ns

    def move(tx: Transaction, name: str) -> None:
        tx.entries.set_topic(first, tx.topics.add(ann.id, name).id)

    def change(tx: Transaction, work: Callable[[Transaction], None]) -> None:
        with Book(tx, ann, "", NOW).recording("edit"):
            work(tx)

    store.write(lambda tx: change(tx, lambda tx: tx.entries.change_text(first, ParsedText("Changed"), NOW)))
    look(keeper)
    assert (folder / "Ann/No topic/1 Changed.md").exists()
    assert not (folder / "Ann/No topic/1 First.md").exists()
    store.write(lambda tx: change(tx, lambda tx: move(tx, "Oars")))
    look(keeper)
    assert (folder / "Ann/Oars/1 Changed.md").exists()
    assert (folder / "Ann/Topics/Oars.md").exists()
    store.write(lambda tx: change(tx, lambda tx: tx.entries.trash(first, NOW)))
    look(keeper)
    assert (folder / "Ann/Trash/1 Changed.md").exists()
    assert not (folder / "Ann/Oars").exists()
    for _ in range(2):
        store.write(lambda tx: Book(tx, ann, "", NOW).undo())
    look(keeper)
    assert (folder / "Ann/No topic/1 Changed.md").exists()
    store.write(lambda tx: tx.entries.erase(tx.entries.numbered(ann.id, 80, 1)[0].id))
    look(keeper)
    assert not (folder / "Ann/No topic/81 Note 79.md").exists()
    assert untouched.stat().st_mtime_ns == written_at


def test_a_renamed_topic_moves_its_folder(
    keeper: MirrorKeeper, store: Store, media_store: MediaStore, ann: Person, folder: Path
) -> None:
    def begin(tx: Transaction) -> None:
        save(
            tx,
            ann,
            "Two oars",
            tx.topics.add(ann.id, "Boats").id,
            [stored(tx, media_store, OGG, "audio/ogg")],
        )

    store.write(begin)
    look(keeper)
    with store.transaction() as tx, Book(tx, ann, "", NOW).recording("rename"):
        tx.topics.rename(tx.topics.list(ann.id)[0].id, "Craft")
    look(keeper)
    assert set(notes(folder)) == {
        "Ann/Craft/1 Two oars.md",
        "Ann/Craft/1-1.ogg",
        "Ann/Topics/Craft.md",
    }


def test_a_start_brings_it_up_to_date(
    keeper: MirrorKeeper, restarted: MirrorKeeper, store: Store, ann: Person, folder: Path
) -> None:
    ids = [store.write(lambda tx, n=n: save(tx, ann, f"Note {n}", None)) for n in range(3)]
    look(keeper)
    store.write(lambda tx: tx.entries.erase(ids[1]))
    (folder / "Ann/No topic/1 Note 0.md").write_text("changed by hand")
    (folder / "Ann/No topic/3 Note 2.md").unlink()
    store.write(lambda tx: save(tx, ann, "New", None))
    look(restarted)
    found = notes(folder)
    assert set(found) == {f"Ann/No topic/{name}.md" for name in ("1 Note 0", "3 Note 2", "4 New")}
    assert found["Ann/No topic/1 Note 0.md"].endswith("---\nNote 0\n")


def test_files_of_others_are_never_touched(
    keeper: MirrorKeeper, restarted: MirrorKeeper, store: Store, ann: Person, folder: Path
) -> None:
    entry = store.write(lambda tx: save(tx, ann, "First", None))
    look(keeper)
    own = folder / "Ann/No topic/mine.md"
    own.write_text("mine")
    taken = folder / "Ann/No topic/2 Second.md"
    taken.write_text("mine, too")
    outside = folder.parent / "outside"
    outside.write_text("outside")
    (folder / "Ann/No topic/3 Third.md").symlink_to(outside)
    (folder / "Ann/No topic/1 First.md").write_text("rewritten by hand")
    for text in ("Second", "Third"):
        store.write(lambda tx, text=text: save(tx, ann, text, None))
    store.write(lambda tx: tx.entries.erase(entry))
    look(keeper)
    look(restarted)
    assert (own.read_text(), taken.read_text(), outside.read_text()) == ("mine", "mine, too", "outside")
    assert (folder / "Ann/No topic/1 First.md").read_text() == "rewritten by hand"


def test_each_person_has_a_folder_which_goes_with_them(
    keeper: MirrorKeeper, store: Store, ann: Person, ben: Person, folder: Path
) -> None:
    store.write(lambda tx: (save(tx, ann, "Hers", None), save(tx, ben, "His", None)))
    twin = store.write(lambda tx: tx.people.add("ann", ["+15550109"]))
    store.write(lambda tx: save(tx, twin, "Another's", None))
    look(keeper)
    assert set(notes(folder)) == {
        "Ann/No topic/1 Hers.md",
        "Ben/No topic/1 His.md",
        "ann 2/No topic/1 Another's.md",
    }
    store.write(lambda tx: tx.people.remove(ben.id, with_entries=True))
    look(keeper)
    assert sorted(path.name for path in folder.iterdir()) == ["Ann", "ann 2"]
    for person in (ann, twin):
        store.write(lambda tx, person=person: tx.people.remove(person.id, with_entries=True))
    look(keeper)
    assert notes(folder) == {}


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    check_mirror(tmp_path / "new")
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match=r"exists|directory"):
        check_mirror(tmp_path / "file")
    assert list((tmp_path / "new").iterdir()) == []


def put_a_file(place: Path, _outside: Path) -> None:
    place.write_text("mine")


def put_a_link(place: Path, outside: Path) -> None:
    place.symlink_to(outside)


@pytest.mark.parametrize("put", [put_a_file, put_a_link])
def test_something_where_a_topics_folder_belongs_stays_and_its_notes_are_left_out(
    keeper: MirrorKeeper,
    restarted: MirrorKeeper,
    store: Store,
    ann: Person,
    ben: Person,
    folder: Path,
    put: Callable[[Path, Path], None],
) -> None:
    store.write(lambda tx: (save(tx, ann, "Hers", None), save(tx, ben, "His", None)))
    look(keeper)
    outside = folder.parent / "outside"
    outside.mkdir()
    put(folder / "Ann/Boats", outside)
    store.write(lambda tx: save(tx, ann, "Oars", tx.topics.add(ann.id, "Boats").id))
    store.write(lambda tx: (save(tx, ann, "Later", None), save(tx, ben, "Later", None)))
    look(keeper)
    assert {"Ann/No topic/3 Later.md", "Ben/No topic/2 Later.md"} <= set(notes(folder))
    assert list(outside.iterdir()) == []
    assert left_out(folder) == ["Ann/Boats/2 Oars.md"]
    (folder / "Ann/Boats").unlink()
    look(restarted)
    assert "Ann/Boats/2 Oars.md" in notes(folder)
    assert left_out(folder) == []


def test_a_folder_where_a_note_belongs_stays(
    keeper: MirrorKeeper, restarted: MirrorKeeper, store: Store, ann: Person, folder: Path
) -> None:
    ids = [store.write(lambda tx, text=text: save(tx, ann, text, None)) for text in ("First", "Second")]
    look(keeper)
    for name in ("1 First.md", "2 Second.md"):
        (folder / "Ann/No topic" / name).unlink()
        (folder / "Ann/No topic" / name).mkdir()
    store.write(lambda tx: (tx.entries.erase(ids[1]), save(tx, ann, "Third", None)))
    for one in (keeper, restarted):
        look(one)
    assert (folder / "Ann/No topic/1 First.md").is_dir()
    assert (folder / "Ann/No topic/2 Second.md").is_dir()
    assert set(notes(folder)) == {"Ann/No topic/3 Third.md"}
    assert left_out(folder) == ["Ann/No topic/1 First.md"]


def test_a_folder_that_lost_its_manifest_is_left_for_a_new_one(
    keeper: MirrorKeeper, store: Store, ann: Person, folder: Path
) -> None:
    store.write(lambda tx: save(tx, ann, "First", None))
    look(keeper)
    shutil.rmtree(folder / "Ann/.scrapbook-mirror")
    store.write(lambda tx: save(tx, ann, "Second", None))
    look(keeper)
    assert set(notes(folder)) == {
        "Ann/No topic/1 First.md",
        "Ann 2/No topic/1 First.md",
        "Ann 2/No topic/2 Second.md",
    }


def test_a_folder_whose_making_was_killed_gets_its_name(
    keeper: MirrorKeeper, store: Store, ann: Person, folder: Path
) -> None:
    store.write(lambda tx: save(tx, ann, "First", None))
    folder.mkdir()
    MirrorFolder.of_person(folder, ann).root.rename(folder / f".new-{ann.id}")
    look(keeper)
    assert [path.name for path in folder.iterdir()] == ["Ann"]
    assert set(notes(folder)) == {"Ann/No topic/1 First.md"}


def test_a_folder_that_fails_does_not_stop_those_of_others(
    keeper: MirrorKeeper, store: Store, ann: Person, ben: Person, folder: Path
) -> None:
    store.write(lambda tx: (save(tx, ann, "Hers", None), save(tx, ben, "His", None)))
    look(keeper)
    manifest = folder / "Ann/.scrapbook-mirror/manifest"
    manifest.unlink()
    manifest.mkdir()
    store.write(lambda tx: (save(tx, ann, "Later", None), save(tx, ben, "Later", None)))
    look(keeper)
    assert "Ben/No topic/2 Later.md" in notes(folder)
    assert keeper.rests_until[ann.id] > keeper.rests_until[ben.id]
