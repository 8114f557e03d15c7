"""A topic that is shared by a text, read by a stranger in Chromium, and taken back by a text."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.support.installation import Installation


def test_a_stranger_reads_what_is_shared_until_it_is_not(
    installation: Installation, number: str, browser: Browser
) -> None:
    installation.say("python: a decorator wraps a function", number)
    installation.say("diary: nobody shall read this", number)
    address = installation.say("share python", number).splitlines()[-1]
    assert re.fullmatch(r"http\S+/shared/[0-9a-f]{32}", address)

    for mode in ("light", "dark"):
        stranger = browser.new_context(color_scheme=mode, viewport={"width": 390, "height": 844})
        page = stranger.new_page()
        complaints: list[str] = []
        page.on(
            "console",
            lambda message, seen=complaints: "Content Security" in message.text and seen.append(message.text),
        )
        page.goto(address)
        expect(page.get_by_role("heading", name="python")).to_be_visible()
        expect(page.get_by_text("a decorator wraps a function")).to_be_visible()
        expect(page.get_by_text("nobody shall read this")).to_have_count(0)
        assert Axe().run(page).violations_count == 0
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert stranger.cookies() == []
        assert complaints == []
        feed = stranger.request.get(f"{address}/feed.atom")
        assert "a decorator wraps a function" in feed.text()
        stranger.close()

    assert address in installation.say("shared", number)
    assert installation.say("share prices fell", number).startswith("Saved ")
    stranger = browser.new_context()
    page = stranger.new_page()
    page.goto(address)
    assert installation.say("unshare python", number) == "python is not shared any more. Its page is gone."
    answer = page.reload()
    assert answer
    assert answer.status == 404
    expect(page.get_by_role("heading", name="Not found")).to_be_visible()
    assert stranger.request.get(f"{address}/feed.atom").status == 404
    stranger.close()
