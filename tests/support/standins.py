"""What stands in for Rasa and for Twilio where the rest of the app is real."""

import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from scrapbook.errors import SendError
from scrapbook.messaging.ports import SentMessage
from tests.support.installation import new_sid
from tests.support.internal import AUTH, proof


class Server(ThreadingHTTPServer):
    """On a port of its own, until it is served no more.

    Attributes:
        auth: knows the secret of the test's processes.
    """

    def __init__(self, handler: type["Answering"]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.auth = AUTH

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: object) -> None:
        """Who was killed, or gave up, does not listen any more."""


class Answering(BaseHTTPRequestHandler):
    """Answers in JSON. As Rasa, and as a Twilio that knows of no message."""

    server: Server

    def do_GET(self) -> None:
        self.answer({"model_file": "assistant.tar.gz", "messages": []})

    def do_POST(self) -> None:
        self.post(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def post(self, body: str) -> None:
        """To be answered."""
        raise NotImplementedError

    def answer(self, body: object, status: int = 200) -> None:
        self.hand_out(json.dumps(body).encode(), "application/json", status)

    def hand_out(self, content: bytes, content_type: str, status: int = 200) -> None:
        self.send_response(status)
        for name, value in proof(self, status, self.server.auth).items():
            self.send_header(name, value)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


class Postbox:
    """Takes every reply, unless it refuses.

    Attributes:
        sent: when, to whom and what.
        now: the time, where it is not to go on.
    """

    def __init__(self, now: datetime | None = None) -> None:
        self.sent: list[tuple[datetime, str, str]] = []
        self.now = now
        self.refuses = False

    async def send(
        self,
        from_: str,
        to: str,
        body: str,
        reference: int | None = None,
        media_urls: Sequence[str] = (),
        *,
        in_template: bool = False,
    ) -> SentMessage:
        del from_, reference, media_urls, in_template
        if self.refuses:
            raise SendError("Twilio answered 400, error 21606", permanent=True, code=21606)
        self.sent.append((self.now or datetime.now(UTC), to, body))
        return SentMessage(new_sid(), "queued")

    async def find(
        self,
        from_: str,
        to: str,
        body: str,
        since: datetime,
        known: Collection[str],
        *,
        in_template: bool = False,
    ) -> SentMessage | None:
        del from_, known, in_template
        alike = [at for at, *message in self.sent if message == [to, body] and at >= since]
        return SentMessage("SM0", "sent") if alike else None

    async def close(self) -> None:
        pass

    def bodies(self, to: str = "") -> list[str]:
        """Of all that was sent, or of what was sent to that address; in order."""
        return [body for _, address, body in self.sent if to in {"", address}]
