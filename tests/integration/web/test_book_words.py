"""The words of a memo with their times, for the player of a page."""

from collections.abc import Iterator

import httpx
import pytest

from scrapbook.model.transcript import Segment, Transcript, Word
from scrapbook.store import Media, Person, Store
from scrapbook.text.parsed_text import ParsedText
from scrapbook.web.book.memo_words import MemoWords, memo_word_routes
from tests.integration.conftest import NOW
from tests.support.book_pages import mounted
from tests.support.served import served

RECORDING = Media("https://files.example/1", "audio/ogg")
WORDS = (Word(" <b>milk", 0.2, 0.6, 0.9), Word(" is", 0.6, 0.8, 0.4))
HEARD = Transcript(
    "<b>milk",
    "en",
    0.9,
    2.5,
    2.0,
    -0.2,
    (Segment(0.2, 0.8, "<b>milk is", -0.2, 0.0, WORDS),),
    "test",
)


@pytest.fixture
def client(store: Store, ann: Person) -> Iterator[httpx.Client]:
    with store.transaction() as tx:
        tx.files.mark_stored(RECORDING.url, "audio/ogg", f"ab/{'ab' * 32}.ogg", 5, NOW)
        tx.transcripts.record(RECORDING.url, HEARD, NOW)
        tx.entries.add(ann.id, ParsedText("<b>milk is"), None, None, NOW, [RECORDING])
        tx.entries.add(ann.id, ParsedText("bread is"), None, None, NOW, [RECORDING])
        tx.entries.add(ann.id, ParsedText("typed"), None, None, NOW)
    pages = mounted(memo_word_routes(MemoWords(store)))
    with served(lambda _: pages) as url, httpx.Client(base_url=url) as client:
        yield client


def test_each_word_comes_with_its_times(client: httpx.Client) -> None:
    answer = client.get("/book/entries/1/words")
    assert answer.json() == {
        "file": 1,
        "corrected": False,
        "paragraphs": [[["<b>milk", 0.2, 0.6, 0.9], [" is", 0.6, 0.8, 0.4]]],
    }
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, no-store"


def test_a_corrected_word_has_none(client: httpx.Client) -> None:
    values = client.get("/book/entries/2/words").json()
    assert values["corrected"]
    assert values["paragraphs"] == [[["bread", None, None, None], [" is", 0.6, 0.8, 0.4]]]


@pytest.mark.parametrize("number", [3, 4, 10**17])
def test_what_was_not_said_has_no_words(client: httpx.Client, number: int) -> None:
    answer = client.get(f"/book/entries/{number}/words")
    assert answer.status_code == 404
    assert answer.text == "There is no memo of that number whose words are known."


def test_nobody_hears_another_persons_memos(client: httpx.Client, ben: Person) -> None:
    assert client.get("/book/entries/1/words", headers={"x-person": str(ben.id)}).status_code == 404
