"""Rasa over HTTP: few addresses, for processes of the scrapbook alone, and no patience with slow requests."""

import asyncio
import signal
import socket

import aiohttp
import pytest
from components import action_client, http_server, internal_guard, rasa_speedups
from components.internal_auth import PROOF, InternalAuth
from components.rest_channel import ErrorReportingRestInput
from rasa.core import run as rasa_run
from rasa.utils.endpoints import EndpointConfig

SECRET = "what the processes of a test share"
PRIVATE = "the heron and I"
UNREADABLE = "what Rasa fails on"
AUTH = InternalAuth(SECRET)


class Agent:
    def __init__(self, ready=True):
        self.ready = ready

    def is_ready(self):
        return self.ready

    async def parse_message(self, text):
        if text == UNREADABLE:
            raise UnicodeError
        return {"text": text}


@pytest.fixture
def serving(monkeypatch):
    """Runs a coroutine function with the URL of Rasa's server, as ``rasa run`` makes it."""
    monkeypatch.setenv(internal_guard.SECRET, SECRET)
    monkeypatch.setattr(rasa_run, "_create_app_without_api", None)

    def run(use, ready=True):
        channel = ErrorReportingRestInput()
        app = rasa_run._create_app_without_api("*")
        texts = []

        async def on_new_message(message):
            texts.append(message.text)
            await message.output_channel.send_text_message(message.sender_id, "Saved 1.")

        rasa_run.channels.channel.register([channel], app, route="/webhooks/")
        app.ctx.agent = Agent(ready)
        app.ctx.agent.handle_message = on_new_message

        async def served():
            app.limit()
            with socket.create_server(("127.0.0.1", 0)) as listener:
                server = await app.create_server(
                    sock=listener,
                    return_asyncio_server=True,
                    access_log=False,
                    protocol=http_server.LimitedProtocol,
                )
                await server.startup()
                try:
                    return await use(f"http://127.0.0.1:{listener.getsockname()[1]}")
                finally:
                    server.close()

        return asyncio.run(served()), texts

    return run


async def ask(url, method="POST", body=b"", auth=AUTH, **headers):
    if auth:
        headers = {**headers, **auth.sign(method, url, body).headers}
    async with aiohttp.request(method, url, data=body or None, headers=headers) as response:
        return response.status, await response.text(), dict(response.headers)


def test_a_turn_is_answered_and_the_answer_proven(serving):
    async def use(url):
        body = b'{"sender": "person-1", "message": "milk", "metadata": {"message_id": "SM1"}}'
        call = AUTH.sign("POST", url + "/turn", body)
        async with aiohttp.request("POST", url + "/turn", data=body, headers=call.headers) as response:
            assert call.is_proven(200, response.headers[PROOF])
            return await response.json()

    replies, texts = serving(use)
    assert replies == [{"recipient_id": "person-1", "text": "Saved 1."}]
    assert texts == ["milk"]


@pytest.mark.parametrize("path", ["/turn", "/parse"])
def test_nobody_else_is_answered(serving, path):
    body = b'{"sender": "person-1", "message": "delete 1", "text": "delete 1"}'

    async def use(url):
        wrong = InternalAuth("another secret")
        signature = AUTH.sign("POST", url + path, body).headers
        return [
            (await ask(url + path, body=body, auth=None))[0],
            (await ask(url + path, body=body, auth=wrong))[0],
            (await ask(url + path, body=body, auth=None, Origin="null"))[0],
            (await ask(url + path, body=body, Origin="http://evil.example"))[0],
            (await ask(url + path, body=body + b" ", auth=None, **signature))[0],
        ]

    statuses, texts = serving(use)
    assert statuses == [401, 401, 403, 403, 401]
    assert texts == []


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/version", "/status", "/model", "/model/parse", "/model/train", "/domain"),
        *("/webhooks/rest", "/webhooks/rest/", "/webhooks/rest/webhook", "/conversations/1/tracker"),
    ],
)
def test_rasas_own_addresses_are_not_there_and_nothing_has_a_cors_header(serving, path):
    async def use(url):
        return [
            await ask(url + path, method, auth=None, Origin="http://evil.example")
            for method in ("GET", "POST", "PUT", "OPTIONS")
        ]

    answers, _ = serving(use)
    assert {status for status, _, _ in answers} == {404}
    assert not any(name.lower().startswith("access-control") for _, _, headers in answers for name in headers)


def test_health_is_open_to_programs_and_says_whether_there_is_a_model(serving):
    async def use(url):
        return [
            (await ask(url + "/health", "GET", auth=None))[0],
            (await ask(url + "/health", "GET", auth=None, Host="rebound.example"))[0],
            (await ask(url + "/health", "GET"))[0],
        ]

    assert serving(use)[0] == [200, 403, 200]
    assert serving(use, ready=False)[0] == [503, 403, 503]


@pytest.mark.parametrize("path", ["/turn", "/parse"])
def test_without_a_model_there_is_no_turn(serving, path):
    async def use(url):
        return (await ask(url + path, body=b'{"sender": "1", "message": "x", "text": "x"}'))[0]

    assert serving(use, ready=False)[0] == 409


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b"null", b"{", b"\xff", b'{"message": 1, "text": 1}', b"[" * 9000]
)
def test_what_is_no_turn_is_refused(serving, body):
    async def use(url):
        return [(await ask(url + path, body=body))[0] for path in ("/turn", "/parse")]

    statuses, texts = serving(use)
    assert statuses == [400, 400]
    assert texts == []


@pytest.mark.parametrize(("text", "status"), [(b'"' + UNREADABLE.encode() + b'"', 500), (b"{", 400)])
def test_an_error_is_proven_too(serving, text, status):
    """Else the app takes Rasa for another program, and never gives a text up on which Rasa fails."""

    async def use(url):
        body = b'{"text": ' + text + b"}"
        call = AUTH.sign("POST", url + "/parse", body)
        async with aiohttp.request("POST", url + "/parse", data=body, headers=call.headers) as response:
            return response.status, call.is_proven(response.status, response.headers.get(PROOF))

    assert serving(use)[0] == (status, True)


def test_requests_that_do_not_end_are_ended(serving, monkeypatch):
    monkeypatch.setattr(http_server, "REQUEST_SECONDS", 0.3)
    monkeypatch.setattr(http_server, "KEEP_ALIVE_SECONDS", 0.3)

    async def dripping(url, head):
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        writer.write(head)
        for _ in range(200):
            if reader.at_eof():
                break
            writer.write(b"x")
            await asyncio.sleep(0.05)
            if writer.is_closing():
                break
        writer.close()
        return reader.at_eof() or writer.is_closing()

    async def use(url):
        return await asyncio.gather(
            dripping(url, b"GET /health HTTP/1.1\r\nX: "),
            dripping(url, b"POST /turn HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n"),
        )

    assert serving(use)[0] == [True, True]


def test_an_endless_header_is_refused(serving):
    async def use(url):
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        writer.write(b"GET /health HTTP/1.1\r\nX: " + b"x" * 100_000)
        return await reader.read(20)

    assert serving(use)[0].startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    "lines",
    [
        b"Content-Length: -1",  # kept Sanic busy for ever
        b"Content-Length: many",
        b"Content-Length: +3",
        b"Content-Length: 1_0",
        b"Content-Length : 3",
        b"Content-Length: " + b"9" * 5_000,
        b"Content-Length: 3\r\nContent-Length: 4",
        b"Content-Length: 3\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: gzip",
        b"Transfer-Encoding: gzip, chunked",
        b"Transfer-Encoding: Chunked ",
    ],
    ids=lambda lines: repr(lines[:40]),
)
def test_a_body_whose_length_is_unclear_is_refused(serving, lines):
    async def use(url):
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        writer.write(b"POST /turn HTTP/1.1\r\nHost: x\r\n" + lines + b"\r\n\r\n500")
        answer = await reader.read()
        writer.close()
        return answer, (await ask(url + "/health", "GET", auth=None))[0]

    signal.alarm(20)  # a server that is busy for ever answers no timeout either
    try:
        (answer, health), texts = serving(use)
    finally:
        signal.alarm(0)
    assert answer.startswith(b"HTTP/1.1 400"), answer
    assert health == 200
    assert texts == []


def test_many_idle_connections_keep_nobody_out(serving, monkeypatch):
    monkeypatch.setattr(http_server, "MAX_CONNECTIONS", 10)

    async def use(url):
        port = int(url.rpartition(":")[2])
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(40)]
        status, _, _ = await ask(url + "/health", "GET", auth=None)
        reads = [asyncio.ensure_future(reader.read(1)) for reader, _ in held]
        closed, still_open = await asyncio.wait(reads, timeout=1)
        for read in still_open:
            read.cancel()
        for _, writer in held:
            writer.close()
        for read in closed:
            read.exception()
        return status, len(closed)

    status, closed = serving(use)[0]
    assert status == 200
    assert closed >= 30


# Rasa as a caller


@pytest.fixture
def installed(monkeypatch):
    monkeypatch.setattr(EndpointConfig, "request", EndpointConfig.request)
    monkeypatch.setattr(EndpointConfig, "session", rasa_speedups.shared_session)
    monkeypatch.setattr(action_client._Installed, "auth", None)
    action_client.install(AUTH)


async def _squatted(proof):
    seen = []

    async def answer(reader, writer):
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        body = b'{"events": [], "responses": []}'
        head = f"HTTP/1.1 200 OK\r\n{PROOF}: {proof}\r\nContent-Length: {len(body)}\r\n"
        writer.write(head.encode() + b"Content-Type: application/json\r\nConnection: close\r\n\r\n" + body)
        seen.append(await reader.read())
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    endpoint = EndpointConfig(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/webhook")
    try:
        await endpoint.request(json={"tracker": PRIVATE}, method="post", timeout=30, compress=False)
    finally:
        await rasa_speedups.shared_session(endpoint)._session.close()
        server.close()
        assert seen
        assert PRIVATE.encode() not in b"".join(seen)
        assert SECRET.encode() not in b"".join(seen)


@pytest.mark.parametrize("proof", ["", "0" * 64])
def test_a_squatter_on_the_action_servers_port_gets_no_text_and_is_not_believed(installed, proof):
    with pytest.raises(action_client.CalleeNotOurs):
        asyncio.run(_squatted(proof))


def test_without_a_secret_rasa_does_not_start(monkeypatch):
    monkeypatch.delenv(internal_guard.SECRET, raising=False)
    with pytest.raises(SystemExit, match=internal_guard.SECRET):
        ErrorReportingRestInput()


def test_the_secret_may_be_in_a_file(monkeypatch, tmp_path):
    monkeypatch.delenv(internal_guard.SECRET, raising=False)
    (tmp_path / "secret").write_text(SECRET + "\n")
    monkeypatch.setenv(internal_guard.SECRET + "_FILE", str(tmp_path / "secret"))
    call = AUTH.sign("GET", "http://rasa/health")
    assert internal_guard.auth_of_environment().verify(
        "GET", "rasa", "/health", call.headers["Scrapbook-Signature"]
    )
