"""The asynchronous client of Twilio's REST API: persistent connections, requests, errors."""

import asyncio
import base64
import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest
from typing_extensions import override

from scrapbook.channels.twilio.transport import TwilioTransport
from scrapbook.errors import SendError
from tests.integration.conftest import NOW
from tests.support.local_twilio import ACCOUNT, NUMBER, TOKEN
from tests.support.message_paths import loop_running
from tests.support.receiver import PERSON
from tests.support.serving import serving
from tests.support.waiting import WaitingSender, sending

MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
TAKEN = {"sid": "SM1", "status": "queued", "body": "hello"}


class Api(ThreadingHTTPServer):
    """Accepts every message.

    Attributes:
        requests: method, path with query, body and the header that says who asks.
        connections: how many were made.
        closes: whether each is closed after its answer, without a word about it; ``closed`` is released then.
        redirects_to: where it sends everybody, if anywhere.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[tuple[str, str, str, str]] = []
        self.connections = 0
        self.closes = False
        self.closed = threading.Semaphore(0)
        self.redirects_to = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @override
    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        super().shutdown_request(request)
        self.closed.release()


class _Handler(BaseHTTPRequestHandler):
    server: Api
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_GET(self) -> None:
        self._answer({"messages": [{**TAKEN, "date_created": "Sat, 14 Mar 2026 15:09:26 +0000"}]})

    def do_POST(self) -> None:
        self._answer(TAKEN)

    def _answer(self, body: object) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        self.server.requests.append((self.command, self.path, sent, self.headers.get("Authorization", "")))
        content = json.dumps(body).encode()
        self.send_response(307 if self.server.redirects_to else 200)
        if self.server.redirects_to:
            self.send_header("Location", self.server.redirects_to)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.close_connection = self.server.closes

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def api() -> Iterator[Api]:
    server = Api()
    with serving(server):
        yield server


@contextmanager
def silence() -> Iterator[str]:
    """Yield the URL of a server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_requests_share_one_connection(api: Api):
    with sending(ACCOUNT, TOKEN, api.url) as sender:
        for _ in range(5):
            assert sender.send(NUMBER, PERSON, "hello").provider_id == "SM1"
        sender.find(NUMBER, PERSON, "hello", NOW)
    assert (len(api.requests), api.connections) == (6, 1)


def test_a_connection_that_the_server_closed_loses_no_message(api: Api):
    api.closes = True
    with loop_running() as loop:
        sender = WaitingSender(TwilioTransport(ACCOUNT, TOKEN, api.url), loop)
        for _ in range(5):
            assert sender.send(NUMBER, PERSON, "hello").provider_id == "SM1"
            assert api.closed.acquire(timeout=10)
            for _ in range(2):  # so that the client notices
                loop.wait(asyncio.sleep(0))
        sender.close()
    assert (len(api.requests), api.connections) == (5, 5)


def test_a_timeout_is_not_permanent():
    with silence() as url, sending(ACCOUNT, TOKEN, url, timeout=0.2) as sender:
        with pytest.raises(SendError) as failure:
            sender.send(NUMBER, PERSON, "hello")
        with pytest.raises(SendError):
            sender.find(NUMBER, PERSON, "hello", NOW)
    assert (failure.value.permanent, failure.value.code) == (False, None)


def test_a_redirection_is_not_followed(api: Api):
    """Following it would send the credentials to another host."""
    elsewhere = Api()
    with serving(elsewhere), sending(ACCOUNT, TOKEN, api.url) as sender:
        api.redirects_to = f"{elsewhere.url}/"
        for ask in (
            lambda: sender.send(NUMBER, PERSON, "hello"),
            lambda: sender.find(NUMBER, PERSON, "hello", NOW),
        ):
            with pytest.raises(SendError) as refusal:
                ask()
            assert not refusal.value.permanent
    assert len(api.requests) == 2
    assert elsewhere.requests == []


def test_a_list_is_filtered_by_the_server(api: Api):
    with sending(ACCOUNT, TOKEN, api.url) as sender:
        found = sender.find(NUMBER, PERSON, "hello", NOW)
    assert found is not None
    [(method, address, _, _)] = api.requests
    asked = dict(parse_qsl(urlsplit(address).query))
    assert (method, urlsplit(address).path) == ("GET", MESSAGES)
    assert (asked["From"], asked["To"]) == (NUMBER, PERSON)
    assert set(asked) == {"From", "To", "PageSize"}


def test_each_request_has_the_credentials(api: Api):
    with sending(ACCOUNT, TOKEN, api.url) as sender:
        sender.send(NUMBER, PERSON, "hello")
        sender.find(NUMBER, PERSON, "hello", NOW)
    expected = "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    assert [authorization for *_, authorization in api.requests] == [expected] * 2


def test_a_message_is_a_form_with_a_field_for_each_file(api: Api):
    files = ["https://scrapbook.example/media/1?a=b&c=d", "https://scrapbook.example/media/2"]
    with sending(ACCOUNT, TOKEN, api.url, public_url="https://scrapbook.example") as sender:
        sender.send(NUMBER, PERSON, "¡olé! 🎉 & more", 7, files)
    [(method, path, body, _)] = api.requests
    assert (method, path) == ("POST", MESSAGES)
    assert parse_qsl(body) == [
        ("To", PERSON),
        ("StatusCallback", "https://scrapbook.example/twilio/status?reply=7"),
        ("From", NUMBER),
        ("Body", "¡olé! 🎉 & more"),
        ("MediaUrl", files[0]),
        ("MediaUrl", files[1]),
    ]
    assert re.fullmatch(r"[\x21-\x7e]+", body)


def test_empty_fields_are_left_out(api: Api):
    with sending(ACCOUNT, TOKEN, api.url) as sender:
        sender.send(NUMBER, PERSON, "hello")
    [(_, _, body, _)] = api.requests
    assert dict(parse_qsl(body)) == {"To": PERSON, "From": NUMBER, "Body": "hello"}
