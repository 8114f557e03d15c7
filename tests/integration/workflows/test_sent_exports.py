"""A file that is sent is offered for import if it is an export, and is an attachment in any case."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scrapbook.core import Book
from scrapbook.core.saving import save
from scrapbook.core.sent_exports import NotTaken, Taken, take
from scrapbook.media.storage import MediaStore
from scrapbook.store import Media, Person, Store, UploadedExport
from scrapbook.text.file_types import identify
from scrapbook.text.parsed_message import ParsedMessage
from scrapbook.workflows.importing import ImportRunner
from scrapbook.workflows.retry import Retrier
from scrapbook.workflows.sent_exports import SentExports
from tests.integration.conftest import NOW
from tests.integration.exchange.test_importing import memos
from tests.support import files
from tests.unit.exchange.exports import JPEG, zipped

OURS = "+15550199"
MEMOS = json.dumps(memos(3)).encode()


@pytest.fixture
def store_url(url: str) -> str:
    """On both databases."""
    return url


class Sender:
    """A person who sends files, and the app that looks at them when the test says so."""

    def __init__(
        self, store: Store, files: MediaStore, folder: Path, person: Person, app: str = "test"
    ) -> None:
        self.store, self.files, self.person = store, files, person
        self.runner = ImportRunner(store, files, folder, app)
        self.steps = SentExports(store, files, folder, app, lambda: None, Retrier())
        self.sent = 0

    def send(self, *contents: bytes, from_: str = "+442079460000") -> str:
        self.sent += 1
        message_id = f"MM{self.sent}"
        media = [Media(f"https://files.example/{message_id}/{n}", "") for n, _ in enumerate(contents)]
        with self.store.transaction() as tx:
            tx.messages.record(
                message_id=message_id,
                person_id=self.person.id,
                from_=from_,
                to=OURS,
                body="",
                received_at=NOW,
                media=media,
            )
            for part, content in zip(media, contents, strict=True):
                kind = identify(content)
                tx.files.mark_stored(part.url, kind, self.files.save(content, kind), len(content), NOW)
        return message_id

    def look_at(self, message_id: str) -> None:
        self.steps.look_at(message_id)
        self.runner.work()

    def told(self) -> list[str]:
        """What waits to be said, and is said no more then."""
        said: list[str] = []
        with self.store.transaction() as tx:
            while left := tx.unasked.due_of(self.person.id, datetime.now(UTC)):
                assert left.is_answer
                said.append(left.body)
                tx.unasked.remove(left.id)
        return said

    def wants(self) -> Taken | NotTaken:
        def want(tx: object) -> Taken | NotTaken:
            return take(Book(tx, self.person, "MMimport", NOW))  # type: ignore[arg-type]

        return self.store.write(want)

    def texts(self) -> set[str]:
        return {entry.text for entry in self.store.read(lambda tx: tx.entries.list(self.person.id))}


@pytest.fixture
def ann_sends(store: Store, media_store: MediaStore, tmp_path: Path, ann: Person) -> Sender:
    return Sender(store, media_store, tmp_path / "uploads", ann)


def test_what_would_come_is_said_then_taken_and_undone(ann_sends: Sender, tmp_path: Path) -> None:
    notes = {f"note{n}.md": f"Thought {n} about oars" for n in range(4)}
    vault = zipped(tmp_path / "vault.zip", {**notes, "pier.md": "![](pier.jpg)", "pier.jpg": JPEG})
    ann_sends.look_at(ann_sends.send(vault.read_bytes()))
    [offer] = ann_sends.told()
    assert offer.startswith("From Obsidian and folders of Markdown: 5 entries with 1 file. Text import to")
    assert ann_sends.texts() == set()
    assert ann_sends.wants() == Taken("Obsidian and folders of Markdown", "5 entries with 1 file")
    assert ann_sends.wants() is NotTaken.UNDER_WAY
    ann_sends.runner.work()
    [done] = ann_sends.told()
    assert done.startswith("Imported from Obsidian and folders of Markdown: 5 new entries. Text undo")
    assert len(ann_sends.texts()) == 5
    assert ann_sends.wants() is NotTaken.DONE_BEFORE
    ann_sends.store.write(lambda tx: tx.changes.undo_latest(ann_sends.person.id, NOW))
    assert ann_sends.texts() == set()


@pytest.mark.parametrize(
    "content",
    [
        b"Grandmother's bread\n500 g of rye, a night of patience",
        b"# Bread\n\n- rye\n- patience",
        b'{"kind": "recipe", "of": "bread"}',
        b"name,price\nrye,3\n",
        b"<html><body><p>a page</p></body></html>",
        files.PDF,
        files.IPHONE.encode(),
        JPEG,
    ],
    ids=["text", "markdown", "json", "table", "page", "pdf", "contact", "picture"],
)
def test_what_is_no_export_is_not_offered(ann_sends: Sender, content: bytes) -> None:
    ann_sends.look_at(ann_sends.send(content))
    assert ann_sends.told() == []
    assert ann_sends.wants() is NotTaken.NOTHING


def test_a_step_that_runs_again_offers_nothing_twice(ann_sends: Sender) -> None:
    message_id = ann_sends.send(JPEG, MEMOS)
    ann_sends.look_at(message_id)
    assert len(ann_sends.told()) == 1
    ann_sends.look_at(message_id)
    assert ann_sends.told() == []


def test_a_later_file_waits_for_one_that_is_being_imported(ann_sends: Sender) -> None:
    ann_sends.look_at(ann_sends.send(MEMOS))
    ann_sends.told()
    ann_sends.steps.look_at(ann_sends.send(json.dumps(memos(9)).encode()))
    assert ann_sends.wants() == Taken("Memos", "3 entries")
    ann_sends.runner.work()
    assert ann_sends.told() == [
        "Imported from Memos: 3 new entries. Text undo to take that back.",
        "From Memos: 9 entries. Text import to take all of it; if not, the file stays as you sent it.",
    ]
    assert ann_sends.wants() == Taken("Memos", "9 entries")


def test_a_later_file_waits_also_while_another_app_imports(ann_sends: Sender, tmp_path: Path) -> None:
    there = Sender(ann_sends.store, ann_sends.files, tmp_path / "there", ann_sends.person, "other")
    there.look_at(there.send(MEMOS))
    ann_sends.wants()
    ann_sends.told()
    ann_sends.sent = there.sent
    ann_sends.look_at(ann_sends.send(json.dumps(memos(9)).encode()))
    assert ann_sends.told() == []
    there.runner.work()
    ann_sends.runner.work()
    assert [said.partition(":")[0] for said in ann_sends.told()] == ["Imported from Memos", "From Memos"]


@pytest.mark.parametrize("is_wanted", [False, True])
def test_a_later_note_takes_no_offer_back(ann_sends: Sender, *, is_wanted: bool) -> None:
    ann_sends.look_at(ann_sends.send(MEMOS))
    if is_wanted:
        ann_sends.wants()
    ann_sends.look_at(ann_sends.send(b"Grandmother's bread\n500 g of rye, a night of patience"))
    said = [one.partition(":")[0] for one in ann_sends.told()]
    assert said == ["From Memos", "Imported from Memos"][: 1 + is_wanted]
    assert ann_sends.wants() == (NotTaken.DONE_BEFORE if is_wanted else Taken("Memos", "3 entries"))


def test_the_first_export_of_a_message_is_offered(ann_sends: Sender) -> None:
    message_id = ann_sends.send(b"a letter beside it", JPEG, MEMOS, json.dumps(memos(9)).encode())
    ann_sends.look_at(message_id)
    assert [said.partition(".")[0] for said in ann_sends.told()] == ["From Memos: 3 entries"]


def test_of_two_files_the_later_is_taken(ann_sends: Sender) -> None:
    ann_sends.look_at(ann_sends.send(MEMOS))
    ann_sends.look_at(ann_sends.send(json.dumps(memos(9)).encode()))
    assert [offer.partition(".")[0] for offer in ann_sends.told()] == [
        "From Memos: 3 entries",
        "From Memos: 9 entries",
    ]
    assert ann_sends.wants() == Taken("Memos", "9 entries")


def test_what_is_written_in_the_book_is_not_offered(ann_sends: Sender) -> None:
    ann_sends.look_at(ann_sends.send(MEMOS, from_="book:1"))
    assert ann_sends.told() == []


def test_what_is_undone_before_the_import_is_said(ann_sends: Sender) -> None:
    ann_sends.look_at(ann_sends.send(MEMOS))
    ann_sends.wants()
    begun = ann_sends.runner._count

    def save_meanwhile(uploaded: UploadedExport, read: int) -> None:
        begun(uploaded, read)
        with ann_sends.store.transaction() as tx:
            save(Book(tx, ann_sends.person, "", datetime.now(UTC)), ParsedMessage.of("the heron is back"))

    ann_sends.runner._count = save_meanwhile  # type: ignore[method-assign]
    ann_sends.runner.work()
    assert ann_sends.told()[-1] == (
        "Imported from Memos: 3 new entries. To take it back, first take back what you changed meanwhile."
    )


def test_nothing_new_is_said(ann_sends: Sender) -> None:
    for _ in range(2):
        ann_sends.look_at(ann_sends.send(MEMOS))
        ann_sends.wants()
        ann_sends.runner.work()
    assert ann_sends.told()[-1] == "Imported from Memos: nothing is new. 3 known before."
