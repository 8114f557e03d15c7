"""The limits of our HTTP servers: on heads, bodies, times and connections. No setting changes them.

Uvicorn has none of them with its fast parser, httptools: one endless header kept it busy, and a connection
that never completes a request stayed open. ``docs/dependencies.md`` says why this is a subclass of its
protocol and not another server.
"""

import asyncio
import resource
import time
from functools import partial

from typing_extensions import override
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from scrapbook.net import streams
from scrapbook.net.body_limits import BodyLimits

MAX_HEAD_BYTES = 16_384
"""Request line and headers. Twilio's have less than two thousand, and proxies add some hundred."""
MAX_TARGET_BYTES = 8_192
MAX_HEADERS = 100
HEAD_SECONDS = 10.0
"""From the connection, or the first byte of a further request, to the end of the headers."""
WRITE_SECONDS = 60.0
"""For which a client may leave what was sent to it unread."""
MAX_PIPELINED = 8

MAX_WAITING = 512
"""Connections without a complete request: idle or slow ones. Beyond, the oldest is closed."""
MAX_WAITING_PER_CLIENT = 256
"""Of one address, which may be that of a reverse proxy."""
MAX_CONNECTIONS = 2_048
"""In all, those included whose request is being answered. Beyond, a new one is closed."""
OPEN_FILES = 8_192
"""What the process asks the system for: the usual 1,024 are fewer than connections and databases need."""


class LimitedProtocol(HttpToolsProtocol):
    """One connection, within the limits of this module."""

    def __init__(
        self,
        body_limits: BodyLimits,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, object],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._limits = body_limits
        self._refusal = 400
        self._in_body = False
        self._head_bytes = 0  # received since the last head or body was complete
        self._header_bytes = 0  # of the headers that are complete
        self._body_bytes = 0
        self._deadline: asyncio.TimerHandle | None = None
        self._write_deadline: asyncio.TimerHandle | None = None
        self._since = time.monotonic()

    # The connection

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        if len(self.connections) > MAX_WAITING_PER_CLIENT:
            self._make_room()
        self._end_after(HEAD_SECONDS)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        if self._write_deadline:
            self._write_deadline.cancel()
        super().connection_lost(exc)

    @override
    def shutdown(self) -> None:
        """Let a response that is under way end; a stream has no end, so its client is disconnected."""
        super().shutdown()
        if self.cycle and not self.cycle.response_complete and streams.MARK in self.cycle.scope:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            self.transport.close()

    @property
    def is_waiting(self) -> bool:
        """Return whether no complete request is being answered."""
        if not self.cycle:
            return True
        return self.cycle.response_complete or self.cycle.more_body

    def _make_room(self) -> None:
        """Close the connection that has waited longest if there are too many, this one if none waits."""
        waiting = [each for each in self.connections if isinstance(each, LimitedProtocol) and each.is_waiting]
        of_client = [each for each in waiting if each._address == self._address]
        if len(of_client) > MAX_WAITING_PER_CLIENT:
            min(of_client, key=_age)._abort()
        elif len(waiting) > MAX_WAITING:
            min(waiting, key=_age)._abort()
        if len(self.connections) > MAX_CONNECTIONS:
            self._abort()

    @property
    def _address(self) -> str:
        return self.client[0] if self.client else ""

    def _abort(self) -> None:
        self.connections.discard(self)  # now, not in the next turn of the loop: others may be connecting
        self.transport.abort()

    # The times

    def _end_after(self, seconds: float) -> None:
        self._disarm()
        self._deadline = self.loop.call_later(seconds, self._abort)

    def _disarm(self) -> None:
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None

    @override
    def pause_writing(self) -> None:
        super().pause_writing()
        self._write_deadline = self.loop.call_later(WRITE_SECONDS, self._abort)

    @override
    def resume_writing(self) -> None:
        super().resume_writing()
        if self._write_deadline:
            self._write_deadline.cancel()
            self._write_deadline = None

    # The request

    @override
    def data_received(self, data: bytes) -> None:
        if not self._in_body:
            self._head_bytes += len(data)
            if self._deadline is None:
                self._end_after(HEAD_SECONDS)
        super().data_received(data)
        if not self._in_body and self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self._refusal = 431
            self.send_400_response("The head of the request is too large.")

    @override
    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._header_bytes = 0
        if self._deadline is None:  # it came with the end of the request before
            self._end_after(HEAD_SECONDS)

    @override
    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._refuse_if(len(self.url) > MAX_TARGET_BYTES, 414)

    @override
    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self._header_bytes += len(name) + len(value)
        self._refuse_if(self._header_bytes > MAX_HEAD_BYTES or len(self.headers) > MAX_HEADERS, 431)
        if name.lower() == b"content-length":
            limit = self._limits.of(self.url).max_bytes
            self._refuse_if(value.isdigit() and int(value[:20]) > limit, 413)

    @override
    def on_headers_complete(self) -> None:
        self._refuse_if(len(self.pipeline) >= MAX_PIPELINED, 503)
        self._in_body, self._head_bytes, self._body_bytes = True, 0, 0
        super().on_headers_complete()
        self._end_after(self._limits.of(self.url).seconds)

    @override
    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        self._refuse_if(self._body_bytes > self._limits.of(self.url).max_bytes, 413)
        super().on_body(body)

    @override
    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_body, self._head_bytes = False, 0
        self._disarm()
        self._since = time.monotonic()

    def _refuse_if(self, is_too_much: bool, status: int) -> None:
        """Have the parser stop, so that ``send_400_response`` answers with that status."""
        if is_too_much:
            self._refusal = status
            raise _TooMuch

    @override
    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request, or too much of one, and close the connection."""
        if self.cycle and not self.cycle.response_complete and self.cycle.response_started:
            self._abort()  # a response is under way already
            return
        if self.cycle:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        headers = f"content-length: {len(msg)}\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\n"
        self.transport.write(STATUS_LINE[self._refusal] + headers.encode() + msg.encode())
        self.transport.close()
        self._end_after(HEAD_SECONDS)  # if the client leaves the answer unread


class _TooMuch(Exception):
    """A limit is exceeded."""


def _age(connection: LimitedProtocol) -> float:
    return connection._since  # pyright: ignore[reportPrivateUsage]


def limited_protocol(body_limits: BodyLimits) -> partial[LimitedProtocol]:
    """Return the class of connections, as uvicorn's configuration takes it."""
    return partial(LimitedProtocol, body_limits)


def raise_file_limit() -> None:
    """Let this process have as many open files as its limits of connections need, if the system allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
