"""A scrapbook of the release that had texts and replies in the engine's queues goes on with this one.

The older release is real: its code comes out of the history, and it is killed in the middle of everything.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from scrapbook.places import ROOT
from scrapbook.store import Store
from tests.e2e.house import free_ports, wait_until
from tests.integration.machines import PEOPLE, Machine, Outside
from tests.integration.serving import serving

OLDER = "388406db19840d3daf07bded1e747a1a05e15e7d"
"""The last commit with texts in the engine's queues."""

TEXTERS, CALLER, WAITER = PEOPLE[:5], PEOPLE[5], PEOPLE[6]
MEMO = (ROOT / "tests" / "sounds" / "long_memo.ogg").read_bytes()


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code of the older release."""
    folder = tmp_path_factory.mktemp("older")
    code = subprocess.run(
        ["git", "archive", OLDER, "scrapbook", "actions", "bot/effects.yml"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if code.returncode:
        pytest.skip("the older release is not in this clone's history")
    subprocess.run(["tar", "-x", "-C", folder], input=code.stdout, check=True)
    return folder


@pytest.fixture
def outside() -> Iterator[Outside]:
    server = Outside(media=MEMO)
    with serving(server):
        try:
            yield server
        finally:
            server.release()


@pytest.fixture
def voice(tmp_path: Path) -> Iterator[str]:
    """A speech server, started by the test that needs it."""
    port = free_ports()
    variables = {
        **os.environ,
        "SCRAPBOOK_DATA_DIR": str(tmp_path / "voice"),
        "SCRAPBOOK_PORT": str(port),
        "WHISPER_MODEL": str(ROOT / "models" / "test-whisper"),
    }
    with (tmp_path / "voice.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "scrapbook", "serve", "voice"], env=variables, stdout=log, stderr=log
        )
        try:
            yield f"http://127.0.0.1:{port + 4}"
        finally:
            process.kill()
            process.wait(30)


def test_what_the_older_release_had_in_flight_is_answered_once_and_in_order(
    blank_url: str, tmp_path: Path, older: Path, outside: Outside, voice: str
) -> None:
    url = blank_url
    old = Machine("app", tmp_path, url, outside, code=older, settings={"SCRAPBOOK_VOICE_URL": NOWHERE})
    old.run("migrate")
    old.start()
    try:
        old.take(CALLER, "answered before")
        wait_until(lambda: outside.sent[CALLER] == ["answered before"], 30, lambda: str(outside.sent))
        memo = put_in_flight(old, outside, url)
    finally:
        old.end(signal.SIGKILL)

    outside.release()
    new = Machine("app", tmp_path, url, outside, settings={"SCRAPBOOK_VOICE_URL": voice})
    new.run("migrate")
    new.start()
    try:
        wait_until(lambda: is_settled(new), 120, lambda: new.run("inbox"))
        assert {person: outside.sent[person] for person in TEXTERS} == dict.fromkeys(TEXTERS, TEXTS)
        assert outside.sent[WAITER] == ["on its way"]
        assert outside.sent[CALLER][0] == "answered before"
        assert "letter is in the white car" in transcript(url, memo)
    finally:
        new.end()


TEXTS = ["one", "two", "three"]
NOWHERE = "http://127.0.0.1:9"


def put_in_flight(old: Machine, outside: Outside, url: str) -> str:
    """A reply on its way to Twilio, a memo that nobody writes down, everybody's first texts. The sid
    of the memo."""
    outside.twilio_open.clear()
    old.take(WAITER, "on its way")
    wait_until(lambda: outside.asked_to_send == 1, 30, lambda: "the reply is not on its way")
    memo = old.take(CALLER, "", media=f"{outside.url}/memo")
    wait_until(lambda: workflows(url, "Journey.transcribe", "PENDING") == 1, 30, lambda: "no memo")
    outside.open.clear()
    for person in TEXTERS:
        for body in TEXTS:
            old.take(person, body)
    wait_until(
        lambda: workflows(url, "Journey.answer", "PENDING") == len(TEXTERS), 30, lambda: "none is begun"
    )
    return memo


def workflows(url: str, name: str, status: str) -> int:
    """How many there are in the engine's own database."""
    is_sqlite = url.startswith("sqlite")
    engine = create_engine(url.replace("blank.db", "app/journey.db") if is_sqlite else url)
    table = "workflow_status" if is_sqlite else "dbos.workflow_status"
    with engine.connect() as connection:
        count = text(f"SELECT count(*) FROM {table} WHERE name = :name AND status = :status")
        found = connection.execute(count, {"name": name, "status": status}).scalar_one()
    engine.dispose()
    return found


def is_settled(machine: Machine) -> bool:
    return machine.run("inbox") == "Every message is finished.\n"


def transcript(url: str, sid: str) -> str:
    store = Store.open(url)
    try:
        with store.transaction(read_only=True) as tx:
            return tx.messages.get(f"{sid}-1").body
    finally:
        store.close()
