"""A Sentry of our own: takes envelopes as strictly as Sentry does, keeps the latest, and shows them.

``POST /api/PROJECT/envelope/`` is what an SDK talks to (https://develop.sentry.dev/sdk/foundations/envelopes/),
and older ones ``POST /api/PROJECT/store/``; ``GET /events`` lists what came in, newest last.
"""

import gzip
import json
import re
import zlib
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, cast

from sentry_sdk.envelope import Envelope
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

MOST_KEPT = 1000
# https://develop.sentry.dev/sdk/foundations/envelopes/#size-limits
MOST_COMPRESSED = 20 * 1024 * 1024
MOST_BYTES = 100 * 1024 * 1024
MOST_OF_AN_EVENT = 1024 * 1024

_KEY = re.compile(r"\bsentry_key=(\w+)")
_ID = re.compile(r"[0-9a-f]{32}")
EVENTS = {"event", "transaction"}

Json = dict[str, Any]


class Refused(Exception):
    """With the HTTP status that Sentry would answer."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


@dataclass
class LocalSentry:
    """One project.

    Attributes:
        key: the public part of the DSN.
        received: everything that came in, unpacked, as it left the sender.
        events: those of them that are errors or transactions.
    """

    key: str = "local"
    project: str = "1"
    received: deque[bytes] = field(default_factory=lambda: deque(maxlen=MOST_KEPT))
    events: deque[Json] = field(default_factory=lambda: deque(maxlen=MOST_KEPT))

    def dsn(self, port: int) -> str:
        """What to set SENTRY_DSN to when this listens on that port of this machine."""
        return f"http://{self.key}@127.0.0.1:{port}/{self.project}"

    def take(self, body: bytes) -> str:
        """Keeps an unpacked envelope; the id of its event, if it has one. Raises Refused."""
        events = [_event(item.get_bytes()) for item in _envelope(body).items if item.type in EVENTS]
        self.received.append(body)
        self.events.extend(events)
        return events[0]["event_id"] if events else ""

    def take_event(self, body: bytes) -> str:
        """Keeps an unpacked event without an envelope; its id. Raises Refused."""
        event = _event(body)
        self.received.append(body)
        self.events.append(event)
        return event["event_id"]

    def app(self) -> Starlette:
        """For an ASGI server."""
        return Starlette(
            routes=[
                Route("/api/{project}/envelope/", self._taking(self.take), methods=["POST"]),
                Route("/api/{project}/store/", self._taking(self.take_event), methods=["POST"]),
                Route("/events", self._events),
            ]
        )

    def _taking(self, take: Callable[[bytes], str]) -> Callable[[Request], Awaitable[JSONResponse]]:
        async def answer(request: Request) -> JSONResponse:
            return await self._answer(request, take)

        return answer

    async def _answer(self, request: Request, take: Callable[[bytes], str]) -> JSONResponse:
        try:
            self._check(request)
            return JSONResponse({"id": take(await _unpacked(request))})
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


async def _unpacked(request: Request) -> bytes:
    packed = bytearray()
    async for chunk in request.stream():
        packed += chunk
        if len(packed) > MOST_COMPRESSED:
            raise Refused(413, "envelope exceeded size limits")
    encoding = request.headers.get("Content-Encoding", "")
    if encoding not in {"", "gzip"}:
        raise Refused(415, f"unknown content encoding {encoding}")
    body = _decompressed(bytes(packed)) if encoding else bytes(packed)
    if len(body) > MOST_BYTES:
        raise Refused(413, "envelope exceeded size limits")
    return body


def _decompressed(packed: bytes) -> bytes:
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(packed, MOST_BYTES + 1)
    except (zlib.error, gzip.BadGzipFile) as error:
        raise Refused(400, "invalid gzip") from error


def _envelope(body: bytes) -> Envelope:
    try:
        return Envelope.deserialize(body)
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(400, "invalid event envelope") from error


def _event(body: bytes) -> Json:
    if len(body) > MOST_OF_AN_EVENT:
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
