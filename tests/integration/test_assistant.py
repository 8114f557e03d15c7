"""The client of several Rasa servers: whose turn goes to which, and what happens when one is away."""

import json
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from scrapbook.assistant import FAILED, Assistant
from scrapbook.errors import AssistantFailed, AssistantUnavailable
from tests.integration.paths import loop_running
from tests.integration.serving import serving

PEOPLE = range(1, 61)
NOWHERE = ["http://127.0.0.1:1", "http://127.0.0.1:2"]


class Rasa(ThreadingHTTPServer):
    """Replies to every turn, and knows who asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.has_model = True
        self.breaks_off = False
        self.failed: list[dict[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class WaitingAssistant:
    """As ``Assistant``; every call blocks."""

    def __init__(self, assistant: Assistant, wait: Callable[[Coroutine[Any, Any, Any]], Any]) -> None:
        self._assistant = assistant
        self._wait = wait

    def answer(self, text: str, person_id: int, message_sid: str) -> str:
        return self._wait(self._assistant.answer(text, person_id, message_sid))

    def parse(self, text: str) -> dict[str, Any]:
        return self._wait(self._assistant.parse(text))

    def is_ready(self) -> bool:
        return self._wait(self._assistant.is_ready())


@contextmanager
def client_of(urls: Sequence[str], actions_url: str) -> Iterator[WaitingAssistant]:
    with loop_running() as loop:
        assistant = Assistant(urls, actions_url)
        try:
            yield WaitingAssistant(assistant, loop.wait)
        finally:
            loop.wait(assistant.close())


class _Handler(BaseHTTPRequestHandler):
    server: Rasa

    def do_GET(self) -> None:
        self._answer({"model_file": "assistant.tar.gz"} if self.server.has_model else {})

    def do_POST(self) -> None:
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(question.get("sender", question.get("text")))
        if self.server.breaks_off:
            self.close_connection = True
        elif self.server.failed:
            self._answer([{"custom": {FAILED: self.server.failed}}])
        elif not self.server.has_model:
            self._answer([])  # as Rasa does, in a turn
        else:
            self._answer([{"text": "Saved 1."}] if "sender" in question else {"intent": {"name": "find"}})

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def servers() -> Iterator[list[Rasa]]:
    with ExitStack() as running:
        three = [Rasa() for _ in range(3)]
        for server in three:
            running.enter_context(serving(server))
        yield three


@pytest.fixture
def assistant(servers: list[Rasa]) -> Iterator[WaitingAssistant]:
    with client_of([server.url for server in servers], servers[0].url) as assistant:
        yield assistant


def ask(assistant: WaitingAssistant, person_id: int) -> str:
    return assistant.answer("a thought", person_id, "SM1")


def asked_first(assistant: WaitingAssistant, servers: list[Rasa], person_id: int) -> Rasa:
    """The server that this person's turns go to."""
    ask(assistant, person_id)
    first = next(server for server in servers if server.asked)
    first.asked.clear()
    return first


def test_a_conversation_stays_with_one_server_and_all_servers_have_some(
    servers: list[Rasa], assistant: WaitingAssistant
) -> None:
    for _ in range(3):
        for person_id in PEOPLE:
            assert ask(assistant, person_id) == "Saved 1."
    met = [set(server.asked) for server in servers]
    assert all(met)
    assert sum(map(len, met)) == len(PEOPLE)
    assert [len(server.asked) for server in servers] == [3 * len(people) for people in met]


def test_everybody_is_answered_while_a_server_cannot_be_reached(servers: list[Rasa]) -> None:
    alive = servers[0]
    with client_of([alive.url, *NOWHERE], alive.url) as assistant:
        assert {ask(assistant, person_id) for person_id in PEOPLE} == {"Saved 1."}
        assert assistant.is_ready()
    assert len(alive.asked) == len(PEOPLE)


def test_a_turn_that_a_server_broke_off_goes_to_another_at_the_next_try(
    servers: list[Rasa], assistant: WaitingAssistant
) -> None:
    broken = asked_first(assistant, servers, 1)
    broken.breaks_off = True
    with pytest.raises(AssistantFailed):
        ask(assistant, 1)
    assert sum(len(server.asked) for server in servers) == 1
    assert ask(assistant, 1) == "Saved 1."
    assert len(broken.asked) == 1


def test_a_turn_that_met_a_server_without_a_model_goes_to_another_at_the_next_try(
    servers: list[Rasa], assistant: WaitingAssistant
) -> None:
    starting = asked_first(assistant, servers, 1)
    starting.has_model = False
    with pytest.raises(AssistantUnavailable):
        ask(assistant, 1)
    assert ask(assistant, 1) == "Saved 1."
    assert len(starting.asked) == 1


def test_a_turn_that_failed_for_a_database_that_is_away_waits_for_it_and_does_not_count(
    servers: list[Rasa], assistant: WaitingAssistant
) -> None:
    for server in servers:
        server.failed = [{"type": "OperationalError"}, {"type": "StoreUnavailable"}]
    with pytest.raises(AssistantUnavailable):
        ask(assistant, 1)
    for server in servers:
        server.failed = [{"type": "StoreError"}]
    with pytest.raises(AssistantFailed):
        ask(assistant, 1)


def test_it_is_unavailable_when_no_server_can_be_reached(servers: list[Rasa]) -> None:
    with client_of(NOWHERE, servers[0].url) as assistant:
        with pytest.raises(AssistantUnavailable):
            ask(assistant, 1)
        assert not assistant.is_ready()


def test_it_is_ready_as_soon_as_one_server_is(servers: list[Rasa], assistant: WaitingAssistant) -> None:
    servers[0].has_model = servers[1].has_model = False
    assert assistant.is_ready()
    servers[2].has_model = False
    assert not assistant.is_ready()


def test_what_is_only_understood_is_shared_among_the_servers_too(
    servers: list[Rasa], assistant: WaitingAssistant
) -> None:
    for number in range(60):
        assert assistant.parse(f"find {number}") == {"intent": {"name": "find"}}
    assert all(server.asked for server in servers)
