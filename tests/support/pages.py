"""Web pages from a real server on a loopback port, behind names that end in ``.example``."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
from typing_extensions import override

from scrapbook.links.reader import PageReader
from scrapbook.net.public_http import PublicInternet

_SSL_CONTEXT = httpx.create_ssl_context()

PAGE = b"<title>A page</title><meta property=og:site_name content='A site'>"


class Answering(BaseHTTPRequestHandler):
    """A request, and the means to answer it as no decent server would."""

    server: "PageServer"
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.requests.append((self.path, dict(self.headers)))
        self.close_connection = True
        with suppress(BrokenPipeError, ConnectionResetError):
            self.server.pages.get(self.path, not_found)(self)

    def head(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    @override
    def log_message(self, *_: object) -> None:
        pass


Answer = Callable[[Answering], None]


class PageServer(ThreadingHTTPServer):
    """``requests``: path and headers of each that came; ``stopping`` ends what would take for ever."""

    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.pages: dict[str, Answer] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.stopping = threading.Event()

    def transport(self) -> httpx.AsyncBaseTransport:
        return Neighbourhood(self.server_port)

    def reader(self) -> PageReader:
        """Return a reader whose process takes names that end in ``.example`` to this server."""
        return PageReader((sys.executable, "-m", "tests.support.page_process", str(self.server_port)))

    def paths(self) -> list[str]:
        return [path for path, _ in self.requests]


class Neighbourhood(httpx.AsyncBaseTransport):
    """Takes names that end in ``.example`` to the server, and asks the public internet for all others."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._near = httpx.AsyncHTTPTransport(verify=_SSL_CONTEXT, trust_env=False)
        self._far = PublicInternet(_SSL_CONTEXT)

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if not request.url.host.endswith(".example"):
            return await self._far.handle_async_request(request)
        near = request.url.copy_with(scheme="http", host="127.0.0.1", port=self._port)
        return await self._near.handle_async_request(
            httpx.Request(request.method, near, headers=request.headers, extensions=request.extensions)
        )

    @override
    async def aclose(self) -> None:
        await self._near.aclose()
        await self._far.aclose()


@contextmanager
def serving() -> Iterator[PageServer]:
    server = PageServer()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        thread.join()
        server.server_close()


def not_found(asked: Answering) -> None:
    asked.head(404, Content_Length="0")


def page(content: bytes = PAGE, content_type: str = "text/html", **headers: str) -> Answer:
    def answer(asked: Answering) -> None:
        asked.head(200, Content_Type=content_type, Content_Length=str(len(content)), **headers)
        asked.wfile.write(content)

    return answer


def redirect(location: str, status: int = 302) -> Answer:
    def answer(asked: Answering) -> None:
        asked.head(status, Location=location, Content_Length="0", Set_Cookie="a=b; Path=/")

    return answer


def status(code: int) -> Answer:
    def answer(asked: Answering) -> None:
        asked.head(code, Content_Length="0")

    return answer


def after_failures(count: int, then: Answer) -> Answer:
    left = iter(range(count))

    def answer(asked: Answering) -> None:
        (then if next(left, None) is None else status(503))(asked)

    return answer
