"""Make the pictures of the pages in docs/book.md anew: ``python -m bench.screenshots [FOLDER]``.

They show a made-up book in Chromium, in light and dark, on a phone and on a screen. Without a folder those
that the documentation shows are made, with one all of them.
"""

import shutil
import sys
import tempfile
from collections.abc import Set
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from scrapbook.paths import ROOT
from scrapbook.store import Store
from tests.support.book_pages import book_app
from tests.support.browser import OPTIONS
from tests.support.sample_book import NOW, sample_book, with_feeds, with_reminders
from tests.support.served import served

DOCUMENTED = ROOT / "docs" / "book"
SIZES = {"phone": (390, 844), "screen": (1280, 900)}
PAGES = {
    "timeline": "/book",
    "topics": "/book/topics",
    "topic": "/book/topics/1",
    "list": "/book/topics/7",
    "entry": "/book/entries/1",
    "memo": "/book/entries/9",
    "week": "/book/weeks/2026-W47",
    "day": "/book/on-this-day",
    "search": "/book/search?q=kernels",
    "reminders": "/book/reminders",
    "following": "/book/following",
    "trash": "/book/trash",
    "missing": "/book/entries/999",
}
ADDED_LATER = {"reminders", "following"}
"""Pages of what would stand in the way on the others: six reminders of one minute."""

SHOWN = (
    ("timeline", "screen", "light"),
    ("timeline", "phone", "dark"),
    ("week", "screen", "dark"),
    ("reminders", "phone", "light"),
    ("following", "phone", "dark"),
)
COLOURS = 64
"""Of a picture in the documentation, which makes it a third as large, and no different to look at."""


def main(folder: Path, *, everything: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        store = Store.open(f"sqlite:///{data}/scrapbook.db")
        store.migrate()
        person = sample_book(store)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=OPTIONS)
        with served(lambda _: book_app(store, person.id, now=lambda: NOW)) as url:
            take_all(browser, url, PAGES.keys() - ADDED_LATER, folder, everything=everything)
            with_reminders(store, person)
            with_feeds(store, person)
            take_all(browser, url, ADDED_LATER, folder, everything=everything)
        browser.close()
        store.close()


def take_all(browser: Browser, url: str, names: Set[str], folder: Path, *, everything: bool) -> None:
    for size, (width, height) in SIZES.items():
        for theme in ("light", "dark"):
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme=theme,
                reduced_motion="reduce",
                is_mobile=size == "phone",
                has_touch=size == "phone",
            )
            page = context.new_page()
            for name in sorted(names):
                if everything or (name, size, theme) in SHOWN:
                    path = folder / f"{name}-{size}-{theme}.png"
                    take(page, f"{url}{PAGES[name]}", path, whole=everything)
            context.close()


def take(page: Page, url: str, path: Path, *, whole: bool) -> None:
    page.goto(url)
    for picture in page.locator("img").all():
        picture.scroll_into_view_if_needed()
        picture.evaluate("picture => picture.decode()")
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=path, full_page=whole)
    if not whole:
        with Image.open(path) as picture:
            picture.convert("RGB").quantize(COLOURS).save(path, optimize=True)
    print(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else DOCUMENTED, everything=bool(sys.argv[1:]))
