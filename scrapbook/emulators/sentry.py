"""A local Sentry: accepts envelopes as strictly as Sentry does, stores the latest, and lists them.

SDKs send ``POST /api/PROJECT/envelope/`` (https://develop.sentry.dev/sdk/foundations/envelopes/), older ones
``POST /api/PROJECT/store/``. ``GET /events`` lists the events, newest last.
"""

import gzip
import json
import re
import zlib
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, cast

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from scrapbook.observability.sentry_envelope import read_items
from scrapbook.web.guard import SameSiteOnly

MAX_STORED = 1000
# https://develop.sentry.dev/sdk/foundations/envelopes/#size-limits
MAX_COMPRESSED_BYTES = 20 * 1024 * 1024
MAX_BYTES = 100 * 1024 * 1024
MAX_EVENT_BYTES = 1024 * 1024

_KEY = re.compile(r"\bsentry_key=(\w+)")
_ID = re.compile(r"[0-9a-f]{32}")
EVENTS = {"event", "transaction"}

Json = dict[str, Any]


class Refused(Exception):
    """A request is refused with this HTTP status, as Sentry would."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


@dataclass
class LocalSentry:
    """One project.

    Attributes:
        key: the public key in the DSN.
        received: the latest bodies, decompressed.
        events: the errors and transactions in them.
    """

    key: str = "local"
    project: str = "1"
    received: deque[bytes] = field(default_factory=lambda: deque(maxlen=MAX_STORED))
    events: deque[Json] = field(default_factory=lambda: deque(maxlen=MAX_STORED))

    def dsn(self, port: int) -> str:
        """Return the SENTRY_DSN of this server, if it listens on that port of this machine."""
        return f"http://{self.key}@127.0.0.1:{port}/{self.project}"

    def accept(self, body: bytes) -> str:
        """Store a decompressed envelope. Returns the id of its event; "" if it has none. Raises Refused."""
        events = [_event(content) for kind, content in _items(body) if kind in EVENTS]
        self.received.append(body)
        self.events.extend(events)
        return events[0]["event_id"] if events else ""

    def accept_event(self, body: bytes) -> str:
        """Store a decompressed event that has no envelope. Returns its id. Raises Refused."""
        event = _event(body)
        self.received.append(body)
        self.events.append(event)
        return event["event_id"]

    def app(self) -> Starlette:
        """Return the ASGI app."""
        return Starlette(
            routes=[
                Route("/api/{project}/envelope/", self._endpoint(self.accept), methods=["POST"]),
                Route("/api/{project}/store/", self._endpoint(self.accept_event), methods=["POST"]),
                Route("/events", self._events),
            ],
            middleware=[Middleware(SameSiteOnly)],
        )

    def _endpoint(self, accept: Callable[[bytes], str]) -> Callable[[Request], Awaitable[JSONResponse]]:
        async def answer(request: Request) -> JSONResponse:
            return await self._answer(request, accept)

        return answer

    async def _answer(self, request: Request, accept: Callable[[bytes], str]) -> JSONResponse:
        try:
            self._check(request)
            return JSONResponse({"id": accept(await _read_body(request))})
        except Refused as refusal:
            return JSONResponse({"detail": str(refusal)}, refusal.status)

    async def _events(self, _request: Request) -> JSONResponse:
        return JSONResponse(list(self.events))

    def _check(self, request: Request) -> None:
        header = request.headers.get("X-Sentry-Auth", "")
        found = _KEY.search(header)
        key = found[1] if found else request.query_params.get("sentry_key")
        if key is None:
            raise Refused(401, "missing authorization information")
        if key != self.key or request.path_params["project"] != self.project:
            raise Refused(403, "event submission rejected with_reason: ProjectId")


async def _read_body(request: Request) -> bytes:
    compressed = bytearray()
    async for chunk in request.stream():
        compressed += chunk
        if len(compressed) > MAX_COMPRESSED_BYTES:
            raise Refused(413, "envelope exceeded size limits")
    encoding = request.headers.get("Content-Encoding", "")
    if encoding not in {"", "gzip"}:
        raise Refused(415, f"unknown content encoding {encoding}")
    body = _decompressed(bytes(compressed)) if encoding else bytes(compressed)
    if len(body) > MAX_BYTES:
        raise Refused(413, "envelope exceeded size limits")
    return body


def _decompressed(compressed: bytes) -> bytes:
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(compressed, MAX_BYTES + 1)
    except (zlib.error, gzip.BadGzipFile) as error:
        raise Refused(400, "invalid gzip") from error


def _items(body: bytes) -> list[tuple[str, bytes]]:
    try:
        return list(read_items(body))
    except ValueError as error:
        raise Refused(400, "invalid event envelope") from error


def _event(body: bytes) -> Json:
    if len(body) > MAX_EVENT_BYTES:
        raise Refused(413, "event exceeded size limits")
    try:
        parsed: object = json.loads(body)
    except ValueError as error:
        raise Refused(400, "invalid json") from error
    event = cast("Json", parsed) if isinstance(parsed, dict) else {}
    if not _ID.fullmatch(str(event.get("event_id"))):
        raise Refused(400, "event_id is missing or no id")
    if not event.get("timestamp"):
        raise Refused(400, "timestamp is missing")
    return event
