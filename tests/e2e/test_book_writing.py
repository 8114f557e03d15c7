"""Writing in the book, in a real browser and without one, beside texts from the phone, in a whole house."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from scrapbook.web.book.uploads import MAX_TEXT
from tests.support.book_pages import Reader
from tests.support.installation import Installation, wait_until

WAIT = 60_000
"""Milliseconds, on a machine that is busy."""


@pytest.fixture
def book(installation: Installation, number: str) -> Reader:
    return Reader(installation, number)


@contextmanager
def opened(browser: Browser, book: Reader, *, javascript: bool = True) -> Iterator[Page]:
    context: BrowserContext = browser.new_context(java_script_enabled=javascript)
    context.add_cookies(book.cookies())
    page = context.new_page()
    page.set_default_timeout(WAIT)
    problems: list[str] = []
    page.on("pageerror", lambda problem: problems.append(str(problem)))
    page.goto(f"{book.home.url}/book")
    yield page
    context.close()
    assert problems == []


def write(page: Page, words: str) -> None:
    page.get_by_label("Write, find or change something").fill(words)
    page.get_by_role("button", name="Send").click()


def receipt(page: Page, words: str) -> None:
    expect(page.locator(".reply")).to_contain_text(words, timeout=WAIT)


def shows(page: Page, words: str, count: int = 1) -> None:
    expect(page.locator("article").filter(has_text=words)).to_have_count(count, timeout=WAIT)


def test_page_and_phone_agree_and_each_undoes_what_the_other_did(
    browser: Browser, installation: Installation, number: str, book: Reader
) -> None:
    texts = len(installation.sent_to(number))
    with opened(browser, book) as page:
        page.evaluate("window.isTheSamePage = true")
        write(page, "add milk to shopping")
        receipt(page, "shopping")
        shows(page, "milk")
        expect(page.get_by_label("Write, find or change something")).to_have_value("")
        assert len(installation.sent_to(number)) == texts

        installation.say("python: decorators are just functions", number)
        shows(page, "decorators are just functions")
        assert page.evaluate("window.isTheSamePage") is True

        # A text undoes what the page does, and the page follows.
        note = page.locator("article").filter(has_text="decorators")
        note.get_by_role("button", name="delete").click()
        shows(page, "decorators", 0)
        assert "back from the trash" in installation.say("undo", number)
        shows(page, "decorators")

        # The page undoes what it did, and the box what was texted and written.
        note.get_by_role("button", name="pin").click()
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_role("status").filter(has_text="not pinned any more")).to_be_visible()
        write(page, "undo")
        receipt(page, "Undone")
        shows(page, "decorators", 0)
        write(page, "undo")
        shows(page, "milk", 0)


def test_a_question_is_answered_in_the_box_or_by_text(
    browser: Browser, installation: Installation, number: str, book: Reader
) -> None:
    installation.say("carbon: trees are made of air", number)
    installation.say("carton: flatten before recycling", number)
    with opened(browser, book) as page:
        write(page, "find carvon")
        box = page.get_by_label("Write, find or change something")
        box.fill("half a message")
        page.get_by_role("button", name="carbon", exact=True).click()
        receipt(page, "trees")
        expect(box).to_have_value("half a message")
        write(page, "find carvon")
        expect(page.get_by_role("button", name="carton", exact=True)).to_be_visible(timeout=WAIT)
        expect(page.locator(".reply")).not_to_contain_text("Text its number")
        write(page, "1")
        expect(page.locator(".reply")).to_contain_text(re.compile("trees|flatten"), timeout=WAIT)
        write(page, "find carvon")
        expect(page.get_by_role("button", name="carton", exact=True)).to_be_visible(timeout=WAIT)
    assert re.search("trees|flatten", installation.say("2", number))


def test_the_page_waits_for_somebody_who_types(
    browser: Browser, installation: Installation, number: str, book: Reader
) -> None:
    installation.say("the first thought", number)
    with opened(browser, book) as page, opened(browser, book) as other:
        page.goto(f"{book.home.url}/book/entries/1/edit")
        text = page.get_by_label("The text")
        text.fill("half a sentence")
        installation.say("the second thought", number)
        shows(other, "the second thought")
        expect(text).to_have_value("half a sentence")
        # The box keeps its words and its focus, so that it holds nothing up.
        box = other.get_by_label("Write, find or change something")
        box.fill("half a message")
        installation.say("the third thought", number)
        shows(other, "the third thought")
        expect(box).to_have_value("half a message")
        expect(box).to_be_focused()


def test_what_was_written_in_an_older_page_is_shown_until_it_is_saved(
    browser: Browser, installation: Installation, number: str, book: Reader
) -> None:
    installation.say("python: decorators are just functions", number)
    with opened(browser, book) as page, opened(browser, book) as other:
        page.get_by_role("link", name="edit").click()
        page.get_by_label("The text").fill("decorators return functions")
        installation.say("edit 1 decorators take functions", number)
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".what")).to_have_text(re.compile(r"^\s*decorators take functions\s*$"))
        installation.say("the second thought", number)
        shows(other, "the second thought")
        written = page.get_by_label("What you wrote")
        expect(written).to_have_value("decorators return functions")
        page.get_by_role("button", name="Save this in its place").click()
        shows(other, "decorators return functions")


def test_what_is_wrong_in_the_settings_is_shown_until_it_is_put_right(
    browser: Browser, installation: Installation, number: str, book: Reader
) -> None:
    with opened(browser, book) as page, opened(browser, book) as other:
        page.goto(f"{book.home.url}/book/settings")
        page.get_by_label("Time zone").fill("Nowhere at all")
        page.get_by_role("button", name="Save the time zone").click()
        expect(page.locator("#timezone-problem")).to_be_visible()
        installation.say("the first thought", number)
        shows(other, "the first thought")
        expect(page.locator("#timezone-problem")).to_be_visible()
        expect(page.get_by_label("Time zone")).to_have_value("Nowhere at all")


def test_without_javascript_the_same_is_done_by_forms(
    browser: Browser, installation: Installation, number: str, book: Reader
) -> None:
    with opened(browser, book, javascript=False) as page:
        write(page, "python: decorators are just functions")
        expect(page).to_have_url(re.compile("/book/receipts/book-[0-9a-f]{32}$"))
        receipt(page, "python")
        page.reload()
        page.goto(f"{book.home.url}/book")
        shows(page, "decorators")
        page.get_by_role("link", name="edit").click()
        page.get_by_label("The text").fill("decorators return functions")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("article")).to_contain_text("decorators return functions")
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("article")).to_contain_text("decorators are just functions")
        assert "no longer saved" in installation.say("undo", number)
        installation.say("carbon: trees are made of air", number)
        installation.say("carton: flatten before recycling", number)
        page.goto(f"{book.home.url}/book")
        write(page, "find carvon")
        page.get_by_role("button", name="carton", exact=True).click()
        receipt(page, "flatten")
        page.goto(f"{book.home.url}/book")
        shows(page, "decorators", 0)


def test_the_longest_text_is_saved_word_for_word(book: Reader) -> None:
    words = " ".join(f"word{number}" for number in range(2_300))[:MAX_TEXT]
    location = book.write(words, book.csrf).headers["location"]
    wait_until(lambda: "Saved 1" in book.client.get(location).text, 60, lambda: "no receipt")
    shown = book.client.get("/book/entries/1").text + book.client.get("/book/entries/1?part=2").text
    assert words[:500] in shown
    assert words[-500:] in shown


def test_a_large_file_is_refused_before_it_is_sent(
    browser: Browser, installation: Installation, number: str, book: Reader
) -> None:
    with opened(browser, book) as page:
        write(page, " ")
        expect(page.locator(".written")).to_have_text("Write something first, or choose a file.")
        page.get_by_label("Add pictures, sounds or files").set_input_files(
            {"name": "film.mp4", "mimeType": "video/mp4", "buffer": bytes(17 * 1024 * 1024)}
        )
        write(page, "my film")
        expect(page.locator(".written")).to_have_text("“film.mp4” has more than 16 MB.")
        expect(page.get_by_label("Write, find or change something")).to_have_value("my film")
