"""An export has everything, in three forms that other programs open, and comes back as it was."""

import io
import json
import shlex
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import duckdb
import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import html
from playwright.sync_api import Browser

from scrapbook.core import undo
from scrapbook.core.book import Book
from scrapbook.core.importing import described_beside
from scrapbook.exchange import exporting, importing
from scrapbook.exchange.exporting import Exporter, ExportFailed
from scrapbook.exchange.importing import Importer, ImportResult
from scrapbook.exchange.reading import open_export
from scrapbook.media.storage import MediaStore
from scrapbook.model.records import Reminder, ReminderState
from scrapbook.store import Person, Store, Transaction
from tests.integration.exchange.sample_scrapbook import (
    EVENING,
    EVENINGS,
    JPEG,
    NOW,
    OGG,
    everything,
    fill,
    save,
    stored,
)
from tests.support.pictures import photograph


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "PAUSE_SECONDS", 0)


@pytest.fixture
def full(store: Store, media_store: MediaStore, ann: Person) -> Person:
    fill(store, media_store, ann)
    return ann


def exported(store: Store, files: MediaStore, person: Person) -> zipfile.ZipFile:
    target = io.BytesIO()
    for _ in Exporter(store, files, person.id).steps(target):
        pass
    return zipfile.ZipFile(target)


def lines_of(archive: zipfile.ZipFile, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in archive.read(name).decode().split("\n") if line]


def imported(store: Store, files: MediaStore, person: Person, path: Path) -> ImportResult:
    return Importer(store, files, person.id).run(path, None, lambda _: None)


def test_each_line_is_as_the_schema_in_the_export_says(
    store: Store, media_store: MediaStore, full: Person
) -> None:
    archive = exported(store, media_store, full)
    schema = json.loads(archive.read("schema.json"))
    jsonschema.Draft202012Validator.check_schema(schema)
    for name, of_line in schema["properties"].items():
        validator: Any = jsonschema.Draft202012Validator({"$defs": schema["$defs"], **of_line})
        found = lines_of(archive, name)
        assert found
        for line in found:
            validator.validate(line)
        assert not validator.is_valid({})


def test_lines_have_everything(store: Store, media_store: MediaStore, full: Person) -> None:
    archive = exported(store, media_store, full)
    by_number = {line["number"]: line for line in lines_of(archive, "entries.jsonl")}
    oars = by_number[1]
    assert oars["topic"] == "Boats: a/b"
    assert [change["before"].get("text") for change in oars["history"]] == [
        "Oars of ash\nTakeaway: ash is light\nhttps://example.org/oars",
        None,
    ]
    assert oars["reminder"]["rule"] == "FREQ=DAILY"
    assert by_number[3]["attachments"][0]["transcript"]["segments"][0]["words"][1]["start"] == 0.6
    assert by_number[4]["deleted_at"]
    assert by_number[4]["author"]
    assert by_number[5]["attachments"][0] == {
        **by_number[5]["attachments"][0], "path": None, "state": "waiting"
    }  # fmt: skip
    [person] = lines_of(archive, "person.jsonl")
    assert person["quiet_hours"] == {"begins": 0, "ends": 360}
    assert {line["name"]: line["aliases"] for line in lines_of(archive, "topics.jsonl")} == {
        "Boats: a/b": ["Bots"],
        "CON": [],
        "boats a b": [],
    }
    [path] = [one["path"] for one in by_number[3]["attachments"]]
    assert archive.read(path) == OGG


def test_notes_open_in_obsidian(store: Store, media_store: MediaStore, full: Person) -> None:
    archive = exported(store, media_store, full)
    names = set(archive.namelist())
    for line in lines_of(archive, "entries.jsonl"):
        head, text = front_matter(archive.read(line["note"]).decode())
        assert head["number"] == line["number"]
        assert line["text"] in text
        for attachment in line["attachments"]:
            if path := attachment["path"]:
                assert Path(path).parent == Path(line["note"]).parent
                assert f"![[{Path(path).name}]]" in text
        if line["topic"] and not line["deleted_at"]:
            linked = head["topic"].removeprefix("[[").partition("|")[0]
            assert f"notes/{linked}.md" in names
            assert Path(line["note"]).parent.name == Path(linked).name
    note = archive.read("notes/Topics/Boats a b.md").decode()
    assert front_matter(note)[0]["aliases"] == ["Bots"]


def front_matter(note: str) -> tuple[Mapping[str, Any], str]:
    """The properties of a note, as a reader of YAML has them, and what stands below."""
    beginning, head, text = note.split("---\n", 2)
    assert not beginning
    return yaml.safe_load(head), text


def test_names_are_fit_for_every_system(store: Store, media_store: MediaStore, full: Person) -> None:
    names = exported(store, media_store, full).namelist()
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        for part in name.split("/"):
            assert part == part.strip(". "), part
            assert not set(part) & set('<>:"\\|?*\u202e\x07'), part
            assert part.upper().partition(".")[0] not in {"CON", "NUL", "AUX"}, part
            assert len(part.encode()) < 100


def test_every_address_in_the_copy_of_the_book_leads_to_a_file(
    store: Store, media_store: MediaStore, full: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "BATCH", 2)

    archive = exported(store, media_store, full)
    names = set(archive.namelist())
    pages = {name for name in names if name.endswith(".html")}
    linked = {"book/index.html"}
    shown: set[str] = set()
    for name in pages:
        page = html.fromstring(archive.read(name).decode())
        assert not page.xpath("//script")
        for address in page.xpath("//@href | //@src"):
            if address.startswith(("https://", "#")):
                continue
            path = unquote(str(address).partition("#")[0])
            found = path.removeprefix("../") if path.startswith("../") else f"book/{path}"
            assert found in names, address
            linked.add(found)
        shown |= {one.removeprefix("e") for one in page.xpath("//article/@id")}
    assert pages <= linked
    assert shown == {"1", "3", "4", "5"}


def test_the_copy_of_the_book_opens_from_the_disk(
    store: Store, media_store: MediaStore, full: Person, tmp_path: Path, browser: Browser
) -> None:
    with store.transaction() as tx:
        save(tx, full, "A picture", None, [stored(tx, media_store, photograph(60, 40), "image/jpeg")])
    exported(store, media_store, full).extractall(tmp_path)
    page = browser.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto((tmp_path / "book/index.html").as_uri())
    page.get_by_role("link", name="Boats: a/b").click()
    assert page.get_by_role("heading").inner_text() == "Boats: a/b"
    assert page.evaluate("getComputedStyle(document.querySelector('.text')).whiteSpace") == "pre-wrap"
    page.get_by_text("Transcript").click()
    assert page.get_by_text("0:00 Two oars").is_visible()
    page.goto((tmp_path / "book/entries-1.html").as_uri())
    page.locator("img").scroll_into_view_if_needed()
    assert page.locator("img").evaluate("img => img.decode().then(() => img.naturalWidth)") == 60
    assert errors == []
    page.close()


def test_it_comes_back_as_it_was(
    store: Store, media_store: MediaStore, full: Person, ben: Person, tmp_path: Path
) -> None:
    path = tmp_path / "export.zip"
    result = Exporter(store, media_store, full.id).write_file(path, lambda _: None)
    assert (result.entries, result.files, result.missing) == (4, 3, 0)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".scrapbook")] == []
    back = imported(store, media_store, ben, path)
    assert (back.added, back.skipped) == (4, [])
    assert everything(store, media_store, ben) == everything(store, media_store, full)


def test_a_repeat_brings_nothing_and_one_undo_takes_all_back(
    store: Store, media_store: MediaStore, full: Person, ben: Person, tmp_path: Path
) -> None:
    path = tmp_path / "export.zip"
    Exporter(store, media_store, full.id).write_file(path, lambda _: None)
    imported(store, media_store, ben, path)
    assert imported(store, media_store, ben, path).added == 0
    store.write(lambda tx: undo.undo(Book(tx, ben, "", NOW)))
    assert store.read(lambda tx: (tx.entries.list(ben.id), tx.topics.list(ben.id))) == ([], [])
    assert store.read(lambda tx: tx.reminders.of_person(ben.id, "waiting")) == []
    assert store.write(lambda tx: undo.undo(Book(tx, ben, "", NOW))).response == "utter_nothing_to_undo"
    assert imported(store, media_store, ben, path).added == 4
    assert everything(store, media_store, ben) == everything(store, media_store, full)


def test_what_is_still_here_does_not_come_twice(
    store: Store, media_store: MediaStore, full: Person, tmp_path: Path
) -> None:
    path = tmp_path / "export.zip"
    Exporter(store, media_store, full.id).write_file(path, lambda _: None)
    before = everything(store, media_store, full)
    assert imported(store, media_store, full, path).added == 0
    assert everything(store, media_store, full) == before


def test_topics_come_back_from_an_export_without_entries(
    store: Store, media_store: MediaStore, ann: Person, ben: Person, tmp_path: Path
) -> None:
    store.write(lambda tx: tx.topics.describe(tx.topics.add(ann.id, "Boats").id, "What I learn about them"))
    path = tmp_path / "export.zip"
    Exporter(store, media_store, ann.id).write_file(path, lambda _: None)
    assert imported(store, media_store, ben, path).change
    [topic] = store.read(lambda tx: tx.topics.list(ben.id))
    assert store.read(lambda tx: tx.topics.description(topic.id)) == "What I learn about them"


def test_numbers_that_are_taken_are_not_given_again(
    store: Store, media_store: MediaStore, full: Person, ben: Person, tmp_path: Path
) -> None:
    path = tmp_path / "export.zip"
    Exporter(store, media_store, full.id).write_file(path, lambda _: None)
    store.write(lambda tx: [save(tx, ben, f"Mine {n}", None) for n in range(2)])
    imported(store, media_store, ben, path)
    numbers = {line["text"]: line["number"] for line in everything(store, media_store, ben)["entries"]}
    assert (numbers["Mine 0"], numbers["Mine 1"]) == (1, 2)
    assert numbers["Oars of spruce\n"] == 3
    assert numbers["Two oars, heard wrongly"] == 4


def test_a_line_that_is_broken_is_named_and_left_out(
    store: Store, media_store: MediaStore, full: Person, ben: Person, tmp_path: Path
) -> None:
    exported(store, media_store, full).extractall(tmp_path / "all")
    lines = (tmp_path / "all/entries.jsonl").read_text().splitlines()
    broken = [
        lines[0],
        lines[1][:-20],
        '{"number": "x"}',
        "[" * 5000,
        lines[3].replace(':5,"text"', ':-5,"text"'),
    ]
    (tmp_path / "all/entries.jsonl").write_text("\n".join(broken))
    result = imported(store, media_store, ben, tmp_path / "all")
    assert result.added == 1
    assert [one.where for one in result.skipped] == [f"entries.jsonl, line {n}" for n in (2, 3, 4, 5)]


def test_an_existing_file_is_not_overwritten(
    store: Store, media_store: MediaStore, full: Person, tmp_path: Path
) -> None:
    path = tmp_path / "export.zip"
    path.write_text("mine")
    with pytest.raises(ExportFailed, match="exists already"):
        Exporter(store, media_store, full.id).write_file(path, lambda _: None)
    assert path.read_text() == "mine"


def test_a_file_that_is_missing_from_the_media_store_is_counted(
    store: Store, media_store: MediaStore, full: Person, tmp_path: Path
) -> None:
    media_store.delete(media_store.save(JPEG, "image/jpeg"))
    result = Exporter(store, media_store, full.id).write_file(tmp_path / "a.zip", lambda _: None)
    assert (result.entries, result.missing) == (4, 1)


_texts = st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40
) | st.sampled_from(["---\n- a: b", "CON", "a/b", "\ufeff", "“Slow.” — Ada", "https://example.org"])
_names = st.sampled_from(["Boats", "boats!", "Ärger", "a/b", "a:b", "NUL", "Topics", "12 x"])
_entries = st.lists(
    st.tuples(
        _texts,
        st.none() | _names,
        st.none() | st.binary(min_size=1, max_size=30),
        st.sampled_from(["", "edit", "pin", "trash", "erase", "describe", *get_args(ReminderState)]),
    ),
    max_size=6,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=_entries)
@example(entries=[])
@example(entries=[("Gone for good", None, None, "erase")])
def test_whatever_was_saved_comes_back_as_it_was(
    store: Store, media_store: MediaStore, tmp_path: Path, entries: list[Any]
) -> None:
    with store.transaction() as tx:
        number = tx.people.list()[-1].id if tx.people.list() else 0
        writer, reader = (
            tx.people.add(name, [f"+1555{number:06}{digit}"])
            for name, digit in (("Writer", 1), ("Reader", 2))
        )
    with store.transaction() as tx:
        for text, topic, content, change in entries:
            _save(tx, media_store, writer, text, topic, content, change)
    path = tmp_path / f"{number}.zip"
    Exporter(store, media_store, writer.id).write_file(path, lambda _: None)
    assert imported(store, media_store, reader, path).skipped == []
    assert everything(store, media_store, reader) == everything(store, media_store, writer)


def _save(
    tx: Transaction,
    files: MediaStore,
    person: Person,
    text: str,
    topic: str | None,
    content: bytes | None,
    change: str,
) -> None:
    from scrapbook.text.file_types import UNKNOWN, identify
    from scrapbook.text.parsed_text import ParsedText

    book = Book(tx, person, "", NOW)
    with book.recording("save"):
        topic_id = book.topic_or_new(topic).id if topic else None
        kind = identify(content) if content else UNKNOWN
        media = [stored(tx, files, content, kind)] if content else []
        entry_id = save(tx, person, text, topic_id, media)
    if change == "erase":
        tx.entries.erase(entry_id)
        return
    if change == "describe":
        if topic_id:
            tx.topics.describe(topic_id, text)
        return
    if change in get_args(ReminderState):
        reminder = Reminder(
            0, person.id, entry_id, EVENING, EVENING, EVENINGS, "Europe/London", True, change, None
        )
        tx.reminders.put_back(reminder)
        return
    if change:
        with book.recording(change):
            if change == "edit":
                tx.entries.change_text(entry_id, ParsedText(f"{text} and more"), NOW)
            elif change == "pin":
                tx.entries.pin(entry_id, NOW)
            else:
                tx.entries.trash(entry_id, NOW)


def test_the_lines_in_the_docs_read_an_export(
    store: Store, media_store: MediaStore, full: Person, tmp_path: Path
) -> None:
    exported(store, media_store, full).extractall(tmp_path)
    commands = [
        shlex.split(line)
        for line in Path("docs/export.md").read_text().splitlines()
        if line.startswith(("    duckdb ", "    sqlite-utils "))
    ]
    [[_, _, query], insert] = commands
    counted = duckdb.execute(query.replace("'entries", f"'{tmp_path}/entries")).fetchall()
    assert sorted(counted, key=str) == [("Boats: a/b", 2), (None, 2)]
    sqlite_utils = Path(sys.executable).with_name("sqlite-utils")
    subprocess.run([sqlite_utils, *insert[1:]], cwd=tmp_path, check=True)
    with closing(sqlite3.connect(tmp_path / "saved.db")) as database:  # what Datasette opens
        assert database.execute("SELECT count(*) FROM entries").fetchone() == (4,)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("number", 10**9 + 1),
        ("number", True),
        ("text", None),
        ("created_at", "0001-01-01T00:00:00+14:00"),
        ("edited_at", "9999-12-31T23:59:59-12:00"),
        ("created_at", "2026-03-14T15:09:26"),
        ("attachments", [{"path": "notes/x"}]),
        ("history", [{"kind": "edit", "made_at": "yesterday", "undone_at": None, "before": {}}]),
    ],
)
def test_a_line_that_is_made_up_is_left_out(
    store: Store, media_store: MediaStore, full: Person, ben: Person, tmp_path: Path, name: str, value: Any
) -> None:
    result = imported(
        store, media_store, ben, made_up(exported(store, media_store, full), tmp_path, name, value)
    )
    assert (result.added, [one.where for one in result.skipped]) == (3, ["entries.jsonl, line 1"])


@pytest.mark.parametrize("path", ["../../secret", "/etc/passwd", "notes/../../secret", "C:\\secret"])
def test_no_file_outside_of_the_export_is_taken(
    store: Store, media_store: MediaStore, full: Person, ben: Person, tmp_path: Path, path: str
) -> None:
    (tmp_path / "secret").write_text("secret")
    attachment = lines_of(exported(store, media_store, full), "entries.jsonl")[1]["attachments"][0]
    folder = made_up(
        exported(store, media_store, full), tmp_path, "attachments", [{**attachment, "path": path}]
    )
    result = imported(store, media_store, ben, folder)
    assert (result.added, result.files) == (4, 3)
    assert [one.where for one in result.skipped] == ["entries.jsonl, line 1"]


@pytest.mark.parametrize("rule", ["FREQ=SOMETIMES", "x" * 1000, ""])
def test_a_reminder_that_could_never_be_said_is_left_out(
    store: Store, media_store: MediaStore, full: Person, ben: Person, tmp_path: Path, rule: str
) -> None:
    archive = exported(store, media_store, full)
    reminder = lines_of(archive, "entries.jsonl")[0]["reminder"]
    folder = made_up(archive, tmp_path, "reminder", {**reminder, "rule": rule})
    result = imported(store, media_store, ben, folder)
    assert (result.added, result.skipped_count) == (4, 1)
    assert store.read(lambda tx: tx.reminders.of_person(ben.id, "waiting")) == []


def made_up(archive: zipfile.ZipFile, folder: Path, name: str, value: object) -> Path:
    """An unpacked export whose first entry says something else."""
    archive.extractall(folder / "all")
    path = folder / "all/entries.jsonl"
    first, *others = path.read_text().split("\n")
    path.write_text("\n".join([json.dumps({**json.loads(first), name: value}), *others]))
    return folder / "all"


KILLED = """
import sys, pathlib
from scrapbook.exchange import exporting
from scrapbook.media.storage import MediaStore
from scrapbook.store import Store
exporting.BATCH = 2
url, media, person, path = sys.argv[1:]
def pause(written):
    print(written, flush=True)
    sys.stdin.read()
exporting.Exporter(Store.open(url), MediaStore(media), int(person)).write_file(pathlib.Path(path), pause)
"""


def test_killed_in_the_middle_it_leaves_no_file_and_can_be_written_again(
    store: Store, media_store: MediaStore, full: Person, url: str, tmp_path: Path
) -> None:
    path = tmp_path / "out" / "export.zip"
    path.parent.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, url, str(tmp_path / "media"), str(full.id), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline()
    process.kill()
    process.communicate()
    assert not path.exists()
    result = Exporter(store, media_store, full.id).write_file(path, lambda _: None)
    assert result.entries == 4
    assert zipfile.ZipFile(path).testzip() is None


@pytest.fixture
def moved(store: Store, media_store: MediaStore, full: Person, tmp_path: Path) -> Path:
    """An export of Ada in Tokyo."""
    store.write(lambda tx: tx.people.rename(full.id, "Ada"))
    store.write(lambda tx: tx.people.set_timezone(full.id, "Asia/Tokyo"))
    path = tmp_path / "moved.zip"
    Exporter(store, media_store, full.id).write_file(path, lambda _: None)
    return path


def test_name_and_time_zone_come_along_where_they_are_the_usual_ones(
    store: Store, media_store: MediaStore, moved: Path
) -> None:
    new = store.write(lambda tx: tx.people.add("+442079460077", ["+442079460077"]))
    with open_export(moved) as export:
        beside = described_beside(new, export.state(UTC))
    assert beside == "the name Ada and the time zone Asia/Tokyo"
    imported(store, media_store, new, moved)
    after = store.read(lambda tx: tx.people.get(new.id))
    assert (after.name, after.timezone) == ("Ada", "Asia/Tokyo")
    with open_export(moved) as export:
        assert not described_beside(after, export.state(UTC))


def test_name_and_time_zone_that_were_set_stay(store: Store, media_store: MediaStore, moved: Path) -> None:
    own = store.write(lambda tx: tx.people.add("Bea", ["+442079460077"]))
    store.write(lambda tx: tx.people.set_timezone(own.id, "America/Lima"))
    imported(store, media_store, own, moved)
    after = store.read(lambda tx: tx.people.get(own.id))
    assert (after.name, after.timezone) == ("Bea", "America/Lima")
    prompts = store.read(lambda tx: tx.recurring.of_kind(own.id, "prompts"))
    assert prompts
    # 21:00 in London was 6:00 in Tokyo: it stays 6:00 by the clock of the person.
    assert prompts.occurs_at.astimezone(ZoneInfo("America/Lima")).hour == 6


def test_what_is_said_again_stays_as_it_is_set_here(
    store: Store, media_store: MediaStore, full: Person, ben: Person, tmp_path: Path
) -> None:
    path = tmp_path / "export.zip"
    Exporter(store, media_store, full.id).write_file(path, lambda _: None)
    rule = "FREQ=DAILY;BYHOUR=7"
    store.write(lambda tx: tx.recurring.put(ben.id, "prompts", rule, NOW, has_time=True))
    imported(store, media_store, ben, path)
    found = {one.kind: one.rule for one in store.read(lambda tx: tx.recurring.of_person(ben.id))}
    assert found == {"prompts": rule, "round_ups": "FREQ=WEEKLY;BYDAY=SU;BYHOUR=18;BYMINUTE=0"}
    store.write(lambda tx: undo.undo(Book(tx, ben, "", NOW)))
    assert [one.kind for one in store.read(lambda tx: tx.recurring.of_person(ben.id))] == ["prompts"]


@pytest.mark.parametrize("rule", ["FREQ=SOMETIMES", "x" * 1000, ""])
def test_what_could_never_be_said_again_is_left_out(
    store: Store, media_store: MediaStore, full: Person, ben: Person, tmp_path: Path, rule: str
) -> None:
    exported(store, media_store, full).extractall(tmp_path / "all")
    path = tmp_path / "all/person.jsonl"
    line = json.loads(path.read_text())
    path.write_text(json.dumps({**line, "said_again": [{**line["said_again"][0], "rule": rule}]}))
    imported(store, media_store, ben, tmp_path / "all")
    assert store.read(lambda tx: tx.recurring.of_person(ben.id)) == []


def test_what_is_said_again_goes_on_after_its_last_time(
    store: Store, media_store: MediaStore, full: Person, ben: Person, tmp_path: Path
) -> None:
    for days in (3, 9000):
        at = datetime.now(UTC).replace(hour=21, minute=0, second=0, microsecond=0) - timedelta(days=days)
        store.write(lambda tx, at=at: tx.recurring.put(full.id, "prompts", EVENINGS, at, has_time=True))
        path = tmp_path / f"{days}.zip"
        Exporter(store, media_store, full.id).write_file(path, lambda _: None)
        imported(store, media_store, ben, path)
        prompts = store.read(lambda tx: tx.recurring.of_kind(ben.id, "prompts"))
        assert prompts
        assert timedelta() < prompts.occurs_at - datetime.now(UTC) <= timedelta(days=1, hours=1)
        store.write(lambda tx: undo.undo(Book(tx, ben, "", NOW)))
