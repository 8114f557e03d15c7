"""What a web server of the scrapbook puts up with: sizes, times and connections, over plain sockets."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from scrapbook.net import http_limits
from tests.support.slow_clients import (
    HEAD,
    all_received,
    connect,
    endless_header,
    is_closed,
    slow_connections,
)

SERVER = """
import asyncio, sys
from scrapbook.net import asgi_server, http_limits
from scrapbook.net.body_limits import BodyLimits
for name, value in [pair.split("=") for pair in sys.argv[2:]]:
    setattr(http_limits, name, type(getattr(http_limits, name))(value))

async def app(scope, receive, send):
    if scope["type"] != "http":
        raise NotImplementedError
    body, more = b"", True
    while more and scope["path"] != "/unread":
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body, more = body + message["body"], message["more_body"]
    if scope["path"] == "/slow":
        await asyncio.sleep(2)
    answer = b"x" * 50_000_000 if scope["path"] == "/large" else str(len(body)).encode()
    headers = [(b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})

asgi_server.serve(app, "127.0.0.1", int(sys.argv[1]), grace=1,
    body=BodyLimits(10_000, 0.5, {b"/larger": BodyLimits(20_000, 60.0)}))
"""
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
LAST = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@contextmanager
def serving(*limits: str) -> Iterator[int]:
    """A server in a process of its own, with other limits than the usual ones where they take long."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-c", SERVER, str(port), *limits])
    try:
        while True:
            assert process.poll() is None
            with suppress(ConnectionRefusedError), connect(port):
                break
        yield port
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Of a server with the real limits."""
    with serving() as port:
        yield port


@pytest.fixture(scope="module")
def hasty() -> Iterator[int]:
    """Of a server that waits half a second."""
    with serving("HEAD_SECONDS=0.5", "WRITE_SECONDS=0.5") as port:
        yield port


def answered(port: int, request: bytes) -> bytes:
    with connect(port) as connection:
        with suppress(OSError):  # it answers and closes before it has everything
            connection.sendall(request)
        return all_received(connection)


def is_served(port: int) -> bool:
    return answered(port, LAST).startswith(b"HTTP/1.1 200")


def head(*lines: bytes) -> bytes:
    return b"\r\n".join((b"POST / HTTP/1.1", b"Host: localhost", *lines, b"", b""))


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"414"),
        (b"GET /" + b"a" * 900_000, b"414"),
        (b"G" * 100_000, b"400"),
        (head(b"X: " + b"x" * 20_000), b"431"),
        (head(*(b"X%d: x" % n for n in range(200))), b"431"),
        (head(*(b"X%d: " % n + b"x" * 1_000 for n in range(30))), b"431"),
        (HEAD + b"x" * 900_000, b"431"),
        (b"POST / HTTP/1.1\r\n" + b"x" * 900_000, b"431"),
        (b"\r\n" * 50_000, b"431"),
        (head(b"Content-Length: 10001") + b"x", b"413"),
        (head(b"Content-Length: " + b"9" * 400) + b"x", b"4"),
        (head(b"Transfer-Encoding: chunked") + b"2711\r\n" + b"x" * 10_001 + b"\r\n", b"413"),
        (head(b"Transfer-Encoding: chunked") + b"1\r\nx\r\n" * 10_001, b"413"),
        (head(b"Transfer-Encoding: chunked") + b"1;" + b"x" * 900_000, b"4"),
        (head(b"Transfer-Encoding: chunked") + b"0\r\nX: " + b"x" * 900_000, b"4"),
    ],
    ids=lambda value: repr(value[:40]),
)
def test_what_is_too_large_is_refused(port: int, request_: bytes, status: bytes) -> None:
    answer = answered(port, request_)
    assert not answer or answer.startswith(b"HTTP/1.1 " + status), answer[:100]
    assert is_served(port)


def test_what_is_as_large_as_allowed_is_served(port: int) -> None:
    large = head(b"X: " + b"x" * 15_000, b"Content-Length: 10000", b"Connection: close") + b"x" * 10_000
    assert answered(port, large).endswith(b"10000")


def test_a_path_may_take_more_and_no_other_does(port: int) -> None:
    def sent(path: bytes, size: int) -> bytes:
        request = b"POST " + path + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: "
        return answered(port, request + str(size).encode() + b"\r\n\r\n" + b"x" * size)

    assert sent(b"/larger?a=1", 20_000).endswith(b"20000")
    for path, size in ((b"/larger", 20_001), (b"/largest", 10_001), (b"/?/larger", 10_001)):
        refused = sent(path, size)
        assert not refused or refused.startswith(b"HTTP/1.1 413"), refused[:100]


def test_the_sizes_of_one_request_are_not_counted_in_the_next(port: int) -> None:
    large = head(b"X: " + b"x" * 15_000, b"Content-Length: 9000") + b"x" * 9_000
    assert answered(port, large * 4 + LAST).count(b"HTTP/1.1 200") == 5


def test_an_endless_header_holds_nobody_up(port: int) -> None:
    with endless_header([port]):
        begun = time.monotonic()
        assert all(is_served(port) for _ in range(20))
        assert time.monotonic() - begun < 10


def drip(connection: socket.socket) -> None:
    """Send a byte now and then, until the server has closed the connection."""
    with suppress(OSError):
        for _ in range(600):
            connection.sendall(b"x")
            time.sleep(0.05)


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"P",
        b"\r\n",
        HEAD,
        head(b"Content-Length: 9999"),
        head(b"Transfer-Encoding: chunked") + b"fff\r\n",
        GET + b"GET / HTTP",
    ],
    ids=lambda begun: repr(begun[-30:]),
)
@pytest.mark.parametrize("drips", [False, True], ids=["silent", "dripping"])
def test_a_request_that_does_not_end_is_ended(hasty: int, begun: bytes, drips: bool) -> None:
    with connect(hasty) as connection:
        connection.sendall(begun)
        if drips:
            thread = threading.Thread(target=drip, args=(connection,))
            thread.start()
        assert is_closed(connection, 20)
    if drips:
        thread.join()


def test_a_connection_without_a_further_request_is_closed(hasty: int) -> None:
    with connect(hasty) as connection:
        connection.sendall(GET)
        assert is_closed(connection, 20)  # after five seconds, uvicorn's own limit


def test_an_answer_that_nobody_reads_is_given_up(hasty: int) -> None:
    with connect(hasty) as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(2)  # longer than the server waits
        assert len(all_received(connection)) < 50_000_000


def test_a_slow_answer_is_waited_for(hasty: int) -> None:
    assert answered(hasty, LAST.replace(b"/ ", b"/slow ", 1)).endswith(b"0")


def test_a_body_that_nobody_reads_ends_with_its_time(hasty: int) -> None:
    with connect(hasty) as connection:
        connection.sendall(head(b"Content-Length: 9999").replace(b"/", b"/unread", 1))
        assert is_closed(connection, 20)


def test_requests_without_end_in_one_connection_are_not_queued(port: int) -> None:
    answer = answered(port, b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n" + GET * 2_000)
    assert answer.count(b"HTTP/1.1 200") < 20
    assert is_served(port)


def test_two_thousand_slow_connections_keep_nobody_out(port: int) -> None:
    with slow_connections(port, 2_000) as slow, endless_header([port]):
        assert all(is_served(port) for _ in range(20))
        still_open = sum(not is_closed(connection, 0.001) for connection in slow)
    assert still_open <= http_limits.MAX_WAITING


def test_a_request_that_is_being_answered_is_not_closed_for_slow_ones(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(LAST.replace(b"/ ", b"/slow ", 1))
        with slow_connections(port, 1_000):
            assert all_received(connection).endswith(b"0")


def test_more_connections_than_can_be_answered_are_closed(hasty: int) -> None:
    with (
        serving("MAX_CONNECTIONS=50", "MAX_WAITING_PER_CLIENT=20") as port,
        slow_connections(port, 100, LAST.replace(b"/ ", b"/slow ", 1)) as asked,
    ):
        answers = [all_received(connection) for connection in asked]
        assert 20 <= sum(answer.endswith(b"0") for answer in answers) <= 60
        assert is_served(port)
