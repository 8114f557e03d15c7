"""The action server over HTTP: what it accepts and refuses; it replies only after the commit."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection
from starlette.types import ASGIApp

from actions import action, server
from actions.action import BookAction
from actions.receipts import save_message
from actions.server import create_app
from actions.turn import Turn
from scrapbook.store import Store, TurnResult
from tests.integration.actions.conversation import Conversation
from tests.integration.actions.conversation import executor as actions_registered
from tests.support.asgi import Answer, Request, ask
from tests.support.internal import AUTH, VARIABLE, Signed, signed

START = "import actions.__main__ as server; server.main()"

DIE_BEFORE_ANSWERING = """
import os
from actions import server
give = server.Response.send
def die(answer, send):
    return os._exit(9) if b"responses" in answer.body else give(answer, send)
server.Response.send = die
"""


class ActionReject(Action):
    def name(self) -> str:
        return "action_reject"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        raise ActionExecutionRejection(self.name(), "not now")


class ActionBreak(Action):
    def name(self) -> str:
        return "action_break"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        raise ZeroDivisionError("under the geranium")


class ActionSet(Action):
    """Return an event, as an action of rasa_sdk may."""

    def name(self) -> str:
        return "action_set"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        return [{"event": "slot", "name": "was", "value": tracker.slots["was"]}]


class ActionSaveAndFail(BookAction):
    action_name = "action_save_and_fail"

    def answer(self, turn: Turn) -> TurnResult:
        save_message(turn)
        raise ZeroDivisionError


@pytest.fixture
def app() -> ASGIApp:
    executor = ActionExecutor()
    executor.actions.update(actions_registered().actions)
    for added in (ActionReject, ActionBreak, ActionSet, ActionSaveAndFail):
        executor.register_action(added)
    return create_app(executor, AUTH)


def call(name: str, sid: str = "SM0", **fields: Any) -> dict[str, Any]:
    """The smallest valid request."""
    latest = {"text": "x", "metadata": {"message_id": sid}, "entities": []}
    return {
        "next_action": name,
        "tracker": {"sender_id": "1", "slots": {}, "latest_message": latest},
        **fields,
    }


def posted(*chunks: bytes, headers: tuple[tuple[bytes, bytes], ...] = (), whole: bool = True) -> Request:
    return Request("POST", "/webhook", headers=headers, chunks=chunks, whole=whole)


def run(app: ASGIApp, *calls: dict[str, Any]) -> list[Answer]:
    """Run all at once."""

    async def all_at_once() -> list[Answer]:
        return await asyncio.gather(*(ask(app, signed(posted(json.dumps(each).encode()))) for each in calls))

    return asyncio.run(all_at_once())


def run_held_back(app: ASGIApp, action_store: Store, calls: list[dict[str, Any]]) -> tuple[list[Answer], int]:
    """Run all at once while another transaction is open, and count the transactions that they share."""
    begun: list[object] = []
    busy, go = threading.Event(), threading.Event()
    transaction = action_store.transaction

    def noted(**options: Any) -> Any:
        begun.append(options)
        return transaction(**options)

    def hold(_: object) -> None:
        busy.set()
        go.wait()

    async def held_back() -> list[Answer]:
        held = action._writer(action_store).write(hold)
        busy.wait()
        asked = [asyncio.create_task(ask(app, signed(posted(json.dumps(each).encode())))) for each in calls]
        await asyncio.sleep(0)  # each of them now waits for the writer
        go.set()
        await held
        return await asyncio.gather(*asked)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(action_store, "transaction", noted)
        return asyncio.run(held_back()), len(begun) - 1


def answered(app: ASGIApp, request: Request) -> Answer:
    return asyncio.run(ask(app, signed(request)))


def said(answer: Answer) -> str:
    assert answer.status == 200, answer
    [message] = json.loads(answer.body)["responses"]
    return message["response"]


def test_a_call_without_a_domain_is_answered_as_rasa_expects(app: ASGIApp, ann: Conversation):
    [answer] = run(app, call("action_save", ann.receive("python: x")))
    content = json.loads(answer.body)
    [message] = content["responses"]
    assert (answer.status, content["events"]) == (200, [])
    assert (message["response"], message["number"], message["topic"]) == ("utter_saved_under", "1", "python")
    assert ann.entries() == {1: ("x", "python")}


def test_the_call_of_a_stock_rasa_is_answered_in_the_same_way(app: ASGIApp, ann: Conversation):
    stock = call("action_save", ann.receive("x"), version="3.6.21", sender_id="1", domain_digest="d")
    stock["domain"] = {"intents": ["save"], "slots": {}}
    stock["tracker"] |= {
        "events": [],
        "paused": False,
        "active_loop": {},
        "latest_action_name": "action_listen",
    }
    packed = zlib.compress(json.dumps(stock).encode())
    answer = answered(app, posted(packed, headers=((b"content-encoding", b"deflate"),)))
    assert said(answer) == "utter_saved"
    assert [said(again) for again in run(app, stock)] == ["utter_saved"]
    assert ann.entries() == {1: ("x", None)}


def test_the_events_of_an_action_are_handed_on(app: ASGIApp):
    asked = call("action_set")
    asked["tracker"]["slots"] = {"was": 7}
    [answer] = run(app, asked)
    event = {"event": "slot", "name": "was", "value": 7}
    assert json.loads(answer.body) == {"events": [event], "responses": []}


def test_an_unknown_action_is_answered_as_by_rasa_sdk(app: ASGIApp):
    [answer] = run(app, call("action_dance"))
    assert answer.status == 404
    assert json.loads(answer.body)["action_name"] == "action_dance"


def test_an_action_may_reject_its_call(app: ASGIApp):
    [answer] = run(app, call("action_reject"))
    assert answer.status == 400
    assert json.loads(answer.body) == {"action_name": "action_reject", "error": "not now"}


def test_an_error_of_an_action_is_reported_and_answered_without_its_words(
    app: ASGIApp, monkeypatch: pytest.MonkeyPatch
):
    reported: list[BaseException] = []
    monkeypatch.setattr(server, "report_error", lambda error, **_: reported.append(error))
    [answer] = run(app, call("action_break"))
    assert (answer.status, json.loads(answer.body)) == (500, {"error": "ZeroDivisionError"})
    assert [type(error) for error in reported] == [ZeroDivisionError]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b"null",
        b"[]",
        pytest.param(b"[" * 100_000, id="deep"),
        b'{"next_action": "action_save"}',
        b'{"next_action": "action_save", "tracker": {}}',
        b'{"next_action": "action_save", "tracker": {"sender_id": "1", "slots": []}}',
        b'{"next_action": null, "tracker": {"sender_id": "1"}}',
        b'{"tracker": {"sender_id": "1"}}',
    ],
)
def test_what_is_no_call_is_refused(app: ASGIApp, body: bytes):
    assert answered(app, posted(body)).status == 400


def test_what_cannot_be_unpacked_is_refused(app: ASGIApp):
    packed = ((b"content-encoding", b"deflate"),)
    assert answered(app, posted(b"not packed", headers=packed)).status == 400
    bomb = zlib.compress(b" " * (server.MAX_BODY_BYTES + 1))
    assert answered(app, posted(bomb, headers=packed)).status == 413


def test_a_body_that_is_too_large_is_refused_before_it_is_there(app: ASGIApp):
    part = b" " * (server.MAX_BODY_BYTES // 2)
    assert answered(app, posted(part, part, b" ", whole=False)).status == 413


def test_a_call_that_breaks_off_is_not_run(app: ASGIApp, ann: Conversation):
    body = json.dumps(call("action_save", ann.receive("x"))).encode()
    with pytest.raises(IndexError):
        answered(app, posted(body, whole=False))
    assert ann.entries() == {}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/health", 200),
        ("GET", "/metrics", 200),
        ("POST", "/health", 405),
        ("GET", "/webhook", 405),
        ("DELETE", "/metrics", 405),
        ("GET", "/", 404),
        ("POST", "/webhook/", 404),
    ],
)
def test_every_path_answers_to_its_method_alone(app: ASGIApp, method: str, path: str, status: int):
    assert answered(app, Request(method, path)).status == status


def test_health_and_metrics_say_what_is_asked_of_them(app: ASGIApp):
    assert json.loads(answered(app, Request("GET", "/health")).body) == {"status": "ok"}
    assert b"process_resident_memory_bytes" in answered(app, Request("GET", "/metrics")).body


def test_turns_that_come_at_once_share_a_transaction_and_do_not_mix(
    app: ASGIApp, action_store: Store, ann: Conversation, ben: Conversation
):
    calls = [
        call("action_save", conversation.receive(f"{topic}: {number}"))
        for number in range(5)
        for conversation, topic in ((ann, "gardens"), (ben, "lawns"))
    ]
    answers, transactions = run_held_back(app, action_store, calls)
    assert [said(answer) for answer in answers] == ["utter_saved_under"] * 10
    assert ann.entries() == {number + 1: (str(number), "gardens") for number in range(5)}
    assert ben.entries() == {number + 1: (str(number), "lawns") for number in range(5)}
    assert transactions == 1


def test_the_error_of_one_leaves_the_effects_of_those_beside_it(
    app: ASGIApp, action_store: Store, ann: Conversation, ben: Conversation
):
    calls = [
        call("action_save", ann.receive("one")),
        call("action_save_and_fail", ben.receive("fails")),
        call("action_save", ann.receive("two")),
    ]
    [one, failed, two], transactions = run_held_back(app, action_store, calls)
    # The last of them is the one that failed, tried again.
    assert transactions == 2
    assert (said(one), said(two)) == ("utter_saved", "utter_saved")
    [message] = json.loads(failed.body)["responses"]
    assert message["custom"]["failed"][0]["type"] == "ZeroDivisionError"
    assert sorted(text for text, _ in ann.entries().values()) == ["one", "two"]
    assert ben.entries() == {}


@pytest.fixture
def port() -> int:
    """A free port for the action server."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


@contextlib.contextmanager
def serving(store_url: str, port: int, code: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run the action server in its own process, ready to answer."""
    environment = {
        **os.environ,
        "SCRAPBOOK_DATABASE_URL": store_url,
        "SCRAPBOOK_PORT": str(port - 2),
        **VARIABLE,
    }
    process = subprocess.Popen([sys.executable, "-c", code], env=environment)
    try:
        while not healthy(port):
            assert process.poll() is None
        yield process
    finally:
        process.kill()
        process.wait()


def healthy(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health").status_code == 200
    except httpx.TransportError:
        return False


def test_killed_between_commit_and_answer_it_finds_what_it_did(store_url: str, ann: Conversation, port: int):
    asked = call("action_save", ann.receive("once"))
    url = f"http://127.0.0.1:{port}/webhook"
    with serving(store_url, port, DIE_BEFORE_ANSWERING + START) as process:
        with pytest.raises(httpx.TransportError):
            httpx.post(url, json=asked, auth=Signed())
        assert process.wait() == 9
    assert ann.entries() == {1: ("once", None)}
    with serving(store_url, port, START):
        [message] = httpx.post(url, json=asked, auth=Signed()).json()["responses"]
    assert (message["response"], message["number"]) == ("utter_saved", "1")
    assert ann.entries() == {1: ("once", None)}


def test_it_starts_without_sanic_and_stops_on_a_signal(store_url: str, port: int):
    unused = {"sanic.app", "alembic", "dbos", "lxml", "opentelemetry", "grpc", "twilio"}
    check = f"import atexit, os, sys; atexit.register(lambda: {unused} & set(sys.modules) and os._exit(3)); "
    with serving(store_url, port, check + START) as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0
