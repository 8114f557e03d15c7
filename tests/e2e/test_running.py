"""What running it takes: telling how it fares, a backup while it works, and an end without a loss."""

import json
import os
import signal
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from scrapbook.emulators.handset import Attachment
from scrapbook.paths import ROOT
from tests.support.installation import Installation, message_form, new_sid, wait_until

PEOPLE = tuple(f"+1555{n:04}" for n in range(150, 158))
PRIVATE = "marmalade"
STOPS_WITHIN = 10.0
"""Seconds, as docs/production.md says."""


@pytest.fixture(scope="module")
def installation(killed_installation: Installation) -> Installation:
    return killed_installation


def lines(installation: Installation, sid: str) -> dict[str, list[dict[str, Any]]]:
    """The lines of the app's log about that message, by their event."""
    log = (installation.folder / "logs" / "app.log").read_text()
    found: dict[str, list[dict[str, Any]]] = {}
    for line in log.splitlines():
        if sid in line:
            found.setdefault(json.loads(line)["event"], []).append(json.loads(line))
    return found


def test_a_message_has_one_line_with_its_timings_and_each_reply_one(installation: Installation) -> None:
    person = PEOPLE[0]
    sid = installation.text(f"buy {PRIVATE}", person)
    installation.replies(person, 1)
    expected = {"message_finished", "message_sent", "message_delivered"}
    wait_until(lambda: expected <= lines(installation, sid).keys(), 20, lambda: str(lines(installation, sid)))
    told = lines(installation, sid)
    [[finished], [sent], [arrived]] = (
        told[event] for event in ("message_finished", "message_sent", "message_delivered")
    )
    assert finished["state"] == "answered"
    assert finished["said"].startswith("utter_")
    assert 0 <= finished["waited_ms"] <= finished["finished_ms"]
    assert 0 < finished["understand_ms"] <= finished["finished_ms"]
    assert finished["understand_ms"] < sent["sent_ms"]
    assert finished["understand_ms"] < arrived["arrived_ms"]
    assert {line["person_id"] for line in (finished, sent, arrived)} == {finished["person_id"]}
    log = (installation.folder / "logs" / "app.log").read_text()
    assert PRIVATE not in log
    assert person not in log


def test_prometheus_is_told_how_the_app_fares(installation: Installation) -> None:
    person = PEOPLE[1]
    installation.say("a thought", person)
    assert installation.webhook(message_form(new_sid(), person, "forged"), signature="x").status_code == 403
    told = httpx.get(f"http://127.0.0.1:{installation.port + 6}/metrics").text
    values = dict(line.rsplit(" ", 1) for line in told.splitlines() if not line.startswith("#"))
    assert float(values["scrapbook_messages_arrived_total"]) >= 1
    assert float(values['scrapbook_messages{state="failed"}']) == 0
    assert float(values["scrapbook_turn_seconds_count"]) >= 1
    assert float(values['scrapbook_sends_total{code="0"}']) >= 1
    assert float(values['scrapbook_webhook_answers_total{path="/twilio/messages",status="403"}']) >= 1
    assert float(values["scrapbook_database_up"]) == 1
    assert float(values["scrapbook_disk_free_bytes"]) > 0
    documented = (ROOT / "docs/production.md").read_text()
    named = {line.split()[2] for line in told.splitlines() if line.startswith("# TYPE scrapbook_")}
    named = {name for name in named if not name.endswith("_created")}
    assert not {name for name in named if f"`{name}" not in documented}
    for private in (person, "thought"):
        assert private not in told


@pytest.mark.parametrize("port", [2, 4], ids=["actions", "voice"])
def test_prometheus_is_told_what_the_others_take(installation: Installation, port: int) -> None:
    told = httpx.get(f"http://127.0.0.1:{installation.port + port}/metrics").text
    assert "\nprocess_resident_memory_bytes " in told
    named = {line.split()[2] for line in told.splitlines() if line.startswith("# TYPE scrapbook_")}
    documented = (ROOT / "docs/production.md").read_text()
    assert not {name for name in named if f"`{name}" not in documented}


def test_metrics_are_not_on_the_public_port(installation: Installation) -> None:
    assert httpx.get(f"{installation.url}/metrics").status_code == 404


def test_a_backup_that_is_made_while_texts_come_in_has_every_message_that_came_before(
    installation: Installation, tmp_path: Path
) -> None:
    """And none that is answered again when it is restored."""
    person, archive = PEOPLE[2], tmp_path / "backup.tar.gz"
    before = [installation.text(f"before {n}", person) for n in range(5)]
    installation.replies(person, len(before))
    enough = threading.Event()
    texting = threading.Thread(target=keep_texting, args=(installation, PEOPLE[3], enough))
    texting.start()
    try:
        made = installation.run("backup", str(archive))
    finally:
        enough.set()
        texting.join()
    assert made.returncode == 0, made.stderr
    again = tmp_path / "again"
    restored = installation.run("restore", str(archive), "--to", str(again))
    assert restored.returncode == 0, restored.stderr
    assert states(again / "scrapbook.db", before) == dict.fromkeys(before, "answered")
    assert not under_way(Installation(again, PEOPLE), "ENQUEUED", "PENDING", "DELAYED")
    with closing(sqlite3.connect(again / "scrapbook.db")) as database:
        [(on_the_way,)] = database.execute(
            "SELECT count(*) FROM outbound_messages WHERE state IN ('recorded', 'sending')"
        )
    assert on_the_way == 0
    unfinished = len(states(again / "scrapbook.db", None)) - answered(again / "scrapbook.db")
    inbox = Installation(again, PEOPLE, installation.environment, installation.port).run("inbox")
    assert inbox.returncode == 0, inbox.stderr
    assert inbox.stdout.count("failed") >= unfinished


def test_the_app_stops_in_time_with_a_memo_a_reply_and_a_turn_under_way_and_loses_none(
    installation: Installation,
) -> None:
    """Those that it waits for are held in the middle of their work, and let go when it has ended."""
    memo, reply, turn = PEOPLE[4:7]
    sound = Attachment("audio/ogg", (ROOT / "tests/sounds/long_memo.ogg").read_bytes())
    held = [installation.pid(name) for name in ("voice", "phone", "rasa")]
    app = installation.pid("app")
    try:
        os.kill(held[0], signal.SIGSTOP)
        installation.send([sound], memo)
        wait_until(lambda: "transcribe" in under_way(installation), 30, lambda: str(under_way(installation)))
        os.kill(held[1], signal.SIGSTOP)
        installation.text("a reply under way", reply)
        wait_until(lambda: sending(installation) == 1, 30, lambda: f"{sending(installation)} are being sent")
        os.kill(held[2], signal.SIGSTOP)
        installation.text("a turn under way", turn)
        wait_until(
            lambda: to_be_answered(installation, turn) == 1,
            30,
            lambda: f"{to_be_answered(installation, turn)} to be answered",
        )
        began = time.monotonic()
        os.kill(app, signal.SIGTERM)
        wait_until(lambda: not is_running(app), 30, lambda: "the app does not end")
        took = time.monotonic() - began
    finally:
        for pid in held:
            os.kill(pid, signal.SIGCONT)
    assert took < STOPS_WITHIN
    for person, count in ((memo, 2), (reply, 1), (turn, 1)):
        installation.replies(person, count, timeout=120)
    wait_until(
        lambda: not under_way(installation, "PENDING", "ENQUEUED"),
        120,
        lambda: f"under way: {under_way(installation)}",
    )
    assert [len(installation.sent_to(person)) for person in (memo, reply, turn)] == [2, 1, 1]
    assert "letter is in the white car" in entry_of(installation, memo)


def test_the_app_stops_within_ten_seconds_and_goes_on_where_it_was(installation: Installation) -> None:
    person = PEOPLE[7]
    sids = [installation.text(f"just before the end {n}", person) for n in range(5)]
    began = time.monotonic()
    assert installation.stop() == 0
    took = time.monotonic() - began
    installation.start()
    installation.replies(person, len(sids), timeout=120)
    assert len(installation.sent_to(person)) == len(sids)
    assert took < STOPS_WITHIN


def test_what_was_started_watches_the_others_itself_and_is_started_once(installation: Installation) -> None:
    pid = installation.pid("supervisord")
    assert parent(installation.pid("app")) == pid
    assert b"supervisord" in Path(f"/proc/{pid}/cmdline").read_bytes()
    refused = installation.run("up")
    assert refused.returncode == 1
    assert f"as process {pid}" in refused.stderr


def test_nothing_stays_behind_when_the_app_is_killed_and_it_starts_again(installation: Installation) -> None:
    person = PEOPLE[0]
    pids = [installation.pid(name) for name in ("app", "actions", "rasa", "voice", "phone")]
    os.kill(installation.pid("supervisord"), signal.SIGKILL)
    wait_until(lambda: not any(map(is_running, pids)), 60, lambda: "a process stays behind")
    installation.start()
    assert "Saved" in installation.say("a thought after the end", person)


def parent(pid: int) -> int:
    """The process that started it."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def keep_texting(installation: Installation, person: str, enough: threading.Event) -> None:
    n = 0
    while not enough.is_set():
        installation.text(f"meanwhile {n}", person)
        n += 1


def states(database: Path, sids: list[str] | None) -> dict[str, str]:
    with closing(sqlite3.connect(database)) as opened:
        found = dict(opened.execute("SELECT message_id, state FROM messages"))
    return found if sids is None else {sid: found[sid] for sid in sids}


def answered(database: Path) -> int:
    return sum(state == "answered" for state in states(database, None).values())


def to_be_answered(installation: Installation, person: str) -> int:
    with closing(sqlite3.connect(f"file:{installation.folder}/scrapbook.db?mode=ro", uri=True)) as database:
        [(count,)] = database.execute(
            "SELECT count(*) FROM inbox JOIN addresses USING (person_id) WHERE value = ?", (person,)
        )
    return int(count)


def under_way(installation: Installation, *statuses: str) -> set[str]:
    found = installation.workflows()
    wanted = statuses or ("PENDING",)
    return {name.removeprefix("Journey.") for name, status in found if status in wanted}


def sending(installation: Installation) -> int:
    with closing(sqlite3.connect(f"file:{installation.folder}/scrapbook.db?mode=ro", uri=True)) as database:
        [(count,)] = database.execute("SELECT count(*) FROM outbound_messages WHERE state = 'sending'")
        return int(count)


def entry_of(installation: Installation, person: str) -> str:
    with closing(sqlite3.connect(f"file:{installation.folder}/scrapbook.db?mode=ro", uri=True)) as database:
        [(text,)] = database.execute(
            "SELECT text FROM entries JOIN addresses USING (person_id) WHERE value = ?", (person,)
        )
        return str(text)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
