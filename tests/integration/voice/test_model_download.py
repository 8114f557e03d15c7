"""A model is fetched once, from a hub of our own, and progress is told meanwhile."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.support.voice_sounds import MODEL, SOUNDS, said

REPOSITORY = "somebody/a-model"
COMMIT = "0" * 39 + "1"
FILES = {path.name: path.read_bytes() for path in Path(MODEL).iterdir() if path.name != "README.md"}


class _Hub(BaseHTTPRequestHandler):
    """As much of the hub's interface as its client asks for."""

    def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 - its name in the library

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path = self.path.partition("?")[0]
        if path == f"/api/models/{REPOSITORY}/tree/{COMMIT}":
            entries = [
                {"type": "file", "path": name, "oid": name, "size": len(FILES[name])} for name in FILES
            ]
            self._send(json.dumps(entries).encode())
        elif path.startswith(f"/api/models/{REPOSITORY}/revision/"):
            self._send(json.dumps({"id": REPOSITORY, "sha": COMMIT, "siblings": []}).encode())
        elif path.startswith(f"/{REPOSITORY}/resolve/{COMMIT}/"):
            self._send(FILES[path.rpartition("/")[2]])
        else:
            self.send_error(404)

    def _send(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("ETag", f'"{self.path.rpartition("/")[2]}"')
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)


@pytest.fixture
def hub() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hub)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


CHILD = """
import json, sys
from pathlib import Path
from scrapbook.errors import ScrapbookError
from scrapbook.voice.transcriber import Transcriber
told = []
transcriber = Transcriber(sys.argv[1], on_download=told.append)
try:
    text = transcriber.transcribe(Path(sys.argv[2])).text
except ScrapbookError as error:
    text = str(error)
transcriber.close()
print(json.dumps([text, told]))
"""


def transcribed(model: str, endpoint: str, cache: Path) -> tuple[str, list[float]]:
    """The text of a memo, or the error; and what was told of the fetching."""
    environment: dict[str, Any] = os.environ | {"HF_ENDPOINT": endpoint, "HF_HOME": str(cache)}
    words = [sys.executable, "-c", CHILD, model, str(SOUNDS / "whatsapp.ogg")]
    answer = subprocess.run(words, env=environment, capture_output=True, text=True, check=True, timeout=120)
    text, told = json.loads(answer.stdout.splitlines()[-1])
    return text, told


def test_a_model_is_fetched_once_and_tells_how_much_is_there(hub: str, tmp_path: Path) -> None:
    text, told = transcribed(REPOSITORY, hub, tmp_path)
    assert text == said("whatsapp.ogg")
    assert told == sorted(told)
    assert told[-1] == 1
    assert transcribed(REPOSITORY, hub, tmp_path) == (text, [])


def test_a_hub_that_cannot_be_reached_is_a_plain_sentence(tmp_path: Path) -> None:
    text, told = transcribed("small", "http://127.0.0.1:9", tmp_path)
    assert text.startswith(
        "WHISPER_MODEL: small is not a folder, and could not be downloaded from http://127.0.0.1:9"
    )
    assert told == []
