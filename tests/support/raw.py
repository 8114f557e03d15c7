"""A server on a loopback port that sends the bytes that a test chooses."""

import re
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Answer = Callable[[str], Iterator[bytes]]


@dataclass
class RawServer:
    """``answer`` returns the pieces of a response to a path; ``requests`` include their headers."""

    url: str
    answer: Answer
    requests: list[str] = field(default_factory=list)

    def paths(self) -> list[str]:
        return [request.split(" ")[1] for request in self.requests]


@contextmanager
def raw_server(answer: Answer) -> Iterator[RawServer]:
    server: RawServer

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            request = b""
            while not _is_complete(request):
                if not (part := self.request.recv(65536)):
                    return
                request += part
            server.requests.append(request.decode("latin-1"))
            try:
                for piece in server.answer(server.paths()[-1]):
                    self.request.sendall(piece)
            except OSError:  # the client has closed the connection
                return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as sockets:
        sockets.daemon_threads = True
        sockets.block_on_close = False
        server = RawServer(f"http://127.0.0.1:{sockets.server_address[1]}", answer)
        thread = threading.Thread(target=sockets.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            sockets.shutdown()
            thread.join()


def _is_complete(request: bytes) -> bool:
    head, end, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    return bool(end) and len(body) >= int(length[1] if length else 0)


def said(status: int, body: bytes = b"", **headers: str) -> bytes:
    """Return an HTTP response; ``headers`` replace or, if empty, remove Content-Length and Connection."""
    lines = {"Content-Length": str(len(body)), "Connection": "close"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
    return f"HTTP/1.1 {status} So\r\n{head}\r\n".encode("latin-1") + body
