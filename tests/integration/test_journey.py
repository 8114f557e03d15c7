"""The journey on a real DBOS and a real store, with a Rasa server that fails on purpose."""

import json
import secrets
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from dbos import DBOS

from scrapbook import journey as journeys
from scrapbook.app import start_workers
from scrapbook.assistant import Assistant
from scrapbook.inbox import opened
from scrapbook.journey import APOLOGY, Journey
from scrapbook.settings import Settings
from scrapbook.store import Store
from scrapbook.twilio.incoming import Incoming
from scrapbook.twilio.sending import Sent
from tests.e2e.house import wait_until

ADA = "+15550100"


class BrokenRasa(ThreadingHTTPServer):
    """Speaks Rasa's REST channel and gives no reply while ``broken``, as Rasa does when an action raises."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.broken = True
        self.turns = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: BrokenRasa

    def do_GET(self) -> None:
        self._answer({"model_file": "assistant.tar.gz"})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.turns += 1
        self._answer([] if self.server.broken else [{"recipient_id": "1", "text": "Saved 1."}])

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class Postbox:
    """Takes every reply."""

    def __init__(self) -> None:
        self.bodies: list[str] = []

    def send(self, from_: str, to: str, body: str, status_callback: str) -> Sent:
        self.bodies.append(body)
        return Sent(f"SM{secrets.token_hex(16)}", "queued")

    def find(self, *_: object, **__: object) -> Sent | None:
        return None


@pytest.fixture
def rasa() -> Iterator[BrokenRasa]:
    server = BrokenRasa()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_message_that_fails_is_apologised_for_and_can_be_tried_again(
    tmp_path: Path, rasa: BrokenRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journeys, "TURN_ATTEMPTS", 2)
    monkeypatch.setenv("SCRAPBOOK_DATA_DIR", str(tmp_path))
    settings = Settings.load()
    store = Store.open(settings.database_url)
    store.migrate()
    with store.transaction() as tx:
        ada = tx.people.add("Ada", [ADA])
    postbox = Postbox()
    journey = Journey(store, Assistant(rasa.url, rasa.url), postbox, "http://127.0.0.1", 0)
    start_workers(settings)
    try:
        sid = f"SM{secrets.token_hex(16)}"
        journey.start(Incoming(sid, ADA, "+15550199", "a thought", datetime.now(UTC)), ada.id)
        wait_until(lambda: postbox.bodies == [APOLOGY], 20, lambda: str(postbox.bodies))
        with opened(settings) as inbox:
            wait_until(
                lambda: [one.state for one in inbox.unfinished()] == ["failed"],
                20,
                lambda: str(inbox.unfinished()),
            )
            assert rasa.turns == 2
            rasa.broken = False
            inbox.retry(sid)
            wait_until(lambda: len(postbox.bodies) == 2, 20, lambda: str(postbox.bodies))
            wait_until(lambda: inbox.unfinished() == [], 20, lambda: str(inbox.unfinished()))
        assert postbox.bodies == [APOLOGY, "Saved 1."]
    finally:
        journey.stop()
        DBOS.destroy()
        store.close()
