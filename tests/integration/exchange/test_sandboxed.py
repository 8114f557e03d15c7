"""An uploaded export is read in a process of its own: the same, and no file can take too much."""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from scrapbook.exchange.importing import Importer
from scrapbook.exchange.reading import Found, open_export
from scrapbook.exchange.registry import all_formats
from scrapbook.exchange.sandboxed import open_sandboxed
from scrapbook.exchange.sources import ExportUnreadable
from scrapbook.media.storage import MediaStore
from scrapbook.model.imported import Skipped
from scrapbook.store import Person, Store
from tests.unit.exchange.exports import JPEG, LONDON, written, zipped
from tests.unit.exchange.test_formats import EXPORTS


def compared(found: Found) -> object:
    """What was found, with the bytes of its files in place of what opens them."""
    if isinstance(found, Skipped):
        return found
    contents = [(file.name, file.size, file.open().read()) for file in found.files]
    return replace(found, files=()), contents


@pytest.mark.parametrize("name", [one.name for one in all_formats()])
def test_every_format_is_read_alike(name: str, tmp_path: Path) -> None:
    path = written(tmp_path, EXPORTS[name][0])
    with open_export(path) as export:
        expected = [compared(one) for one in export.read(LONDON)]
    with open_sandboxed(path, path.name) as export:
        assert export.format.name == name
        assert [compared(one) for one in export.read(LONDON)] == expected


def test_it_is_imported_with_its_files(
    store: Store, media_store: MediaStore, ann: Person, tmp_path: Path
) -> None:
    notes = {f"note{n}.md": f"Thought {n} ![](picture.jpg)" for n in range(450)}
    path = zipped(tmp_path / "upload", {**notes, "picture.jpg": JPEG})
    with open_sandboxed(path, "vault.zip") as export:
        result = Importer(store, media_store, ann.id).take(export, None, lambda _: None)
    assert (result.format, result.added, result.files) == ("obsidian", 450, 450)
    entries = store.read(lambda tx: tx.entries.list(ann.id, limit=500))
    assert {media_store.read(part.key or "") for entry in entries for part in entry.media} == {JPEG}


def test_what_is_of_no_format_is_refused_under_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "upload-1").write_bytes(os.urandom(1000))
    with (
        pytest.raises(ExportUnreadable, match=r"holiday\.bin is of no known format"),
        open_sandboxed(tmp_path / "upload-1", "holiday.bin"),
    ):
        pass


def answering(answers: list[object]) -> tuple[str, ...]:
    """A process that answers each request with the next of these, as one that was taken over may."""
    lines = [json.dumps(answer) for answer in answers]
    program = (
        "import sys\nfor answer in " + repr(lines) + ":\n sys.stdin.readline()\n print(answer, flush=True)"
    )
    return (sys.executable, "-c", program)


@pytest.mark.parametrize(
    "answers",
    [
        [{}],
        [[]],
        [{"format": "none"}],
        ["text"],
        [{"failure": ["x"]}],
    ],
)
def test_a_process_that_opens_nothing_is_not_believed(answers: list[object], tmp_path: Path) -> None:
    with pytest.raises(ExportUnreadable), open_sandboxed(tmp_path / "a", "a", command=answering(answers)):
        pass


@pytest.mark.parametrize(
    "page",
    [{}, {"found": [{}], "is_last": True}, {"found": [{"key": "k", "text": "t", "created_at": "x"}]}, 1],
)
def test_a_process_that_answers_something_else_ends_the_reading(page: object, tmp_path: Path) -> None:
    with open_sandboxed(tmp_path / "a", "a", command=answering([{"format": "obsidian"}, page])) as export:
        [skipped] = export.read(ZoneInfo("UTC"))
    assert skipped == Skipped("a", "It takes too much time or memory to be read.")


def test_a_process_that_does_not_answer_is_ended(tmp_path: Path) -> None:
    silent = (sys.executable, "-c", "import time; time.sleep(600)")
    with (
        pytest.raises(ExportUnreadable, match="Reading it takes too long"),
        open_sandboxed(tmp_path / "a", "a", seconds=0.5, command=silent),
    ):
        pass
