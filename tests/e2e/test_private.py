"""No word, number or token is in a log, an error report or a command line, whatever fails."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import psutil
import pytest

from scrapbook.emulators.handset import Attachment
from scrapbook.emulators.sentry import LocalSentry
from scrapbook.paths import ROOT
from tests.support.installation import TOKEN, Installation, message_form, new_sid, wait_until
from tests.support.served import served

PEOPLE = tuple(f"+1555{n:04}" for n in range(180, 190))
SIGNED_IN = PEOPLE[-1]
WORD = "marzipanade"
LOUD = "sitecustomize.py"
"""Where ``tests/e2e/failing`` raises: a log that names it tells of the failure, by its place."""

TEXTS = {
    "actions": f"ActionRequest: buy {WORD}",
    "rasa": f"CommandRecogniser: buy {WORD}",
    "app": f"read http://pagereader-{WORD}.example/{WORD}?q={WORD}",
}
"""By the process in which it fails: an action, Rasa's turn, a workflow of DBOS."""


@pytest.fixture(scope="module")
def sentry() -> LocalSentry:
    return LocalSentry()


@pytest.fixture(scope="module")
def installation(sentry: LocalSentry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """After a session in which everything has failed that can."""
    with served(lambda _: sentry.app()) as url:
        environment = {
            "SENTRY_DSN": sentry.dsn(int(url.rsplit(":", 1)[1])),
            "SENTRY_TRACES_SAMPLE_RATE": "1",
            "SCRAPBOOK_LOG_LEVEL": "DEBUG",
            "PYTHONPATH": str(ROOT / "tests" / "e2e" / "failing"),
            "TEST_FAILING_WORD": WORD,
        }
        installation = Installation(tmp_path_factory.mktemp("private"), PEOPLE, environment)
        try:
            installation.start()
            sign_in(installation)
            fail_everywhere(installation)
            yield installation
        finally:
            installation.stop()


def sign_in(installation: Installation) -> None:
    """Use a link to the book, and try it again."""
    link = installation.say("book", SIGNED_IN).splitlines()[-1]
    statuses = [httpx.get(link).status_code, httpx.post(link).status_code, httpx.post(link).status_code]
    assert statuses == [200, 303, 410]


def fail_everywhere(installation: Installation) -> None:
    texting = iter(PEOPLE)
    for text in TEXTS.values():
        installation.text(text, next(texting))
    installation.text(f"see http://{WORD}.invalid/{WORD}", next(texting))  # no such host
    for name in ("long_memo.ogg", "damaged"):
        path = ROOT / "tests/sounds" / name
        content = path.read_bytes() if path.exists() else b"OggS" + WORD.encode()
        installation.send([Attachment("audio/ogg", content)], next(texting), f"a memo about {WORD}")
    refuse(installation.folder / "scrapbook.db")
    refused = installation.webhook(message_form(new_sid(), next(texting), f"app refused {WORD}"))
    assert refused.status_code >= 500
    installation.text(f"database refused {WORD}", next(texting))
    for process in ("actions", "rasa", "app", "voice"):
        wait_until(lambda process=process: LOUD in log(installation, process), 240, lambda p=process: p)
    wait_until(lambda: not unfinished(installation), 240, lambda: str(unfinished(installation)))


def refuse(database: Path) -> None:
    """Have SQLite refuse some texts: SQLAlchemy's error quotes the parameters of the statement."""
    with closing(sqlite3.connect(database, timeout=30, isolation_level=None)) as connection:
        for table, column, text in (
            ("entries", "text", "database refused"),
            ("messages", "body", "app refused"),
        ):
            connection.execute(
                f"CREATE TRIGGER refuse_{table} BEFORE INSERT ON {table} WHEN NEW.{column} LIKE '{text}%' "
                "BEGIN SELECT RAISE(ABORT, 'refused'); END"
            )


def unfinished(installation: Installation) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(installation.folder / "scrapbook.db", timeout=30)) as database:
        return database.execute("SELECT message_id, state FROM messages WHERE state = 'received'").fetchall()


def log(installation: Installation, process: str) -> str:
    return (installation.folder / "logs" / f"{process}.log").read_text()


def private(installation: Installation) -> list[str]:
    key = (installation.folder / "installation.key").read_text().strip()
    return [
        WORD,
        TOKEN,
        key,
        installation.secret,
        installation.environment["SENTRY_DSN"],
        installation.sent_to(SIGNED_IN)[0].rpartition("/")[2],  # the token of the link to the book
        *(number.removeprefix("+") for number in PEOPLE),
    ]


def test_every_line_of_a_log_is_json(installation: Installation) -> None:
    for process in ("actions", "rasa", "app", "voice"):
        for line in log(installation, process).splitlines():
            assert isinstance(json.loads(line), dict), line


@pytest.mark.parametrize("process", ["actions", "rasa", "app", "voice"])
def test_a_failure_is_logged_with_its_type_and_place(installation: Installation, process: str) -> None:
    told = [line for line in log(installation, process).splitlines() if LOUD in line]
    assert any("Loud" in json.loads(line).get("exception", "") for line in told)
    events = [json.loads(line)["event"] for line in told]
    assert "error_uncaught" in events  # of the thread
    assert "failed on %s" in events  # as it is written in the code
    printed = [line for line in log(installation, process).splitlines() if '"event": "printed"' in line]
    assert printed


def test_a_refusal_of_the_database_is_logged_with_its_code(installation: Installation) -> None:
    assert "SQLITE_CONSTRAINT_TRIGGER" in log(installation, "actions")


def test_no_log_has_a_word_a_number_or_a_token(installation: Installation) -> None:
    files = [installation.folder / "up.log", *sorted((installation.folder / "logs").iterdir())]
    assert len(files) > 5
    for path in files:
        lines = path.read_text().lower().splitlines()
        for secret in private(installation):
            assert [line for line in lines if secret.lower() in line] == [], path.name


def test_no_error_report_does(installation: Installation, sentry: LocalSentry) -> None:
    wait_until(lambda: any(event.get("exception") for event in list(sentry.events)), 60, lambda: "no report")
    sent = b"\n".join(sentry.received).decode().lower()
    assert [secret for secret in private(installation) if secret.lower() in sent] == []
    assert str(installation.folder) not in sent


def test_no_command_line_does(installation: Installation) -> None:
    supervisor = psutil.Process(installation.pid("supervisord"))
    lines = [" ".join(one.cmdline()) for one in (supervisor, *supervisor.children(recursive=True))]
    assert len(lines) > 5
    assert [line for line in lines for secret in private(installation) if secret in line] == []
