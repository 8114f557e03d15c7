"""Serve the actions over HTTP, as an ASGI application, in place of rasa_sdk's own endpoint.

POST /webhook   {"next_action": "...", "tracker": {...}}, as Rasa sends it; the response is rasa_sdk's. The
                domain may be left out: no action uses it, and it is most of what Rasa would send.
GET /health
GET /metrics    for Prometheus

The requests are signed (``scrapbook/net/internal_auth.py``); the last two may be read without a signature.
"""

import json
import zlib
from dataclasses import dataclass
from typing import Any, cast

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from rasa_sdk.executor import ActionExecutor  # pyright: ignore[reportMissingTypeStubs]
from rasa_sdk.interfaces import (  # pyright: ignore[reportMissingTypeStubs]
    ActionExecutionRejection,
    ActionNotFoundException,
)
from starlette.types import ASGIApp, Receive, Scope, Send

from scrapbook.net.internal_auth import InternalAuth
from scrapbook.net.internal_guard import InternalOnly
from scrapbook.observability.metrics import of_process
from scrapbook.observability.reporting import report_error

MAX_BODY_BYTES = 10_000_000
"""The size of a request once decompressed: far more than a whole conversation takes."""

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: bytes
    content_type: str = JSON
    allow: str = ""

    @classmethod
    def of_json(cls, status: int, content: object) -> "Response":
        return cls(status, json.dumps(content).encode())

    async def send(self, send: Send) -> None:
        headers = {"content-type": self.content_type, "content-length": str(len(self.body))}
        if self.allow:
            headers["allow"] = self.allow
        coded = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": coded})
        await send({"type": "http.response.body", "body": self.body})


class _Refused(Exception):
    """The request is not valid."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.response = Response.of_json(status, {"error": reason})


class _Disconnected(Exception):
    """The client disconnected before the request was complete."""


def create_app(executor: ActionExecutor, auth: InternalAuth) -> ASGIApp:
    """Serve the actions that are registered with the executor, to processes that know the secret."""
    registry = of_process()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise NotImplementedError(scope["type"])
        try:
            response = await _respond(executor, registry, scope, receive)
        except _Refused as refused:
            response = refused.response
        except _Disconnected:
            return
        await response.send(send)

    return InternalOnly(app, auth, open_paths=("/health", "/metrics"))


async def _respond(
    executor: ActionExecutor, registry: CollectorRegistry, scope: Scope, receive: Receive
) -> Response:
    match scope["method"], scope["path"]:
        case "POST", "/webhook":
            return await _run(executor, await _read_request(scope, receive))
        case "GET", "/health":
            return Response.of_json(200, {"status": "ok"})
        case "GET", "/metrics":
            return Response(200, generate_latest(registry), CONTENT_TYPE_LATEST)
        case _, "/webhook":
            return Response(405, b"", allow="POST")
        case _, "/health" | "/metrics":
            return Response(405, b"", allow="GET")
        case _:
            return Response(404, b"")


async def _run(executor: ActionExecutor, request: dict[str, Any]) -> Response:
    try:
        # rasa_sdk leaves the queue of a streamed response untyped.
        result = await cast(Any, executor).run(request)
    except ActionExecutionRejection as error:
        return Response.of_json(400, {"error": error.message, "action_name": error.action_name})
    except ActionNotFoundException as error:
        return Response.of_json(404, {"error": error.message, "action_name": error.action_name})
    except Exception as error:  # noqa: BLE001 - the type of the error only: its message may quote a text
        report_error(error, step="action_server")
        return Response.of_json(500, {"error": type(error).__name__})
    return Response.of_json(200, result.model_dump() if result else None)


async def _read_request(scope: Scope, receive: Receive) -> dict[str, Any]:
    body = await _body(receive)
    if dict(scope["headers"]).get(b"content-encoding") == b"deflate":
        body = _decompressed(body)
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise _Refused(400, "The body is not JSON.") from None
    return _checked(content)


def _checked(content: object) -> dict[str, Any]:
    """Check a request and give it an empty domain: without one, rasa_sdk would ask for another request."""
    request = cast(dict[str, Any], content) if isinstance(content, dict) else {}
    tracker = cast(dict[str, Any], request.get("tracker"))
    if not isinstance(request.get("next_action"), str) or not _is_tracker(tracker):
        raise _Refused(400, "The body is not a request to run an action.")
    # Drop the domain that was sent, which rasa_sdk would store.
    return {**request, "domain": {}}


def _is_tracker(tracker: object) -> bool:
    fields = cast(dict[str, Any], tracker) if isinstance(tracker, dict) else {}
    objects = (fields.get("slots", {}), fields.get("latest_message", {}))
    return "sender_id" in fields and all(isinstance(each, dict) for each in objects)


async def _body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size, is_complete = 0, False
    while not is_complete:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Disconnected
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MAX_BODY_BYTES:
            raise _Refused(413, "The body is too large.")
        is_complete = not message.get("more_body", False)
    return b"".join(parts)


def _decompressed(body: bytes) -> bytes:
    decompressor = zlib.decompressobj()
    try:
        decompressed = decompressor.decompress(body, MAX_BODY_BYTES)
    except zlib.error:
        raise _Refused(400, "The body cannot be decompressed.") from None
    if decompressor.unconsumed_tail:
        raise _Refused(413, "The body is too large.")
    return decompressed
