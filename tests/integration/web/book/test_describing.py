"""What people write about a topic, on its page: shown there and where it is shared, and undone as by text."""

import html
import re
from collections.abc import Callable, Iterator
from typing import TypeVar

import httpx
import pytest

from scrapbook.core import Book, sharing, together
from scrapbook.core.together import SharedWith
from scrapbook.core.topics import MAX_DESCRIPTION
from scrapbook.core.undo import undo
from scrapbook.store import Person, Store
from scrapbook.text.parsed_text import ParsedText
from tests.support.served_book import ServedBook, serving_book

T = TypeVar("T")


@pytest.fixture(params=["sqlite_url", "postgresql_url"])
def url(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue(request.param)


@pytest.fixture
def book(store: Store) -> Iterator[ServedBook]:
    with serving_book(store) as book:
        yield book


def own(book: ServedBook, person: Person, act: Callable[[Book], T]) -> T:
    """What ``act`` of the person's book returns."""
    with book.store.transaction() as tx:
        return act(Book(tx, tx.people.get(person.id), "", book.clock.now))


def filed(book: ServedBook, person: Person, text: str, name: str) -> int:
    """A new entry of a topic, whose id is returned."""

    def add(own: Book) -> int:
        topic = own.topic_or_new(name)
        own.tx.entries.add(person.id, ParsedText(text), topic.id, None, own.now)
        return topic.id

    return own(book, person, add)


def stored(book: ServedBook, person: Person, topic: int) -> str:
    return own(book, person, lambda own: own.tx.topics.description(topic))


def field(page: str, name: str, start: str = "") -> str:
    """The value of a hidden field, the first behind ``start``."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page[page.index(start) :])
    assert found
    return html.unescape(found[1])


def describe(client: httpx.Client, topic: int, text: str, shown: str = "") -> httpx.Response:
    """Send the form of the page of a topic.

    Args:
        shown: the page as it was opened; what it is now if it is empty.
    """
    page = shown or client.get(f"/book/topics/{topic}").text
    fields = {name: field(page, name, 'class="describe"') for name in ("csrf", "version")}
    return client.post(f"/book/topics/{topic}/description", data={**fields, "description": text})


def prose(page: str) -> str:
    """What stands above the entries, with its tags."""
    found = re.search(r'<p class="prose description"[^>]*>(.*?)</p>', page, re.DOTALL)
    return found[1].strip() if found else ""


def test_words_about_a_topic_stand_on_its_page_and_the_button_undoes_them(book: ServedBook, ann: Person):
    topic, client = filed(book, ann, "a decorator wraps", "python"), book.signed_in(ann)
    page = f"/book/topics/{topic}"
    assert prose(client.get(page).text) == ""
    answer = describe(client, topic, " What I learn.\r\nSee https://example.org/python ")
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    shown = client.get(page).text
    assert "Changed what stands above python." in shown
    assert prose(shown).startswith('What I learn.\nSee <a href="https://example.org/python"')
    assert "\nWhat I learn.\nSee https://example.org/python</textarea>" in shown
    client.post("/book/undo", data={name: field(shown, name) for name in ("csrf", "change", "back")})
    shown = client.get(page).text
    assert "Undone: what you wrote about python is as before." in shown
    assert (prose(shown), stored(book, ann, topic)) == ("", "")


def test_a_text_undoes_what_the_page_has_set(book: ServedBook, ann: Person):
    topic, client = filed(book, ann, "a decorator wraps", "python"), book.signed_in(ann)
    describe(client, topic, "first")
    describe(client, topic, "second")
    assert own(book, ann, undo).response == "utter_undid_describe"
    assert stored(book, ann, topic) == "first"


def test_a_form_that_is_sent_twice_is_one_change(book: ServedBook, ann: Person):
    topic, client = filed(book, ann, "a decorator wraps", "python"), book.signed_in(ann)
    shown = client.get(f"/book/topics/{topic}").text
    for _ in range(2):
        assert describe(client, topic, "words", shown).status_code == 303
    own(book, ann, undo)
    assert stored(book, ann, topic) == ""


def test_what_another_page_has_set_is_not_overwritten_unseen(book: ServedBook, ann: Person):
    topic, client = filed(book, ann, "a decorator wraps", "python"), book.signed_in(ann)
    shown = client.get(f"/book/topics/{topic}").text
    describe(client, topic, "of the other page")
    answer = describe(client, topic, "of this page", shown)
    assert (answer.status_code, "It was changed after you had opened the page" in answer.text) == (422, True)
    assert "\nof this page</textarea>" in answer.text
    assert stored(book, ann, topic) == "of the other page"


def test_what_is_too_long_is_refused_and_shown_again(book: ServedBook, ann: Person):
    topic, client = filed(book, ann, "a decorator wraps", "python"), book.signed_in(ann)
    words = "w" * (MAX_DESCRIPTION + 1)
    answer = describe(client, topic, words)
    assert (answer.status_code, f"\n{words}</textarea>" in answer.text) == (422, True)
    assert stored(book, ann, topic) == ""
    assert describe(client, topic, words[1:]).status_code == 303


def test_it_is_kept_for_when_the_topic_has_entries_again(book: ServedBook, ann: Person):
    topic, client = filed(book, ann, "a decorator wraps", "python"), book.signed_in(ann)
    describe(client, topic, "What I learn.")
    shown = client.get("/book/entries/1/file").text
    fields = {name: field(shown, name) for name in ("csrf", "version")}
    client.post("/book/entries/1/file", data={**fields, "topic": "snakes"})
    assert filed(book, ann, "a generator yields", "python") == topic
    assert prose(client.get(f"/book/topics/{topic}").text) == "What I learn."


def test_without_entries_a_topic_is_listed_until_nothing_stands_on_it(book: ServedBook, ann: Person):
    topic, client = filed(book, ann, "a decorator wraps", "python"), book.signed_in(ann)
    describe(client, topic, "What I learn.")
    shown = client.get("/book/entries/1/file").text
    fields = {name: field(shown, name) for name in ("csrf", "version")}
    client.post("/book/entries/1/file", data={**fields, "topic": "snakes"})
    link = f'href="/book/topics/{topic}"'
    assert link in client.get("/book/topics").text
    shown = client.get(f"/book/topics/{topic}").text
    for _ in range(2):  # sent twice
        assert describe(client, topic, "", shown).headers["location"] == "/book/topics"
    shown = client.get("/book/topics").text
    assert link not in shown
    assert own(book, ann, lambda own: own.topic("python")) is None
    client.post("/book/undo", data={name: field(shown, name) for name in ("csrf", "change", "back")})
    assert stored(book, ann, topic) == "What I learn."
    assert link in client.get("/book/topics").text


def test_a_topic_is_found_by_what_is_written_about_it(book: ServedBook, ann: Person, ben: Person):
    topic, client = filed(book, ann, "milk", "shopping"), book.signed_in(ann)
    filed(book, ann, "a decorator wraps", "python")
    describe(client, topic, "Never on a Saturday, when the markets are full.")
    link = f'<a href="/book/topics/{topic}"'
    for query, is_found in (("market saturdays", True), ("market sunday", False), ("MARKETS", True)):
        assert (link in client.get("/book/search", params={"q": query}).text) is is_found, query
    page = client.get("/book/search", params={"q": "markets"}).text
    assert ("Described so:" in page, "Nothing found." in page) == (True, False)
    assert link not in client.get("/book/search", params={"q": "markets", "page": "2"}).text
    assert "Described so:" not in client.get("/book/search", params={"q": "python"}).text
    filed(book, ben, "bread", "shopping")
    assert "Described so:" not in book.signed_in(ben).get("/book/search?q=markets").text


def test_the_feed_of_a_public_page_has_it(book: ServedBook, ann: Person):
    topic, client = filed(book, ann, "milk", "shopping"), book.signed_in(ann)
    path = own(book, ann, lambda own: sharing.share_url("", sharing.share(own, own.topic_or_new("shopping"))))
    before = book.client().get(f"{path}/feed.atom")
    assert "<subtitle>" not in before.text
    describe(client, topic, "Milk & bread\x01 <b>")
    after = book.client().get(f"{path}/feed.atom", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert "<subtitle>Milk &amp; bread &lt;b&gt;</subtitle>" in after.text


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "</textarea><script>alert(1)</script>",
        "javascript:alert(1) {{ 7 * 7 }}",
        "nul \0 bidi \u202e isolate \u2066",
        "e" + "\u0301" * 900,
        "a.co " * 200,
        '"' * MAX_DESCRIPTION,
    ],
)
def test_hostile_words_are_shown_and_not_run(book: ServedBook, ann: Person, words: str):
    topic, client = filed(book, ann, "a decorator wraps", "python"), book.signed_in(ann)
    assert describe(client, topic, words).status_code == 303
    path = own(book, ann, lambda own: sharing.share_url("", sharing.share(own, own.topic_or_new("python"))))
    for page in (client.get(f"/book/topics/{topic}"), book.client().get(path)):
        assert page.status_code == 200
        assert len(page.content) < 60_000
        assert "<script>" not in page.text
        assert "<img" not in page.text
        assert "\u202e" not in prose(page.text)
        assert prose(page.text)


def test_the_public_page_has_it_and_somebody_with_a_topic_of_their_own_does_not(
    book: ServedBook, ann: Person, ben: Person
):
    topic, client = filed(book, ann, "milk", "shopping"), book.signed_in(ann)
    describe(client, topic, "Never on a Saturday.")
    path = own(book, ann, lambda own: sharing.share_url("", sharing.share(own, own.topic_or_new("shopping"))))
    public = book.client().get(path).text
    assert prose(public) == "Never on a Saturday."
    assert '<meta property="og:description" content="Never on a Saturday.">' in public
    assert "<form" not in public

    def share(own: Book) -> object:
        return together.share_with(own, own.topic_or_new("shopping"), ben)

    assert isinstance(own(book, ann, share), SharedWith)
    bens = book.signed_in(ben)
    [theirs] = own(book, ben, lambda own: [one.id for one in own.topics() if one.name == "shopping"])
    assert "milk" in bens.get(f"/book/topics/{theirs}").text
    assert prose(bens.get(f"/book/topics/{theirs}").text) == ""
    token = field(bens.get(f"/book/topics/{theirs}").text, "csrf")
    refused = bens.post(
        f"/book/topics/{topic}/description", data={"csrf": token, "description": "Ben was here"}
    )
    assert (refused.status_code, stored(book, ann, topic)) == (404, "Never on a Saturday.")


def test_nothing_is_set_without_the_token_of_the_session(book: ServedBook, ann: Person):
    topic, client = filed(book, ann, "a decorator wraps", "python"), book.signed_in(ann)
    assert client.post(f"/book/topics/{topic}/description", data={"description": "words"}).status_code == 403
    assert stored(book, ann, topic) == ""
