"""ASGI apps as servers on loopback ports."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


@contextmanager
def served(
    make_app: Callable[[str], ASGIApp], port: int = 0, ssl_context: ssl.SSLContext | None = None
) -> Iterator[str]:
    """Serve an app, and yield its base URL, which ``make_app`` gets too.

    Args:
        port: 0 for any free one.
        ssl_context: for https; the URL says http all the same.
    """
    with socket.create_server(("127.0.0.1", port)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(make_app(url), log_config=None, timeout_graceful_shutdown=5)
        config.load()
        config.ssl = ssl_context
        server = _Server(config)
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        assert server.up.wait(10), "the server did not start"
        try:
            yield url
        finally:
            server.should_exit = True
            thread.join()
