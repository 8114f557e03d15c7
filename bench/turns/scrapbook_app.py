"""The app as ``scrapbook up`` starts it, texted as Twilio does and read at the local Twilio."""

import queue
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator
from typing_extensions import override

from bench.turns import timings
from bench.turns.line import ANSWERED_WITHIN, Connection, Failed, RestLine, Taken, is_receipt
from bench.turns.machine import cpu_seconds, family, free_port
from bench.turns.stock_rasa import end, wait_for
from scrapbook.assistant.client import TURN
from scrapbook.core import Book
from scrapbook.core.saving import save
from scrapbook.net.internal_auth import InternalAuth
from scrapbook.store import Store, Transaction, TurnResult
from scrapbook.text.parsed_message import ParsedMessage
from tests.support.installation import SCRAPBOOK, TOKEN, Installation, message_form, new_sid

LOOKS = 0.001
"""Seconds between two looks for replies. When one came is read from the local Twilio's own record."""

AT_ONCE = 500
WEBHOOK = "/twilio/messages"
REPLIES = """
    SELECT seq, recipient, body, created_at FROM messages
    WHERE seq > ? AND direction = 'outbound-api' ORDER BY seq
"""


class Replies(threading.Thread):
    """Hands out the replies by number, in order, with the Unix time of their record at the local Twilio."""

    def __init__(self, database: Path) -> None:
        super().__init__(daemon=True)
        self._database = database
        self._over = threading.Event()
        self._of: defaultdict[str, queue.SimpleQueue[tuple[str, float]]] = defaultdict(queue.SimpleQueue)

    def run(self) -> None:
        latest = 0
        with closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True)) as connection:
            while not self._over.wait(LOOKS):
                for seq, number, body, at in connection.execute(REPLIES, (latest,)).fetchall():
                    self._of[number].put((body, datetime.fromisoformat(at).timestamp()))
                    latest = seq

    def next(self, number: str) -> float:
        """When the next reply to that number came. Failed when it is no receipt."""
        body, at = self._of[number].get(timeout=ANSWERED_WITHIN)
        if not is_receipt(body):
            raise Failed(f"in place of a receipt: {body}")
        return at

    def stop(self) -> None:
        self._over.set()
        self.join()


class TextLine:
    """A number that texts the app: signed webhooks in, replies at the local Twilio."""

    def __init__(self, installation: Installation, replies: Replies, number: str) -> None:
        self._address, self._replies, self._number = installation.url + WEBHOOK, replies, number
        self._validator = RequestValidator(TOKEN)
        self._connection = Connection(installation.url)

    def say(self, text: str) -> Taken:
        sent, acknowledged = self.send(text)
        return Taken(self._replies.next(self._number) - sent, acknowledged)

    def send(self, text: str) -> tuple[float, float]:
        """When (Unix time), and the seconds until it was acknowledged."""
        form = message_form(new_sid(), self._number, text)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Twilio-Signature": self._validator.compute_signature(self._address, form),
        }
        body, at, begun = urlencode(form), time.time(), time.perf_counter()
        self._connection.post(WEBHOOK, body, headers)
        return at, time.perf_counter() - begun

    def close(self) -> None:
        self._connection.close()


class OurRestLine(RestLine):
    """Turns over our Rasa's REST channel, of messages that are on record already."""

    def __init__(self, url: str, sender: str, sids: Iterator[str], auth: InternalAuth) -> None:
        super().__init__(url, sender)
        self._url, self._turn_sender, self._sids, self._auth = url + TURN, sender, sids, auth

    @override
    def post(self, body: str) -> bytes:
        headers = self._auth.sign("POST", self._url, body.encode()).headers
        return self._connection.post(TURN, body, {"Content-Type": "application/json", **headers})

    def say(self, text: str) -> Taken:
        metadata = {"message_id": next(self._sids)}
        return self.turn({"sender": self._turn_sender, "message": text, "metadata": metadata})


@dataclass
class OurApp:
    """``database``: the URL of an empty PostgreSQL database with its server's process, or none for SQLite."""

    PROCESSES: ClassVar = ("rasa", "actions", "app", "phone", "voice", "supervisord")

    folder: Path
    numbers: tuple[str, ...]
    database: str = ""
    server_pid: int = 0
    more: list[tuple[int, subprocess.Popen[bytes]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        settings = {"SCRAPBOOK_DATABASE_URL": self.database} if self.database else {}
        self.installation = Installation(self.folder, self.numbers, settings)
        self.replies = Replies(self.folder / "phone.db")
        self._store: Store | None = None

    def start(self) -> None:
        self.installation.start()
        self.replies.start()
        self._store = Store.open(self.database or f"sqlite:///{self.folder / 'scrapbook.db'}")

    def stop(self) -> None:
        if self.replies.is_alive():
            self.replies.stop()
        for _, process in self.more:
            process.terminate()
        for _, process in self.more:
            end(process)
        if self._store:
            self._store.close()
        self.installation.stop()

    @property
    def store(self) -> Store:
        assert self._store
        return self._store

    def add_rasa(self) -> None:
        """One more Rasa beside the same action server, as ``scrapbook serve rasa`` on another machine."""
        port = free_port()
        actions = f"http://127.0.0.1:{self.installation.port + 2}"
        more = {
            "SCRAPBOOK_DATA_DIR": str(self.folder / f"rasa-{port}"),
            "SCRAPBOOK_PORT": str(port - 3),
            "SCRAPBOOK_ACTIONS_URL": actions,
            "SCRAPBOOK_INTERNAL_SECRET": self.installation.secret,
        }
        with (self.folder / f"rasa-{port}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "scrapbook", "serve", "rasa"],
                env=self.installation.variables | more,
                stdout=log,
                stderr=log,
            )
        self.more.append((port, process))
        wait_for(f"http://127.0.0.1:{port}/health", process)

    def urls(self) -> list[str]:
        """Of its Rasa servers."""
        return [
            f"http://127.0.0.1:{port}"
            for port in (self.installation.port + 3, *(port for port, _ in self.more))
        ]

    def parts(self, count: int) -> dict[str, float]:
        """Where the time of the latest texts went; see ``timings.parts``."""
        return timings.parts(self.folder / "logs" / "app.log", count)

    def pids(self) -> list[int]:
        """Of everything that is under way for it, the database server included."""
        supervisor = self.installation.pid("supervisord")
        servers = [self.server_pid] if self.server_pid else []
        roots = [supervisor, *servers, *(process.pid for _, process in self.more)]
        return [pid for root in roots for pid in family(root)]

    def cpu(self) -> Counter[str]:
        """Seconds of the processor that each of its processes has had."""
        of_each = {name: cpu_seconds([self.installation.pid(name)]) for name in self.PROCESSES}
        if self.server_pid:
            of_each["postgresql"] = cpu_seconds(family(self.server_pid))
        return Counter(of_each)

    def turn_pids(self) -> list[int]:
        """Of what a turn alone goes through."""
        servers = family(self.server_pid) if self.server_pid else []
        rasas = [pid for _, process in self.more for pid in family(process.pid)]
        return [self.installation.pid("rasa"), self.installation.pid("actions"), *servers, *rasas]

    def text_line(self, number: str) -> TextLine:
        return TextLine(self.installation, self.replies, number)

    def rest_line(self, number: str, turns: int, rasa: int = 0) -> OurRestLine:
        """For so many turns of the person of that number."""
        person_id, sids = self.person_id(number), [new_sid() for _ in range(turns)]
        with self.store.transaction() as tx:
            for sid in sids:
                record(tx, sid, person_id, number, "a turn of the bench")
        url = self.urls()[rasa % len(self.urls())]
        return OurRestLine(url, f"person-{person_id}", iter(sids), self.installation.auth)

    def person_id(self, number: str) -> int:
        with self.store.transaction(read_only=True) as tx:
            person = tx.people.by_address(number)
        assert person
        return person.id

    def fill(self, number: str, texts: list[str]) -> None:
        """As if the person, who was the last to text, had texted all of these and been answered."""
        for start in range(0, len(texts), AT_ONCE):
            with self.store.transaction() as tx:
                for text in texts[start : start + AT_ONCE]:
                    self._answered(tx, number, text)

    @staticmethod
    def _answered(tx: Transaction, number: str, text: str) -> None:
        sid, now = new_sid(), datetime.now(UTC)
        person = tx.people.by_address(number)
        assert person
        record(tx, sid, person.id, number, text)
        saved = save(Book(tx, person, sid, now), ParsedMessage.of(text))
        assert saved
        tx.turn_results.record(sid, TurnResult("utter_saved", {"number": str(saved.entry.number)}))
        body = f"Saved {saved.entry.number}."
        [reply] = tx.outbound_messages.record_reply(
            tx.messages.get(sid).person_id, sid, SCRAPBOOK, number, [body], [1], now
        )
        tx.outbound_messages.mark_sent(reply.id, new_sid(), now)
        tx.messages.set_state(sid, "answered", None)


def record(tx: Transaction, sid: str, person_id: int, number: str, text: str) -> None:
    now = datetime.now(UTC)
    tx.messages.record(
        message_id=sid, person_id=person_id, from_=number, to=SCRAPBOOK, body=text, received_at=now
    )
