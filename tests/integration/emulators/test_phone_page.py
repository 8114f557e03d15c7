"""The phone page, in a real browser."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from starlette.applications import Starlette

from scrapbook.emulators.handset import Attachment, Handset
from scrapbook.emulators.phone_page import phone_routes
from scrapbook.emulators.twilio import LocalTwilio, create_app
from scrapbook.emulators.twilio.faults import Fault
from tests.support.files import IPHONE, VIDEO
from tests.support.local_twilio import ACCOUNT, NUMBER, TOKEN
from tests.support.receiver import PERSON, Receiver
from tests.support.served import served
from tests.support.sounds import wav
from tests.support.waiting import WaitingSender, sending

SMALL = {"width": 390, "height": 844}
LARGE = {"width": 1280, "height": 900}
# Answered by an event, because the page's security policy refuses Playwright's polling.
DURATION_WHEN_KNOWN = """audio => new Promise((resolve, reject) => {
    audio.addEventListener("loadedmetadata", () => resolve(audio.duration));
    audio.addEventListener("error", () => reject(audio.error.message));
    if (audio.readyState > 0) resolve(audio.duration);
    if (audio.error) reject(audio.error.message);
})"""


@pytest.fixture
def page_url(twilio_url: str, receiver: Receiver, sender: WaitingSender) -> Iterator[str]:
    receiver.echo = sender
    with served(lambda _: Starlette(routes=phone_routes(twilio_url, PERSON, [PERSON, "+15550101"]))) as url:
        yield f"{url}/phone"


@pytest.fixture(params=[SMALL, LARGE], ids=["small", "large"])
def page(browser: Browser, page_url: str, handset: Handset, request: pytest.FixtureRequest) -> Iterator[Page]:
    yield from opened(browser, page_url, handset, request.param)


@pytest.fixture
def small_page(browser: Browser, page_url: str, handset: Handset) -> Iterator[Page]:
    yield from opened(browser, page_url, handset, SMALL)


def opened(browser: Browser, page_url: str, handset: Handset, size: dict[str, int]) -> Iterator[Page]:
    context = browser.new_context(viewport=size)  # pyright: ignore[reportArgumentType]
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda problem: complaints.append(str(problem)))
    page.on("console", lambda message: "Content Security" in message.text and complaints.append(message.text))
    page.goto(page_url)
    expect(page.get_by_role("status")).to_have_text("Connected")
    yield page
    context.close()
    handset.send(PERSON, "bye")  # ends the page's last long poll, so that no server has to wait for it
    assert complaints == []


def write(page: Page, words: str) -> None:
    page.get_by_label("Message", exact=True).fill(words)
    page.keyboard.press("Enter")


def test_a_text_is_sent_with_enter_and_answered(page: Page):
    write(page, "python: decorators are just functions")
    mine = page.locator(".mine")
    expect(mine).to_contain_text("python: decorators are just functions")
    expect(mine.locator(".state")).to_have_text("Delivered")
    expect(page.locator(".theirs .text")).to_have_text("You wrote: python: decorators are just functions")
    expect(page.get_by_label("Message", exact=True)).to_have_value("")


def test_nothing_is_outside_of_the_screen(page: Page):
    write(page, "a" * 200 + " " + "word " * 200)
    expect(page.locator(".theirs")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    expect(page.get_by_role("button", name="Send")).to_be_in_viewport(ratio=1)
    expect(page.locator(".theirs .footer")).to_be_in_viewport(ratio=1)


def test_a_new_message_does_not_scroll_a_page_that_is_scrolled_up(small_page: Page, sender: WaitingSender):
    write(small_page, "word " * 300)
    expect(small_page.locator(".theirs")).to_have_count(1)
    small_page.locator("#scroller").evaluate("scroller => scroller.scrollTo(0, 0)")
    expect(small_page.locator("#scroller")).to_have_js_property("scrollTop", 0)
    sender.send(NUMBER, PERSON, "news")
    newer = small_page.get_by_role("button", name="New message")
    expect(newer).to_be_visible()
    expect(small_page.locator(".day")).to_be_in_viewport()
    newer.press("Enter")
    expect(small_page.get_by_text("news", exact=True)).to_be_in_viewport()
    expect(newer).to_be_hidden()


def test_shift_enter_starts_a_new_line(small_page: Page, receiver: Receiver):
    field = small_page.get_by_label("Message", exact=True)
    field.press_sequentially("one")
    field.press("Shift+Enter")
    field.press_sequentially("two")
    field.press("Enter")
    receiver.wait_until(lambda: [message.body for message in receiver.accepted] == ["one\ntwo"])


def test_a_pending_message_is_marked_in_words(small_page: Page, handset: Handset):
    handset.inject(Fault.WEBHOOK_DOWN, 1_000_000)
    write(small_page, "hello")
    expect(small_page.locator(".mine .state")).to_have_text("Pending")
    handset.inject(Fault.WEBHOOK_DOWN, 0)
    expect(small_page.locator(".mine .state")).to_have_text("Delivered")


def test_an_undelivered_reply_is_marked_in_words(small_page: Page, handset: Handset):
    handset.inject(Fault.FILTERED)
    write(small_page, "hello")
    expect(small_page.locator(".theirs .state")).to_have_text("Not delivered (30007)")


def test_a_picture_and_a_recording_can_be_attached(small_page: Page, receiver: Receiver, tmp_path: Path):
    picture, sound = tmp_path / "icon.svg", tmp_path / "memo.wav"
    picture.write_bytes(httpx.get(small_page.url + "/static/icon.svg").content)
    sound.write_bytes(b"RIFF$\0\0\0WAVEfmt ")
    small_page.get_by_label("Attach a file").set_input_files([picture, sound])
    expect(small_page.get_by_role("list", name="Attachments").get_by_role("listitem")).to_have_count(2)
    write(small_page, "both")
    expect(small_page.get_by_role("list", name="Attachments")).to_be_hidden()
    image = small_page.get_by_role("img", name="Picture")
    expect(image).to_be_visible()
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth > 0)")
    expect(small_page.get_by_label("Sound", exact=True)).to_be_visible()
    receiver.wait_until(lambda: len(receiver.accepted) == 1)
    assert [part.content_type for part in receiver.accepted[0].media] == ["image/svg+xml", "audio/wav"]


def test_a_video_is_played_and_a_contact_card_is_a_file(small_page: Page, receiver: Receiver, tmp_path: Path):
    video, card = tmp_path / "wave.mp4", tmp_path / "ada.vcf"
    video.write_bytes(VIDEO)
    card.write_text(IPHONE)
    small_page.get_by_label("Attach a file").set_input_files([video, card])
    write(small_page, "both")
    expect(small_page.get_by_label("Video", exact=True)).to_be_visible()
    expect(small_page.get_by_role("link", name="File, text/vcard")).to_be_visible()
    receiver.wait_until(lambda: len(receiver.accepted) == 1)


def test_a_memo_can_be_spoken_into_the_page(small_page: Page, receiver: Receiver):
    small_page.get_by_role("button", name="Record a sound").click()
    stop = small_page.get_by_role("button", name="Stop recording")
    expect(stop).to_have_class("record recording")
    small_page.wait_for_timeout(300)  # so that the recording is not empty
    stop.click()
    expect(small_page.get_by_role("list", name="Attachments").get_by_role("listitem")).to_have_count(1)
    small_page.keyboard.press("Enter")
    expect(small_page.get_by_label("Sound", exact=True)).to_be_visible()
    receiver.wait_until(lambda: len(receiver.accepted) == 1)
    [memo] = receiver.accepted[0].media
    assert memo.content_type == "audio/webm;codecs=opus"


def test_audio_in_a_reply_can_be_played(
    small_page: Page, sender: WaitingSender, link_to: Callable[[bytes, str], str]
):
    sender.send(NUMBER, PERSON, "Memo 42", media_urls=[link_to(wav(0.5), "audio/wav")])
    player = small_page.get_by_label("Sound", exact=True)
    expect(player).to_have_count(1)
    assert player.evaluate(DURATION_WHEN_KNOWN) == pytest.approx(0.5)


def test_an_attachment_can_be_removed(small_page: Page, tmp_path: Path):
    picture = tmp_path / "dot.png"
    picture.write_bytes(b"")
    small_page.get_by_label("Attach a file").set_input_files([picture])
    small_page.get_by_role("button", name="Remove dot.png").press("Enter")
    expect(small_page.get_by_role("list", name="Attachments")).to_be_hidden()


def test_the_number_can_be_changed(small_page: Page, receiver: Receiver):
    receiver.people["+15550101"] = 1
    write(small_page, "I am the first")
    expect(small_page.locator(".theirs")).to_have_count(1)
    number = small_page.get_by_label("You are")
    number.fill("+1 (555) 0101")
    number.press("Enter")
    expect(number).to_have_value("+15550101")
    expect(small_page.locator(".message")).to_have_count(0)
    write(small_page, "I am another")
    expect(small_page.locator(".theirs .text")).to_have_text("You wrote: I am another")
    assert [message.from_ for message in receiver.accepted] == [PERSON, "+15550101"]


def test_an_invalid_number_is_refused_in_words(small_page: Page):
    number = small_page.get_by_label("You are")
    number.fill("my own")
    number.press("Enter")
    expect(small_page.get_by_role("alert")).to_have_text("A number looks like +15550100.")
    expect(number).to_have_attribute("aria-invalid", "true")


def test_the_conversation_is_there_again_after_a_reload(small_page: Page):
    write(small_page, "hello")
    expect(small_page.locator(".theirs")).to_have_count(1)
    small_page.reload()
    expect(small_page.locator(".text")).to_have_text(["hello", "You wrote: hello"])


def test_everything_can_be_reached_with_the_keyboard(small_page: Page):
    expect(small_page.get_by_label("Message", exact=True)).to_be_focused()
    reached = set[str]()
    for _ in range(12):
        small_page.keyboard.press("Tab")
        reached.add(small_page.evaluate("document.activeElement.id"))
        ring = small_page.evaluate(
            "getComputedStyle(document.activeElement).outlineStyle + "
            "getComputedStyle(document.activeElement.nextElementSibling ?? document.body).outlineStyle"
        )
        assert "solid" in ring or small_page.evaluate("document.activeElement === document.body")
    assert {"number", "scroller", "file", "body", "send"} <= reached


def test_a_screen_reader_hears_new_messages(small_page: Page):
    log = small_page.get_by_role("log", name="Messages")
    expect(log).to_have_attribute("aria-live", "polite")
    write(small_page, "hello")
    expect(log.get_by_role("listitem").filter(has_text="Scrapbook: ")).to_have_count(1)


def test_markup_in_a_message_is_text_and_a_link_is_a_link(small_page: Page):
    write(small_page, "<img src=x onerror=alert(1)> see https://docs.python.org/3/.")
    reply = small_page.locator(".theirs .text")
    expect(reply).to_contain_text("<img src=x onerror=alert(1)>")
    expect(reply.get_by_role("link")).to_have_attribute("href", "https://docs.python.org/3/")
    expect(reply.locator("img")).to_have_count(0)


def test_it_shows_a_lost_connection_keeps_the_message_and_reconnects(
    browser: Browser, config: LocalTwilio, receiver: Receiver
):
    def make_app(url: str):
        return create_app(replace(config, url=url))

    with served(make_app) as url:
        port = int(url.rpartition(":")[2])
    with served(lambda _: Starlette(routes=phone_routes(url, PERSON))) as app_url:
        page = browser.new_page()
        page.goto(f"{app_url}/phone")
        expect(page.get_by_role("status")).to_have_text("Not connected, retrying …")
        write(page, "hello")
        expect(page.get_by_role("alert")).to_contain_text("Your message is still here")
        expect(page.get_by_label("Message", exact=True)).to_have_value("hello")
        with served(make_app, port), sending(ACCOUNT, TOKEN, url) as receiver.echo:
            expect(page.get_by_role("status")).to_have_text("Connected")
            page.keyboard.press("Enter")
            expect(page.locator(".theirs .text")).to_have_text("You wrote: hello")
            page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_background(browser: Browser, page_url: str, handset: Handset, scheme: str):
    handset.inject(Fault.WEBHOOK_DOWN, 1)
    context = browser.new_context(color_scheme=scheme, reduced_motion="reduce")  # pyright: ignore[reportArgumentType]
    page = context.new_page()
    page.goto(page_url)
    write(page, "hello")
    expect(page.locator(".theirs")).to_have_count(1)
    expect(page.locator(".mine .state")).to_have_text("Delivered")
    for selector in (
        ".mine .text",
        ".mine .footer",
        ".theirs .text",
        ".theirs .footer",
        ".day",
        "#connection",
        ".hint",
    ):
        assert contrast(page, selector) >= 4.5, selector
    context.close()


def contrast(page: Page, selector: str) -> float:
    """Return the contrast ratio of WCAG 2.2 between an element's text and its background."""
    colours = page.locator(selector).first.evaluate(
        """element => {
            const painted = (box) => getComputedStyle(box).backgroundColor;
            let behind = element;
            while (painted(behind) === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
            return [getComputedStyle(element).color, painted(behind)];
        }"""
    )
    light, dark = sorted(map(luminance, colours), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


# Who may use it


def test_the_page_lets_no_foreign_code_in(page_url: str):
    policy = httpx.get(page_url).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("path", ["", "/messages?number=%2B15550100", "/media/ME1"])
def test_a_rebound_host_name_is_refused(page_url: str, path: str):
    assert httpx.get(page_url + path, headers={"Host": "elsewhere.example"}).status_code == 403


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://127.0.0.1:1"])
def test_other_sites_cannot_text_through_it(page_url: str, handset: Handset, origin: str):
    message = {"from": PERSON, "body": "hello"}
    answer = httpx.post(f"{page_url}/messages", json=message, headers={"Origin": origin})
    assert answer.status_code == 403
    assert handset.events(PERSON) == []


def test_an_attachment_cannot_run_in_the_page(page_url: str, handset: Handset):
    sent = handset.send(PERSON, "", [Attachment("text/html", b"<script>alert(1)</script>")])
    answer = httpx.get(f"{page_url}/media/{sent['media'][0]['sid']}")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
