"""The action server's HTTP interface, as an ASGI application; the rest of it is rasa_sdk's.

POST /webhook   {"next_action": "...", "tracker": {...}}, as Rasa sends it; answers as rasa_sdk does. The
                domain may be left out: no action asks for it, and it is most of what Rasa would send.
GET /health
GET /metrics    for Prometheus
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

from scrapbook.metrics import of_process
from scrapbook.reports import report

MOST_BYTES = 10_000_000
"""Of a call, unpacked: far more than a conversation that Rasa keeps whole comes to."""

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    content_type: str = JSON
    allow: str = ""

    @classmethod
    def of(cls, status: int, content: object) -> "Answer":
        return cls(status, json.dumps(content).encode())

    async def give(self, send: Send) -> None:
        headers = {"content-type": self.content_type, "content-length": str(len(self.body))}
        if self.allow:
            headers["allow"] = self.allow
        coded = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": coded})
        await send({"type": "http.response.body", "body": self.body})


class _Refused(Exception):
    """What came is no call."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.answer = Answer.of(status, {"error": why})


class _Gone(Exception):
    """The caller went away before the call was complete."""


def create_app(executor: ActionExecutor) -> ASGIApp:
    """Serves the actions that are registered with the executor."""
    registry = of_process()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise NotImplementedError(scope["type"])
        try:
            answer = await _answer(executor, registry, scope, receive)
        except _Refused as refused:
            answer = refused.answer
        except _Gone:
            return
        await answer.give(send)

    return app


async def _answer(
    executor: ActionExecutor, registry: CollectorRegistry, scope: Scope, receive: Receive
) -> Answer:
    match scope["method"], scope["path"]:
        case "POST", "/webhook":
            return await _run(executor, await _call(scope, receive))
        case "GET", "/health":
            return Answer.of(200, {"status": "ok"})
        case "GET", "/metrics":
            return Answer(200, generate_latest(registry), CONTENT_TYPE_LATEST)
        case _, "/webhook":
            return Answer(405, b"", allow="POST")
        case _, "/health" | "/metrics":
            return Answer(405, b"", allow="GET")
        case _:
            return Answer(404, b"")


async def _run(executor: ActionExecutor, call: dict[str, Any]) -> Answer:
    try:
        # Untyped, as far as it can be given a queue to stream to.
        result = await cast(Any, executor).run(call)
    except ActionExecutionRejection as error:
        return Answer.of(400, {"error": error.message, "action_name": error.action_name})
    except ActionNotFoundException as error:
        return Answer.of(404, {"error": error.message, "action_name": error.action_name})
    except Exception as error:  # noqa: BLE001 - Rasa is told that it failed, and nothing that may quote a text
        report(error, step="action_server")
        return Answer.of(500, {"error": type(error).__name__})
    return Answer.of(200, result.model_dump() if result else None)


async def _call(scope: Scope, receive: Receive) -> dict[str, Any]:
    body = await _body(receive)
    if dict(scope["headers"]).get(b"content-encoding") == b"deflate":
        body = _unpacked(body)
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise _Refused(400, "The body is not JSON.") from None
    return _checked(content)


def _checked(content: object) -> dict[str, Any]:
    """With a domain, without which rasa_sdk would ask for the call again."""
    call = cast(dict[str, Any], content) if isinstance(content, dict) else {}
    tracker = cast(dict[str, Any], call.get("tracker"))
    if not isinstance(call.get("next_action"), str) or not _is_tracker(tracker):
        raise _Refused(400, "The body is not the call of an action.")
    # Not the one that came, which rasa_sdk would keep.
    return {**call, "domain": {}}


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
            raise _Gone
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MOST_BYTES:
            raise _Refused(413, "The body is too large.")
        is_complete = not message.get("more_body", False)
    return b"".join(parts)


def _unpacked(body: bytes) -> bytes:
    unpacking = zlib.decompressobj()
    try:
        unpacked = unpacking.decompress(body, MOST_BYTES)
    except zlib.error:
        raise _Refused(400, "The body cannot be unpacked.") from None
    if unpacking.unconsumed_tail:
        raise _Refused(413, "The body is too large.")
    return unpacked
