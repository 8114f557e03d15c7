"""The box on the page: over real HTTP, through the real inbox, outbox and DBOS, to a stand-in for Rasa."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scrapbook.core.open_questions import CONFIRMATION, YES
from scrapbook.core.wording import sentence
from scrapbook.media.storage import MediaStore
from scrapbook.messaging.inbound import InboundMessage
from scrapbook.settings import Settings
from scrapbook.store import Entry, PendingQuestion, Person, Store
from scrapbook.web.book import uploads, writing
from scrapbook.web.book.writing import book_writing_routes
from scrapbook.workflows.quota import SegmentQuota
from tests.integration.conftest import DATABASES, searched
from tests.support.book_pages import InOtherLoop, SavingRasa, Visitor, book_served, receipt_on
from tests.support.files import IPHONE, LIVE_PICTURE, PDF
from tests.support.installation import new_sid, wait_until
from tests.support.message_paths import Parts, RunningPath, running
from tests.support.serving import serving
from tests.support.sounds import wav

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@dataclass
class House:
    """A running path, and the pages beside it."""

    settings: Settings
    store: Store
    path: RunningPath
    url: str
    parts: Parts
    rasa: SavingRasa
    people: Iterator[int] = field(default_factory=lambda: iter(range(100, 1000)))

    def person(self) -> Person:
        """Somebody new, with a phone."""
        number = f"+1555{next(self.people):04}"
        return self.store.write(lambda tx: tx.people.add("Ada", [number]))

    def page(self, person: Person) -> Visitor:
        return Visitor(self.url, person.id)

    def text(self, person: Person, body: str) -> str:
        sid = new_sid()
        number = person.addresses[0].value
        self.path.accept(InboundMessage(sid, number, "+15550199", body, datetime.now(UTC)))
        return sid

    def texts_to(self, person: Person) -> list[str]:
        return self.parts.postbox.bodies(person.addresses[0].value)

    def entries(self, person: Person) -> list[Entry]:
        """In the order of their numbers."""
        entries = self.store.read(lambda tx: tx.entries.list(person.id))
        return sorted(entries, key=lambda entry: entry.number)


@contextmanager
def house(settings: Settings, quota: SegmentQuota | None = None) -> Iterator[House]:
    parts = Parts(quota=quota or SegmentQuota())
    store = Store.open(settings.database_url)
    store.migrate()
    rasa = SavingRasa(store)
    with serving(rasa), running(settings, store, rasa.url, parts) as path:
        messages = InOtherLoop(path, MediaStore(settings.media_url), store)
        with book_served(book_writing_routes(store, messages)) as url:
            yield House(settings, store, path, url, parts, rasa)
        rasa.released.set()
    store.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One for all tests that change nothing but what their people have."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCRAPBOOK_DATA_DIR", str(tmp_path_factory.mktemp("home")))
        with house(Settings.load()) as home:
            yield home


@pytest.fixture(params=DATABASES)
def settings(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """On each database, for a house of its own."""
    monkeypatch.setenv("SCRAPBOOK_DATA_DIR", str(tmp_path))
    if request.param == "postgresql":
        monkeypatch.setenv("SCRAPBOOK_DATABASE_URL", request.getfixturevalue("postgresql_url"))
    return Settings.load()


def test_what_is_written_is_answered_on_the_page_and_sends_no_text(settings: Settings) -> None:
    with house(settings) as home:
        ada = home.person()
        assert "Saved 1" in home.page(ada).said("milk & <b>eggs</b>", [("a.png", PNG, "")])
        assert [entry.text for entry in home.entries(ada)] == ["milk & <b>eggs</b>"]
        home.text(ada, "from the phone")
        wait_until(lambda: len(home.parts.postbox.sent) == 1, 20, lambda: "no reply")
    assert len(home.parts.postbox.sent) == 1


def test_what_was_taken_in_is_answered_once_after_a_restart(settings: Settings) -> None:
    with house(settings) as home:
        ada = home.person()
        home.rasa.released.clear()
        location = home.page(ada).write("survives", key="b" * 32).headers["location"]
        wait_until(lambda: home.rasa.texts == ["survives"], 20, lambda: "no turn")
    with house(settings) as home:
        page = home.page(ada)
        assert page.write("survives", key="b" * 32).headers["location"] == location
        wait_until(lambda: "Saved 1" in page.client.get(location).text, 20, lambda: "no receipt")
        assert len(home.entries(ada)) == 1


def test_the_quota_of_texts_does_not_concern_the_page(settings: Settings) -> None:
    with house(settings, SegmentQuota(2)) as home:
        ada = home.person()
        page = home.page(ada)
        for number in range(1, 5):
            assert f"Saved {number}" in page.said(f"thought {number}")
        used = home.store.read(lambda tx: tx.segment_usage.segments(datetime.now(UTC).date(), ada.id))
        assert used == 0
        home.text(ada, "from the phone")
        home.text(ada, "and another")
        notice = sentence("utter_limit_notice", time="0:00")
        wait_until(lambda: notice in home.texts_to(ada), 20, lambda: str(home.texts_to(ada)))
        assert "Saved 7" in page.said("while texts are held")


def test_the_receipt_is_shown_with_the_message_and_leads_to_the_entry(home: House) -> None:
    page = home.page(home.person())
    shown = page.follow(page.write("<script>alert(1)</script>\r\nsecond line")).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\nsecond line" in shown
    assert "<script>alert" not in shown
    assert '<a href="/book/entries/1">' in shown


def test_a_form_that_is_sent_twice_is_one_message(home: House) -> None:
    """By a double click, at the same time, and by a reload, later; also with a file."""
    ada = home.person()
    page, answers = home.page(ada), list[str]()

    def send() -> None:
        answer = page.write("buy stamps twice", [("a.png", PNG, "image/png")], key="a" * 32)
        answers.append(answer.headers["location"])

    together = [threading.Thread(target=send) for _ in range(3)]
    for thread in together:
        thread.start()
    for thread in together:
        thread.join()
    send()
    assert len(answers) == 4
    assert len(set(answers)) == 1
    assert "Saved 1" in receipt_on(page.client.get(answers[0]))
    assert len(home.entries(ada)) == 1
    assert home.rasa.texts.count("buy stamps twice") == 1


def test_a_form_that_was_changed_and_sent_again_is_another_message(home: House) -> None:
    """The browser's "back" brings the form back with its key."""
    ada = home.person()
    page = home.page(ada)
    page.follow(page.write("buy stamps", key="a" * 32))
    page.follow(page.write("buy ten stamps", key="a" * 32))
    assert [entry.text for entry in home.entries(ada)] == ["buy stamps", "buy ten stamps"]


def test_the_same_key_of_two_people_is_two_messages(home: House) -> None:
    for person in (home.person(), home.person()):
        page = home.page(person)
        page.follow(page.write("buy stamps", key="a" * 32))
        assert len(home.entries(person)) == 1


def test_files_are_kept_with_the_types_of_their_bytes_before_the_receipt(home: House) -> None:
    ada = home.person()
    files = [("a.txt", PNG, "text/plain"), ("b.jpg", LIVE_PICTURE, "image/jpeg"), ("c.pdf", PDF, "")]
    assert "fetched" not in home.page(ada).said("the lecture", files)
    [entry] = home.entries(ada)
    assert [part.content_type for part in entry.media] == ["image/png", "image/jpeg", "application/pdf"]
    stored = MediaStore(home.settings.media_url)
    assert [stored.read(part.key or "") for part in entry.media] == [PNG, LIVE_PICTURE, PDF]
    assert entry.media[1].live_photo_id
    # Its words are read as those of a file from a phone.
    url = entry.media[2].url
    wait_until(
        lambda: home.store.read(lambda tx: tx.file_texts.are_known(url)), 30, lambda: "the PDF was not read"
    )


def test_a_number_in_a_contact_card_is_read_as_one_of_the_persons_country(home: House) -> None:
    ada = home.store.write(lambda tx: tx.people.add("Ada", ["+442079460018"]))
    home.page(ada).said("from the lecture", [("ada.vcf", IPHONE.encode(), "text/vcard")])
    wait_until(
        lambda: home.store.read(lambda tx: len(searched(tx, ada, "+442079460019"))) == 1,
        30,
        lambda: str(home.entries(ada)),
    )


def test_a_recording_becomes_a_memo(home: House) -> None:
    """The speech process is away here: the sound is kept."""
    ada = home.person()
    assert home.page(ada).write("", [("memo.wav", wav(1.0), "audio/wav")]).status_code == 303
    wait_until(lambda: len(home.entries(ada)) == 1, 20, lambda: "no memo")
    [media] = home.entries(ada)[0].media
    assert media.content_type == "audio/wav"
    assert media.state == "kept"


@pytest.mark.parametrize("content", [HTML, SVG], ids=["html", "svg"])
def test_a_page_that_is_sent_as_a_picture_is_kept_as_a_file(home: House, content: bytes) -> None:
    ada = home.person()
    home.page(ada).said("look", [("a.png", content, "image/png")])
    [media] = home.entries(ada)[0].media
    assert media.state == "kept"
    assert media.content_type.startswith("text/")


def test_a_file_of_25_megabytes_is_refused_with_a_sentence_and_the_text_is_still_in_the_box(
    home: House,
) -> None:
    large = ("film.mp4", bytes(25 * 1024 * 1024), "video/mp4")
    ada = home.person()
    before = MediaStore(home.settings.media_url).keys()
    answer = home.page(ada).write("my <film>", [large])
    assert answer.status_code == 413
    assert "A file has more than 16 MB, so nothing was saved." in answer.text
    assert "\nmy &lt;film&gt;</textarea>" in answer.text
    assert home.entries(ada) == []
    assert MediaStore(home.settings.media_url).keys() == before
    assert "my <film>" not in home.rasa.texts


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([("a", b"a", "")] * (uploads.MAX_FILES + 1), "Those were more than 10 files"),
        ([("a", bytes(uploads.MAX_FILE), "")] * 4, "The files have more than 48 MB together"),
        ([("a", b"a", ""), ("note.txt", b"", "text/plain")], "A file is empty, so nothing was saved."),
    ],
    ids=["too many", "too much", "empty"],
)
def test_files_that_cannot_be_saved_are_refused(
    home: House, files: list[tuple[str, bytes, str]], said: str
) -> None:
    ada = home.person()
    answer = home.page(ada).write("kept in the box", files)
    assert answer.status_code == 413
    assert said in answer.text
    assert "kept in the box</textarea>" in answer.text
    assert home.entries(ada) == []


def test_a_text_over_the_limit_is_refused_and_still_in_the_box(home: House) -> None:
    answer = home.page(home.person()).write("a" * (uploads.MAX_TEXT + 1))
    assert answer.status_code == 413
    assert "more than 20,000 characters" in answer.text
    assert "a" * (uploads.MAX_TEXT + 1) in answer.text


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"csrf": "another"}, 403), ({"csrf": ""}, 403), ({"key": "not a key"}, 403), ({"text": " \r\n"}, 422)],
)
def test_a_form_that_is_not_that_of_the_page_saves_nothing(
    home: House, fields: dict[str, str], status: int
) -> None:
    ada = home.person()
    answer = home.page(ada).write(**{"text": "kept?", **fields})
    assert answer.status_code == status
    assert home.entries(ada) == []
    assert "kept?" not in home.rasa.texts


@pytest.mark.parametrize("content_type", ["multipart/form-data; boundary=x", "multipart/form-data"])
@pytest.mark.parametrize("body", [b"", b"text=a", b"--x\r\nContent-Disposition: form-data\r\n\r\n", b"\0"])
def test_a_body_that_is_no_form_is_refused(home: House, content_type: str, body: bytes) -> None:
    page = home.page(home.person())
    answer = page.client.post("/book/write", content=body, headers={"Content-Type": content_type})
    assert answer.status_code in {403, 413}
    assert "again" in answer.text


def test_nobody_sees_the_receipt_of_another(home: House) -> None:
    page = home.page(home.person())
    location = page.write("a secret").headers["location"]
    assert "a secret" in page.client.get(location).text
    for address in (location, "/book/receipts/book-1"):
        answer = home.page(home.person()).client.get(address)
        assert answer.status_code == 404
        assert "secret" not in answer.text


def test_a_button_answers_the_question_that_it_stands_under_or_nothing(home: House) -> None:
    person = home.person()
    page = home.page(person)

    def ask(message_id: str) -> None:
        question = PendingQuestion(CONFIRMATION, {}, "answer", (YES,), datetime.now(UTC), message_id)
        home.store.write(lambda tx: tx.conversations.ask(person.id, question))

    ask("SM-later")
    closed = "That question is not open any more, so nothing was done. Ask again."
    assert receipt_on(page.follow(page.write("1", answers="SM-earlier"))) == closed
    assert home.entries(person) == []
    key = "c" * 32
    first = page.write("1", answers="SM-later", key=key)
    assert receipt_on(page.follow(first)).startswith("Saved 1 ")
    home.store.write(lambda tx: tx.conversations.clear_question(person.id))
    assert page.write("1", answers="SM-later", key=key).headers["location"] == first.headers["location"]
    assert receipt_on(page.follow(page.write("1", answers="SM-later"))) == closed
    assert len(home.entries(person)) == 1


def test_a_button_answers_no_question_that_a_text_before_it_has_asked(home: House) -> None:
    person = home.person()
    page = home.page(person)

    def ask(message_id: str) -> None:
        question = PendingQuestion(CONFIRMATION, {}, "answer", (YES,), datetime.now(UTC), message_id)
        home.store.write(lambda tx: tx.conversations.ask(person.id, question))

    ask("SM-shown")
    home.rasa.released.clear()
    before = page.write("delete it all")
    pressed = page.write("1", answers="SM-shown")  # while the other one waits
    ask("SM-of-the-text")
    home.rasa.released.set()
    page.follow(before)
    assert "not open any more" in receipt_on(page.follow(pressed))
    assert home.rasa.texts[-1] == "delete it all"


@pytest.mark.parametrize("word", ["STOP", " start\r\n"])
def test_a_word_by_which_a_phone_opts_out_does_nothing_here_and_says_so(home: House, word: str) -> None:
    ada = home.person()
    assert "text that word from your phone" in home.page(ada).write(word).text
    assert home.entries(ada) == []
    assert not home.store.read(lambda tx: tx.people.is_opted_out(ada.addresses[0].value))


def test_a_person_whose_phone_has_opted_out_still_writes_here(home: House) -> None:
    ada = home.person()
    home.store.write(lambda tx: tx.people.set_opt_out(ada.addresses[0].value, datetime.now(UTC)))
    assert "Saved 1" in home.page(ada).said("still here")
    assert home.texts_to(ada) == []


def test_messages_of_page_and_phone_are_answered_in_their_order(home: House) -> None:
    ada = home.person()
    page = home.page(ada)
    home.rasa.released.clear()
    page.write("one")
    home.text(ada, "two")
    page.write("three")
    home.text(ada, "four")
    home.rasa.released.set()
    wait_until(lambda: len(home.entries(ada)) == 4, 20, lambda: str(home.rasa.texts))
    assert [entry.text for entry in home.entries(ada)] == ["one", "two", "three", "four"]


def test_a_page_that_waited_for_long_enough_says_so_and_shows_the_receipt_later(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "RECEIPT_SECONDS", 0.3)
    ada = home.person()
    page = home.page(ada)
    home.rasa.released.clear()
    answer = page.write("patience")
    working = page.follow(answer)
    assert "Still working on it. Your message is safe." in working.text
    assert "data-waiting" in working.text
    home.rasa.released.set()
    wait_until(lambda: len(home.entries(ada)) == 1, 20, lambda: "not saved")
    monkeypatch.undo()
    shown = page.follow(answer)
    assert "Saved 1" in receipt_on(shown)
    assert "data-waiting" not in shown.text


def test_a_removed_person_is_told_so(home: House) -> None:
    ada = home.person()
    home.store.write(lambda tx: tx.people.remove(ada.id))
    answer = home.page(ada).write("anybody there?")
    assert answer.status_code == 403
    assert "no longer on the list" in answer.text
