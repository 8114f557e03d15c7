"""The pages of the book in Chromium: accessible, nothing outside the screen, better with JavaScript."""

import re
from collections import deque
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect
from playwright.sync_api import Route as Held
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from scrapbook.core.written_receipts import Choice, Receipt
from scrapbook.store import Store
from scrapbook.web.book.rendering import render
from tests.support.book_pages import CSRF, book_app
from tests.support.sample_book import NOW, add, picture, sample_book, with_feeds, with_reminders
from tests.support.served import served

PHONE, SCREEN = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
NARROW = {"width": 320, "height": 256}
"""A screen of 1,280 pixels at 400 per cent: WCAG 2.2, success criterion 1.4.10."""

PAGES = (
    "/book",
    "/book/2024/3",
    "/book/topics",
    "/book/topics/2",
    "/book/topics/7",
    "/book/entries/1",
    "/book/entries/9",
    "/book/weeks/2026-W47",
    "/book/on-this-day",
    "/book/search",
    "/book/search?q=the",
    "/book/reminders",
    "/book/following",
    "/book/trash",
    "/book/entries/404",
    "/book/entries/9/edit",
    "/book/entries/5/file",
    "/book/receipts/asking",
)
SPACED = (
    "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }"
)
"""Text spacing: WCAG 2.2, success criterion 1.4.12."""


async def written(request: Request) -> Response:
    sent = (await request.form()).getlist("files")
    request.app.state.files = [one.filename for one in sent if isinstance(one, UploadFile)]
    return RedirectResponse("/book/receipts/book-1", status_code=303)


async def files_that_were_sent(request: Request) -> Response:
    return JSONResponse(request.app.state.files)


def sent_files(page: Page, book_url: str) -> list[str]:
    return page.request.get(f"{book_url}/book/test/files").json()


async def waiting_receipt(_request: Request) -> Response:
    receipt = Receipt("a thought", (), None, is_complete=False, has_memos=False)
    return render("receipt.html", receipt=receipt, sent=receipt.text, is_cut=False, csrf=CSRF)


async def asking_receipt(_request: Request) -> Response:
    choices = (Choice(1, "milk"), Choice(2, "Keep it as a thought"))
    receipt = Receipt(
        "a thought", ("Which one: 1 milk?",), 1, is_complete=True, has_memos=False, choices=choices
    )
    return render("receipt.html", receipt=receipt, sent=receipt.text, is_cut=True, csrf=CSRF)


@pytest.fixture(scope="module")
def book_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    store = Store.open(f"sqlite:///{tmp_path_factory.mktemp('book')}/scrapbook.db")
    store.migrate()
    person = sample_book(store)
    with_reminders(store, person)
    with_feeds(store, person)
    app = book_app(store, person.id, now=lambda: NOW, flash="Deleted 42.")
    app.routes.extend(
        (
            Route("/book/write", written, methods=["POST"]),
            Route("/book/receipts/book-1", waiting_receipt),
            Route("/book/receipts/asking", asking_receipt),
            Route("/book/test/files", files_that_were_sent),
        )
    )
    with served(lambda _: app) as url:
        yield url
    store.close()


@pytest.fixture(scope="module")
def odd_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A book with what does not fit: long words, long quotes, other scripts, a picture of 100 by 4,000."""
    store = Store.open(f"sqlite:///{tmp_path_factory.mktemp('odd')}/scrapbook.db")
    store.migrate()
    with store.transaction() as tx:
        person = tx.people.add("A" * 80, ["+15550100"])
        for index, text in enumerate(
            (
                "w" * 300,
                '"' + "A quotation that goes on and on. " * 90 + 'It ends." - Phillis Wheatley, Letters',
                "مرحبا بالعالم، هذا نص طويل نسبيا 🌱👩‍👩‍👧‍👦 and English",
                "https://example.org/" + "a" * 300,
                "takeaway: " + "t" * 300,
            )
        ):
            add(tx, person, text, NOW - timedelta(minutes=index), "t" * 200 if index else "odd")
        add(tx, person, "tall", NOW, "odd", [picture("tall")])
        add(tx, person, "", NOW, "odd", [picture("one"), picture("two"), picture("three")])
        for index in range(200):
            add(tx, person, f"note {index}", NOW - timedelta(days=40, minutes=index), "odd")
    with served(lambda _: book_app(store, person.id, now=lambda: NOW, picture=(100, 4000))) as url:
        yield url
    store.close()


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> str:
    return request.param


def opened(browser: Browser, size: dict[str, int], theme: str = "light", **options: object) -> BrowserContext:
    return browser.new_context(viewport=size, color_scheme=theme, **options)  # pyright: ignore[reportArgumentType]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = opened(browser, SCREEN)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda problem: complaints.append(str(problem)))
    page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
    yield page
    context.close()
    assert [one for one in complaints if "404" not in one and "audio" not in one] == []


@pytest.mark.parametrize("size", [PHONE, SCREEN], ids=["phone", "screen"])
def test_axe_finds_nothing_on_any_page_in_both_modes(
    browser: Browser, book_url: str, theme: str, size: dict[str, int]
):
    context = opened(browser, size, theme, reduced_motion="reduce")
    page = context.new_page()
    for address in PAGES:
        page.goto(f"{book_url}{address}")
        if page.locator(".entry").count():
            page.locator(".entry").first.hover()  # so that its actions show
        found = Axe().run(page)
        assert found.violations_count == 0, f"{address}\n{found.generate_report()}"
    context.close()


@pytest.mark.parametrize("size", [NARROW, PHONE, SCREEN], ids=["400 per cent", "phone", "screen"])
def test_nothing_is_outside_of_the_screen(
    browser: Browser, book_url: str, odd_url: str, size: dict[str, int]
):
    context = opened(browser, size)
    page = context.new_page()
    odd = (
        "/book",
        "/book/topics",
        "/book/topics/2",
        "/book/entries/2",
        "/book/entries/6",
        "/book/weeks/2026-W47",
    )
    for address in (*(f"{book_url}{one}" for one in PAGES), *(f"{odd_url}{one}" for one in odd)):
        page.goto(address)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"], (address, width)
    context.close()


def test_with_more_space_between_letters_nothing_is_outside_or_cut(browser: Browser, odd_url: str):
    context = opened(browser, PHONE, bypass_csp=True)
    page = context.new_page()
    for address in ("/book", "/book/topics", "/book/entries/2"):
        page.goto(f"{odd_url}{address}")
        page.add_style_tag(content=SPACED)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    context.close()


def test_a_tall_picture_fits_on_the_screen(page: Page, odd_url: str):
    page.goto(f"{odd_url}/book/entries/6")
    image = page.locator(".pictures img")
    image.evaluate("image => image.decode()")
    height = image.evaluate("image => image.getBoundingClientRect().height")
    assert height <= 0.81 * SCREEN["height"]


def test_everything_is_read_without_javascript(browser: Browser, book_url: str):
    context = opened(browser, PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{book_url}/book")
    page.get_by_role("link", name="Search").click()
    page.get_by_label("Search for").fill("heron")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("mark")).to_have_text("heron")
    page.get_by_role("link", name="Open 6").click()
    expect(page).to_have_url(re.compile("/book/entries/6$"))
    page.get_by_role("button", name="Dark", exact=True).click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page).to_have_url(re.compile("/book/entries/6$"))
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(24, 22, 19)"
    context.close()


def test_answers_come_as_somebody_types(page: Page, book_url: str):
    page.goto(f"{book_url}/book/search")
    page.get_by_label("Search for").press_sequentially("heron")
    expect(page.locator("mark")).to_have_text("heron")
    expect(page).to_have_url(re.compile(r"\?q=heron$"))
    expect(page.get_by_label("Search for")).to_be_focused()


def test_keys_lead_to_search_and_from_entry_to_entry_and_never_where_somebody_types(
    page: Page, book_url: str
):
    page.goto(f"{book_url}/book")
    page.keyboard.press("j")
    expect(page.locator("#e6")).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("#e7")).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator("#e6")).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#write-text").fill("")
    page.locator("#write-text").press_sequentially("jk/e?")
    expect(page.locator("#write-text")).to_have_value("jk/e?")
    page.locator("#write-text").blur()
    page.keyboard.press("/")
    expect(page).to_have_url(re.compile("/book/search$"))
    expect(page.get_by_label("Search for")).to_be_focused()


def test_e_leads_to_editing_the_entry(page: Page, book_url: str):
    page.goto(f"{book_url}/book")
    page.keyboard.press("j")
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile("/book/entries/6/edit$"))


def test_the_keyboard_alone_reaches_the_text_and_the_actions_of_an_entry(page: Page, book_url: str):
    page.goto(f"{book_url}/book")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the text")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    edit = page.get_by_role("link", name="Edit 6", exact=True)
    edit.focus()
    expect(page.locator("#e6 .actions")).to_have_css("opacity", "1")


def test_a_picture_opens_large(page: Page, book_url: str):
    page.goto(f"{book_url}/book/entries/8")
    page.get_by_role("link", name="The bench").click()
    expect(page.get_by_role("dialog", name="The bench")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_click_on_a_word_of_a_memo_plays_from_there(page: Page, book_url: str):
    page.goto(f"{book_url}/book/entries/9")
    page.locator("audio").evaluate("audio => { audio.play = () => { audio.dataset.played = 'yes'; }; }")
    page.get_by_text("Ask Ines whether").click()
    expect(page.locator("audio")).to_have_attribute("data-played", "yes")


def test_the_words_of_a_memo_in_a_list_are_heard_from_where_they_are_clicked(page: Page, book_url: str):
    page.goto(f"{book_url}/book")
    audio = page.locator("#e9 audio")
    audio.evaluate("audio => { audio.play = () => { audio.dataset.from = audio.currentTime; }; }")
    before = page.locator("#e9 .prose").inner_text()
    audio.dispatch_event("play")
    expect(page.locator("#e9 .transcript")).to_have_text(before, use_inner_text=True)
    page.locator("#e9 .transcript span", has_text="Ines").click()
    expect(audio).to_have_attribute("data-from", "13.2")
    expect(page.locator("#e9 .prose")).to_have_count(0)


@pytest.mark.parametrize("scripted", [True, False], ids=["with JavaScript", "without"])
def test_a_thing_on_a_list_is_ticked_off_in_one_way(browser: Browser, book_url: str, scripted: bool):
    context = opened(browser, PHONE, java_script_enabled=scripted)
    page = context.new_page()
    page.goto(f"{book_url}/book/topics/7")
    expect(page.locator(".tick input[type=checkbox]:visible")).to_have_count(3 if scripted else 0)
    expect(page.locator(".tick button:visible")).to_have_count(0 if scripted else 3)
    context.close()


def test_pictures_and_sounds_are_dropped_into_the_box(page: Page, book_url: str):
    page.goto(f"{book_url}/book")
    dropped = page.evaluate_handle(
        """() => {
            const all = new DataTransfer();
            all.items.add(new File(["a tone"], "tone.ogg", { type: "audio/ogg" }));
            all.items.add(new File(["a picture"], "bench.png", { type: "image/png" }));
            return all;
        }"""
    )
    page.dispatch_event("#write", "drop", {"dataTransfer": dropped})
    assert page.locator("#write-files").evaluate("input => [...input.files].map(file => file.name)") == [
        "tone.ogg",
        "bench.png",
    ]
    with page.expect_response("**/book/write"):
        page.get_by_role("button", name="Send").click()
    assert sent_files(page, book_url) == ["tone.ogg", "bench.png"]


def test_an_empty_file_is_named_and_nothing_is_sent(page: Page, book_url: str):
    page.goto(f"{book_url}/book")
    page.locator("#write-files").set_input_files(
        {"name": "note.txt", "mimeType": "text/plain", "buffer": b""}
    )
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".written")).to_have_text("“note.txt” is empty. Choose another.")


def test_enter_shows_what_is_wrong_when_a_search_fails(browser: Browser, book_url: str):
    context = opened(browser, SCREEN)
    page = context.new_page()
    page.route(
        "**/book/search?q=*",
        lambda route: route.fulfill(status=503, body="Not now", content_type="text/html"),
    )
    page.goto(f"{book_url}/book/search")
    page.get_by_label("Search for").fill("heron")
    page.get_by_label("Search for").press("Enter")
    expect(page.get_by_text("Not now")).to_be_visible()
    context.close()


@pytest.mark.parametrize("size", [PHONE, SCREEN], ids=["phone", "screen with a touch"])
def test_what_can_be_done_with_an_entry_is_seen_where_nothing_hovers(
    browser: Browser, book_url: str, size: dict[str, int]
):
    context = opened(browser, size, has_touch=size == SCREEN)
    page = context.new_page()
    page.goto(f"{book_url}/book")
    expect(page.locator("#e6 .actions")).to_have_css("opacity", "1")
    context.close()


def test_print_has_the_text_and_nothing_to_press(page: Page, book_url: str):
    page.goto(f"{book_url}/book/weeks/2026-W47")
    page.emulate_media(media="print")
    expect(page.locator("header.head")).to_be_hidden()
    expect(page.locator("footer")).to_be_hidden()
    expect(page.locator("audio").first).to_be_hidden()
    expect(page.get_by_text("So the thing about the allotment")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_a_page_is_one_document_one_sheet_one_script_and_moves_nothing(page: Page, book_url: str):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.resource_type))
    page.goto(f"{book_url}/book/topics")
    assert sorted(asked) == ["document", "script", "stylesheet"]
    shifted = page.evaluate(
        """() => new Promise(resolve => {
            let moved = 0;
            new PerformanceObserver(list => {
                for (const shift of list.getEntries()) moved += shift.value;
            }).observe({ type: "layout-shift", buffered: true });
            requestAnimationFrame(() => requestAnimationFrame(() => resolve(moved)));
        })"""
    )
    assert shifted == 0


class Live:
    """The stream of a page, which the test sends itself, and the pages that the script fetches upon it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.refused = 0
        """The status with which streams are refused; 0 for none."""
        self.status = 200
        self.change: Callable[[str], str] = lambda text: text
        self.asked = 0
        """Streams that were asked for."""
        self.fetched = 0
        """Pages that were fetched."""
        self._events: deque[str] = deque()
        page.route("**/book/events*", self._stream)
        page.route(lambda url: "/book/events" not in url and "/static/" not in url, self._page)

    def changed(self) -> None:
        """Let the page hear of a change, and wait until it has asked for what is new."""
        before = self.fetched
        self._events.append(f"id: {before + 2}\nevent: changed\ndata: 1\n\n")
        for _ in range(200):
            if self.fetched > before:
                break
            self.page.wait_for_timeout(50)
        assert self.fetched > before, "the page did not ask for what is new"
        self.page.wait_for_timeout(100)

    def _stream(self, route: Held) -> None:
        self.asked += 1
        if self.refused:
            route.fulfill(status=self.refused, body="no")
        else:
            event = self._events.popleft() if self._events else ": still here\n\n"
            route.fulfill(content_type="text/event-stream", body=f"retry: 100\n{event}")

    def _page(self, route: Held) -> None:
        if "x-live" not in route.request.headers:
            route.continue_()
            return
        answer = route.fetch()
        body = self.change(answer.text()) if self.status == 200 else "<main><h1>An error</h1></main>"
        self.fetched += 1
        route.fulfill(status=self.status, content_type="text/html; charset=utf-8", body=body)


@pytest.fixture
def live(browser: Browser) -> Iterator[Live]:
    context = opened(browser, SCREEN)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda problem: problems.append(str(problem)))
    yield Live(page)
    context.close()
    assert problems == []


@pytest.mark.parametrize("status", [401, 404])
def test_what_is_gone_or_not_theirs_any_more_does_not_stay_in_sight(live: Live, book_url: str, status: int):
    live.page.goto(f"{book_url}/book")
    box = live.page.get_by_label("Write, find or change something")
    box.fill("half a thought")
    live.status = status
    live.changed()
    expect(live.page.locator("#e6")).to_have_count(0)
    expect(live.page.get_by_text("An error")).to_be_visible()
    expect(box).to_have_value("half a thought")
    live.status = 200
    live.changed()
    expect(live.page.locator("#e6")).to_be_visible()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_an_error_takes_the_place_of_no_page_and_the_next_change_shows(
    live: Live, book_url: str, status: int
):
    live.page.goto(f"{book_url}/book")
    live.status = status
    live.changed()
    expect(live.page.locator("#e6")).to_be_visible()
    expect(live.page.get_by_text("An error")).to_have_count(0)
    live.status = 200
    live.change = lambda text: text.replace('id="e6"', 'id="e6" data-new')
    live.changed()
    expect(live.page.locator("#e6[data-new]")).to_be_visible()


def test_after_a_change_search_answers_as_somebody_types_and_changes_still_show(live: Live, book_url: str):
    live.page.goto(f"{book_url}/book/search?q=the")
    live.page.locator("h1").evaluate("heading => { heading.dataset.old = 'yes'; }")
    live.changed()
    expect(live.page.locator("h1[data-old]")).to_have_count(0)
    field = live.page.get_by_label("Search for")
    field.fill("")
    field.press_sequentially("heron")
    expect(live.page).to_have_url(re.compile(r"\?q=heron$"))
    expect(live.page.locator("mark")).to_have_text("heron")
    field.blur()
    live.page.locator("h1").evaluate("heading => { heading.dataset.old = 'yes'; }")
    live.changed()
    expect(live.page.locator("h1[data-old]")).to_have_count(0)
    expect(field).to_have_value("heron")
    expect(live.page.locator("mark")).to_have_text("heron")


def test_after_a_change_a_click_on_a_word_of_a_memo_still_plays_from_there(live: Live, book_url: str):
    live.page.goto(f"{book_url}/book/entries/9")
    live.page.locator("audio").evaluate("audio => { audio.dataset.old = 'yes'; }")
    live.changed()
    expect(live.page.locator("audio[data-old]")).to_have_count(0)
    live.page.locator("audio").evaluate("audio => { audio.play = () => { audio.dataset.played = 'yes'; }; }")
    live.page.get_by_text("Ask Ines whether").click()
    expect(live.page.locator("audio")).to_have_attribute("data-played", "yes")


def test_after_a_change_the_focus_is_where_it_was(live: Live, book_url: str):
    live.page.goto(f"{book_url}/book")
    live.change = lambda text: text.replace("<article", "<article data-new")
    live.page.keyboard.press("j")
    live.page.keyboard.press("j")
    live.changed()
    expect(live.page.locator("#e7[data-new]")).to_be_focused()
    live.page.keyboard.press("k")
    expect(live.page.locator("#e6")).to_be_focused()
    pin = live.page.locator("#e6").get_by_role("button", name=re.compile("^(Pin|Unpin) 6$"))
    pin.focus()
    live.page.locator("#e6").evaluate("entry => { delete entry.dataset.new; }")
    live.changed()
    expect(live.page.locator("#e6[data-new]")).to_be_visible()
    expect(pin).to_be_focused()


def test_a_change_shows_outside_the_main_part_too(live: Live, book_url: str):
    live.page.goto(f"{book_url}/book")
    live.change = lambda text: re.sub(r"\d+ entries", "99 entries", text.replace("Ada’s", "Anna’s"))
    live.changed()
    expect(live.page.get_by_role("banner").get_by_text("Anna’s book")).to_be_visible()
    expect(live.page.get_by_role("contentinfo").get_by_text("99 entries")).to_be_visible()
    expect(live.page).to_have_title(re.compile("Anna’s book"))


def test_when_the_entry_in_focus_has_gone_the_next_one_has_its_place(live: Live, book_url: str):
    live.page.goto(f"{book_url}/book")
    live.page.keyboard.press("j")
    live.change = lambda text: re.sub(r'(?s)<article [^>]*id="e6".*?</article>', "", text)
    live.changed()
    expect(live.page.locator("#e6")).to_have_count(0)
    expect(live.page.locator("#e7")).to_be_focused()


def test_after_a_change_what_was_open_is_open(live: Live, book_url: str):
    before = "<details><summary>before</summary><p>what it {} said</p></details>"
    live.page.route(
        "**/book/entries/1",
        lambda route: route.fulfill(
            content_type="text/html; charset=utf-8",
            body=route.fetch()
            .text()
            .replace("</ol>", f"<li>{before.format('first')}</li><li>{before.format('then')}</li></ol>"),
        ),
        times=1,
    )
    live.page.goto(f"{book_url}/book/entries/1")
    live.page.get_by_text("before", exact=True).last.click()
    live.change = lambda text: text.replace(
        "</ol>",
        "".join(f"<li data-new>{before.format(when)}</li>" for when in ("once", "first", "then")) + "</ol>",
    )
    live.changed()
    expect(live.page.locator("#history [data-new]")).to_have_count(3)
    expect(live.page.get_by_text("what it then said")).to_be_visible()
    expect(live.page.get_by_text("what it first said")).to_be_hidden()
    expect(live.page.locator("details[open] summary")).to_be_focused()


def test_a_stream_that_was_refused_is_asked_for_again(live: Live, book_url: str):
    live.page.clock.install()
    live.refused = 503
    live.page.goto(f"{book_url}/book")
    live.page.wait_for_timeout(500)
    assert live.asked == 1
    live.refused = 0
    live.page.clock.fast_forward(31_000)
    live.change = lambda text: text.replace('id="e6"', 'id="e6" data-new')
    live.changed()
    expect(live.page.locator("#e6[data-new]")).to_be_visible()
    assert live.asked >= 2


def test_a_stream_that_ends_with_its_session_takes_the_page_with_it(live: Live, book_url: str):
    live.page.goto(f"{book_url}/book")
    expect(live.page.locator("#e6")).to_be_visible()
    live.refused = live.status = 401
    expect(live.page.locator("#e6")).to_have_count(0)


def test_somebody_who_is_signed_out_keeps_what_they_wrote(live: Live, book_url: str):
    live.page.goto(f"{book_url}/book")
    live.page.route(
        "**/book/write",
        lambda route: route.fulfill(status=401, content_type="text/html", body="<main>Sign in</main>"),
    )
    box = live.page.get_by_label("Write, find or change something")
    box.fill("half a thought")
    live.page.get_by_role("button", name="Send").click()
    expect(live.page.locator(".written")).to_have_text(
        "You are signed out. Text book to sign in again; your words stay here."
    )
    expect(box).to_have_value("half a thought")


def test_somebody_who_has_signed_in_again_sends_what_they_wrote_with_the_new_token(live: Live, book_url: str):
    live.page.goto(f"{book_url}/book")
    sent: list[str] = []

    def refuse(route: Held) -> None:
        sent.append(route.request.post_data or "")
        again = '<p id="problem">Send it again.</p><form id="write"><input name="csrf" value="new"></form>'
        route.fulfill(status=403, content_type="text/html", body=f"<main>{again}</main>")

    live.page.route("**/book/write", refuse)
    live.page.get_by_label("Write, find or change something").fill("half a thought")
    for _ in range(2):
        with live.page.expect_response("**/book/write"):
            live.page.get_by_role("button", name="Send").click()
    assert re.search(r'name="csrf"\s+new\s', sent[1])
    assert "half a thought" in sent[1]


def test_a_receipt_in_the_box_is_looked_at_again_at_its_own_address(live: Live, book_url: str):
    live.page.goto(f"{book_url}/book")
    live.page.get_by_label("Write, find or change something").fill("a thought")
    live.page.get_by_role("button", name="Send").click()
    look = live.page.get_by_role("link", name="Look again")
    expect(look).to_have_attribute("href", f"{book_url}/book/receipts/book-1")
