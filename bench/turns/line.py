"""One sender's connection to a server, and how long its turns take."""

import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

ANSWERED_WITHIN = 900.0
"""Seconds: a stock Rasa takes some minutes for a hundred texts of one sender."""
KEPT_OPEN = 2.0
"""Seconds after which a connection is opened anew: servers close one where nothing happens for five."""


class Failed(Exception):
    """A turn came to nothing, so that its time means nothing."""


@dataclass(frozen=True)
class Taken:
    """Seconds from texting to the reply, and to the acknowledgement where there is one."""

    reply: float
    acknowledged: float = 0.0


class Line(Protocol):
    """What a sender texts with."""

    def say(self, text: str) -> Taken:
        """Returns when the reply is there. Failed."""
        ...

    def close(self) -> None: ...


class Connection:
    """Costs a fraction of a millisecond per request: the machine is for what is measured."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=ANSWERED_WITHIN)
        self._used = 0.0

    def post(self, path: str, body: str, headers: Mapping[str, str]) -> bytes:
        if time.monotonic() - self._used > KEPT_OPEN:
            self._connection.close()
            self._connection.connect()
        self._connection.request("POST", path, body, dict(headers))
        answer = self._connection.getresponse()
        content = answer.read()
        self._used = time.monotonic()
        if answer.status != 200:
            raise Failed(f"{path} answered {answer.status}: {content[:300]!r}")
        return content

    def close(self) -> None:
        self._connection.close()


class RestLine:
    """Turns over a Rasa server's REST channel."""

    def __init__(self, url: str, sender: str) -> None:
        self._connection, self._sender = Connection(url), sender

    def say(self, text: str) -> Taken:
        return self.turn({"sender": self._sender, "message": text})

    def turn(self, turn: Mapping[str, object]) -> Taken:
        body, begun = json.dumps(turn), time.perf_counter()
        answer = self.post(body)
        taken = Taken(time.perf_counter() - begun)
        check(json.loads(answer))
        return taken

    def post(self, body: str) -> bytes:
        return self._connection.post("/webhooks/rest/webhook", body, {"Content-Type": "application/json"})

    def close(self) -> None:
        self._connection.close()


def check(answer: list[dict[str, Any]]) -> None:
    """Failed when there is no reply that says that something was saved."""
    if not any(is_receipt(part.get("text", "")) for part in answer):
        raise Failed(f"in place of a receipt: {answer}")


def is_receipt(reply: str) -> bool:
    """In the words of ``utter_saved``, which both sides say."""
    return reply.startswith("Saved ")
