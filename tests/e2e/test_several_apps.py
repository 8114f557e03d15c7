"""Two apps on one PostgreSQL, with one assistant: the order holds, whoever takes a text and whoever dies."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import cycle

import httpx
import pytest
from sqlalchemy import Engine, create_engine
from twilio.request_validator import RequestValidator

from tests.e2e.accounting import all_answered, settled
from tests.support.installation import TOKEN, Installation, free_ports, message_form, new_sid, wait_until
from tests.support.internal import VARIABLE
from tests.support.postgresql import begun, postgresql_running

pytestmark = pytest.mark.soak

TO_ONE, TO_BOTH = (tuple(f"+1555{n:04}" for n in range(first, first + 6)) for first in (100, 110))
TIMEOUT = 240.0


@pytest.fixture(scope="module")
def database() -> Iterator[Engine]:
    with postgresql_running() as server:
        engine = create_engine(server.url)
        yield engine
        engine.dispose()


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, database: Engine) -> Iterator[Installation]:
    """The first app, with Rasa, the action server and the local Twilio, which the second uses too."""
    environment = {
        "SCRAPBOOK_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "SCRAPBOOK_EXECUTOR_ID": "first",
        **VARIABLE,
        "COLUMNS": "200",
    }
    installation = Installation(tmp_path_factory.mktemp("first"), TO_ONE + TO_BOTH, environment)
    try:
        installation.start()
        yield installation
    finally:
        installation.stop()


@dataclass
class SecondApp:
    """Of the same scrapbook, with a folder, a port and an executor id of its own."""

    installation: Installation
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def variables(self) -> dict[str, str]:
        account = json.loads((self.installation.folder / "phone-account.json").read_text())
        return self.installation.variables | {
            "SCRAPBOOK_DATA_DIR": str(
                self.installation.folder.with_name(f"{self.installation.folder.name}-second")
            ),
            "SCRAPBOOK_PORT": str(self.port),
            "SCRAPBOOK_EXECUTOR_ID": "second",
            "SCRAPBOOK_PUBLIC_URL": self.installation.url,
            "SCRAPBOOK_ACTIONS_URL": f"http://127.0.0.1:{self.installation.port + 2}",
            "SCRAPBOOK_RASA_URL": f"http://127.0.0.1:{self.installation.port + 3}",
            "SCRAPBOOK_MEDIA_URL": str(self.installation.folder / "media"),
            "TWILIO_ACCOUNT_SID": account["sid"],
            "TWILIO_API_URL": self.installation.twilio,
            # Of the local Twilio, which the first knows its own for, nobody is in need of any.
            "SCRAPBOOK_SEND_RATE": "0",
            "SCRAPBOOK_DAILY_SEGMENTS": "0",
            "SCRAPBOOK_DAILY_SEGMENTS_IN_ALL": "0",
            "SCRAPBOOK_MESSAGES_PER_MINUTE": "0",
        }

    def start(self) -> None:
        with (self.installation.folder / "second.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "scrapbook", "serve", "app"],
                env=self.variables,
                stdout=log,
                stderr=log,
            )
        wait_until(self.is_ready, 120, lambda: (self.installation.folder / "second.log").read_text()[-2000:])

    def is_ready(self) -> bool:
        with suppress(httpx.HTTPError):
            return httpx.get(f"http://127.0.0.1:{self.port}/health/ready", timeout=5).is_success
        return False

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(30)


@pytest.fixture(scope="module")
def second(installation: Installation) -> Iterator[SecondApp]:
    app = SecondApp(installation, free_ports())
    try:
        app.start()
        yield app
    finally:
        app.kill()


def accepted(installation: Installation, port: int, form: Mapping[str, str]) -> bool:
    """Whether the app at that port takes the text, which is signed for the address of both."""
    path = "/twilio/messages"
    signature = RequestValidator(TOKEN).compute_signature(installation.url + path, form)
    with suppress(httpx.HTTPError):
        url = f"http://127.0.0.1:{port}{path}"
        headers = {"X-Twilio-Signature": signature}
        answer = httpx.post(url, data=dict(form), headers=headers, timeout=20, verify=False)
        return answer.status_code == 200
    return False


def texted(
    installation: Installation, thoughts: Mapping[str, Sequence[str]], *ports: int
) -> dict[str, list[str]]:
    """By person, the sids of what each texts one after the other: to the ports in turn, until taken."""

    def send(person: str) -> list[str]:
        sids, apps = [], cycle(ports)
        for thought in thoughts[person]:
            form = message_form(new_sid(), person, thought)
            wait_until(
                lambda form=form: accepted(installation, next(apps), form),
                120,
                lambda: "nobody takes the text",
            )
            sids.append(form["MessageSid"])
        return sids

    with ThreadPoolExecutor(len(thoughts)) as pool:
        return dict(zip(thoughts, pool.map(send, thoughts), strict=True))


@contextmanager
def stopped(*pids: int) -> Generator[None]:
    """Processes that are there and do nothing."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def test_what_one_app_leaves_behind_is_answered_once_and_in_order_by_the_other(
    installation: Installation, second: SecondApp, database: Engine
) -> None:
    """It is killed in the middle of everybody's first text, while the other takes their last ones."""
    thoughts = {person: [f"thought {n} of {person[-2:]}" for n in range(6)] for person in TO_ONE}
    first_part = {person: theirs[:3] for person, theirs in thoughts.items()}
    last_part = {person: theirs[3:] for person, theirs in thoughts.items()}
    with stopped(installation.pid("rasa")):
        with stopped(installation.pid("app")):
            sids = texted(installation, first_part, second.port)
            wait_until(
                lambda: begun(database, "second") == len(TO_ONE), 60, lambda: str(begun(database, "second"))
            )
        more = texted(installation, last_part, installation.port, second.port)
        second.kill()
        assert begun(database, "second") == len(TO_ONE)
    accounts = settled(installation, {person: sids[person] + more[person] for person in TO_ONE}, TIMEOUT)
    assert all(all_answered(accounts[person], thoughts[person]) for person in TO_ONE)
    assert begun(database, "second") == 0


def test_texts_that_come_to_both_in_turn_are_answered_once_and_in_order_whoever_is_killed(
    installation: Installation, second: SecondApp, is_thorough: bool
) -> None:
    """Each is killed while they come in, and comes back."""
    chance, rounds = random.Random(7), 10 if is_thorough else 1
    thoughts = {person: [f"thought {n} of {person[-2:]}" for n in range(6 * rounds)] for person in TO_BOTH}
    second.kill()  # unless it is dead already
    second.start()
    sids: dict[str, list[str]] = {person: [] for person in TO_BOTH}
    for round_ in range(rounds):
        wait_until(installation.is_ready, 120, lambda: "the first app did not come back")
        part = {person: theirs[6 * round_ :][:6] for person, theirs in thoughts.items()}
        with ThreadPoolExecutor(1) as pool:
            texting = pool.submit(texted, installation, part, second.port, installation.port)
            for kill, start in chance.sample(
                [(second.kill, second.start), (partial(installation.kill, "app"), None)], 2
            ):
                time.sleep(chance.uniform(0.2, 2))  # a random moment is what is tested
                kill()
                if start:
                    start()
            for person, theirs in texting.result().items():
                sids[person] += theirs
    accounts = settled(installation, sids, TIMEOUT)
    assert all(all_answered(accounts[person], thoughts[person]) for person in TO_BOTH)
