"""The page for importing: it shows what would come, takes it over, and says why where it cannot."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from scrapbook.core import Book
from scrapbook.store import Person, Store
from scrapbook.web.book.importing import file_name
from scrapbook.workflows.importing import ImportRunner
from tests.integration.conftest import NOW
from tests.support.served_book import MAX_IMPORT, ServedBook, serving_book
from tests.unit.exchange.exports import JPEG, zipped

PAGE = "/book/import"


@pytest.fixture
def book(store: Store) -> Iterator[ServedBook]:
    with serving_book(store) as book:
        yield book


@pytest.fixture
def runner(book: ServedBook) -> ImportRunner:
    """Works when a test says so."""
    return ImportRunner(book.store, book.files, book.uploads, "test")


@pytest.fixture
def vault(tmp_path: Path) -> bytes:
    notes = {f"note{n}.md": f"Thought {n} about oars" for n in range(7)}
    path = zipped(tmp_path / "vault.zip", {**notes, "pier.md": "![](pier.jpg)", "pier.jpg": JPEG})
    return path.read_bytes()


def upload(
    book: ServedBook, client: httpx.Client, content: bytes, name: str = "vault.zip", csrf: str = ""
) -> httpx.Response:
    return client.post(PAGE, data={"csrf": csrf or book.csrf(client)}, files={"file": (name, content)})


def press(client: httpx.Client, button: str) -> httpx.Response:
    """Send the form on the page whose button says that."""
    page = client.get(PAGE).text
    forms = re.findall(r'<form method="post" action="([^"]+)"[^>]*>(.*?)</form>', page, re.DOTALL)
    [(action, form)] = [(action, form) for action, form in forms if f">{button}</button>" in form]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    return client.post(action, data=fields)


def texts(store: Store, person: Person) -> set[str]:
    return {entry.text for entry in store.read(lambda tx: tx.entries.list(person.id))}


def test_it_is_shown_first_then_imported_and_undone(
    book: ServedBook, runner: ImportRunner, store: Store, ann: Person, vault: bytes
) -> None:
    client = book.signed_in(ann)
    assert upload(book, client, vault).headers["location"] == PAGE
    assert "Looking at what is in it" in client.get(PAGE).text
    runner.work()
    page = client.get(PAGE).text
    assert "8 entries with 1 file. Nothing is imported yet." in page
    assert "Thought 0 about oars" in page
    assert texts(store, ann) == set()
    press(client, "Import 8 entries")
    assert "Importing: 0 of 8 entries." in client.get(PAGE).text
    runner.work()
    assert "Done: 8 new entries with 1 file, 0 brought up to date, 0 known before." in client.get(PAGE).text
    assert len(texts(store, ann)) == 8
    assert list(book.uploads.iterdir()) == []
    assert press(client, "Undo all of it").status_code == 303
    assert texts(store, ann) == set()


def test_text_undoes_it_too(
    book: ServedBook, runner: ImportRunner, store: Store, ann: Person, vault: bytes
) -> None:
    client = book.signed_in(ann)
    upload(book, client, vault)
    runner.work()
    press(client, "Import 8 entries")
    runner.work()
    with store.transaction() as tx:
        assert Book(tx, ann, "", NOW).undo()
    assert texts(store, ann) == set()


def test_nothing_comes_twice(
    book: ServedBook, runner: ImportRunner, store: Store, ann: Person, vault: bytes
) -> None:
    client = book.signed_in(ann)
    for _ in range(2):
        upload(book, client, vault)
        runner.work()
        press(client, "Import 8 entries")
        runner.work()
    assert "0 new entries with 0 files, 0 brought up to date, 8 known before." in client.get(PAGE).text
    assert len(texts(store, ann)) == 8


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("holiday.bin", b"\x00\x01\x02" * 100, "holiday.bin is of no known format."),
        ("cut.zip", b"PK\x03\x04 cut off", "cut.zip"),
        ("<b>.zip", b"\xff" * 10, "&lt;b&gt;.zip is of no known format."),
    ],
)
def test_a_file_that_cannot_be_read_gets_a_sentence(
    book: ServedBook, runner: ImportRunner, ann: Person, name: str, content: bytes, sentence: str
) -> None:
    client = book.signed_in(ann)
    upload(book, client, content, name)
    runner.work()
    page = client.get(PAGE).text
    assert "It was not imported." in page
    assert sentence in page
    assert list(book.uploads.iterdir()) == []


def test_a_file_that_is_too_large_is_refused(book: ServedBook, ann: Person) -> None:
    client = book.signed_in(ann)
    refused = upload(book, client, b"x" * (MAX_IMPORT + 200_000))
    assert refused.status_code == 413
    assert "The file has more than 1 MB." in refused.text
    assert not book.uploads.exists()


def test_a_form_without_the_token_or_a_file_is_refused(book: ServedBook, ann: Person, vault: bytes) -> None:
    client = book.signed_in(ann)
    assert upload(book, client, vault, csrf="wrong").status_code == 403
    assert upload(book, client, b"").status_code == 422
    assert client.post(PAGE, data={"csrf": book.csrf(client)}).status_code == 400
    assert client.post(f"{PAGE}/start", data={"export": "1"}).status_code == 403
    assert book.client().get(PAGE).status_code == 401


def test_nobody_starts_or_removes_what_another_has_uploaded(
    book: ServedBook, runner: ImportRunner, store: Store, ann: Person, ben: Person, vault: bytes
) -> None:
    upload(book, book.signed_in(ann), vault)
    runner.work()
    other = book.signed_in(ben)
    assert "vault.zip" not in other.get(PAGE).text
    uploaded = store.read(lambda tx: tx.uploaded_exports.of_person(ann.id))
    assert uploaded is not None
    for action in ("start", "leave"):
        other.post(f"{PAGE}/{action}", data={"csrf": book.csrf(other), "export": str(uploaded.id)})
    assert store.read(lambda tx: tx.uploaded_exports.of_person(ann.id)) == uploaded


def test_a_second_file_waits_until_the_first_is_done(book: ServedBook, ann: Person, vault: bytes) -> None:
    client = book.signed_in(ann)
    upload(book, client, vault)
    assert upload(book, client, vault).status_code == 409
    press(client, "Leave it")
    assert upload(book, client, vault).status_code == 303


def test_a_file_that_is_left_is_deleted(
    book: ServedBook, runner: ImportRunner, store: Store, ann: Person, vault: bytes
) -> None:
    client = book.signed_in(ann)
    upload(book, client, vault)
    runner.work()
    press(client, "Leave it")
    runner.work()
    assert list(book.uploads.iterdir()) == []
    assert store.read(lambda tx: tx.uploaded_exports.of_person(ann.id)) is None


def test_whoever_is_erased_leaves_no_file(
    book: ServedBook, runner: ImportRunner, store: Store, ann: Person, vault: bytes
) -> None:
    upload(book, book.signed_in(ann), vault)
    with store.transaction() as tx:
        tx.erasures.erase_everything(ann.id, NOW)
    runner.work()
    assert list(book.uploads.iterdir()) == []


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("vault.zip", "vault.zip"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ann\\notes.zip", "notes.zip"),
        ("..", "file"),
        (".hidden\x00.zip", "hidden.zip"),
        ("", "file"),
        ("é" * 200, "é" * 75),
        ("\ud800.zip", "zip"),
    ],
)
def test_the_name_of_a_file_leads_nowhere(sent: str, name: str) -> None:
    assert file_name(sent) == name
