"""Several apps on one PostgreSQL, as on machines behind a balancer: the order holds, whoever dies.

The apps are whole; the assistant and Twilio are one server of the test's own, which repeats what it is told.
"""

import json
import os
import secrets
import signal
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import pytest
from sqlalchemy import Engine, create_engine, text
from twilio.request_validator import RequestValidator

from tests.e2e.house import SCRAPBOOK, TOKEN, five_free_ports, message_form, new_sid, wait_until
from tests.integration.serving import serving

PEOPLE = tuple(f"+1555{n:04}" for n in range(100, 108))
SHARED_URL = "https://scrapbook.example.org"
NEWER_RELEASE = (
    "-c",
    "import scrapbook; scrapbook.__version__ = '99.0'; from scrapbook.cli import main; main()",
)


class Outside(ThreadingHTTPServer):
    """Rasa, the action server and Twilio. No turn ends while ``open`` is not set."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.open = threading.Event()
        self.open.set()
        self.sent: defaultdict[str, list[str]] = defaultdict(list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: object) -> None:
        """An app that was killed does not listen any more."""


class _Handler(BaseHTTPRequestHandler):
    server: Outside

    def do_GET(self) -> None:
        self._answer({"model_file": "assistant.tar.gz", "messages": []})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path.startswith("/webhooks/"):
            self.server.open.wait()
            self._answer([{"text": json.loads(body)["message"]}])
        else:
            form = parse_qs(body)
            self.server.sent[form["To"][0]] += form["Body"]
            self._answer({"sid": f"SM{secrets.token_hex(16)}", "status": "queued"})

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@dataclass
class Machine:
    """One app, with a folder, a port and an executor id of its own."""

    name: str
    folder: Path
    database: str
    outside: Outside
    program: tuple[str, ...] = ("-m", "scrapbook")
    port: int = field(default_factory=five_free_ports)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        log = self.folder / f"{self.name}.log"
        variables = {
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
            "TWILIO_API_URL": self.outside.url,
            "TWILIO_ACCOUNT_SID": f"AC{'0' * 32}",
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_FROM": SCRAPBOOK,
        }
        with log.open("ab") as file:
            command = [sys.executable, *self.program, "serve", "app"]
            self.process = subprocess.Popen(command, env=os.environ | variables, stdout=file, stderr=file)
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

    def take(self, person: str, body: str) -> None:
        """By its webhook, signed for the address that all of them share."""
        form, path = message_form(new_sid(), person, body), "/twilio/messages"
        signature = RequestValidator(TOKEN).compute_signature(SHARED_URL + path, form)
        headers = {"X-Twilio-Signature": signature}
        answer = httpx.post(f"http://127.0.0.1:{self.port}{path}", data=form, headers=headers, timeout=20)
        assert answer.status_code == 200, answer.text


@pytest.fixture
def outside() -> Iterator[Outside]:
    server = Outside()
    with serving(server):
        try:
            yield server
        finally:
            server.open.set()


@pytest.fixture
def database(postgresql_url: str) -> Iterator[Engine]:
    engine = create_engine(postgresql_url)
    yield engine
    engine.dispose()


@contextmanager
def machines(folder: Path, url: str, outside: Outside, *names: str) -> Generator[list[Machine]]:
    started = [Machine(name, folder, url, outside) for name in names]
    try:
        for machine in started:
            machine.start()
        yield started
    finally:
        outside.open.set()
        for machine in started:
            machine.end()


def test_texts_that_come_to_two_machines_in_turn_keep_their_order(
    tmp_path: Path, postgresql_url: str, database: Engine, outside: Outside
) -> None:
    texts = [f"thought {n}" for n in range(8)]
    with machines(tmp_path, postgresql_url, outside, "first", "second") as both:

        def send(person: str) -> None:
            for n, body in enumerate(texts):
                both[n % 2].take(person, body)

        with ThreadPoolExecutor(len(PEOPLE)) as pool:
            list(pool.map(send, PEOPLE))
        all_are_answered(outside, dict.fromkeys(PEOPLE, texts))
        assert executors(database, "SUCCESS") == {"first", "second"}


def test_the_messages_of_a_machine_that_died_are_taken_over(
    tmp_path: Path, postgresql_url: str, database: Engine, outside: Outside
) -> None:
    """It is killed in the middle of its work, and never comes back."""
    texts = ["one", "two", "three"]
    with machines(tmp_path, postgresql_url, outside, "mortal", "other") as (mortal, other):
        outside.open.clear()
        begin(mortal, other, database, texts)
        mortal.end(signal.SIGKILL)
        assert "mortal" in executors(database, "PENDING")
        outside.open.set()
        all_are_answered(outside, dict.fromkeys(PEOPLE, texts))
        assert executors(database, "PENDING") == set()


def test_what_an_old_release_began_is_finished_by_a_newer_one(
    tmp_path: Path, postgresql_url: str, database: Engine, outside: Outside
) -> None:
    """And where the newer one has migrated the database, an old one goes on as well."""
    texts = ["one", "two", "three"]
    with machines(tmp_path, postgresql_url, outside, "old", "older") as (old, older):
        outside.open.clear()
        begin(old, older, database, texts)
        with database.begin() as connection:
            connection.execute(text("ALTER TABLE people ADD COLUMN of_the_next_release text"))
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        older.end(signal.SIGTERM)
        old.end(signal.SIGTERM)
        assert executors(database, "PENDING") == {"old"}
        outside.open.set()
        new = Machine("new", tmp_path, postgresql_url, outside, NEWER_RELEASE)
        try:
            new.start()
            all_are_answered(outside, dict.fromkeys(PEOPLE, texts))
            older.start()
            new.end(signal.SIGTERM)
            older.take(PEOPLE[0], "four")
            all_are_answered(outside, {PEOPLE[0]: [*texts, "four"]})
        finally:
            new.end()


def begin(one: Machine, other: Machine, database: Engine, texts: list[str]) -> None:
    """Everybody's texts come to one machine, which begins to answer the first of each."""
    other.send(signal.SIGSTOP)
    for person in PEOPLE:
        for body in texts:
            one.take(person, body)
    wait_until(
        lambda: begun(database, one.name) == len(PEOPLE),
        30,
        lambda: f"{begun(database, one.name)} of {len(PEOPLE)} begun",
    )
    other.send(signal.SIGCONT)


def all_are_answered(outside: Outside, expected: dict[str, list[str]]) -> None:
    """Each once, in the order of sending."""
    wait_until(
        lambda: all(len(outside.sent[person]) >= len(texts) for person, texts in expected.items()),
        90,
        lambda: str(dict(outside.sent)),
    )
    assert {person: outside.sent[person] for person in expected} == expected


def executors(database: Engine, status: str) -> set[str]:
    with database.connect() as connection:
        of_status = text("SELECT DISTINCT executor_id FROM dbos.workflow_status WHERE status = :status")
        return set(connection.scalars(of_status, {"status": status}))


def begun(database: Engine, executor: str) -> int:
    with database.connect() as connection:
        pending = text(
            "SELECT count(*) FROM dbos.workflow_status WHERE status = 'PENDING' AND name = 'Journey.answer'"
            " AND executor_id = :executor"
        )
        return connection.execute(pending, {"executor": executor}).scalar_one()
