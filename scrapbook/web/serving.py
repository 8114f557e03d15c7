"""How each web server of the house is run: with uvicorn, which sleeps until there is something to do."""

import asyncio
from contextlib import suppress
from email.utils import formatdate
from types import FrameType

import uvicorn
from starlette.types import ASGIApp
from typing_extensions import override
from uvicorn.config import STARTUP_FAILURE
from uvicorn.server import ServerState


class Server(uvicorn.Server):
    """Waits to be told to end, where uvicorn looks ten times a second whether it was."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.server_state = _State(config)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told = asyncio.Event()

    @override
    async def main_loop(self) -> None:
        """Return when the server is to end."""
        self._loop = asyncio.get_running_loop()
        # From here on whoever asks it to end wakes it up; before, it was only noted down.
        if not self.should_exit:
            await self._told.wait()

    @override
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end: this is called by a signal, wherever the loop is just then."""
        super().handle_exit(sig, frame)
        if self._loop:
            self._loop.call_soon_threadsafe(self._told.set)


class _State(ServerState):
    """Uvicorn's, with the date of each answer in place of one that is renewed every second."""

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
        """Leave them as they are: uvicorn sets them to begin with."""


def serve(  # noqa: PLR0913 - what a server is told
    app: ASGIApp | str,
    host: str,
    port: int,
    *,
    grace: int | None = None,
    keep_alive: int = 5,
    kind: type[Server] = Server,
) -> None:
    """Serve an ASGI app until SIGTERM or SIGINT, then end as uvicorn does: by that signal.

    Args:
        app: the app, or "module:function" that makes it when the server starts.
        grace: seconds that requests which are under way get at the end; None for as long as they take.
        keep_alive: seconds for which a connection without a request stays open.

    Raises:
        SystemExit: it could not be started.
    """
    config = uvicorn.Config(
        app,
        factory=isinstance(app, str),
        host=host,
        port=port,
        ws="none",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=grace,
        timeout_keep_alive=keep_alive,
    )
    server = kind(config)
    with suppress(KeyboardInterrupt):  # by which it ended, in good order
        server.run()
    if not server.started:
        raise SystemExit(STARTUP_FAILURE)
