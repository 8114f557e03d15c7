"""A web server of the house in a process of its own, and how it ends."""

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
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from scrapbook.web import serving

async def slow(request):
    print("asked", flush=True)
    while not serving_ends.is_set():
        await asyncio.sleep(0.01)
    return PlainTextResponse("answered")

class Server(serving.Server):
    def handle_exit(self, sig, frame):
        super().handle_exit(sig, frame)
        serving_ends.set()

async def at_once(request):
    return PlainTextResponse("ok")

import threading
serving_ends = threading.Event()
app = Starlette(routes=[Route("/slow", slow), Route("/", at_once)])
serving.serve(app, "127.0.0.1", int(sys.argv[1]), grace=20, kind=Server)
"""


@pytest.fixture
def server() -> Iterator[tuple[subprocess.Popen[str], str]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-c", SERVER, str(port)], stdout=subprocess.PIPE, text=True)
    try:
        wait_until_it_listens(port)
        yield process, f"http://127.0.0.1:{port}"
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def wait_until_it_listens(port: int) -> None:
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=30).close()
        except ConnectionRefusedError:
            continue
        return


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


def test_each_answer_has_its_date(server: tuple[subprocess.Popen[str], str]) -> None:
    _, url = server
    assert parsedate_to_datetime(httpx.get(url).headers["date"]).tzinfo


def test_a_port_that_is_taken_ends_it_with_an_error(server: tuple[subprocess.Popen[str], str]) -> None:
    _, url = server
    port = url.rpartition(":")[2]
    assert subprocess.run([sys.executable, "-c", SERVER, port], timeout=60, check=False).returncode == 3
