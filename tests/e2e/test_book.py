"""From a text to the book in a browser, and out of it again by a text."""

import re
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.support.installation import Installation

LINK = re.compile(r"http\S+/book/sign-in/(\w+)$")


def link_in(text: str) -> re.Match[str]:
    found = LINK.search(text.strip())
    assert found, text
    return found


def logged(folder: Path) -> str:
    """All that the processes have logged and printed."""
    return "".join(path.read_text(errors="replace") for path in folder.rglob("*.log"))


def test_a_text_opens_the_book_and_another_closes_it(
    installation: Installation, number: str, browser: Browser
) -> None:
    link = link_in(installation.say("book", number))
    context = browser.new_context()
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: "Content Security" in message.text and complaints.append(message.text))

    page.goto(link[0])
    page.get_by_role("button", name="Open the book on this device").click()
    expect(page).to_have_url(f"{installation.url}/book")
    assert page.goto(f"{installation.url}/book/settings")
    expect(page.get_by_role("heading", name="Where you are signed in")).to_be_visible()
    expect(page.get_by_text("Chrome on Linux (this device)")).to_be_visible()

    # The link was used, so nobody else gets in by it.
    stranger = browser.new_context()
    other = stranger.new_page()
    other.goto(link[0])
    expect(other.get_by_role("heading", name="This link is no longer valid")).to_be_visible()

    # A change by a form, without any script.
    page.get_by_label("Name").fill("Ann")
    page.get_by_role("button", name="Save the name").click()
    expect(page.get_by_role("status")).to_have_text("Your name is changed.")
    expect(page.get_by_label("Name")).to_have_value("Ann")

    said = installation.say("Sign me out everywhere please", number)
    assert (
        said == "Signed out everywhere. Devices: 1. No open link works any more. To sign in again, text book"
    )
    answer = page.goto(f"{installation.url}/book/settings")
    assert answer
    assert answer.status == 401
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    context.close()
    stranger.close()
    assert complaints == []
    assert link[1] not in logged(installation.folder)


def test_a_person_signs_out_on_the_page(installation: Installation, number: str, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(link_in(installation.say("send me the book", number))[0])
    page.get_by_role("button").click()
    page.goto(f"{installation.url}/book/settings")
    page.get_by_role("button", name="Sign out everywhere").click()
    expect(page.get_by_role("heading", name="Signed out")).to_be_visible()
    assert context.cookies() == []
    context.close()


def test_the_owner_gets_in_from_the_terminal(
    installation: Installation, number: str, browser: Browser
) -> None:
    done = installation.run("book", "--print", "--person", number)
    assert done.returncode == 0, done.stderr
    context = browser.new_context()
    page = context.new_page()
    page.goto(link_in(done.stdout)[0])
    page.get_by_role("button").click()
    page.goto(f"{installation.url}/book/settings")
    expect(page.get_by_label("Name")).to_have_value(number)
    context.close()
    assert "Nobody is called that" in installation.run("book", "--print", "--person", "nobody").stderr


def test_a_text_that_begins_with_the_word_stays_a_thought(installation: Installation, number: str) -> None:
    for text in (
        "book dentist",
        "books I want to read",
        "open book exam on friday",
        "sign out the library book",
    ):
        assert installation.say(text, number).startswith("Saved"), text
