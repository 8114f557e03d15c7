"""The pages that ask, refuse and answer, in Chromium: axe finds nothing on them, in light and in dark."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from scrapbook.core import Book, sharing, together
from scrapbook.store import Person, Store
from scrapbook.text.parsed_text import ParsedText
from tests.support.served_book import IPHONE, ServedBook

PHONE, SCREEN = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture
def url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def filled(store: Store, ann: Person, ben: Person, book: ServedBook) -> str:
    """Ann shares one topic with everybody, and one with Ben. Returns the path of the public page."""
    with store.transaction() as tx:
        own = Book(tx, ann, "", book.clock.now)
        for text, name in (("decorators are just functions", "python"), ("milk", "shopping")):
            topic = own.topic_or_new(name)
            tx.entries.add(ann.id, ParsedText(text), topic.id, None, book.clock.now)
        path = sharing.share_url("", sharing.share(own, own.topic_or_new("python")))
        together.share_with(own, own.topic_or_new("shopping"), ben)
    book.signed_in(ann, IPHONE)
    return path


@dataclass
class Visitor:
    """A browser in a mode, whose pages are looked at one by one."""

    page: Page
    url: str

    def go(self, path: str) -> None:
        self.page.goto(f"{self.url}{path}")

    def post(self, path: str, fields: Mapping[str, str]) -> None:
        """Send a form that no page has like this, as an old page would."""
        self.page.evaluate(
            """([action, fields]) => {
                const form = Object.assign(document.createElement("form"), { action, method: "post" });
                for (const [name, value] of Object.entries(fields)) {
                    form.append(Object.assign(document.createElement("input"), { name, value }));
                }
                document.body.append(form);
                HTMLFormElement.prototype.submit.call(form);
            }""",
            [path, fields],
        )

    def token(self) -> str:
        return self.page.locator("main [name=csrf]").first.input_value()

    def looks_right(self, heading: str) -> None:
        """The page with this heading is there, and axe finds nothing on it."""
        expect(self.page.get_by_role("heading", name=heading, level=1)).to_have_count(1)
        found = Axe().run(self.page)
        assert found.violations_count == 0, f"{self.page.url}\n{found.generate_report()}"
        width = self.page.evaluate("document.documentElement.scrollWidth")
        assert width <= self.page.evaluate("innerWidth"), self.page.url


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(params=[PHONE, SCREEN], ids=["phone", "screen"])
def visitor(
    request: pytest.FixtureRequest, browser: Browser, book: ServedBook, theme: str
) -> Iterator[Visitor]:
    context = browser.new_context(viewport=request.param, color_scheme=theme)  # pyright: ignore[reportArgumentType]
    yield Visitor(context.new_page(), book.url)
    context.close()


def test_axe_finds_nothing_from_the_link_to_signing_out(
    visitor: Visitor, book: ServedBook, ann: Person, filled: str
):
    visitor.go("/book")
    visitor.looks_right("Sign in")
    link = book.link(ann)
    visitor.go(link)
    visitor.looks_right("Open your book")
    visitor.page.get_by_role("button", name="Open the book on this device").click()
    expect(visitor.page).to_have_url(f"{book.url}/book")
    visitor.go(link)
    visitor.looks_right("This link is no longer valid")
    visitor.go(filled)
    visitor.looks_right("python")
    visitor.go(filled.replace("/shared/", "/shared/0"))
    visitor.looks_right("Not found")
    visitor.go("/book/settings")
    visitor.page.get_by_role("contentinfo").get_by_role("button", name="Sign out").click()
    visitor.looks_right("Signed out")


def test_axe_finds_nothing_in_the_settings(visitor: Visitor, book: ServedBook, ann: Person, filled: str):
    visitor.go(book.link(ann))
    visitor.page.get_by_role("button").click()
    visitor.go("/book/settings")
    visitor.looks_right("Settings")
    for field, value in (("Time zone", "Luis"), ("Name", "12 34")):
        visitor.page.get_by_label(field, exact=True).fill(value)
        visitor.page.get_by_role("button", name=f"Save the {field.lower()}").click()
        expect(visitor.page.get_by_role("alert")).to_be_visible()
        visitor.looks_right("Settings")
    visitor.page.get_by_role("button", name="No quiet hours").click()
    expect(visitor.page.get_by_role("button", name="Undo")).to_be_visible()
    visitor.looks_right("Settings")
    visitor.page.get_by_role("button", name=re.compile("End this for everybody")).click()
    expect(visitor.page.get_by_role("status")).to_contain_text("shopping")
    visitor.looks_right("Settings")


def test_axe_finds_nothing_where_a_form_is_not_carried_out(
    visitor: Visitor, book: ServedBook, ann: Person, filled: str
):
    visitor.go(book.link(ann))
    visitor.page.get_by_role("button").click()
    for name, fields in (("edit", {"text": "mine"}), ("file", {"topic": "rust"}), ("delete", {})):
        visitor.go("/book/entries/1/edit")
        visitor.post(f"/book/entries/1/{name}", {"csrf": visitor.token(), "version": "old", **fields})
        visitor.looks_right("1 was changed meanwhile")
    visitor.go("/book/entries/1/edit")
    visitor.page.get_by_label("The text").fill(" ")
    visitor.page.get_by_role("button", name="Save").click()
    expect(visitor.page.get_by_role("alert")).to_be_visible()
    visitor.looks_right("Edit 1")
    visitor.go("/book/topics/1")
    visitor.page.get_by_text("Write a few words about it").click()
    visitor.page.get_by_label("What stands above the entries").fill("What I learn.")
    visitor.looks_right("python")
    visitor.page.get_by_role("button", name="Save the words").click()
    expect(visitor.page.get_by_text("What I learn.").first).to_be_visible()
    visitor.looks_right("python")
    visitor.go("/book/entries/2/file")
    visitor.looks_right("File 2")
    visitor.page.locator("main [name=topic]").first.fill(" ")
    visitor.page.get_by_role("button", name="File").first.click()
    visitor.looks_right("Not done")
    visitor.go("/book/entries/1/edit")
    visitor.post("/book/entries/1/edit", {"csrf": "another", "version": "old"})
    visitor.looks_right("Nothing was changed")
    visitor.go("/book/entries/999")
    visitor.looks_right("Not found")
