"""The client of several Rasa servers: whose turn goes to which, and what happens when one is away."""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from scrapbook.assistant.client import PROBE_INTERVAL, TURN_TIMEOUT, Assistant
from scrapbook.errors import FAILED_TURN, AssistantFailed, AssistantUnavailable
from tests.support.installation import wait_until
from tests.support.internal import AUTH, proof
from tests.support.message_paths import LoopRunning, loop_running
from tests.support.serving import serving

PEOPLE = range(1, 61)
NOWHERE = ["http://127.0.0.1:1", "http://127.0.0.1:2"]


class Rasa(ThreadingHTTPServer):
    """Replies to every turn, and knows who asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.has_model = True
        self.breaks_off = False
        self.probed = 0
        self.answering, self.finishing = threading.Event(), threading.Event()
        self.go_on()
        self.failed: list[dict[str, str]] = []

    def hang(self) -> None:
        """Take connections, and answer nobody until ``go_on``; as a process that is stopped does."""
        self.answering.clear()

    def be_slow(self) -> None:
        """Finish no turn until ``go_on``, and answer everything else."""
        self.finishing.clear()

    def go_on(self) -> None:
        self.answering.set()
        self.finishing.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class WaitingAssistant:
    """As ``Assistant``; every call blocks."""

    def __init__(self, assistant: Assistant, loop: LoopRunning) -> None:
        self._assistant = assistant
        self._wait, self._begin = loop.wait, loop.begin

    def begin(self, text: str, person_id: int, message_id: str) -> "Future[str]":
        """As ``answer``, without waiting for the reply."""
        return self._begin(self._assistant.answer(text, person_id, message_id))

    def answer(self, text: str, person_id: int, message_id: str) -> str:
        return self._wait(self._assistant.answer(text, person_id, message_id))

    def parse(self, text: str) -> dict[str, Any]:
        return self._wait(self._assistant.parse(text))

    def is_ready(self) -> bool:
        return self._wait(self._assistant.is_ready())


@contextmanager
def client_of(urls: Sequence[str], actions_url: str) -> Iterator[WaitingAssistant]:
    with loop_running() as loop:
        assistant = Assistant(urls, actions_url, AUTH)
        try:
            yield WaitingAssistant(assistant, loop)
        finally:
            loop.wait(assistant.close())


class _Handler(BaseHTTPRequestHandler):
    server: Rasa
    protocol_version = "HTTP/1.1"  # the connection stays open, as Rasa's

    def do_GET(self) -> None:
        self.server.probed += 1
        self.server.answering.wait()
        self._answer({}, 200 if self.server.has_model else 503)

    def do_POST(self) -> None:
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(question.get("sender", question.get("text")))
        self.server.answering.wait()  # it has read the turn: a process that is stopped has the bytes, too
        self.server.finishing.wait()
        if self.server.breaks_off:
            self.close_connection = True
        elif self.server.failed:
            self._answer([{"custom": {FAILED_TURN: self.server.failed}}])
        elif not self.server.has_model:
            self._answer({}, 409)
        else:
            self._answer([{"text": "Saved 1."}] if "sender" in question else {"intent": {"name": "find"}})

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self, body: object, status: int = 200) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in proof(self, status).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def servers() -> Iterator[list[Rasa]]:
    with ExitStack() as running:
        three = [Rasa() for _ in range(3)]
        for server in three:
            running.enter_context(serving(server))
            running.callback(server.go_on)
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


def test_a_turn_that_met_a_server_without_a_model_goes_to_another_at_once(
    servers: list[Rasa], assistant: WaitingAssistant
) -> None:
    starting = asked_first(assistant, servers, 1)
    starting.has_model = False
    assert ask(assistant, 1) == "Saved 1."
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


def test_a_turn_at_a_server_that_hangs_goes_to_another_within_seconds(
    servers: list[Rasa], assistant: WaitingAssistant
) -> None:
    hung = asked_first(assistant, servers, 1)
    hung.hang()
    began = time.monotonic()
    with pytest.raises(AssistantFailed):
        ask(assistant, 1)
    assert ask(assistant, 1) == "Saved 1."
    assert time.monotonic() - began < TURN_TIMEOUT / 2
    assert len(hung.asked) == 1


def test_a_server_that_hangs_before_a_connection_is_open_is_passed_over(
    servers: list[Rasa], assistant: WaitingAssistant
) -> None:
    for server in servers[:2]:
        server.hang()
    assert {ask(assistant, person_id) for person_id in range(1, 4)} == {"Saved 1."}
    assert not servers[0].asked
    assert not servers[1].asked


def test_a_slow_turn_is_not_cut_while_its_server_answers_otherwise(
    servers: list[Rasa], assistant: WaitingAssistant
) -> None:
    slow = asked_first(assistant, servers, 1)
    slow.be_slow()
    answer = assistant.begin("a thought", 1, "SM1")
    wait_until(lambda: slow.probed >= 2, 20, lambda: f"{slow.probed} probes")
    assert not answer.done()
    slow.go_on()
    assert answer.result(20) == "Saved 1."
    assert sum(len(server.asked) for server in servers) == 1


def test_a_turn_is_not_cut_where_no_other_server_could_answer_it(servers: list[Rasa]) -> None:
    [alone, *_] = servers
    with client_of([alone.url], alone.url) as assistant:
        asked_first(assistant, [alone], 1)
        alone.hang()
        answer = assistant.begin("a thought", 1, "SM1")
        wait_until(lambda: bool(alone.asked), 20, lambda: "it was not asked")
        with pytest.raises(FutureTimeout):
            answer.result(4 * PROBE_INTERVAL)
        alone.go_on()
        assert answer.result(20) == "Saved 1."


def test_a_server_that_failed_gets_no_turn_until_it_answers_and_that_does_not_count(
    servers: list[Rasa],
) -> None:
    """So a turn is not given up, however long its only server hangs."""
    [alone, *_] = servers
    with client_of([alone.url], alone.url) as assistant:
        alone.breaks_off = True
        with pytest.raises(AssistantFailed):
            ask(assistant, 1)
        alone.breaks_off = False
        alone.hang()
        with pytest.raises(AssistantUnavailable):
            ask(assistant, 1)
        alone.go_on()
        assert ask(assistant, 1) == "Saved 1."
    assert len(alone.asked) == 2
