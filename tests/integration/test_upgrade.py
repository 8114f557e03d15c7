"""A scrapbook of an older release goes on with this one.

The older release is real: its code comes out of the history, and it is killed in the middle of everything.
"""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from scrapbook.paths import ROOT
from scrapbook.store import DbosQueues, QueueStats, Store
from scrapbook.workflows.engine import TRANSCRIPTION_QUEUE
from tests.support.installation import free_ports, wait_until
from tests.support.internal import VARIABLE
from tests.support.machines import PEOPLE, Machine, Outside
from tests.support.serving import serving

pytestmark = pytest.mark.soak

OLDER = "1fec3da34b650055fb395cd460d1187457067dd8"
"""The last commit before the modules were sorted into folders and most of them renamed."""

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
        **VARIABLE,
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
        wait_until(lambda: all_are_sent(outside) and is_settled(new), 120, lambda: new.run("inbox"))
        assert {person: outside.sent[person] for person in TEXTERS} == dict.fromkeys(TEXTERS, TEXTS)
        assert outside.sent[WAITER] == ["on its way"]
        assert outside.sent[CALLER][0] == "answered before"
        assert len(set(outside.sent[CALLER])) == len(outside.sent[CALLER])
        assert "letter is in the white car" in transcript(url, memo)
    finally:
        new.end()


def test_a_backup_of_the_older_release_is_restored_without_its_workflows(
    tmp_path: Path, older: Path, outside: Outside
) -> None:
    url = f"sqlite:///{tmp_path}/scrapbook.db"
    old = Machine("app", tmp_path, url, outside, code=older, settings={"SCRAPBOOK_VOICE_URL": NOWHERE})
    old.run("migrate")
    old.start()
    try:
        put_in_flight(old, outside, url)
    finally:
        old.end(signal.SIGKILL)
    old.run("backup", str(tmp_path / "older.tar.gz"))
    pickled = workflows(tmp_path / "app" / "journey.db")
    assert "py_pickle" in pickled

    restored = tmp_path / "restored"
    said = Machine("new", tmp_path, url, outside).run(
        "restore", str(tmp_path / "older.tar.gz"), "--to", str(restored)
    )
    assert f"{2 + len(TEXTERS) * len(TEXTS)} messages were not finished" in said
    assert workflows(restored / "journey.db") == []


TEXTS = ["one", "two", "three"]
NOWHERE = "http://127.0.0.1:9"


def put_in_flight(old: Machine, outside: Outside, url: str) -> str:
    """Leave a reply on its way to Twilio, a memo to be written down, everybody's first text under way and the
    others waiting behind it. Return the sid of the memo."""
    memo = old.take(CALLER, "", media=f"{outside.url}/memo")
    wait_until(lambda: is_transcribing(old, url), 30, lambda: "the memo is not being written down")
    # Last, because a request that Twilio does not answer for ten seconds is repeated.
    outside.twilio_open.clear()
    earlier = outside.asked_to_send
    old.take(WAITER, "on its way")
    wait_until(lambda: outside.asked_to_send > earlier, 30, lambda: "the reply is not on its way")
    outside.open.clear()
    for person in TEXTERS:
        for body in TEXTS:
            old.take(person, body)
    wait_until(
        lambda: outside.asked_to_answer.count(TEXTS[0]) == len(TEXTERS), 30, lambda: "not all are begun"
    )
    return memo


def is_transcribing(machine: Machine, url: str) -> bool:
    """Whether the engine of that app has begun to write a memo down."""
    is_sqlite = url.startswith("sqlite")
    queues = DbosQueues.open(f"sqlite:///{machine.folder}/{machine.name}/journey.db" if is_sqlite else url)
    try:
        return queues.stats().get(TRANSCRIPTION_QUEUE, QueueStats()).working == 1
    finally:
        queues.close()


def all_are_sent(outside: Outside) -> bool:
    """Return whether everybody's texts are answered; the memo may still be written down."""
    return all(len(outside.sent[person]) >= len(TEXTS) for person in TEXTERS)


def workflows(database: Path) -> list[str]:
    """The serializer of each workflow."""
    with closing(sqlite3.connect(database)) as connection:
        return [name for (name,) in connection.execute("SELECT serialization FROM workflow_status")]


def is_settled(machine: Machine) -> bool:
    return machine.run("inbox") == "Every message is finished.\n"


def transcript(url: str, sid: str) -> str:
    store = Store.open(url)
    try:
        with store.transaction(read_only=True) as tx:
            return tx.messages.get(f"{sid}-1").body
    finally:
        store.close()
