"""A page of another site, in a real browser on the same machine, tries every port of a running scrapbook."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from tests.support.installation import Installation
from tests.support.served import served

PORTS = range(7)
"""App, phone, action server, Rasa, speech recognition, Sentry (which does not run), metrics."""

PATHS = [
    *("/", "/turn", "/parse", "/health", "/webhook", "/metrics", "/status", "/version", "/domain"),
    *("/model", "/model/parse", "/model/train?callback_url=http://127.0.0.1:9/", "/webhooks/rest/webhook"),
    *("/conversations/person-1/tracker/events", "/conversations/person-1/trigger_intent"),
    *("/transcribe", "/probe", "/compact", "/health/live", "/health/ready"),
    *(
        "/twilio/messages",
        "/twilio/status",
        "/phone",
        "/phone/messages",
        "/handset/messages",
        "/handset/calls",
    ),
]

# What the page was able to read, by the way in which it tried. Nothing hangs longer than a second.
ATTACKS = """async ([urls, number]) => {
    const read = [];
    const turn = JSON.stringify({
        sender: "person-1", message: "delete 1", from: number, body: "from a foreign page",
        next_action: "action_save", tracker: {sender_id: "1"}, text: "delete 1",
    });
    const tried = async (name, attempt) => {
        try {
            const found = await attempt(AbortSignal.timeout(1000));
            if (found) read.push(name + ": " + found);
        } catch (error) {}
    };
    const text = async response => response.type === "opaque" ? "" : await response.text();
    const one = async url => {
        await tried("get " + url, async signal => text(await fetch(url, {signal})));
        await tried("no-cors get " + url, async signal => text(await fetch(url, {mode: "no-cors", signal})));
        await tried("simple post " + url, async signal =>
            text(await fetch(url, {method: "POST", body: turn, signal})));
        await tried("no-cors post " + url, async signal =>
            text(await fetch(url, {method: "POST", mode: "no-cors", body: turn, signal})));
        for (const method of ["POST", "PUT", "DELETE"])
            await tried("preflighted " + method + url, async signal => text(await fetch(url, {
                method, body: turn, signal, credentials: "include",
                headers: {"Content-Type": "application/json", "Scrapbook-Signature": "1.2.3.4"},
            })));
        await tried("beacon " + url, async () => { navigator.sendBeacon(url, turn); });
        await tried("img " + url, signal => new Promise(resolve => {
            const image = new Image();
            image.onload = () => resolve("a picture"); image.onerror = () => resolve("");
            signal.onabort = () => resolve("");
            image.src = url;
        }));
        await tried("socket " + url, signal => new Promise(resolve => {
            const socket = new WebSocket(url.replace("http", "ws"));
            socket.onopen = () => resolve("open"); socket.onerror = () => resolve("");
            signal.onabort = () => { socket.close(); resolve(""); };
        }));
    };
    await Promise.all(urls.map(one));
    return read;
}"""
FORM = """([url, number]) => {
    const form = document.createElement("form");
    form.method = "post"; form.action = url; form.target = "result"; form.enctype = "text/plain";
    const field = document.createElement("input");
    field.name = '{"sender": "person-1", "message": "a foreign form", "from": "' + number + '", "body": "x';
    field.value = '"}';
    form.append(field);
    document.body.append(form);
    form.submit();
}"""


@pytest.fixture
def foreign_page(browser: Browser) -> Iterator[Page]:
    html = "<!doctype html><title>A page of another site</title><iframe name=result></iframe>"
    with served(lambda _: Starlette(routes=[Route("/", lambda _: HTMLResponse(html))])) as url:
        context = browser.new_context()
        page = context.new_page()
        # Another site, not only another origin: cookies and Sec-Fetch-Site tell localhost from 127.0.0.1.
        page.goto(url.replace("127.0.0.1", "localhost"))
        yield page
        context.close()


@pytest.mark.timeout(600)
def test_a_foreign_page_reads_nothing_and_changes_nothing(
    installation: Installation, number: str, foreign_page: Page
) -> None:
    installation.say("a thought that stays", number)
    before = installation.rows_at_rest()
    for offset in PORTS:
        base = f"http://127.0.0.1:{installation.port + offset}"
        read = foreign_page.evaluate(ATTACKS, [[base + path for path in PATHS], number])
        assert read == []
        for path in ("/turn", "/webhook", "/twilio/messages", "/phone/messages", "/handset/messages"):
            foreign_page.evaluate(FORM, [base + path, number])
    foreign_page.wait_for_load_state("networkidle")
    assert installation.rows() == before
    assert installation.say("another one", number).startswith("Saved")


def test_a_foreign_name_that_leads_to_this_machine_reads_nothing(
    installation: Installation,
    browser: Browser,
) -> None:
    """DNS rebinding: the page's own name leads to 127.0.0.1, so its requests are of the same origin."""
    with browser.new_context() as context:
        page = context.new_page()
        for offset, path in (
            (0, "/phone"),
            (1, "/handset/messages"),
            (2, "/health"),
            (3, "/health"),
            (4, "/health/live"),
            (6, "/metrics"),
        ):
            url = f"http://rebound.localhost:{installation.port + offset}"  # Chromium resolves it to loopback
            answer = page.goto(url + path)
            assert answer
            assert answer.status == 403, url
