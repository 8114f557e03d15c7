"""The pages of the book over HTTP, on both databases."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from lxml import html
from starlette.testclient import TestClient

from scrapbook.store import Person, Store
from tests.support.book_pages import book_app
from tests.support.sample_book import NOW
from tests.support.served_book import ServedBook, serving_book

Read = Callable[[str], html.HtmlElement]


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def client(store: Store, ann: Person, now: datetime) -> TestClient:
    """Ann is signed in."""
    return TestClient(book_app(store, ann.id, now=lambda: now), follow_redirects=False)


@pytest.fixture
def book(store: Store) -> Iterator[ServedBook]:
    """The pages of the app, on a database of its own."""
    with serving_book(store) as book:
        yield book


@pytest.fixture
def read(client: TestClient) -> Read:
    """Read a page, which has to be there, and return it parsed."""

    def get(address: str) -> html.HtmlElement:
        response = client.get(address)
        assert response.status_code == 200, (address, response.status_code)
        assert len(response.content) < 100_000, (address, len(response.content))
        return html.fromstring(response.text)

    return get


def words(element: html.HtmlElement) -> str:
    """The words of an element, in one line."""
    return " ".join(element.text_content().split())


def numbers(page: html.HtmlElement) -> list[int]:
    """The numbers of the entries on a page, in order."""
    return [int(str(article.get("id"))[1:]) for article in page.cssselect("article.entry")]


def pages(read: Read, address: str, onward: str = ".onward a") -> Iterator[html.HtmlElement]:
    """A page, and those to which its first link onward leads, one after the other."""
    while address:
        page = read(address)
        yield page
        links = page.cssselect(onward)
        address = str(links[0].get("href")) if links else ""


def link(page: html.HtmlElement, text: str) -> str:
    """Where the link with these words leads."""
    [found] = [a for a in page.cssselect("a") if words(a) == text]
    return str(found.get("href"))
