"""What files say finds their entries, or becomes their text."""

from pathlib import Path

import pytest

from scrapbook.core import Book
from scrapbook.core.editing import append, edit
from scrapbook.documents.reader import FileReader
from scrapbook.errors import FileUnreadable
from scrapbook.media.storage import MediaStore
from scrapbook.store import Entry, Media, Person, Store
from scrapbook.text import parsed_text
from scrapbook.text.file_types import identify
from scrapbook.text.parsed_text import ParsedText
from scrapbook.workflows.file_reading import FileReadingSteps
from scrapbook.workflows.retry import Retrier
from tests.integration.conftest import NOW, searched
from tests.support import files

CARD = files.IPHONE.encode()
TEXT = b"Grandmother's bread\n500 g of rye, a night of patience"


class Sent:
    """A message with files, which are downloaded, and its entry."""

    def __init__(self, store: Store, folder: Path, person: Person) -> None:
        self.store = store
        self.person = person
        self.files = MediaStore(str(folder / "media"))
        self.steps = FileReadingSteps(store, self.files, FileReader, Retrier())

    def message(self, *contents: bytes, caption: str = "", id_: str = "MM1") -> None:
        media = [Media(f"https://files.example/{id_}/{n}", "") for n, _ in enumerate(contents)]
        with self.store.transaction() as tx:
            tx.messages.record(
                message_id=id_,
                person_id=self.person.id,
                from_="+442079460000",
                to="+15550199",
                body=caption,
                received_at=NOW,
                media=media,
            )
            with self.book(tx, id_).recording("save"):
                tx.entries.add(self.person.id, ParsedText(caption), None, id_, NOW, media)
        for part, content in zip(media, contents, strict=True):
            key = self.files.save(content, content_type := identify(content))
            with self.store.transaction() as tx:
                tx.files.mark_stored(part.url, content_type, key, len(content), NOW)

    def book(self, tx: object, message_id: str = "") -> Book:
        return Book(tx, self.person, message_id, NOW)  # type: ignore[arg-type]

    def entry(self) -> Entry:
        with self.store.transaction(read_only=True) as tx:
            return tx.entries.of_message("MM1")[0]

    def found(self, query: str) -> list[int]:
        with self.store.transaction(read_only=True) as tx:
            return [entry.number for entry in searched(tx, self.person, query)]


@pytest.fixture
def sent(store: Store, tmp_path: Path, ann: Person) -> Sent:
    return Sent(store, tmp_path, ann)


def test_a_contact_card_becomes_the_text_and_is_found_by_name_and_number(sent: Sent) -> None:
    sent.message(CARD)
    assert sent.steps.has_readable("MM1")
    sent.steps.read("MM1")
    assert sent.entry().text.startswith(
        "Dr. Ada Lovelace, Analytical Engines, Ltd. Programming\n+44 20 7946 0018"
    )
    for query in ("lovelace", "Lovelase", "+44 20 7946 0018", "02079460019", "020 7946 0019", "Bernoulli"):
        assert sent.found(query) == [1], query
    assert not sent.steps.has_readable("MM1")


def test_the_words_of_a_text_file_are_the_entry(sent: Sent) -> None:
    sent.message(TEXT)
    sent.steps.read("MM1")
    assert sent.entry().text == TEXT.decode()
    assert sent.found("patience") == [1]


def test_links_in_a_text_file_are_known(sent: Sent) -> None:
    sent.message(b"see https://site.example/page")
    assert not sent.steps.has_links("MM1")
    sent.steps.read("MM1")
    assert sent.steps.has_links("MM1")


def test_a_pdf_is_found_by_its_text_which_is_not_shown(sent: Sent) -> None:
    sent.message(files.PDF, caption="from the workshop")
    sent.steps.read("MM1")
    assert sent.entry().text == "from the workshop"
    assert sent.found("quinces") == sent.found("linsed") == sent.found("wooden spoons") == [1]
    assert sent.found("Olivenöl") == sent.found("Привет") == [1]


def test_the_words_come_below_a_caption_and_below_each_other(sent: Sent) -> None:
    sent.message(TEXT, files.WHATSAPP.encode(), caption="for sunday")
    sent.steps.read("MM1")
    assert sent.entry().text == f"for sunday\n{TEXT.decode()}\nBob\n+1 212-555-0101 (mobile)"


def test_reading_twice_changes_nothing(sent: Sent) -> None:
    sent.message(TEXT, files.PDF)
    sent.steps.read("MM1")
    once = sent.entry()
    sent.steps.read("MM1")
    assert sent.entry() == once


def test_what_was_changed_meanwhile_stays_and_the_words_follow(sent: Sent) -> None:
    sent.message(TEXT)
    with sent.store.transaction() as tx:
        edit(sent.book(tx, "MM1"), 1, "my words")
    sent.steps.read("MM1")
    assert sent.entry().text == f"my words\n{TEXT.decode()}"
    with sent.store.transaction() as tx:
        sent.book(tx).undo()
    assert sent.entry().text == "my words"


def test_the_words_of_a_file_find_its_entry_whatever_its_text(sent: Sent) -> None:
    sent.message(files.PDF)
    sent.steps.read("MM1")
    with sent.store.transaction() as tx:
        append(sent.book(tx, "MM1"), [1], "see https://a.example")
    assert sent.found("quinces") == [1]
    with sent.store.transaction() as tx:
        sent.book(tx).undo()
    assert sent.found("quinces") == [1]


def test_an_entry_in_the_trash_gets_the_words_and_a_purged_one_needs_none(sent: Sent) -> None:
    sent.message(TEXT)
    with sent.store.transaction() as tx:
        tx.entries.trash(sent.entry().id, NOW)
    sent.steps.read("MM1")
    assert sent.entry().text == TEXT.decode()
    sent.message(files.PDF, id_="MM2")
    with sent.store.transaction() as tx:
        tx.entries.erase(tx.entries.of_message("MM2")[0].id)
    sent.steps.read("MM2")


def test_what_cannot_be_read_is_kept_and_not_tried_again(sent: Sent) -> None:
    sent.message(files.HOSTILE["garbage"](), TEXT)
    sent.steps.read("MM1")
    assert sent.entry().text == TEXT.decode()
    assert not sent.steps.has_readable("MM1")


def test_pictures_and_sounds_are_not_read(sent: Sent) -> None:
    sent.message(b"\x89PNG\r\n\x1a\n" + bytes(32), b"OggS\0\2" + bytes(32), b"<html>hello</html>")
    assert not sent.steps.has_readable("MM1")


def test_one_persons_files_do_not_find_anothers_entries(sent: Sent, ben: Person) -> None:
    sent.message(files.PDF)
    sent.steps.read("MM1")
    with sent.store.transaction(read_only=True) as tx:
        assert searched(tx, ben, "quinces") == []


def test_a_machine_that_is_too_busy_is_given_three_chances(
    sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts = []

    def too_slow(self: FileReader, *_: object) -> None:
        attempts.append(self)
        raise FileUnreadable("Reading the file takes too long.", permanent=False)

    monkeypatch.setattr(FileReader, "read", too_slow)
    sent.message(TEXT)
    sent.steps.read("MM1")
    assert len(attempts) == 3
    assert not sent.steps.has_readable("MM1")


def test_words_in_which_nothing_can_be_looked_for_are_saved_all_the_same(
    sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: str) -> list[object]:
        raise UnicodeError

    sent.message(CARD)
    monkeypatch.setattr(parsed_text, "find_quotes", fail)
    sent.steps.read("MM1")
    assert sent.entry().text.startswith("Dr. Ada Lovelace")
    assert not sent.steps.has_readable("MM1")
