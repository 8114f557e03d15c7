"""A server that takes every connection and never answers."""

import socketserver
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress


class Silence(socketserver.ThreadingTCPServer):
    """``asked`` counts the connections so far; each is held until the other side lets go of it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Listening)
        self.asked = 0
        self._lock = threading.Lock()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def count(self) -> None:
        with self._lock:
            self.asked += 1


class _Listening(socketserver.BaseRequestHandler):
    server: Silence

    def handle(self) -> None:
        self.server.count()
        with suppress(OSError):
            while self.request.recv(65536):
                pass


@contextmanager
def silence() -> Generator[Silence]:
    with Silence() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
