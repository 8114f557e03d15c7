"""A web server of the app in a process of its own, and how it ends."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import httpx
import pytest

SERVER = """
import asyncio, sys
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route
from scrapbook.net import asgi_server, streams
from scrapbook.net.body_limits import BodyLimits

async def slow(request):
    print("asked", flush=True)
    while not stopping.is_set():
        await asyncio.sleep(0.01)
    return PlainTextResponse("answered")

class Server(asgi_server.Server):
    def handle_exit(self, sig, frame):
        super().handle_exit(sig, frame)
        stopping.set()

async def stream(request):
    async def parts():
        yield "begun"
        await asyncio.sleep(1000)
    streams.ends_at_shutdown(request)
    return StreamingResponse(parts())

async def at_once(request):
    return PlainTextResponse("ok")

import threading
stopping = threading.Event()
app = Starlette(routes=[Route("/slow", slow), Route("/stream", stream), Route("/", at_once)])
asgi_server.serve(app, "127.0.0.1", int(sys.argv[1]), body=BodyLimits(10_000, 2.0), grace=20, kind=Server)
"""


@pytest.fixture
def server() -> Iterator[tuple[subprocess.Popen[str], str]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-c", SERVER, str(port)], stdout=subprocess.PIPE, text=True)
    try:
        wait_until_it_listens(process, port)
        yield process, f"http://127.0.0.1:{port}"
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def wait_until_it_listens(process: subprocess.Popen[str], port: int) -> None:
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=30).close()
        except ConnectionRefusedError:
            continue
        return
    pytest.fail("the server ended before it listened")


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT], ids=lambda one: one.name)
def test_it_ends_when_it_is_told_to(server: tuple[subprocess.Popen[str], str], asked: signal.Signals) -> None:
    process, url = server
    assert httpx.get(url).text == "ok"
    process.send_signal(asked)
    assert process.wait(30) == (0 if asked is signal.SIGINT else -signal.SIGTERM)


def test_a_request_that_is_under_way_is_answered_at_the_end(
    server: tuple[subprocess.Popen[str], str],
) -> None:
    process, url = server
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(b"GET /slow HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert process.stdout
        assert process.stdout.readline() == "asked\n"
        process.send_signal(signal.SIGTERM)
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert answer.endswith(b"answered")
    assert process.wait(30) == -signal.SIGTERM


def test_a_stream_does_not_hold_up_the_end(server: tuple[subprocess.Popen[str], str]) -> None:
    """Although a request may take 20 seconds to end."""
    process, url = server
    with httpx.stream("GET", f"{url}/stream", timeout=30) as answer:
        parts = answer.iter_text()
        assert next(parts) == "begun"
        process.send_signal(signal.SIGTERM)
        with pytest.raises(httpx.RemoteProtocolError):
            next(parts)
    assert process.wait(10) == -signal.SIGTERM


def test_each_answer_has_its_date(server: tuple[subprocess.Popen[str], str]) -> None:
    _, url = server
    assert parsedate_to_datetime(httpx.get(url).headers["date"]).tzinfo


def test_a_port_that_is_taken_ends_it_with_an_error(server: tuple[subprocess.Popen[str], str]) -> None:
    _, url = server
    port = url.rpartition(":")[2]
    assert subprocess.run([sys.executable, "-c", SERVER, port], timeout=60, check=False).returncode == 3
