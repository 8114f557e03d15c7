"""The page for importing in Chromium: accessible in every state, and as good without JavaScript."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from scrapbook.store import Person
from scrapbook.workflows.importing import ImportRunner
from tests.support.served_book import ServedBook
from tests.unit.exchange.exports import zipped

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    notes = {f"note{n}.md": f"Thought {n} about oars" for n in range(7)}
    return zipped(tmp_path / "vault.zip", {**notes, "seen.md": "![](not-there.jpg)"})


@pytest.fixture
def runner(book: ServedBook) -> ImportRunner:
    return ImportRunner(book.store, book.files, book.uploads, "test")


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> str:
    return request.param


def opened(browser: Browser, book: ServedBook, person: Person, **options: object) -> Iterator[Page]:
    """A page in which a person is signed in."""
    context = browser.new_context(viewport=PHONE, **options)  # type: ignore[arg-type]
    cookies = book.signed_in(person).cookies.jar
    context.add_cookies([{"name": one.name, "value": one.value or "", "url": book.url} for one in cookies])
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda problem: complaints.append(str(problem)))
    page.goto(f"{book.url}/book/import")
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def page(browser: Browser, book: ServedBook, ann: Person, theme: str) -> Iterator[Page]:
    yield from opened(browser, book, ann, color_scheme=theme, reduced_motion="reduce")


@pytest.fixture
def plain(browser: Browser, book: ServedBook, ann: Person) -> Iterator[Page]:
    """Without JavaScript."""
    yield from opened(browser, book, ann, java_script_enabled=False)


def is_accessible(page: Page) -> bool:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_every_state_is_accessible_and_follows_the_work_by_itself(
    page: Page, runner: ImportRunner, vault: Path
) -> None:
    assert is_accessible(page)
    page.get_by_label("What another program has exported").set_input_files(vault)
    page.get_by_role("button", name="Show what is in it").click()
    expect(page.get_by_text("Looking at what is in it")).to_be_visible()
    assert is_accessible(page)
    runner.work()
    expect(page.get_by_text("Nothing is imported yet.")).to_be_visible()
    page.get_by_text("1 thing left out").click()
    assert is_accessible(page)
    page.get_by_role("button", name="Import 8 entries").click()
    expect(page.get_by_text("Importing: 0 of 8 entries.")).to_be_visible()
    assert is_accessible(page)
    runner.work()
    expect(page.get_by_text("Done: 8 new entries")).to_be_visible()
    assert is_accessible(page)
    page.get_by_role("button", name="Undo all of it").click()
    expect(page.locator(".flash")).to_be_visible()


def test_a_file_that_cannot_be_read_is_told_accessibly(
    page: Page, runner: ImportRunner, tmp_path: Path
) -> None:
    (tmp_path / "holiday.bin").write_bytes(b"\x00\x01" * 100)
    page.get_by_label("What another program has exported").set_input_files(tmp_path / "holiday.bin")
    page.get_by_role("button", name="Show what is in it").click()
    expect(page.get_by_text("Looking at what is in it")).to_be_visible()
    runner.work()
    expect(page.get_by_text("It was not imported.")).to_be_visible()
    assert is_accessible(page)


def test_it_works_without_javascript(plain: Page, runner: ImportRunner, vault: Path) -> None:
    plain.get_by_label("What another program has exported").set_input_files(vault)
    plain.get_by_role("button", name="Show what is in it").click()
    runner.work()
    plain.get_by_role("link", name="Look again").click()
    plain.get_by_role("button", name="Import 8 entries").click()
    runner.work()
    plain.get_by_role("link", name="Look again").click()
    expect(plain.get_by_text("Done: 8 new entries")).to_be_visible()
    plain.get_by_role("button", name="Undo all of it").click()
    expect(plain.locator(".flash")).to_be_visible()
