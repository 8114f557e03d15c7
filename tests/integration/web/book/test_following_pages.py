"""The page of what is followed: its state, its items, and that its forms do what a text does, once."""

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import httpx
import pytest

from scrapbook.core import Book, following
from scrapbook.core.following_pages import PAGE
from scrapbook.core.undo import undo
from scrapbook.core.wording import render, sentence
from scrapbook.model.feeds import Freshness, ParsedItem
from scrapbook.store import Person, Store
from tests.support.served_book import ServedBook, serving_book

T = TypeVar("T")


@pytest.fixture(params=["sqlite_url", "postgresql_url"])
def url(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue(request.param)


@pytest.fixture
def book(store: Store):
    with serving_book(store) as book:
        yield book


def own(book: ServedBook, person: Person, act: Callable[[Book], T]) -> T:
    with book.store.transaction() as tx:
        return act(Book(tx, tx.people.get(person.id), "", book.clock.now))


def followed(book: ServedBook, person: Person) -> list[str]:
    return own(book, person, lambda own: [one.address for one in following.subscriptions(own)])


def texts(book: ServedBook, person: Person) -> list[str]:
    return own(book, person, lambda own: [one.text for one in own.tx.entries.list(person.id)])


def follow(book: ServedBook, person: Person, address: str = "https://xkcd.com/", items: int = 0) -> None:
    """Follow a feed that was read just now, and found items then."""

    def do(own: Book) -> None:
        following.follow(own, address)
        feed = own.tx.feeds.by_url(address)
        assert feed
        if items:
            new = [ParsedItem(str(n), f"{address}{n}", f"Comic {n}") for n in range(items)]
            own.tx.feeds.record_read(feed, Freshness(), own.now, own.now + timedelta(minutes=10), None)
            own.tx.feeds.record_items(feed, [(item, (item.id,)) for item in new], own.now)

    own(book, person, do)


def post(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    page = client.get("/book/following").text
    token = re.search(r'name="csrf" value="(\w+)"', page)
    assert token
    return client.post(f"/book/following/{path}", data={"csrf": token[1], **fields})


def flash(client: httpx.Client) -> tuple[str, str]:
    """The line and the change that its button undoes."""
    page = client.get("/book/following").text
    line = re.search(r'role="status"[^>]*>(.*?)</p>', page)
    change = re.search(r'name="change" value="(\d+)"', page)
    return html.unescape(line[1]) if line else "", change[1] if change else ""


def test_it_says_of_each_what_its_state_is_and_what_is_newest(book: ServedBook, ann: Person):
    follow(book, ann, items=5)
    follow(book, ann, "https://gone.example/")
    follow(book, ann, "https://shy.example/")
    follow(book, ann, "https://new.example/")

    def fail(own: Book) -> None:
        _, gone, shy, _ = following.subscriptions(own)
        own.tx.feeds.record_failure(gone.feed, "There is no page.", None)
        own.tx.feeds.record_failure(shy.feed, "It did not answer.", own.now + timedelta(minutes=20))

    own(book, ann, fail)
    page = " ".join(re.sub(r"<[^>]+>", " ", book.signed_in(ann).get("/book/following").text).split())
    assert "last read 28 November 2026 at 12:00 Comic 0 28 November 2026 save Comic 1" in page
    assert "Comic 3" not in page
    assert "stopped, it could not be read: There is no page." in page
    assert "it cannot be read at the moment: It did not answer., it is tried again 28 November 2026" in page
    assert "new.example · not read yet" in page


def test_items_are_on_no_other_page(book: ServedBook, ann: Person):
    follow(book, ann, items=3)
    client = book.signed_in(ann)
    for path in ("", "/search?q=comic", "/topics", "/weeks/2026-W48"):
        assert "Comic" not in client.get(f"/book{path}").text


def test_an_address_is_followed_once_and_undone(book: ServedBook, ann: Person):
    client = book.signed_in(ann)
    for _ in range(2):
        assert post(client, "follow", address="xkcd.com").headers["location"] == "/book/following"
    assert followed(book, ann) == ["https://xkcd.com/"]
    line, change = flash(client)
    assert line == "Following xkcd.com. It is read within a minute."
    client.post("/book/undo", data={"csrf": book.csrf(client), "change": change})
    assert followed(book, ann) == []


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1/", "https://me@example.com/", "https://example.com:8080/"]
)
def test_what_can_never_be_read_is_refused_as_by_text(book: ServedBook, ann: Person, address: str):
    answer = post(book.signed_in(ann), "follow", address=address)
    assert answer.status_code == 422
    refused = sentence("utter_follow_refused", failure=following.never_read(address) or "")
    assert refused in html.unescape(answer.text)
    assert followed(book, ann) == []


@pytest.mark.parametrize("address", ["", "my heart", "javascript:alert(1)", "https://a.b/" + "c" * 2_000])
def test_what_is_no_address_is_refused_with_what_was_written(book: ServedBook, ann: Person, address: str):
    answer = post(book.signed_in(ann), "follow", address=address)
    assert (answer.status_code, "Write the address of a page" in answer.text) == (422, True)
    assert address[:40] in answer.text
    assert followed(book, ann) == []


def test_it_is_unfollowed_once_and_a_text_undoes_it(book: ServedBook, ann: Person):
    follow(book, ann)
    client = book.signed_in(ann)
    [one] = own(book, ann, following.subscriptions)
    for _ in range(2):
        assert post(client, f"{one.id}/unfollow").status_code == 303
    line, change = flash(client)
    assert (line, change != "", followed(book, ann)) == ("It is not followed any more.", True, [])
    assert own(book, ann, undo).response == "utter_undid_unfollow"
    assert followed(book, ann) == ["https://xkcd.com/"]


def test_an_item_is_saved_once_and_undone(book: ServedBook, ann: Person):
    follow(book, ann, items=1)
    client = book.signed_in(ann)
    for _ in range(2):
        assert post(client, "items/1/save").status_code == 303
    assert texts(book, ann) == ["Comic 0\nhttps://xkcd.com/0"]
    line, change = flash(client)
    assert (line, change != "") == ("Saved 1.", True)
    assert set(book.linked) == {(ann.id, int(change))}
    assert render(own(book, ann, undo)).startswith("Undone: 1 is no longer saved.")
    assert texts(book, ann) == []


def test_what_has_stopped_is_tried_again(book: ServedBook, ann: Person):
    follow(book, ann)
    [one] = own(book, ann, following.subscriptions)
    own(book, ann, lambda own: own.tx.feeds.record_failure(one.feed, "There is no page.", None))
    client = book.signed_in(ann)
    assert "try again" in client.get("/book/following").text
    post(client, "follow", address="https://xkcd.com/")
    assert own(book, ann, following.subscriptions)[0].feed.next_fetch_at == book.clock.now


def test_many_are_read_page_after_page(book: ServedBook, ann: Person):
    for n in range(PAGE + 2):
        follow(book, ann, f"https://feed{n}.example/")
    client = book.signed_in(ann)
    first = client.get("/book/following").text
    [onward] = re.findall(r'href="([^"]+)" rel="next"', first)
    shown = re.findall(r"<h2[^>]*>feed(\d+)\.example</h2>", first + client.get(onward).text)
    assert shown == [str(n) for n in range(PAGE + 2)]


def test_nobody_saves_from_or_ends_what_another_follows(book: ServedBook, ann: Person, ben: Person):
    follow(book, ben, items=1)
    [one] = own(book, ben, following.subscriptions)
    client = book.signed_in(ann)
    for path in (f"{one.id}/unfollow", "items/1/save"):
        assert post(client, path).status_code == 404
    assert (followed(book, ben), texts(book, ann)) == (["https://xkcd.com/"], [])
