"""Apps as on machines of their own, with one server in place of all that they talk to."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import parse_qs

import httpx
from twilio.request_validator import RequestValidator
from typing_extensions import override

from scrapbook.net.internal_auth import InternalAuth
from tests.support import internal
from tests.support.installation import SCRAPBOOK, TOKEN, free_ports, message_form, new_sid, wait_until
from tests.support.standins import Answering, Server

PEOPLE = tuple(f"+1555{n:04}" for n in range(100, 108))
TURNS = {"/turn", "/webhooks/rest/webhook"}
"""Where an app has a text answered; the second is of releases that knew each other by no secret."""

SHARED_URL = "https://scrapbook.example.org"


class Outside(Server):
    """Rasa, the action server and Twilio.

    No turn ends while ``open`` is not set, and Twilio answers nobody who sends while ``twilio_open`` is not.

    Args:
        media: what is behind every address of a sound.

    Attributes:
        ahead: seconds by which the clock of Rasa and the action server is; Twilio's is right.
    """

    def __init__(self, media: bytes = b"") -> None:
        super().__init__(_Handler)
        self.media = media
        self.ahead = 0
        self.auth = InternalAuth(internal.SECRET, lambda: time.time() + self.ahead)
        self.open, self.twilio_open = threading.Event(), threading.Event()
        self.asked_to_send = 0
        self.asked_to_answer: list[str] = []
        self.release()
        self.sent: defaultdict[str, list[str]] = defaultdict(list)
        self.taken: list[dict[str, str]] = []
        """As Twilio lists messages, the oldest first."""

    def release(self) -> None:
        self.open.set()
        self.twilio_open.set()


class _Handler(Answering):
    server: Outside

    @override
    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if path.endswith("/memo"):
            self.hand_out(self.server.media, "audio/ogg")
            return
        if not path.endswith("/Messages.json"):
            super().do_GET()
            return
        to = parse_qs(query)["To"][0]
        self.answer({"messages": [one for one in reversed(self.server.taken) if one["to"] == to]})

    def post(self, body: str) -> None:
        if self.path in TURNS:
            message = json.loads(body)["message"]
            self.server.asked_to_answer.append(message)
            self.server.open.wait()
            self.answer([{"text": message}])
        else:
            self.server.asked_to_send += 1
            self.server.twilio_open.wait()
            form = parse_qs(body)
            self.server.sent[form["To"][0]] += form["Body"]
            taken = {"sid": new_sid(), "status": "queued", "to": form["To"][0], "body": form["Body"][0]}
            self.server.taken.append(taken | {"date_created": format_datetime(datetime.now(UTC))})
            self.answer(taken)


@dataclass
class Machine:
    """One app, with a folder, a port and an executor id of its own; ``code`` is that of another release."""

    name: str
    folder: Path
    database: str
    outside: Outside
    program: tuple[str, ...] = ("-m", "scrapbook")
    settings: Mapping[str, str] = field(default_factory=dict)
    code: Path | None = None
    port: int = field(default_factory=free_ports)
    process: subprocess.Popen[bytes] | None = None

    @property
    def variables(self) -> dict[str, str]:
        return {
            **os.environ,
            "SCRAPBOOK_EXECUTOR_ID": self.name,
            "SCRAPBOOK_DATABASE_URL": self.database,
            "SCRAPBOOK_DATA_DIR": str(self.folder / self.name),
            "SCRAPBOOK_MEDIA_URL": str(self.folder / "media"),
            "SCRAPBOOK_ALLOWED_NUMBERS": " ".join(PEOPLE),
            "SCRAPBOOK_PORT": str(self.port),
            "SCRAPBOOK_PUBLIC_URL": SHARED_URL,
            "SCRAPBOOK_RASA_URL": self.outside.url,
            "SCRAPBOOK_ACTIONS_URL": self.outside.url,
            "SCRAPBOOK_SEND_RATE": "0",
            **internal.VARIABLE,
            "TWILIO_API_URL": self.outside.url,
            "TWILIO_ACCOUNT_SID": f"AC{'0' * 32}",
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_FROM": SCRAPBOOK,
            **self.settings,
        }

    def start(self) -> None:
        log = self.folder / f"{self.name}.log"
        command = [sys.executable, *self.program, "serve", "app"]
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                command, cwd=self.code, env=self.variables, stdout=file, stderr=file
            )
        wait_until(self.is_ready, 90, lambda: f"{self.name} is not ready:\n{log.read_text()[-2000:]}")

    def is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"{self.name} ended"
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/health/ready", timeout=5).is_success
        except httpx.HTTPError:
            return False

    def send(self, how: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(how)

    def end(self, how: signal.Signals = signal.SIGKILL) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(30)

    def logged(self) -> str:
        return (self.folder / f"{self.name}.log").read_text()

    def run(self, *words: str) -> str:
        """What a command prints, with the settings of this app."""
        command = [sys.executable, "-m", "scrapbook", *words]
        done = subprocess.run(
            command,
            cwd=self.code,
            env=self.variables,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def take(self, person: str, body: str, media: str = "") -> str:
        """By its webhook, signed for the address that all of them share; the MessageSid."""
        sid, path = new_sid(), "/twilio/messages"
        form = message_form(sid, person, body)
        if media:
            form |= {"NumMedia": "1", "MediaUrl0": media, "MediaContentType0": "audio/ogg"}
        signature = RequestValidator(TOKEN).compute_signature(SHARED_URL + path, form)
        headers = {"X-Twilio-Signature": signature}
        answer = httpx.post(f"http://127.0.0.1:{self.port}{path}", data=form, headers=headers, timeout=20)
        assert answer.status_code == 200, answer.text
        return sid
