"""Rasa's HTTP server with the addresses of ``rest_channel.py`` alone, and with limits.

Stock Rasa answers at ``/`` with its version and adds CORS headers; its API (which is off without
``--enable-api``) trains, replaces and posts away models. Here an address that is not the channel's is a 404,
and no response has a CORS header.

Sanic's own limits concern the size of a request and the time without a byte. A request that comes byte by
byte passes them, so the time of a whole request and the number of connections are limited here. No setting
and no environment variable changes any of them. A negative Content-Length keeps Sanic's loop busy for ever,
so a body must be framed in one clear way.
"""

from time import monotonic
from typing import Any, List, Optional

import rasa.core.run
from sanic import Sanic
from sanic.exceptions import InvalidUsage
from sanic.http import Http, Stage
from sanic.server.protocols.http_protocol import HttpProtocol

MAX_HEAD_BYTES = 8_192
MAX_BODY_BYTES = 1_000_000
"""A message of Twilio's has 1,600 characters, a transcript some ten thousands."""
HEAD_END = b"\r\n\r\n"
LENGTH_DIGITS = 18
"""Of a Content-Length: more than anything that may be sent."""
REQUEST_SECONDS = 10
"""For a whole request, head and body."""
KEEP_ALIVE_SECONDS = 10
RESPONSE_SECONDS = 120
"""More than the app waits for a turn."""
MAX_CONNECTIONS = 256
BACKLOG = 2_048
"""Connections that the system holds until they are accepted; behind Rasa's 100, others wait for seconds."""


class InternalServer(Sanic):
    """A Sanic server with the limits of this module."""

    def run(self, *arguments: Any, **options: Any) -> None:
        """Run until a signal, as ``Sanic.run`` does."""
        self.limit()
        ours = {"protocol": LimitedProtocol, "access_log": False, "backlog": BACKLOG}
        super().run(*arguments, **{**options, **ours})

    def limit(self) -> None:
        """Set the limits, whatever Rasa or the environment set before."""
        self.config.update(
            REQUEST_MAX_HEADER_SIZE=MAX_HEAD_BYTES,
            REQUEST_MAX_SIZE=MAX_BODY_BYTES,
            REQUEST_TIMEOUT=REQUEST_SECONDS,
            KEEP_ALIVE_TIMEOUT=KEEP_ALIVE_SECONDS,
            RESPONSE_TIMEOUT=RESPONSE_SECONDS,
            FALLBACK_ERROR_FORMAT="text",
        )


class LimitedProtocol(HttpProtocol):
    """Ends a connection whose request does not become complete, and if there are too many, the oldest."""

    __slots__ = ("_incomplete_since", "_since")

    def connection_made(self, transport: Any) -> None:
        """Make room, then accept the connection."""
        self._since = monotonic()
        self._incomplete_since: Optional[float] = None
        if len(self.connections) >= MAX_CONNECTIONS:
            waiting = [each for each in self.connections if each.is_waiting()]
            if not waiting:
                transport.abort()
                return
            longest = min(waiting, key=lambda each: each._since)
            self.connections.discard(longest)
            longest.transport.abort()
        super().connection_made(transport)

    def _setup_connection(self) -> None:
        super()._setup_connection()
        self._http = StrictHttp(self)

    def is_waiting(self) -> bool:
        """Return whether no complete request is being answered."""
        http = self._http
        return http is None or http.stage is Stage.IDLE or self._is_incomplete()

    def _is_incomplete(self) -> bool:
        http = self._http
        return http is not None and (
            http.stage is Stage.REQUEST or (http.stage is Stage.HANDLER and bool(http.request_body))
        )

    def check_timeouts(self) -> None:
        """End the connection if its request is incomplete for too long. Sanic calls it every few seconds."""
        if not self._is_incomplete():
            self._incomplete_since = None
        elif self._incomplete_since is None:
            self._incomplete_since = monotonic()
        elif monotonic() - self._incomplete_since > REQUEST_SECONDS and self.transport:
            self.transport.abort()
        super().check_timeouts()


class StrictHttp(Http):
    """Refuses a request unless its head says, in one clear way, how long the body is."""

    async def http1_request_header(self) -> None:
        """Receive and parse the head. Raises InvalidUsage, for a 400."""
        while HEAD_END not in self.recv_buffer and len(self.recv_buffer) < MAX_HEAD_BYTES:
            await self._receive_more()
        head, _, _ = bytes(self.recv_buffer[: MAX_HEAD_BYTES + len(HEAD_END)]).partition(HEAD_END)
        if not _has_clear_length(head):
            raise InvalidUsage("It is not clear how long the body is.")
        await super().http1_request_header()


def _has_clear_length(head: bytes) -> bool:
    """Return whether Sanic and everybody else read the same length from these headers (RFC 9112, 6.3)."""
    lengths: List[bytes] = []
    codings: List[bytes] = []
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name != name.strip():
            return False
        if name.lower() == b"content-length":
            lengths.append(value.strip())
        elif name.lower() == b"transfer-encoding":
            codings.append(value.lstrip())
    if codings:
        return codings == [b"chunked"] and not lengths
    return not lengths or (len(lengths) == 1 and lengths[0].isdigit() and len(lengths[0]) <= LENGTH_DIGITS)


def create_server(_cors: Any = None) -> Sanic:
    """Return a server without any address, in place of ``rasa.core.run._create_app_without_api``."""
    return InternalServer("scrapbook_rasa", configure_logging=False)


def install() -> None:
    """Make Rasa run this server. Idempotent."""
    rasa.core.run._create_app_without_api = create_server
