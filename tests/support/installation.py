"""A whole app for a test: the processes that ``make run`` starts, texted and read as Twilio would."""

import os
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from twilio.request_validator import RequestValidator

from scrapbook.emulators.handset import Attachment, Handset, HandsetMessage
from scrapbook.net.internal_auth import InternalAuth
from scrapbook.paths import ROOT

START_TIMEOUT = 240
STOP_TIMEOUT = 60
ANSWER_TIMEOUT = 60.0


def new_sid() -> str:
    return f"SM{secrets.token_hex(16)}"


@dataclass
class Installation:
    """One installation in a folder of its own, on ports of its own."""

    folder: Path
    numbers: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    port: int = 0
    _process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.port = self.port or free_ports()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def twilio(self) -> str:
        return f"http://127.0.0.1:{self.port + 1}"

    @property
    def database_url(self) -> str:
        return self.environment.get("SCRAPBOOK_DATABASE_URL", f"sqlite:///{self.folder}/scrapbook.db")

    @property
    def auth(self) -> InternalAuth:
        """Knows the secret of its processes."""
        return InternalAuth(self.secret)

    @property
    def secret(self) -> str:
        return (self.folder / "run" / "internal.secret").read_text()

    @property
    def variables(self) -> dict[str, str]:
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("SCRAPBOOK_", "TWILIO_", "WHISPER_"))
        }
        return (
            inherited
            | {
                "SCRAPBOOK_DATA_DIR": str(self.folder),
                "SCRAPBOOK_PORT": str(self.port),
                "SCRAPBOOK_ALLOWED_NUMBERS": " ".join(self.numbers),
                "TWILIO_AUTH_TOKEN": TOKEN,
                "TWILIO_FROM": SCRAPBOOK,
                "WHISPER_MODEL": str(ROOT / "models" / "test-whisper"),
            }
            | self.environment
        )

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "up.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "scrapbook", "up"], env=self.variables, stdout=log, stderr=log
            )
        wait_until(self.is_ready, START_TIMEOUT, lambda: f"the app did not start:\n{self.printed()}")

    def stop(self) -> int:
        """As Ctrl-C does; the exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(STOP_TIMEOUT)

    def wait(self) -> int:
        """Wait until the process ends by itself or is killed; the exit code."""
        assert self._process is not None
        return self._process.wait(STOP_TIMEOUT)

    def printed(self) -> str:
        return (self.folder / "up.log").read_text()[-4000:]

    def is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"scrapbook up ended:\n{self.printed()}"
        try:
            return httpx.get(f"{self.url}/health/ready", timeout=5).is_success
        except httpx.HTTPError:
            return False

    def pid(self, name: str) -> int:
        """The id of a process. One that starts locks its file before it writes into it."""
        file = self.folder / "run" / f"{name}.pid"
        wait_until(lambda: file.read_text().strip() != "", 10, lambda: f"{name} has not said its id")
        return int(file.read_text().split()[0])

    def kill(self, name: str) -> None:
        """``kill -9``; the supervisor starts it again."""
        os.kill(self.pid(name), signal.SIGKILL)

    def workflows(self) -> list[tuple[str, str]]:
        """Name and status of all that the engine knows; it makes its database when there is work for it."""
        with suppress(sqlite3.OperationalError):
            database = sqlite3.connect(f"file:{self.folder}/journey.db?mode=ro", uri=True, timeout=30)
            with closing(database):
                return database.execute("SELECT name, status FROM workflow_status").fetchall()
        return []

    def rows_at_rest(self) -> dict[str, list[tuple[object, ...]]]:
        """``rows``, once the delivery of everything that was sent is known."""

        def is_settled() -> bool:
            with closing(
                sqlite3.connect(f"file:{self.folder / 'scrapbook.db'}?mode=ro", uri=True)
            ) as database:
                return not database.execute(UNSETTLED).fetchone()[0]

        wait_until(is_settled, ANSWER_TIMEOUT, lambda: "the delivery of some replies is not known")
        return self.rows()

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        """All rows of the scrapbook and of the local phone, by file and table."""
        found: dict[str, list[tuple[object, ...]]] = {}
        for name in ("scrapbook.db", "phone.db"):
            with closing(sqlite3.connect(f"file:{self.folder / name}?mode=ro", uri=True)) as database:
                tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
                for (table,) in tables:
                    rows = database.execute(f'SELECT * FROM "{table}"').fetchall()
                    found[f"{name}/{table}"] = sorted(rows, key=repr)
        return found

    def run(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """The ``scrapbook`` command with this app's settings."""
        return subprocess.run(
            [sys.executable, "-m", "scrapbook", *words],
            env=self.variables,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    # Texting

    def webhook(
        self, form: dict[str, str], path: str = "/twilio/messages", signature: str | None = None
    ) -> httpx.Response:
        """Post a form as Twilio does, signed unless another signature is given ("" for none)."""
        if signature is None:
            signature = RequestValidator(TOKEN).compute_signature(self.url + path, form)
        headers = {"X-Twilio-Signature": signature} if signature else {}
        # No TLS is spoken here, and to load certificates for it takes longer than the request.
        return httpx.post(self.url + path, data=form, headers=headers, timeout=20, verify=False)

    def text(self, body: str, number: str | None = None, sid: str | None = None) -> str:
        """Text through the webhook; the MessageSid."""
        sid = sid or new_sid()
        answer = self.webhook(message_form(sid, number or self.numbers[0], body))
        assert answer.status_code == 200, answer.text
        return sid

    def say(self, body: str, number: str | None = None) -> str:
        """Text and wait for the reply, several replies joined by newlines."""
        number = number or self.numbers[0]
        before = len(self.sent_to(number))
        self.text(body, number)
        return "\n".join(self.replies(number, before + 1)[before:])

    def send(self, attachments: Sequence[Attachment], number: str, body: str = "") -> None:
        """Send pictures and sounds as a phone does; the local Twilio hands them over by webhook."""
        with Handset(self.twilio) as handset:
            handset.send(number, body, attachments)

    def show(self, attachments: Sequence[Attachment], number: str, body: str = "") -> str:
        """Send and wait for a reply."""
        before = len(self.sent_to(number))
        self.send(attachments, number, body)
        return "\n".join(self.replies(number, before + 1)[before:])

    def sent_to(self, number: str) -> list[str]:
        """The texts of the app that reached Twilio for that number, in the order of sending."""
        return [message["body"] for message in self.messages_to(number)]

    def messages_to(self, number: str) -> list[HandsetMessage]:
        with Handset(self.twilio) as handset:
            messages = sorted(handset.events(number), key=lambda message: message["seq"])
        return [
            message for message in messages if message["direction"] == "outbound" and not message["carrier"]
        ]

    def replies(self, number: str, count: int, timeout: float = ANSWER_TIMEOUT) -> list[str]:
        """The replies to that number once there are at least ``count``."""
        found: list[str] = []

        def enough() -> bool:
            found[:] = self.sent_to(number)
            return len(found) >= count

        wait_until(enough, timeout, lambda: f"{len(found)} of {count} replies to {number}: {found[-5:]}")
        return found


UNSETTLED = """
SELECT count(*) FROM outbound_messages WHERE state IN ('recorded', 'sending')
    OR state = 'sent' AND coalesce(delivery_status, '') NOT IN ('delivered', 'undelivered', 'failed')
    AND to_address NOT LIKE 'book:%'
"""
TOKEN = "0123456789abcdef0123456789abcdef"
SCRAPBOOK = "+15550199"


def message_form(sid: str, number: str, body: str | None, to: str = SCRAPBOOK) -> dict[str, str]:
    """Twilio's fields for a text, blank ones included; ``None`` leaves Body out."""
    form = {
        "ToCountry": "US",
        "ToState": "",
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "FromCity": "",
        "SmsStatus": "received",
        "To": to,
        "NumSegments": "1",
        "MessageSid": sid,
        "AccountSid": f"AC{'0' * 32}",
        "From": number,
        "ApiVersion": "2010-04-01",
    }
    return form if body is None else form | {"Body": body}


def free_ports() -> int:
    """The first of seven neighbouring ports that nobody listens on.

    Below those that the system gives to connections: one of these could hold a port that an app which was
    stopped wants back.
    """
    for _ in range(100):
        port = secrets.randbelow(20_000) + 10_000
        if all(_is_free(port + offset) for offset in range(7)):
            return port
    raise AssertionError("no seven neighbouring ports are free")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def wait_until(condition: Callable[[], bool], timeout: float, explain: Callable[[], str]) -> None:
    """Poll until the condition holds; fail with the explanation when it does not in time."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, explain()
        time.sleep(0.05)
