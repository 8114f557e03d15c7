"""A network to Twilio with bad weather: a proxy whose connections meet one trouble after the other."""

import itertools
import socket
import socketserver
import struct
import threading
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto

_NO_GOODBYE = struct.pack("ii", 1, 0)
NONSENSE = (
    b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
    b"\x00\xff\xfe\x7f" * 64,
    b"HTTP/1.1 200 OK\r\nContent-Length: 24\r\n\r\n<html>Please log in</html",
    b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\nnull",
    b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n{",
    b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
)


class Trouble(Enum):
    """What a connection meets."""

    NONE = auto()
    CUT = auto()
    """Nothing comes back."""
    SLOW = auto()
    """The answer drips."""
    RESET = auto()
    """The connection is reset before the request has got through."""
    ANSWER_LOST = auto()
    """It is reset after that."""
    GARBAGE = auto()


class Network:
    """One request a connection. ``met`` counts the troubles so far."""

    def __init__(self, server: socketserver.ThreadingTCPServer) -> None:
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        self.met = 0
        self._lock = threading.Lock()
        self._nonsense = itertools.cycle(NONSENSE)
        self._troubles: Iterator[Trouble] = itertools.repeat(Trouble.NONE)
        self._calm = threading.Event()

    def storm(self, troubles: Iterable[Trouble]) -> None:
        """The next connections meet these, over and over."""
        with self._lock:
            self._calm.clear()
            self._troubles = itertools.cycle(troubles)

    def calm(self) -> None:
        """No trouble from now on."""
        with self._lock:
            self._troubles = itertools.repeat(Trouble.NONE)
            self._calm.set()

    def carry(self, client: socket.socket, upstream: tuple[str, int]) -> None:
        with self._lock:
            trouble = next(self._troubles)
            self.met += trouble is not Trouble.NONE
        request = _request(client)
        if not request:
            return
        if trouble is Trouble.CUT:
            self._calm.wait(60)
        elif trouble is Trouble.RESET:
            _reset(client)
        elif trouble is Trouble.GARBAGE:
            client.sendall(next(self._nonsense))
        else:
            answer = _ask(upstream, request)
            if trouble is Trouble.ANSWER_LOST:
                _reset(client)
            elif trouble is Trouble.SLOW:
                for byte in answer[:100]:
                    client.sendall(bytes([byte]))
                    self._calm.wait(0.02)
                client.sendall(answer[100:])
            else:
                client.sendall(answer)


@contextmanager
def network(to_port: int) -> Generator[Network]:
    """A way to the server at that port of this machine."""

    class Carrying(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                weather.carry(self.request, ("127.0.0.1", to_port))

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Carrying)
    server.daemon_threads = True
    weather = Network(server)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield weather
    finally:
        weather.calm()
        server.shutdown()
        thread.join()
        server.server_close()


def _request(client: socket.socket) -> bytes:
    """One HTTP request with its body, asking for the connection to be closed afterwards."""
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = client.recv(65536)
        if not chunk:
            return b""
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    lengths = (line.split(b":")[1] for line in lines if line.lower().startswith(b"content-length:"))
    length = int(next(lengths, b"0"))
    while len(body) < length:
        body += client.recv(65536)
    return b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n" + body


def _ask(upstream: tuple[str, int], request: bytes) -> bytes:
    with socket.create_connection(upstream, timeout=30) as server:
        server.sendall(request)
        return b"".join(iter(lambda: server.recv(65536), b""))


def _reset(client: socket.socket) -> None:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_GOODBYE)
    client.close()
