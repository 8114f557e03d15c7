"""Run a web server with uvicorn, without periodic wake-ups while it is idle."""

import asyncio
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from email.utils import formatdate
from types import FrameType

import uvicorn
from starlette.types import ASGIApp
from typing_extensions import override
from uvicorn.config import STARTUP_FAILURE
from uvicorn.server import ServerState

from scrapbook.net.body_limits import BodyLimits
from scrapbook.net.http_limits import limited_protocol, raise_file_limit


class Server(uvicorn.Server):
    """Waits for an event to stop, where uvicorn polls a flag ten times a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.server_state = _State(config)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop_requested = asyncio.Event()

    @override
    async def main_loop(self) -> None:
        """Return when the server must stop."""
        self._loop = asyncio.get_running_loop()
        # A signal before this line only set should_exit; a later one sets the event, too.
        if not self.should_exit:
            await self._stop_requested.wait()

    @override
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop the server. Called by a signal, at any point of the loop."""
        super().handle_exit(sig, frame)
        self.stop()

    def stop(self) -> None:
        """Stop the server. Any thread may call it, at any time."""
        self.should_exit = True
        if self._loop:
            self._loop.call_soon_threadsafe(self._stop_requested.set)


class _State(ServerState):
    """Uvicorn's state, which computes the date header at each response instead of every second."""

    def __init__(self, config: uvicorn.Config) -> None:
        self._config = config
        super().__init__()

    @property
    def default_headers(self) -> list[tuple[bytes, bytes]]:  # pyright: ignore[reportIncompatibleVariableOverride]
        return [(b"date", formatdate(usegmt=True).encode()), *self._config.encoded_headers]

    @default_headers.setter
    def default_headers(  # pyright: ignore[reportIncompatibleVariableOverride]
        self, _headers: list[tuple[bytes, bytes]]
    ) -> None:
        """Ignore the initial value, which uvicorn sets."""


def serve(  # noqa: PLR0913 - the options of a server
    app: ASGIApp | str,
    host: str,
    port: int,
    *,
    body: BodyLimits,
    grace: int | None = None,
    keep_alive: int = 5,
    kind: type[Server] = Server,
) -> None:
    """Serve an ASGI app until SIGTERM or SIGINT, then end the process by that signal, as uvicorn does.

    Args:
        app: the app, or "module:function" that creates it when the server starts.
        body: how large the body of a request may be, and how long it may take; the other limits are the same
            for all servers (``http_limits.py``).
        grace: seconds for which running requests may go on after the signal; None for no limit.
        keep_alive: seconds for which a connection without a request stays open.

    Raises:
        SystemExit: the server could not start.
    """
    config = uvicorn.Config(
        app,
        factory=isinstance(app, str),
        host=host,
        port=port,
        http=limited_protocol(body),  # pyright: ignore[reportArgumentType] - called like a class
        ws="none",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=grace,
        timeout_keep_alive=keep_alive,
    )
    raise_file_limit()
    server = kind(config)
    with suppress(KeyboardInterrupt):  # the signal by which it was stopped
        server.run()
    if not server.started:
        raise SystemExit(STARTUP_FAILURE)


@contextmanager
def serving(app: ASGIApp, host: str, port: int, *, body: BodyLimits) -> Generator[None]:
    """Serve another ASGI app, in a thread of its own, until the end of the block.

    Args:
        body: as in ``serve``.

    Raises:
        OSError: nobody can listen there.
    """
    config = uvicorn.Config(
        app,
        http=limited_protocol(body),  # pyright: ignore[reportArgumentType] - called like a class
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listener:
        server = Server(config)
        thread = threading.Thread(target=server.run, args=([listener],), name=f"server on {port}")
        thread.start()
        try:
            yield
        finally:
            server.stop()
            thread.join()
