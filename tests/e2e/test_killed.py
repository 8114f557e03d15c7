"""Whatever is killed, whenever: every message has one effect and a reply, in the order of sending."""

import os
import random
import resource
import signal
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import httpx
import pytest

from scrapbook.emulators.handset import Attachment
from scrapbook.paths import ROOT
from tests.support.installation import Installation, message_form, new_sid, wait_until

PEOPLE = tuple(f"+1555{n:04}" for n in range(100, 110))
TEXTS_EACH = 5
KILLS = ("app", "actions", "rasa")


@pytest.fixture(scope="module")
def installation(killed_installation: Installation) -> Installation:
    return killed_installation


def test_nothing_is_lost_when_processes_are_killed(installation: Installation, kill_rounds: int) -> None:
    chance = random.Random(20)
    for round_ in range(kill_rounds):
        thoughts = {
            person: [f"the heron is back, {said_by} in round {round_}, line {n}" for n in range(TEXTS_EACH)]
            for person, said_by in ((person, f"says {person}") for person in PEOPLE)
        }
        before = {person: len(installation.sent_to(person)) for person in PEOPLE}
        with ThreadPoolExecutor(len(PEOPLE) + 1) as pool:
            killing = pool.submit(kill_in_turn, installation, chance)
            sending = [
                pool.submit(text_until_accepted, installation, person, thoughts[person]) for person in PEOPLE
            ]
            for work in [killing, *sending]:
                work.result()
        for person in PEOPLE:
            installation.replies(person, before[person] + TEXTS_EACH, timeout=180)
        wait_until(
            lambda: unanswered(installation) == 0,
            60,
            lambda: f"{unanswered(installation)} messages are not finished",
        )
        for person in PEOPLE:
            assert entries(installation, person)[-TEXTS_EACH:] == thoughts[person]
            assert len(entries(installation, person)) == (round_ + 1) * TEXTS_EACH
            assert_answered_in_order(installation.sent_to(person), (round_ + 1) * TEXTS_EACH)
    wait_until(installation.is_ready, 120, lambda: "what was killed last did not come back")


def test_messages_wait_while_rasa_is_down(installation: Installation, kill_rounds: int) -> None:
    person = PEOPLE[0]
    before = len(installation.sent_to(person))
    kept = len(entries(installation, person))
    up_again = threading.Event()
    down = threading.Thread(target=keep_killing, args=(installation, "rasa", up_again))
    down.start()
    try:
        for n in range(3):
            installation.text(f"while Rasa is down, thought {n}", person)
        time.sleep(60 if kill_rounds > 1 else 10)  # how long it is down is what is tested
        assert len(installation.sent_to(person)) == before
    finally:
        up_again.set()
        down.join()
    installation.replies(person, before + 3, timeout=180)
    assert entries(installation, person)[kept:] == [f"while Rasa is down, thought {n}" for n in range(3)]


def test_a_locked_database_is_a_5xx_and_nothing_half_written(installation: Installation) -> None:
    person, sid = PEOPLE[1], new_sid()
    before, kept = len(installation.sent_to(person)), len(entries(installation, person))
    with closing(sqlite3.connect(installation.folder / "scrapbook.db", isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        answer = installation.webhook(message_form(sid, person, "the database is locked"))
        assert 500 <= answer.status_code < 600
        lock.execute("ROLLBACK")
    assert installation.webhook(message_form(sid, person, "the database is locked")).status_code == 200
    installation.replies(person, before + 1)
    assert entries(installation, person)[kept:] == ["the database is locked"]


def test_a_full_disk_is_a_5xx_and_nothing_half_written(installation: Installation) -> None:
    """The app's files may grow no further, as on a full disk; what it took before is answered later."""
    person = PEOPLE[2]
    kept, app = len(entries(installation, person)), installation.pid("app")
    size = (installation.folder / "scrapbook.db").stat().st_size
    before = resource.prlimit(app, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    taken: list[str] = []
    refused = None
    while refused is None and len(taken) < 200:
        thought = f"thought {len(taken)} on a full disk " + "x" * 1500
        form = message_form(new_sid(), person, thought)
        status = installation.webhook(form).status_code
        if status == 200:
            taken.append(thought)
        else:
            refused = form
    assert refused is not None
    assert 500 <= status < 600
    assert '"step": "/twilio/messages"' in (installation.folder / "logs" / "app.log").read_text()
    resource.prlimit(app, resource.RLIMIT_FSIZE, before)
    installation.kill("app")  # what it could not write down goes on at the next start
    wait_until(lambda: accepted(installation, refused), 60, lambda: "the webhook never answered 200")
    expected = [*taken, refused["Body"]]
    wait_until(
        lambda: entries(installation, person)[kept:] == expected,
        120,
        lambda: f"{len(entries(installation, person)) - kept} of {len(expected)}",
    )


def test_a_memo_is_resumed_when_everything_is_killed_while_it_is_heard(
    installation: Installation, kill_rounds: int
) -> None:
    """The sound server is stopped in the middle of its work, then it and the app are killed."""
    person = PEOPLE[3]
    memo = Attachment("audio/ogg", (ROOT / "tests/sounds/long_memo.ogg").read_bytes())
    for _ in range(kill_rounds):
        before, kept = len(installation.sent_to(person)), len(entries(installation, person))
        os.kill(installation.pid("voice"), signal.SIGSTOP)
        installation.send([memo], person)
        wait_until(
            lambda: transcribing(installation) == 1,
            20,
            lambda: f"{transcribing(installation)} transcriptions",
        )
        for name in ("app", "voice"):
            installation.kill(name)
        replies = installation.replies(person, before + 2, timeout=120)[before:]
        wait_until(
            lambda: unanswered(installation) == 0, 60, lambda: f"{unanswered(installation)} are not finished"
        )
        assert len(installation.sent_to(person)) == before + 2, replies
        assert "39-second memo" in replies[0]
        assert "Saved" in replies[1]
        [text] = entries(installation, person)[kept:]
        assert "letter is in the white car" in text


def transcribing(installation: Installation) -> int:
    return sum(workflow == ("Journey.transcribe", "PENDING") for workflow in installation.workflows())


def accepted(installation: Installation, form: dict[str, str]) -> bool:
    with suppress(httpx.HTTPError):
        return installation.webhook(form).status_code == 200
    return False


def text_until_accepted(installation: Installation, person: str, thoughts: list[str]) -> None:
    """As Twilio with a retry configured: the same MessageSid again until the webhook takes it."""
    for thought in thoughts:
        form = message_form(new_sid(), person, thought)
        wait_until(
            lambda form=form: accepted(installation, form), 120, lambda: "the webhook never answered 200"
        )


def kill_in_turn(installation: Installation, chance: random.Random) -> None:
    for name in chance.sample(KILLS, len(KILLS)):
        time.sleep(chance.uniform(0.05, 1.5))  # a random moment is what is tested
        with suppress(ProcessLookupError):
            installation.kill(name)


def keep_killing(installation: Installation, name: str, until: threading.Event) -> None:
    while not until.is_set():
        with suppress(ProcessLookupError):
            installation.kill(name)
        until.wait(0.5)


def entries(installation: Installation, person: str) -> list[str]:
    """The person's thoughts by their numbers."""
    with closing(_read(installation.folder / "scrapbook.db")) as database:
        rows = database.execute(
            "SELECT text FROM entries JOIN addresses USING (person_id) WHERE value = ? ORDER BY number",
            (person,),
        )
        return [text for (text,) in rows]


def unanswered(installation: Installation) -> int:
    with closing(_read(installation.folder / "scrapbook.db")) as database:
        [(count,)] = database.execute("SELECT count(*) FROM messages WHERE state <> 'answered'")
        return int(count)


def assert_answered_in_order(replies: list[str], count: int) -> None:
    """Every entry has its receipt, and no receipt comes before an earlier one's first."""
    numbers = [int("".join(filter(str.isdigit, reply.split(".")[0]))) for reply in replies]
    assert list(dict.fromkeys(numbers)) == list(range(1, count + 1)), replies


def _read(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)


def test_no_log_quotes_what_was_texted(installation: Installation) -> None:
    """After all that was done to the processes above, which is when libraries log what they were at."""
    logs = sorted((installation.folder / "logs").iterdir())
    assert len(logs) >= len(KILLS)
    for log in logs:
        content = log.read_text(errors="replace")
        assert "thought" not in content.replace("save_thought", ""), log.name
        assert not any(person in content for person in PEOPLE), log.name
